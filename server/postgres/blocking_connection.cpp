#include "postgres/blocking_connection.hpp"

#include <libpq-fe.h>

#include <vector>

namespace hubbub::postgres {

namespace {

void ignore_notice(void*, const PGresult*) {}

std::string message_of(const PGconn* connection) {
    std::string message = PQerrorMessage(connection);
    while (!message.empty() && message.back() == '\n') message.pop_back();
    return message;
}

} // namespace

void BlockingConnection::Finish::operator()(pg_conn* connection) const {
    PQfinish(connection);
}

BlockingConnection::BlockingConnection(const std::string& conninfo) : connection_{PQconnectdb(conninfo.c_str())} {
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
        throw StartupError{"cannot connect to the database: " + message_of(connection_.get())};
    }
    PQsetNoticeReceiver(connection_.get(), ignore_notice, nullptr);
}

Rows BlockingConnection::query(const Statement& statement, const Params& params) {
    std::vector<Oid> oids;
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (std::size_t i = 0; i < params.size(); ++i) {
        oids.push_back(params.oid(i));
        values.push_back(params.data(i));
        lengths.push_back(params.length(i));
    }
    const std::vector<int> binary(params.size(), 1);
    PGresult* result = PQexecParams(connection_.get(), statement.sql, static_cast<int>(params.size()), oids.data(),
                                    values.data(), lengths.data(), binary.data(), 1);
    Rows rows{result};
    if (const auto status = PQresultStatus(result); status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        throw StartupError{message_of(connection_.get())};
    }
    return rows;
}

void BlockingConnection::script(const std::string& sql) {
    const Rows result{PQexec(connection_.get(), sql.c_str())};
    if (*PQerrorMessage(connection_.get()) != '\0') throw StartupError{message_of(connection_.get())};
}

} // namespace hubbub::postgres
