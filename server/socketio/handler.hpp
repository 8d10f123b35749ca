#pragma once
// Turns the functions that an application registers into event handlers: raw or typed, plain or coroutine.
#include "base/task.hpp"
#include "socketio/payload.hpp"
#include "socketio/socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/mp11/list.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace hubbub::socketio {

/// What every kind of handler becomes. Runs on the socket's shard.
using EventHandler = std::function<void(Socket&, Event)>;

namespace internal {

/// An exception left a handler: it is logged, and closes the connection of the socket, nothing else.
void handler_failed(Socket& socket, const std::exception_ptr& escaped);
/// The payload is not what the handler takes: answers as the namespace wants it.
void reject_payload(Socket& socket, Event event, const FieldError& error);

template <class F> struct SignatureOf;
template <class R, class S, class... Rest> struct SignatureOf<std::function<R(S, Rest...)>> {
    using Result = R;
    using First = S;
    using Arguments = boost::mp11::mp_list<std::decay_t<Rest>...>;
    static constexpr bool by_value = !(std::is_reference_v<Rest> || ...);
};
template <class F> using Signature = SignatureOf<decltype(std::function{std::declval<F>()})>;

template <class T> inline constexpr bool is_task = false;
template <class T> inline constexpr bool is_task<Task<T>> = true;

template <class List> inline constexpr bool ends_in_ack = std::is_same_v<boost::mp11::mp_back<List>, Ack>;
template <> inline constexpr bool ends_in_ack<boost::mp11::mp_list<>> = false;

/// Runs a handler's coroutine on the socket's shard; what it returns is the ack.
template <class T> void spawn(const std::shared_ptr<Socket>& socket, Task<T> task, [[maybe_unused]] Ack ack) {
    auto& io = socket->shard().io();
    if constexpr (std::is_void_v<T>) {
        boost::asio::co_spawn(io, std::move(task), [socket](const std::exception_ptr& escaped) {
            if (escaped) handler_failed(*socket, escaped);
        });
    } else {
        auto finish = [socket, answer = std::move(ack)](const std::exception_ptr& escaped, const T& value) mutable {
            if (escaped) return handler_failed(*socket, escaped);
            answer(value);
        };
        boost::asio::co_spawn(io, std::move(task), std::move(finish));
    }
}

template <class... T> std::optional<FieldError> read_arguments(const Arguments& arguments, std::tuple<T...>& values) {
    PayloadReader reader{arguments.attachments};
    static const boost::json::value kAbsent;
    std::size_t index = 0;
    const auto read = [&](auto& value) {
        const bool present = index < arguments.values.size();
        if (!reader.read(present ? arguments.values[index] : kAbsent, value)) {
            if (sizeof...(T) > 1) reader.in_element(index);
            return false;
        }
        ++index;
        return true;
    };
    const bool good = std::apply([&](auto&... value) { return (read(value) && ...); }, values);
    if (good) return {};
    return reader.take_error();
}

/// Calls `function(socket, arguments…)` and sees to what it returns.
template <class F, class... T>
void call_handler(const F& function, const std::shared_ptr<Socket>& socket, Ack ack, T... arguments) {
    using S = Signature<F>;
    using R = typename S::Result;
    const auto call = [&]() -> R {
        if constexpr (std::is_same_v<std::decay_t<typename S::First>, Socket>) {
            return function(*socket, std::move(arguments)...);
        } else {
            return function(socket, std::move(arguments)...);
        }
    };
    if constexpr (is_task<R>) {
        static_assert(std::is_same_v<std::decay_t<typename S::First>, std::shared_ptr<Socket>>,
                      "a coroutine takes std::shared_ptr<Socket>: the socket may be gone when it goes on");
        static_assert(S::by_value, "a coroutine takes its arguments by value: it outlives the call");
        spawn(socket, call(), std::move(ack));
    } else if constexpr (std::is_void_v<R>) {
        call();
    } else {
        ack(call());
    }
}

template <class F> EventHandler make_handler(F function) {
    using S = Signature<F>;
    using List = typename S::Arguments;
    constexpr bool returns = !std::is_void_v<typename S::Result> && !std::is_same_v<typename S::Result, Task<void>>;
    if constexpr (std::is_same_v<List, boost::mp11::mp_list<Event>>) {
        static_assert(!returns, "a handler that takes the Event answers by event.ack");
        return [function = std::move(function)](Socket& socket, Event event) {
            call_handler(function, socket.shared_from_this(), Ack{}, std::move(event));
        };
    } else {
        constexpr bool takes_ack = ends_in_ack<List>;
        static_assert(!(takes_ack && returns), "a handler either takes an Ack or returns the answer");
        using Payload = boost::mp11::mp_take_c<List, boost::mp11::mp_size<List>::value - (takes_ack ? 1 : 0)>;
        return [function = std::move(function)](Socket& socket, Event event) {
            boost::mp11::mp_rename<Payload, std::tuple> values;
            if (const auto error = read_arguments(event.arguments, values))
                return reject_payload(socket, std::move(event), *error);
            const auto apply = [&](auto&... value) {
                if constexpr (takes_ack) {
                    call_handler(function, socket.shared_from_this(), Ack{}, std::move(value)..., std::move(event.ack));
                } else {
                    call_handler(function, socket.shared_from_this(), std::move(event.ack), std::move(value)...);
                }
            };
            std::apply(apply, values);
        };
    }
}

} // namespace internal
} // namespace hubbub::socketio
