#pragma once
#include "main/config.hpp"
#include "postgres/local_server.hpp"

#include <memory>
#include <string>

namespace hubbub::program {

/// The database to use, migrated to this program's schema: the configured one; or the private one, started here unless
/// a Hubbub that is running on this data directory has done so.
class Database {
  public:
    enum class Sharing {
        own,   ///< a private server that is in use is an error: two Hubbubs must not serve one data directory
        visit, ///< use the private server of the Hubbub that is running, if one is
    };
    /// Throws postgres::StartupError.
    Database(const Config& config, Sharing sharing);

    const std::string& conninfo() const { return conninfo_; }
    /// Of the schema.
    int version() const { return version_; }
    int applied() const { return applied_; }

  private:
    std::unique_ptr<postgres::LocalServer> server_;
    std::string conninfo_;
    int version_ = 0;
    int applied_ = 0;
};

} // namespace hubbub::program
