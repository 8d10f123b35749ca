// What PostgreSQL alone does: INSERTs of --rows messages into chat_message, each its own transaction, one after the
// other on one connection. Prints one JSON object on its standard output.
#include "histogram.hpp"
#include "process.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>

using namespace hubbub::load;

namespace {

using std::chrono::steady_clock;

constexpr std::size_t kContentBytes = 120;
/// Of a hundred channels that do not exist, so that nobody's counts are touched.
constexpr const char* kInsert = R"(
INSERT INTO chat_message ("createdAt", "chatChannelId", seq, "eventSeq", "senderId", "clientMessageId", content)
SELECT date_trunc('milliseconds', clock_timestamp()), -1 - i.seq % 100, i.seq, i.seq, 1, i.client, i.content
FROM unnest($1::bigint[], $2::uuid[], $3::text[]) AS i (seq, client, content))";

struct Loop {
    std::string database;
    std::size_t rows = 1;
    double duration_s = 5;
    pid_t postmaster = 0;
};

/// PostgreSQL's text form of the arrays of one INSERT.
struct Batch {
    std::string seqs = "{";
    std::string clients = "{";
    std::string contents = "{";

    Batch(std::uint64_t first, std::size_t rows) {
        for (std::uint64_t seq = first; seq < first + rows; ++seq) {
            const char* comma = seq == first ? "" : ",";
            char client[40];
            std::snprintf(client, sizeof client, "00000000-0000-7000-8000-%012llx",
                          static_cast<unsigned long long>(seq));
            seqs.append(comma).append(std::to_string(seq));
            clients.append(comma).append(client);
            contents.append(comma).append(kContentBytes, 'x');
        }
        for (std::string* text : {&seqs, &clients, &contents}) *text += '}';
    }
};

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

void check(pg_conn* connection, const Result& result, ExecStatusType wanted) {
    if (PQresultStatus(result.get()) != wanted) throw std::runtime_error(PQerrorMessage(connection));
}

boost::json::object run(const Loop& loop) {
    const std::string conninfo = "host=" + loop.database + " user=hubbub dbname=hubbub";
    const std::unique_ptr<pg_conn, decltype(&PQfinish)> connection{PQconnectdb(conninfo.c_str()), &PQfinish};
    if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
    check(connection.get(), {PQprepare(connection.get(), "insert", kInsert, 3, nullptr), &PQclear}, PGRES_COMMAND_OK);
    const Result last{
        PQexec(connection.get(), R"(SELECT coalesce(max(seq), 0) FROM chat_message WHERE "chatChannelId" < 0)"),
        &PQclear};
    check(connection.get(), last, PGRES_TUPLES_OK);
    std::uint64_t next = std::stoull(PQgetvalue(last.get(), 0, 0)) + 1;

    Histogram round_trips;
    const auto database_before = cpu_time_of_children(loop.postmaster);
    const auto began = steady_clock::now();
    const auto end = began + std::chrono::duration<double>(loop.duration_s);
    auto now = began;
    while (now < end) {
        const Batch batch{next, loop.rows};
        const char* values[] = {batch.seqs.c_str(), batch.clients.c_str(), batch.contents.c_str()};
        const auto sent = steady_clock::now();
        const Result inserted{PQexecPrepared(connection.get(), "insert", 3, values, nullptr, nullptr, 0), &PQclear};
        check(connection.get(), inserted, PGRES_COMMAND_OK);
        now = steady_clock::now();
        round_trips.record(now - sent);
        next += loop.rows;
    }
    const double took = std::chrono::duration<double>(now - began).count();
    const auto rows = static_cast<double>(round_trips.count() * loop.rows);
    const auto database = cpu_time_of_children(loop.postmaster) - database_before;
    return {{"rowsPerSecond", rows / took},
            {"databaseCpuMicrosPerRow", std::chrono::duration<double, std::micro>(database).count() / rows},
            {"roundTripMicros", latencies_of(round_trips)}};
}

} // namespace

int main(int argc, char** argv) {
    Loop loop;
    CLI::App arguments{"INSERTs into chat_message, one after the other"};
    arguments.add_option("--database", loop.database, "The directory of PostgreSQL's socket")->required();
    arguments.add_option("--database-pid", loop.postmaster, "Its first process")->required();
    arguments.add_option("--rows", loop.rows, "Of each INSERT")->capture_default_str();
    arguments.add_option("--seconds", loop.duration_s)->capture_default_str();
    CLI11_PARSE(arguments, argc, argv);
    try {
        std::cout << boost::json::serialize(run(loop)) << '\n';
    } catch (const std::exception& error) {
        std::cerr << "raw_insert_loop: " << error.what() << '\n';
        return 1;
    }
}
