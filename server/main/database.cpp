#include "main/database.hpp"

#include "storage/migrate.hpp"

namespace hubbub::program {

Database::Database(const Config& config, Sharing sharing) {
    if (!config.database_url.empty()) {
        conninfo_ = config.database_url;
    } else if (const auto running = sharing == Sharing::visit
                                        ? postgres::LocalServer::conninfo_of_running(config.data_dir)
                                        : std::nullopt) {
        conninfo_ = *running;
    } else {
        postgres::LocalServer::Options options;
        options.data_dir = config.data_dir;
        options.connections = config.threads * config.database_connections;
        server_ = std::make_unique<postgres::LocalServer>(std::move(options));
        conninfo_ = server_->conninfo();
    }
    const auto migrated = storage::migrate(conninfo_);
    version_ = migrated.version;
    applied_ = migrated.applied;
}

} // namespace hubbub::program
