#pragma once
#include "client.hpp"

#include <boost/json/object.hpp>
#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace hubbub::load {

/// How long all clients may take to connect, and what is on its way to arrive.
inline constexpr std::chrono::seconds kConnectLimit{120}, kDrainLimit{60};

/// What every mode is told. The modes answer with what they measured.
struct Load {
    Target target;
    pid_t server = 0;   ///< whose CPU and memory are measured
    pid_t database = 0; ///< whose children's CPU is measured beside it; 0: none
    std::size_t clients = 1000;
    std::vector<std::string> tokens; ///< client i authenticates with token i modulo their number; none: no auth
    std::chrono::milliseconds duration{5000};
};

/// The CONNECT payload of client `index`.
std::string auth_of(const Load& load, std::size_t index);

struct Fanout {
    std::size_t publishers = 8; ///< of the clients
    std::size_t in_flight = 4;  ///< messages each, until their own broadcast comes; if there is no rate
    double rate = 0;            ///< messages a second in all, whatever becomes of them; 0: keep `in_flight`
    std::size_t slow = 0;       ///< clients that stop reading before the first message
    std::size_t message_bytes = 120;
    std::chrono::milliseconds warm_up{1000};
    bool count_syscalls = false; ///< the server's; in a run of its own, for it slows the server
};

/// All clients are in one room. Publishers send JSON objects of `message_bytes` as `send_message`; every client that
/// reads must get each as `new_message` once and in its publisher's order, or the run throws.
boost::json::object run_fanout(const Load& load, const Fanout& fanout);

/// Connects the clients, and measures what they cost while nothing but heartbeats happens.
boost::json::object run_idle(const Load& load);

/// Measures connecting the clients, `at_once` at a time, after `warm_up` others. With tokens a client counts once it
/// has the event `connected`, which says that it is in its rooms.
boost::json::object run_connect(const Load& load, std::size_t at_once, std::size_t warm_up);

struct Messages {
    std::size_t senders = 8;    ///< of the clients
    std::size_t in_flight = 16; ///< messages each, until they are acknowledged
    std::size_t message_bytes = 120;
    std::chrono::milliseconds warm_up{1000};
    bool ordered = true; ///< a member must get a channel's events in the order of eventSeq; else in any
};

/// Chats: every client has a token of its own, and sends to the first of its channels. Each message must be
/// acknowledged with ok, and come to every client in its channel once, or the run throws.
boost::json::object run_messages(const Load& load, const Messages& messages);

/// Connects the clients, drops them all, has `missed` messages written into each of their channels, and measures how
/// they all come back at once and `resume`. Each must get exactly what it missed, or the run throws.
boost::json::object run_storm(const Load& load, std::size_t missed);

/// Reads one page of the first channel of the first token again and again: the newest, or that before a message.
boost::json::object run_history(const Load& load, std::int64_t before_message);

} // namespace hubbub::load
