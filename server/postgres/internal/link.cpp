#include "postgres/internal/link.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"
#include "postgres/errc.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <boost/asio/post.hpp>
#include <libpq-fe.h>

#include <chrono>
#include <cstring>
#include <utility>

namespace hubbub::postgres::internal {

namespace {

using Socket = boost::asio::posix::stream_descriptor;

/// libpq's messages are several lines; a log field is one.
std::string one_line(const char* message) {
    std::string line{message == nullptr ? "" : message};
    while (!line.empty() && line.back() == '\n') line.pop_back();
    for (const std::string_view breaks : {"\n\t", "\n"}) boost::algorithm::replace_all(line, breaks, " ");
    return line;
}

const char* field(const pg_result* result, int code) {
    const char* value = PQresultErrorField(result, code);
    return value == nullptr ? "" : value;
}

// The backend of the connection before ($1, $2) may have been given up in the middle of a statement. It is gone when
// pg_terminate_backend says so: then its transaction is over as well, one way or the other.
constexpr Statement kGreeting{"greeting", R"(
WITH ended AS MATERIALIZED (
  SELECT pg_terminate_backend(pid, $3) AS done FROM pg_stat_activity
  WHERE pid = $1 AND (extract(epoch FROM backend_start) * 1000000)::bigint = $2)
SELECT pid::bigint, (extract(epoch FROM backend_start) * 1000000)::bigint, NOT EXISTS (SELECT FROM ended WHERE NOT done)
FROM pg_stat_activity WHERE pid = pg_backend_pid())"};

constexpr std::chrono::milliseconds kEndTimeout{limits::kDatabaseConnectTimeout / 2}; // of that backend

void log_notice(void*, const pg_result* notice) {
    log::debug("database_notice",
               {{"severity", field(notice, PG_DIAG_SEVERITY)}, {"message", field(notice, PG_DIAG_MESSAGE_PRIMARY)}});
}

} // namespace

void Link::Finish::operator()(pg_conn* connection) const {
    PQfinish(connection);
}

/// Wraps a handler of the socket so that it does nothing once the link is lost or gone.
template <class Handler> auto Link::guarded(Handler handler) {
    return [weak = weak_from_this(), handler](error_code error) {
        if (const auto self = weak.lock(); self && !error && self->state_ != State::lost) handler(*self);
    };
}

std::shared_ptr<Link> Link::open(runtime::Shard& shard, const Target& target, Owner& owner,
                                 std::optional<Backend> before) {
    // Not by make_shared, whose memory the weak pointers keep: no sanitizer would see a use after the end.
    const std::shared_ptr<Link> link{new Link{shard, owner, before}};
    link->watch();
    Target::resolve(shard.io(), target, [weak = link->weak_from_this()](Result<Target> resolved) {
        const auto self = weak.lock();
        if (!self || self->state_ == State::lost) return;
        // Posted: the owner does not have the link yet when there was nothing to look up.
        boost::asio::post(self->shard_.io(), [weak, resolved = std::move(resolved)] {
            const auto link_now = weak.lock();
            if (!link_now || link_now->state_ == State::lost) return;
            if (!resolved) return link_now->lose("host name: " + resolved.error().message());
            link_now->connect(*resolved);
        });
    });
    return link;
}

Link::Link(runtime::Shard& shard, Owner& owner, std::optional<Backend> before)
    : shard_{shard},
      owner_{owner},
      backend_{before},
      socket_{shard.io()},
      silence_{[](void* self) { static_cast<Link*>(self)->lose("no answer in time"); }, this} {}

Link::~Link() {
    if (socket_.is_open()) socket_.release();
}

void Link::watch() {
    if (state_ == State::ready && queue_.empty()) {
        silence_.disarm();
    } else {
        shard_.arm(silence_, state_ == State::ready ? limits::kDatabaseAnswerTimeout : limits::kDatabaseConnectTimeout);
    }
}

void Link::connect(const Target& target) {
    connection_.reset(PQconnectStartParams(target.keywords().data(), target.values().data(), 0));
    if (!connection_) return lose("out of memory");
    PQsetNoticeReceiver(connection_.get(), log_notice, nullptr);
    if (PQstatus(connection_.get()) == CONNECTION_BAD) return lose(one_line(PQerrorMessage(connection_.get())));
    socket_.assign(PQsocket(connection_.get()));
    socket_.async_wait(Socket::wait_write, guarded([](Link& link) { link.poll_connect(); }));
}

void Link::poll_connect() {
    // libpq may close this descriptor and open another one for the next address: give it back first.
    socket_.release();
    const auto status = PQconnectPoll(connection_.get());
    if (status == PGRES_POLLING_FAILED) return lose(one_line(PQerrorMessage(connection_.get())));
    socket_.assign(PQsocket(connection_.get()));
    if (status == PGRES_POLLING_OK) return greet();
    const auto event = status == PGRES_POLLING_READING ? Socket::wait_read : Socket::wait_write;
    socket_.async_wait(event, guarded([](Link& link) { link.poll_connect(); }));
}

void Link::greet() {
    if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) == 0) {
        return lose(one_line(PQerrorMessage(connection_.get())));
    }
    const Backend before = backend_.value_or(Backend{0, 0});
    Query greeting{.statement = &kGreeting,
                   .params = Params::of(before.pid, before.started, std::int64_t{kEndTimeout.count()}),
                   .done = [weak = weak_from_this()](const Result<Rows>& rows) {
                       if (const auto self = weak.lock(); self && self->state_ != State::lost) self->on_greeted(rows);
                   }};
    queue_.push_front({.query = std::move(greeting), .error = {}, .rows = {}});
    if (send(queue_.front())) wait_readable();
}

void Link::on_greeted(const Result<Rows>& rows) {
    if (!rows) return lose("greeting: " + rows.error().message());
    const Row row = rows->front();
    if (!row.get<bool>(2)) return lose("the backend of the connection before does not end");
    backend_ = Backend{row.get<std::int64_t>(0), row.get<std::int64_t>(1)};
    state_ = State::ready;
    for (Pending& pending : queue_) {
        if (!send(pending)) return;
    }
    watch();
    owner_.on_ready(*this);
}

void Link::submit(Query query) {
    queue_.push_back({.query = std::move(query), .error = {}, .rows = {}});
    if (state_ != State::ready || !send(queue_.back())) return;
    if (queue_.size() == 1) watch();
}

bool Link::send(Pending& pending) {
    const Statement& statement = *pending.query.statement;
    const Params& params = pending.query.params;
    std::vector<Oid> oids(params.size());
    std::vector<const char*> values(params.size());
    std::vector<int> lengths(params.size());
    const std::vector<int> binary(params.size(), 1);
    for (std::size_t i = 0; i < params.size(); ++i) {
        oids[i] = params.oid(i);
        values[i] = params.data(i);
        lengths[i] = params.length(i);
    }
    const int count = static_cast<int>(params.size());
    pg_conn* connection = connection_.get();
    pending.prepares = prepared_.insert(statement.name).second;
    const bool sent =
        (!pending.prepares || PQsendPrepare(connection, statement.name, statement.sql, count, oids.data()) == 1) &&
        PQsendQueryPrepared(connection, statement.name, count, values.data(), lengths.data(), binary.data(), 1) == 1 &&
        PQpipelineSync(connection) == 1;
    if (!sent) {
        lose(one_line(PQerrorMessage(connection)));
        return false;
    }
    pending.query.params = {};
    flush();
    return state_ != State::lost;
}

void Link::flush() {
    if (writing_) return;
    const int left = PQflush(connection_.get());
    if (left < 0) return lose(one_line(PQerrorMessage(connection_.get())));
    if (left == 0) return;
    writing_ = true;
    socket_.async_wait(Socket::wait_write, guarded([](Link& link) {
                           link.writing_ = false;
                           link.flush();
                       }));
}

void Link::wait_readable() {
    socket_.async_wait(Socket::wait_read, guarded([](Link& link) { link.on_readable(); }));
}

void Link::on_readable() {
    const bool alive = PQconsumeInput(connection_.get()) == 1;
    take_results();
    if (state_ == State::lost) return;
    if (!alive || PQstatus(connection_.get()) == CONNECTION_BAD)
        return lose(one_line(PQerrorMessage(connection_.get())));
    flush();
    if (state_ != State::lost) wait_readable();
}

void Link::take_results() {
    const std::size_t before = queue_.size();
    // A null stands between the results of two commands; two in a row mean that nothing more has come.
    for (int nulls = 0; nulls < 2 && !queue_.empty() && PQisBusy(connection_.get()) == 0;) {
        pg_result* result = PQgetResult(connection_.get());
        nulls = result == nullptr ? nulls + 1 : 0;
        if (result != nullptr) take(result);
    }
    if (state_ != State::lost && queue_.size() != before) watch();
}

void Link::take(pg_result* owned) {
    Rows rows{owned};
    Pending& pending = queue_.front();
    switch (PQresultStatus(owned)) {
    case PGRES_TUPLES_OK: pending.rows = std::move(rows); break;
    case PGRES_COMMAND_OK: pending.prepares = false; break; // the prepare's own result comes first
    case PGRES_PIPELINE_ABORTED: break;
    case PGRES_PIPELINE_SYNC: {
        Pending answered = std::move(pending);
        queue_.pop_front();
        if (answered.error) {
            if (answered.prepares) prepared_.erase(answered.query.statement->name);
            complete(std::move(answered.query), answered.error);
        } else {
            complete(std::move(answered.query), std::move(answered.rows));
        }
        break;
    }
    default: refuse(pending, owned);
    }
}

void Link::refuse(Pending& pending, const pg_result* result) {
    const std::string_view state = field(result, PG_DIAG_SQLSTATE);
    const std::string_view severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity == "FATAL" || severity == "PANIC") {
        farewell_ = field(result, PG_DIAG_MESSAGE_PRIMARY); // why the connection is about to be closed
        return;
    }
    // libpq's own report: the connection is lost, or there was no memory for the answer, which is lost then.
    if (state.empty()) return lose(one_line(PQresultErrorMessage(result)));
    if (pending.error) return;
    pending.error = parse_sql_state(state);
    // A constraint that says no is an answer for the caller, everything else is worth a line.
    log::write(state.starts_with("23") ? log::Level::debug : log::Level::warn, "database_error",
               {{"statement", pending.query.statement->name}, {"sqlstate", state.data()}},
               {{"message", field(result, PG_DIAG_MESSAGE_PRIMARY)}});
}

void Link::lose(const std::string& reason) {
    if (state_ == State::lost) return;
    // The owner lets go of the link, and whoever called this may still look at it.
    boost::asio::post(shard_.io(), [self = shared_from_this()] {});
    state_ = State::lost;
    silence_.disarm();
    if (socket_.is_open()) socket_.release();
    connection_.reset();
    std::deque<Query> unanswered;
    for (Pending& pending : std::exchange(queue_, {})) {
        if (pending.query.statement != &kGreeting) unanswered.push_back(std::move(pending.query));
    }
    owner_.on_lost(*this, farewell_.empty() ? reason : farewell_, std::move(unanswered));
}

void Link::complete(Query query, Result<Rows> result) {
    if (query.statement != &kGreeting) owner_.on_answered(query, result.has_error());
    // Posted, so that neither an exception nor a new query of the receiver meets a half-read result.
    boost::asio::post(
        shard_.io(), [done = std::move(query.done), result = std::move(result)]() mutable { done(std::move(result)); });
}

} // namespace hubbub::postgres::internal
