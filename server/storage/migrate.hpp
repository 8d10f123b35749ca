#pragma once
#include <span>
#include <string>
#include <string_view>

namespace hubbub::storage {

struct MigrationFile; // storage/migration_files.hpp, generated from db/migrations

struct Migrated {
    int applied; ///< by this call
    int version; ///< of the schema now
};

/// Brings the database to the schema that this program carries, or finds it there. One at a time over all nodes, by an
/// advisory lock; each migration is one transaction. Blocks: before the shards run.
/// Throws postgres::StartupError: no connection, an older server than 15, not UTF-8, a migration that was edited after
/// it was applied, a schema newer than this program, a migration that failed.
Migrated migrate(const std::string& conninfo);

/// The same with other migrations, ascending by version: for tests.
Migrated migrate(const std::string& conninfo, std::span<const MigrationFile> files);

} // namespace hubbub::storage
