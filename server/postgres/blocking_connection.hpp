#pragma once
#include "postgres/params.hpp"
#include "postgres/rows.hpp"
#include "postgres/startup_error.hpp"
#include "postgres/statement.hpp"

#include <memory>
#include <string>

struct pg_conn;

namespace hubbub::postgres {

/// A connection for the time before the shards run (migrations, administration) and for tests: every call waits for
/// its answer, every failure is a StartupError with the server's words.
class BlockingConnection {
  public:
    explicit BlockingConnection(const std::string& conninfo);

    /// One statement; its name is not used.
    Rows query(const Statement& statement, const Params& params = {});
    /// Several statements separated by `;`, in one transaction unless they say otherwise.
    void script(const std::string& sql);

  private:
    struct Finish {
        void operator()(pg_conn* connection) const;
    };
    std::unique_ptr<pg_conn, Finish> connection_;
};

} // namespace hubbub::postgres
