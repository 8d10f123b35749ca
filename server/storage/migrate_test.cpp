#include "postgres/blocking_connection.hpp"
#include "storage/migrate.hpp"
#include "storage/migration_files.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace hubbub::storage {
namespace {

using postgres::BlockingConnection;
using postgres::StartupError;
using ::testing::HasSubstr;
using testing::TestServer;
using testing::unique;

std::string refusal(const std::string& conninfo, std::span<const MigrationFile> files) {
    try {
        migrate(conninfo, files);
    } catch (const StartupError& error) {
        return error.what();
    }
    return "accepted";
}

TEST(Migrate, TheSecondTimeThereIsNothingToDo) {
    const auto conninfo = TestServer::get().create_database(unique("migrate_"));
    const Migrated first = migrate(conninfo);
    EXPECT_EQ(first.applied, static_cast<int>(std::size(kMigrationFiles)));
    const Migrated second = migrate(conninfo);
    EXPECT_EQ(second.applied, 0);
    EXPECT_EQ(second.version, first.version);
}

TEST(Migrate, FilesAreNumberedWithoutGaps) {
    int expected = 0;
    for (const MigrationFile& file : kMigrationFiles) EXPECT_EQ(file.version, ++expected) << file.name;
}

TEST(Migrate, NodesThatStartTogetherTakeTurns) {
    const auto conninfo = TestServer::get().create_database(unique("migrate_"));
    std::atomic<int> applied = 0;
    std::vector<std::thread> nodes;
    for (int i = 0; i < 4; ++i) nodes.emplace_back([&] { applied += migrate(conninfo).applied; });
    for (auto& node : nodes) node.join();
    EXPECT_EQ(applied, static_cast<int>(std::size(kMigrationFiles)));
}

TEST(Migrate, AnEditedMigrationIsRefused) {
    const auto conninfo = TestServer::get().create_database(unique("migrate_"));
    const MigrationFile original[] = {{1, "0001_one", "CREATE TABLE one ()"}};
    const MigrationFile edited[] = {{1, "0001_one", "CREATE TABLE one (n int)"}};
    migrate(conninfo, original);
    EXPECT_THAT(refusal(conninfo, edited), HasSubstr("0001_one was changed"));
    EXPECT_EQ(refusal(conninfo, original), "accepted");
}

TEST(Migrate, AFailedMigrationLeavesNothing) {
    const auto conninfo = TestServer::get().create_database(unique("migrate_"));
    const MigrationFile files[] = {{1, "0001_one", "CREATE TABLE one ()"},
                                   {2, "0002_two", "CREATE TABLE two (); SELECT nonsense"}};
    EXPECT_THAT(refusal(conninfo, files), HasSubstr("0002_two failed"));
    BlockingConnection db{conninfo};
    EXPECT_EQ(db.query({"", "SELECT version FROM schema_migration"}).size(), 1u);
    EXPECT_TRUE(db.query({"", "SELECT to_regclass('two')::text"}).front().is_null(0));
}

TEST(Migrate, ANewerSchemaIsRefused) {
    const auto conninfo = TestServer::get().create_database(unique("migrate_"));
    const MigrationFile newer[] = {{1, "0001_one", "SELECT 1"}, {2, "0002_two", "SELECT 2"}};
    migrate(conninfo, newer);
    EXPECT_THAT(refusal(conninfo, std::span{newer}.first(1)), HasSubstr("newer Hubbub"));
}

TEST(Migrate, WithoutADatabaseTheReasonIsSaid) {
    EXPECT_THAT(refusal("host=/nowhere user=nobody", {}), HasSubstr("cannot connect"));
}

} // namespace
} // namespace hubbub::storage
