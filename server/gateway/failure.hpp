#pragma once
#include "base/result.hpp"
#include "chat/errc.hpp"
#include "gateway/error_table.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hubbub::gateway {

/// Why a request was refused, as the contract words it.
struct Failure {
    ErrorName name;
    std::string field = {}; ///< the field that is wrong, where one is
    std::optional<std::chrono::milliseconds> retry_after = {};
    std::string cause = {}; ///< of a bug, for `log_cause` alone
};

/// Which request or socket a line of the log is about: `{"request": id}` or `{"socket": id}`.
struct Whose {
    std::string_view kind;
    std::string_view id;
};

/// Whoever answers with a failure logs its cause, if it has one.
void log_cause(const Failure& failure, Whose whose);

/// A value, or how the client is refused.
template <class T> using Outcome = boost::system::result<T, Failure>;

/// The contract's error for a reason of the chat; `field` is kept for `validation.*` and for names that are taken.
/// A reason of any other module is a bug: `server.internal`, with its cause.
Failure to_failure(error_code reason, std::string_view field = {});

const ErrorRow& row_of(ErrorName name);

/// `{"code","message","retryable","retryAfterMs"?,"field"?}`
boost::json::object to_json(const Failure& failure);

/// How long a client should wait before it tries again, where the reason of the refusal does not say.
inline constexpr std::chrono::milliseconds kRetryAfter{1000};

} // namespace hubbub::gateway
