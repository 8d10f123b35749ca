#pragma once
#include <boost/asio/awaitable.hpp>

namespace hubbub {

/// A coroutine on one shard. At most one per REST request or connection step, never one per message or recipient.
template <class T = void> using Task = boost::asio::awaitable<T>;

} // namespace hubbub
