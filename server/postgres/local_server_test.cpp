#include "postgres/blocking_connection.hpp"
#include "postgres/internal/child.hpp"
#include "postgres/local_server.hpp"
#include "postgres/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace hubbub::postgres {
namespace {

using namespace std::chrono_literals;
using internal::Child;
using ::testing::HasSubstr;
using testing::TempDir;
namespace fs = std::filesystem;

LocalServer::Options options(const fs::path& data_dir) {
    return {data_dir, false};
}

/// A data directory whose cluster is made once: making one takes longer than most of these tests.
class LocalServerTest : public ::testing::Test {
  protected:
    static const fs::path& data_dir() {
        static const TempDir dir;
        return dir.path();
    }
};

std::int64_t count_rows(const std::string& conninfo) {
    return BlockingConnection{conninfo}.query({"", "SELECT count(*) FROM kept"}).front().get<std::int64_t>(0);
}

std::int64_t write_row(const std::string& conninfo) {
    BlockingConnection{conninfo}.script("CREATE TABLE IF NOT EXISTS kept (n bigint); INSERT INTO kept VALUES (1)");
    return count_rows(conninfo);
}

pid_t pid_in_file(const fs::path& data_dir) {
    std::ifstream file{data_dir / "postgres" / "postmaster.pid"};
    pid_t pid = 0;
    file >> pid;
    return pid;
}

/// This very program, running only the test below: a Hubbub that can be killed.
class Host {
  public:
    explicit Host(const fs::path& data_dir) {
        fs::remove(data_dir / "host-rows");
        ::setenv("HUBBUB_TEST_HOST", data_dir.c_str(), 1);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::execl("/proc/self/exe", "postgres_test", "--gtest_also_run_disabled_tests",
                    "--gtest_filter=LocalServerHost.*", nullptr);
            ::_exit(127);
        }
        while (!(std::ifstream{data_dir / "host-rows"} >> rows_)) std::this_thread::sleep_for(10ms);
        server_ = Child::find(pid_in_file(data_dir));
    }
    ~Host() { kill(); }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    void kill() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    const Child& server() const { return server_; }
    std::int64_t rows() const { return rows_; }

  private:
    pid_t pid_;
    Child server_;
    std::int64_t rows_ = 0;
};

TEST(LocalServerHost, DISABLED_RunsUntilItIsKilled) {
    const fs::path data_dir = std::getenv("HUBBUB_TEST_HOST");
    const LocalServer server{options(data_dir)};
    std::ofstream{data_dir / "host-rows"} << write_row(server.conninfo()) << "\n";
    ::pause();
}

TEST_F(LocalServerTest, TheSecondStartFindsTheDataOfTheFirst) {
    std::int64_t rows = 0;
    for (int start = 0; start < 2; ++start) {
        const LocalServer server{options(data_dir())};
        const auto now = write_row(server.conninfo());
        if (start > 0) {
            EXPECT_EQ(now, rows + 1);
        }
        rows = now;
    }
    EXPECT_FALSE(fs::exists(data_dir() / "postgres" / "postmaster.pid"));
}

TEST_F(LocalServerTest, ItEndsWhenHubbubIsKilled) {
    Host host{data_dir()};
    ASSERT_TRUE(host.server());
    EXPECT_FALSE(host.server().wait_for(0ms));
    host.kill();
    EXPECT_TRUE(host.server().wait_for(10s));
}

TEST_F(LocalServerTest, TheNextStartStopsWhatAKilledHubbubLeftRunning) {
    Host host{data_dir()};
    host.server().signal(SIGSTOP); // so that the kernel's signal does not end it before we look
    host.kill();
    std::thread later{[&] {
        std::this_thread::sleep_for(200ms);
        host.server().signal(SIGCONT);
    }};
    const LocalServer server{options(data_dir())};
    later.join();
    EXPECT_TRUE(host.server().wait_for(0ms));
    EXPECT_EQ(count_rows(server.conninfo()), host.rows());
}

TEST_F(LocalServerTest, ItRecoversAfterEverythingWasKilled) {
    Host host{data_dir()};
    host.server().signal(SIGKILL);
    host.kill();
    const LocalServer server{options(data_dir())};
    EXPECT_EQ(count_rows(server.conninfo()), host.rows());
}

TEST_F(LocalServerTest, ALeftoverThatDiesUnreapedDoesNotKeepTheNextFromStarting) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1); // the dead server is ours to reap, as it is a slow init's
    Host host{data_dir()};
    host.server().signal(SIGSTOP);
    host.kill();
    std::jthread later{[&] {
        std::this_thread::sleep_for(200ms);
        host.server().signal(SIGKILL);
    }};
    EXPECT_EQ(count_rows(LocalServer{options(data_dir())}.conninfo()), host.rows());
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
}

TEST_F(LocalServerTest, ABackendThatOutlivesItsServerDoesNotKeepTheNextFromStarting) {
    Host host{data_dir()};
    const std::string pid = std::to_string(host.server().pid());
    pid_t backend = 0;
    std::ifstream{"/proc/" + pid + "/task/" + pid + "/children"} >> backend;
    ASSERT_GT(backend, 0);
    ::kill(backend, SIGSTOP);
    host.server().signal(SIGKILL);
    host.kill();
    const std::jthread later{[&] {
        std::this_thread::sleep_for(200ms);
        ::kill(backend, SIGCONT);
    }};
    EXPECT_EQ(count_rows(LocalServer{options(data_dir())}.conninfo()), host.rows());
}

TEST_F(LocalServerTest, AStalePidFileHarmsNobodyWhoGotItsNumber) {
    { LocalServer{options(data_dir())}; }
    Child innocent = Child::spawn({.argv = {"/bin/sleep", "60"}}, internal::server_identity());
    std::ofstream{data_dir() / "postgres" / "postmaster.pid"} << innocent.pid() << "\n"
                                                              << data_dir().string() << "\n1\n";
    { LocalServer{options(data_dir())}; }
    EXPECT_FALSE(innocent.wait_for(0ms));
    innocent.signal(SIGKILL);
    innocent.reap();
}

TEST_F(LocalServerTest, ItIsStartedAgainWhenItDies) {
    const LocalServer server{options(data_dir())};
    const auto rows = write_row(server.conninfo());
    Child::find(server.pid()).signal(SIGKILL);
    std::this_thread::sleep_for(100ms);
    for (int i = 0;; ++i) {
        try {
            EXPECT_EQ(count_rows(server.conninfo()), rows);
            break;
        } catch (const StartupError&) {
            ASSERT_LT(i, 500);
            std::this_thread::sleep_for(20ms);
        }
    }
}

TEST_F(LocalServerTest, TwoHubbubsDoNotShareADataDirectoryButATool) {
    {
        const LocalServer server{options(data_dir())};
        EXPECT_EQ(LocalServer::conninfo_of_running(data_dir()), server.conninfo());
        try {
            LocalServer{options(data_dir())};
            FAIL() << "two servers in one directory";
        } catch (const StartupError& error) {
            EXPECT_THAT(error.what(), HasSubstr("another Hubbub is running"));
        }
    }
    EXPECT_EQ(LocalServer::conninfo_of_running(data_dir()), std::nullopt);
}

TEST_F(LocalServerTest, OnlyHubbubsUserIsAdmitted) {
    if (::geteuid() != 0) GTEST_SKIP() << "takes a second user";
    const LocalServer server{options(data_dir())};
    struct stat status {};
    ASSERT_EQ(::stat((data_dir() / "postgres-socket").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
    EXPECT_EQ(status.st_uid, internal::server_identity().uid);
    const auto psql =
        internal::run({.argv = {"/usr/bin/psql", server.conninfo(), "-c", "SELECT 1"}}, internal::server_identity());
    EXPECT_NE(psql.status, 0);
    EXPECT_THAT(psql.output, HasSubstr("Peer authentication failed"));
}

TEST_F(LocalServerTest, WhatKeepsItFromStartingIsSaid) {
    const auto reason = [](const fs::path& wrong) -> std::string {
        try {
            const LocalServer server{options(wrong)};
            return "it started";
        } catch (const StartupError& error) {
            return error.what();
        }
    };
    const TempDir dir;
    fs::create_directories(dir.path() / "postgres");
    std::ofstream{dir.path() / "postgres" / "PG_VERSION"} << "12\n";
    EXPECT_THAT(reason(dir.path()), HasSubstr("PostgreSQL 12"));
    EXPECT_THAT(reason("/dev/null/nowhere"), HasSubstr("/dev/null/nowhere"));

    { LocalServer{options(data_dir())}; }
    const fs::path conf = data_dir() / "postgres" / "postgresql.conf";
    fs::copy_file(conf, dir.path() / "kept");
    std::ofstream{conf, std::ios::app} << "no_such_setting = 1\n";
    EXPECT_THAT(reason(data_dir()), HasSubstr("no_such_setting"));
    std::ofstream{conf} << std::ifstream{dir.path() / "kept"}.rdbuf();
}

TEST(LocalServer, ADeepDataDirectoryThatOnlyHubbubMayEnterWorks) {
    const TempDir dir{std::string(60, 'd').append("/").append(60, 'e')};
    fs::permissions(dir.path(), fs::perms{0700});
    const LocalServer server{options(dir.path())};
    EXPECT_EQ(write_row(server.conninfo()), 1);
}

} // namespace
} // namespace hubbub::postgres
