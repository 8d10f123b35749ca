#include "storage/internal/errors.hpp"

#include "base/log.hpp"
#include "chat/errc.hpp"
#include "postgres/errc.hpp"

namespace hubbub::storage::internal {

error_code to_chat_error(const error_code& error) {
    if (postgres::is_temporary(error)) return chat::Errc::unavailable;
    if (error == postgres::sql_state("22021") || error == postgres::sql_state("22P05")) return chat::Errc::bad_format;
    return chat::Errc::internal;
}

error_code unreadable(const std::exception& reason) {
    log::error("database_answer_unreadable", {{"what", reason.what()}, {"hint", "a bug: report it with this line"}});
    return chat::Errc::internal;
}

} // namespace hubbub::storage::internal
