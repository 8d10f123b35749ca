#include "base/limits.hpp"
#include "postgres/blocking_connection.hpp"
#include "postgres/pool.hpp"
#include "postgres/test_server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

namespace {

std::atomic<int> flushes_to_failure = 0;

} // namespace

/// libpq's, which may find the connection lost at any call. It calls this one as well.
int PQflush(pg_conn* connection) {
    static const auto real = reinterpret_cast<int (*)(pg_conn*)>(::dlsym(RTLD_NEXT, "PQflush"));
    return flushes_to_failure-- == 1 ? -1 : real(connection);
}

namespace hubbub::postgres {
namespace {

using namespace std::chrono_literals;
using testing::PoolRunner;
using testing::TestServer;
using Clock = std::chrono::steady_clock;

constexpr Statement kOne{"one", "SELECT 1"};
constexpr Statement kEcho{"echo", "SELECT $1::bigint"};
constexpr Statement kDivide{"divide", "SELECT 1 / $1::bigint"};
constexpr Statement kSleep{"sleep", "SELECT pg_sleep($1::bigint / 1000.0)::text"};

class PoolTest : public ::testing::Test {
  protected:
    PoolRunner runner{TestServer::get().conninfo()};
    BlockingConnection admin{TestServer::get().conninfo()};
};

TEST_F(PoolTest, EveryTypeComesBackAsItWent) {
    static constexpr Statement kTypes{
        "types",
        "SELECT $1::boolean, $2::int4, $3::bigint, $4::text, $5::uuid, $6::timestamptz, $7::bytea, $8::bigint,"
        " array_to_string($9::bigint[], ',', 'NULL'), array_to_string($10::text[], '|'), array_length($11::uuid[], 1)"};
    const Uuid uuid{1, 2, 3, 0xff};
    const Timestamp time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 10h + 123ms};
    const std::vector<std::optional<std::int64_t>> numbers{1, std::nullopt, -(std::int64_t{1} << 40)};
    const std::vector<std::string> words{"a{,\"", "", "Grüße 👋"};
    const auto rows = runner
                          .ask(kTypes, Params::of(true, std::int32_t{-7}, UserId{1234567890123}, "it's", uuid, time,
                                                  Bytes{std::string_view{"\0\xff", 2}}, std::optional<std::int64_t>{},
                                                  numbers, words, std::vector<Uuid>{}))
                          .get();
    ASSERT_TRUE(rows) << rows.error();
    const Row row = rows->front();
    EXPECT_TRUE(row.get<bool>(0));
    EXPECT_EQ(row.get<std::int64_t>(1), -7);
    EXPECT_EQ(row.get<UserId>(2), UserId{1234567890123});
    EXPECT_EQ(row.get<std::string>(3), "it's");
    EXPECT_EQ(row.get<Uuid>(4), uuid);
    EXPECT_EQ(row.get<Timestamp>(5), time);
    EXPECT_EQ(row.get<std::string>(6), std::string("\0\xff", 2));
    EXPECT_EQ(row.get<std::optional<std::int64_t>>(7), std::nullopt);
    EXPECT_EQ(row.get<std::string_view>(8), "1,NULL,-1099511627776");
    EXPECT_EQ(row.get<std::string_view>(9), "a{,\"||Grüße 👋");
    EXPECT_TRUE(row.is_null(10));
    EXPECT_THROW(row.get<std::int64_t>(10), std::logic_error);
}

constexpr Lane kOrdered{0};

TEST_F(PoolTest, AFailingStatementDoesNotPoisonItsNeighbours) {
    auto before = runner.ask(kDivide, Params::of(std::int64_t{1}), kOrdered);
    auto failing = runner.ask(kDivide, Params::of(std::int64_t{0}), kOrdered);
    auto after = runner.ask(kDivide, Params::of(std::int64_t{-1}), kOrdered);
    EXPECT_EQ(before.get()->front().get<std::int64_t>(0), 1);
    const auto failed = failing.get();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error(), sql_state("22012"));
    EXPECT_EQ(failed.error().message(), "SQLSTATE 22012");
    EXPECT_EQ(after.get()->front().get<std::int64_t>(0), -1);
}

TEST_F(PoolTest, AStatementThatFailedOnFirstUseStaysPrepared) {
    for (const std::int64_t divisor : {0, 0, 1}) {
        const auto rows = runner.ask(kDivide, Params::of(divisor), kOrdered).get();
        EXPECT_EQ(rows.has_value(), divisor == 1);
        if (!rows) {
            EXPECT_EQ(rows.error(), sql_state("22012"));
        }
    }
}

TEST_F(PoolTest, AStatementThatCannotBePreparedMayBeAskedAgain) {
    static constexpr Statement kLater{"later", "SELECT n FROM later_table"};
    EXPECT_EQ(runner.ask(kLater, {}, kOrdered).get().error(), sql_state("42P01"));
    admin.script("CREATE TABLE later_table (n bigint); INSERT INTO later_table VALUES (5)");
    const auto rows = runner.ask(kLater, {}, kOrdered).get();
    ASSERT_TRUE(rows) << rows.error();
    EXPECT_EQ(rows->front().get<std::int64_t>(0), 5);
}

TEST_F(PoolTest, TheOrderedLaneExecutesAndAnswersInOrder) {
    admin.script("CREATE TABLE ordered (id bigint GENERATED ALWAYS AS IDENTITY, n bigint)");
    static constexpr Statement kInsert{"insert_ordered", "INSERT INTO ordered (n) VALUES ($1) RETURNING id"};
    std::vector<std::future<Result<Rows>>> answers;
    for (std::int64_t n = 1; n <= 500; ++n) answers.push_back(runner.ask(kInsert, Params::of(n), kOrdered));
    std::int64_t id = 0;
    for (auto& answer : answers) EXPECT_EQ(answer.get()->front().get<std::int64_t>(0), ++id);
    EXPECT_TRUE(admin.query({"", "SELECT 1 FROM ordered WHERE id <> n"}).empty());
}

TEST_F(PoolTest, OneOrderedLaneDoesNotHoldUpAnother) {
    ASSERT_EQ(runner.pool().ordered_lanes(), 2u);
    std::set<std::size_t> lanes;
    for (std::int64_t key = 0; key < 200; key += 2) {
        const Lane lane = runner.pool().ordered(key);
        EXPECT_EQ(lane.index, runner.pool().ordered(key).index);
        lanes.insert(lane.index);
    }
    EXPECT_EQ(lanes, (std::set<std::size_t>{0, 1})) << "the even keys, as one shard of two has them, take both";

    runner.ask(kOne, {}, Lane{1}).get();
    auto slow = runner.ask(kSleep, Params::of(std::int64_t{60'000}), Lane{0});
    EXPECT_TRUE(runner.ask(kOne, {}, Lane{1}).get());
    EXPECT_EQ(slow.wait_for(0s), std::future_status::timeout);
}

TEST_F(PoolTest, AnAnswerMeansCommitted) {
    // The row is returned before the commit refuses it: that row must not be taken for an answer.
    admin.script("CREATE TABLE deferred (n bigint CONSTRAINT deferred_key UNIQUE DEFERRABLE INITIALLY DEFERRED)");
    static constexpr Statement kInsert{"insert_deferred", "INSERT INTO deferred VALUES ($1) RETURNING n"};
    EXPECT_TRUE(runner.ask(kInsert, Params::of(std::int64_t{1}), kOrdered).get());
    const auto second = runner.ask(kInsert, Params::of(std::int64_t{1}), kOrdered).get();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error(), kUniqueViolation);
}

TEST_F(PoolTest, ASlowQueryDoesNotHoldUpTheOthers) {
    while (runner.run([&] { return runner.pool().stats().ready < 4; })) std::this_thread::sleep_for(5ms);
    auto slow = runner.ask(kSleep, Params::of(std::int64_t{60'000}));
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(runner.ask(kOne).get());
    EXPECT_EQ(slow.wait_for(0s), std::future_status::timeout);
}

TEST_F(PoolTest, DearQueriesLeaveCheapOnesAConnection) {
    runner.ask(kOne).get();
    std::vector<std::future<Result<Rows>>> dear;
    for (int i = 0; i < 6; ++i) dear.push_back(runner.ask(kSleep, Params::of(std::int64_t{60'000}), Lane::dear));
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(runner.ask(kOne).get());
    EXPECT_EQ(dear[0].wait_for(0s), std::future_status::timeout);
}

TEST_F(PoolTest, LargeParametersAndResultsPassThroughTheSocketsBuffer) {
    static constexpr Statement kText{"text", "SELECT repeat($1::text, 2)"};
    const std::string megabytes(2'000'000, 'x');
    std::vector<std::future<Result<Rows>>> answers;
    for (int i = 0; i < 4; ++i) answers.push_back(runner.ask(kText, Params::of(megabytes), kOrdered));
    for (auto& answer : answers) EXPECT_EQ(answer.get()->front().get<std::string_view>(0).size(), 4'000'000u);
}

Task<> divide_twice(PoolRunner& runner, std::promise<std::int64_t>& sum) {
    auto first_params = Params::of(std::int64_t{1});
    const auto first = co_await runner.pool().query(kEcho, std::move(first_params));
    EXPECT_TRUE(runner.shard().on_this_thread());
    auto second_params = Params::of(std::int64_t{0});
    const auto second = co_await runner.pool().query(kDivide, std::move(second_params));
    EXPECT_TRUE(runner.shard().on_this_thread());
    EXPECT_FALSE(second);
    sum.set_value(first->front().get<std::int64_t>(0));
}

TEST_F(PoolTest, ACoroutineResumesOnTheShard) {
    std::promise<std::int64_t> sum;
    runner.run([&] {
        boost::asio::co_spawn(runner.shard().io(), divide_twice(runner, sum), boost::asio::detached);
        return 0;
    });
    EXPECT_EQ(sum.get_future().get(), 1);
}

TEST_F(PoolTest, OverTheQueueLimitQueriesAreOverloaded) {
    PoolRunner two{TestServer::get().conninfo(), 2}; // the limit is of each connection
    std::vector<std::future<Result<Rows>>> answers(2 * limits::kDatabaseQueueMax + 200);
    two.run([&] {
        for (auto& answer : answers) {
            auto promise = std::make_shared<std::promise<Result<Rows>>>();
            answer = promise->get_future();
            two.pool().query(kOne, {}, [promise](Result<Rows> rows) { promise->set_value(std::move(rows)); });
        }
        return 0;
    });
    std::size_t overloaded = 0;
    for (auto& answer : answers) {
        const auto rows = answer.get();
        if (!rows && rows.error() == Errc::overloaded) ++overloaded;
    }
    EXPECT_EQ(overloaded, 200u);
}

TEST_F(PoolTest, ALostConnectionAnswersWhatWasInFlightAndComesBack) {
    runner.ask(kOne).get();
    auto in_flight = runner.ask(kSleep, Params::of(std::int64_t{60'000}), kOrdered);
    std::this_thread::sleep_for(100ms);
    const auto start = Clock::now();
    admin.query({"", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> "
                     "pg_backend_pid()"});
    EXPECT_EQ(in_flight.get().error(), Errc::unavailable);
    EXPECT_LT(Clock::now() - start, 2s);
    Result<Rows> again = Errc::unavailable;
    for (int i = 0; i < 100 && !again; ++i) {
        std::this_thread::sleep_for(20ms);
        again = runner.ask(kOne, {}, kOrdered).get();
    }
    EXPECT_TRUE(again);
}

TEST_F(PoolTest, AStatementWhoseAnswerWasGivenUpIsEndedBeforeTheNextOne) {
    admin.script("CREATE TABLE given_up (n bigint)");
    static constexpr Statement kPid{"pid", "SELECT pg_backend_pid()"};
    static constexpr Statement kInsert{"insert_given_up", "INSERT INTO given_up VALUES ($1)"};
    const auto pid = static_cast<pid_t>(runner.ask(kPid, {}, kOrdered).get()->front().get<std::int64_t>(0));
    ::kill(pid, SIGSTOP);
    auto given_up = runner.ask(kInsert, Params::of(std::int64_t{1}), kOrdered); // it lies in the process's socket
    EXPECT_EQ(given_up.get().error(), Errc::unavailable);
    EXPECT_EQ(runner.ask(kInsert, Params::of(std::int64_t{2}), kOrdered).get().error(), Errc::unavailable)
        << "the process is still there, and would carry the first one out after this one";
    ::kill(pid, SIGCONT);
    Result<Rows> later = Errc::unavailable;
    for (int i = 0; i < 500 && !later; ++i) {
        std::this_thread::sleep_for(20ms);
        later = runner.ask(kInsert, Params::of(std::int64_t{3}), kOrdered).get();
    }
    ASSERT_TRUE(later);
    const auto still_there =
        admin.query({"", "SELECT 1 FROM pg_stat_activity WHERE pid = $1"}, Params::of(std::int32_t{pid}));
    EXPECT_TRUE(still_there.empty());
    const auto stored = admin.query({"", "SELECT n FROM given_up"});
    ASSERT_EQ(stored.size(), 1u);
    EXPECT_EQ(stored.front().get<std::int64_t>(0), 3);
}

TEST_F(PoolTest, AConnectionMayBeLostWhileItIsBeingWrittenTo) {
    runner.ask(kOne, {}, kOrdered).get();
    std::vector<std::future<Result<Rows>>> answers(3);
    runner.run([&] {
        flushes_to_failure = 2;
        for (auto& answer : answers) {
            auto promise = std::make_shared<std::promise<Result<Rows>>>();
            answer = promise->get_future();
            runner.pool().query(
                kOne, {}, [promise](Result<Rows> rows) { promise->set_value(std::move(rows)); }, kOrdered);
        }
        return 0;
    });
    for (auto& answer : answers) EXPECT_EQ(answer.get().error(), Errc::unavailable);
    EXPECT_LE(flushes_to_failure, 0);
}

TEST_F(PoolTest, WithoutTheServerQueriesAreRefusedAtOnceUntilItIsBack) {
    ASSERT_TRUE(runner.ask(kOne).get());
    TestServer::get().stop(LocalServer::Shutdown::fast);
    std::this_thread::sleep_for(50ms);
    EXPECT_FALSE(runner.run([&] { return runner.pool().available(); }));
    const auto start = Clock::now();
    EXPECT_EQ(runner.ask(kOne).get().error(), Errc::unavailable);
    EXPECT_LT(Clock::now() - start, limits::kDatabaseConnectTimeout / 2) << "it waited for nothing";
    TestServer::get().start();
    bool back = false;
    for (int i = 0; i < 300 && !back; ++i) {
        std::this_thread::sleep_for(20ms);
        back = runner.ask(kOne).get().has_value();
    }
    EXPECT_TRUE(back);
}

TEST_F(PoolTest, AfterALongTimeAwayAllConnectionsAreBackSoon) {
    PoolRunner many{TestServer::get().conninfo(), 16};
    const auto until_ready = [&](std::size_t count) {
        while (many.run([&] { return many.pool().stats().ready < count; })) std::this_thread::sleep_for(5ms);
        return Clock::now();
    };
    until_ready(16);
    Clock::duration shortest = 1min; // a machine may have a slow moment
    for (int i = 0; i < 3 && shortest > 1500ms; ++i) {
        TestServer::get().stop(LocalServer::Shutdown::fast);
        std::this_thread::sleep_for(5s); // the pauses have grown
        TestServer::get().start();
        const auto first = until_ready(1);
        shortest = std::min(shortest, until_ready(16) - first);
    }
    EXPECT_LT(shortest, 1500ms) << "the others follow the one that looks";
}

/// Where a server would be, with nobody behind it.
class Listener {
  public:
    Listener() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = dir_.path() / ".s.PGSQL.5432";
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(descriptor_, 8) != 0)
            throw std::runtime_error{"no listener"};
    }
    ~Listener() { ::close(descriptor_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    std::string conninfo() const { return "host=" + dir_.path().string() + " port=5432 user=nobody dbname=none"; }

    /// Turns away who comes for so long, and counts them.
    int turn_away(std::chrono::milliseconds time) const {
        int count = 0;
        pollfd event{descriptor_, POLLIN, 0};
        for (const auto end = Clock::now() + time; Clock::now() < end;) {
            if (::poll(&event, 1, 10) > 0) count += ::close(::accept(descriptor_, nullptr, nullptr)) == 0 ? 1 : 0;
        }
        return count;
    }

  private:
    testing::TempDir dir_;
    int descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
};

TEST(Pool, AServerThatNeverAnswersIsGivenUp) {
    const Listener silent;
    const auto start = Clock::now();
    PoolRunner runner{silent.conninfo(), 1};
    EXPECT_EQ(runner.ask(kOne).get().error(), Errc::unavailable);
    EXPECT_GE(Clock::now() - start, limits::kDatabaseConnectTimeout - 100ms);
    EXPECT_LT(Clock::now() - start, limits::kDatabaseConnectTimeout + 2s);
}

TEST(Pool, OneConnectionLooksOftenWhetherTheServerIsBackAndTheOthersSeldom) {
    const Listener away;
    const auto tries_in_6s = [&](std::size_t connections) {
        PoolRunner runner{away.conninfo(), connections};
        return away.turn_away(6s);
    };
    // With growing pauses alone one would come 9 times at most; of at most 500 ms each it is 12 times at least, or
    // fewer when the machine is busy.
    const int one = tries_in_6s(1);
    EXPECT_GE(one, 10);
    EXPECT_LE(tries_in_6s(3), one + 2 * 10);
}

TEST(Pool, HostNamesAreResolvedToAllTheirAddresses) {
    // Nobody listens there: what counts is that both ways end in an answer, without a blocked shard.
    for (const char* conninfo : {"postgresql://nobody@localhost:1/none", "host=no-such-host.invalid user=nobody"}) {
        PoolRunner runner{conninfo, 1};
        EXPECT_EQ(runner.ask(kOne).get().error(), Errc::unavailable);
    }
    EXPECT_THROW((PoolRunner{"nonsense=1", 1}), StartupError);
}

} // namespace
} // namespace hubbub::postgres
