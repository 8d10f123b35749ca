#include "storage/migrate.hpp"

#include "base/log.hpp"
#include "postgres/blocking_connection.hpp"
#include "storage/migration_files.hpp"

#include <algorithm>

namespace hubbub::storage {

using postgres::BlockingConnection;
using postgres::Params;
using postgres::Rows;
using postgres::StartupError;
using postgres::Statement;

namespace {

constexpr Statement kServer{"", "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),"
                                " current_setting('synchronous_commit')"};
// The key is an arbitrary number that nobody else is likely to use.
constexpr Statement kLock{"", "SELECT pg_advisory_lock(7236429180)"};
constexpr Statement kVersion{"", "SELECT coalesce(max(version), 0) FROM schema_migration"};
constexpr Statement kSame{
    "", "SELECT checksum = sha256(convert_to($2, 'UTF8')) FROM schema_migration WHERE version = $1::bigint"};
constexpr Statement kRecord{"", "INSERT INTO schema_migration (version, name, checksum)"
                                " VALUES ($1::bigint, $2, sha256(convert_to($3, 'UTF8')))"};
constexpr Statement kHousekeeping{"", "SELECT chat_housekeeping()"};
constexpr const char* kTable = R"(
CREATE TABLE IF NOT EXISTS schema_migration (
  version integer NOT NULL,
  name text NOT NULL,
  checksum bytea NOT NULL, -- SHA-256 of the file
  "appliedAt" timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT schema_migration_pkey PRIMARY KEY (version)
))";

void check_server(BlockingConnection& db) {
    const Rows rows = db.query(kServer);
    const auto row = rows.front();
    if (row.get<std::int64_t>(0) < 150000) throw StartupError{"the database server is older than PostgreSQL 15"};
    if (row.get<std::string_view>(1) != "UTF8") throw StartupError{"the database's encoding is not UTF8"};
    if (row.get<std::string_view>(2) == "off") {
        log::warn("database_not_durable",
                  {{"hint", "synchronous_commit is off: a message that was acknowledged can be lost in a crash"}});
    }
}

/// Whether the file was applied before, unchanged.
bool is_applied(BlockingConnection& db, const MigrationFile& file) {
    const Rows rows = db.query(kSame, Params::of(std::int64_t{file.version}, file.sql));
    if (rows.empty()) return false;
    if (rows.front().get<bool>(0)) return true;
    throw StartupError{
        "the migration " + std::string{file.name} +
        " was changed after it had been applied to this database: restore it, and put the change into a new one"};
}

void apply(BlockingConnection& db, const MigrationFile& file) {
    try {
        db.script("BEGIN");
        db.script(std::string{file.sql});
        db.query(kRecord, Params::of(std::int64_t{file.version}, file.name, file.sql));
        db.script("COMMIT");
    } catch (const StartupError& error) {
        throw StartupError{"the migration " + std::string{file.name} +
                           " failed, nothing of it was kept: " + error.what()};
    }
    log::info("migration_applied", {{"name", std::string{file.name}.c_str()}});
}

} // namespace

Migrated migrate(const std::string& conninfo, std::span<const MigrationFile> files) {
    BlockingConnection db{conninfo};
    check_server(db);
    db.query(kLock);
    db.script(kTable);
    const int newest = files.empty() ? 0 : files.back().version;
    const auto version = static_cast<int>(db.query(kVersion).front().get<std::int64_t>(0));
    if (version > newest) {
        throw StartupError{"the database has the schema " + std::to_string(version) +
                           " of a newer Hubbub; this one knows " + std::to_string(newest)};
    }
    int applied = 0;
    for (const MigrationFile& file : files) {
        if (is_applied(db, file)) continue;
        apply(db, file);
        ++applied;
    }
    return {applied, newest};
}

Migrated migrate(const std::string& conninfo) {
    const Migrated migrated = migrate(conninfo, kMigrationFiles);
    BlockingConnection{conninfo}.query(kHousekeeping);
    return migrated;
}

} // namespace hubbub::storage
