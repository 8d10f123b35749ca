#pragma once
#include "client.hpp"

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace hubbub::load {

/// What every mode is told.
struct Load {
    Client::Target target;
    pid_t server = 0; ///< whose CPU and memory are measured
    std::size_t clients = 1000;
    std::vector<std::string> tokens; ///< client i authenticates with token i modulo their number; none: no auth
    std::chrono::seconds duration{5};
};

/// The CONNECT payload of client `index`.
std::string auth_of(const Load& load, std::size_t index);

/// When a publisher sends its next message.
enum class Until { broadcast, ack };

struct Fanout {
    std::size_t publishers = 8; ///< of the clients
    std::size_t in_flight = 4;  ///< messages each
    Until until = Until::broadcast;
    std::chrono::milliseconds warm_up{1000};
};

/// All clients are in one room. Publishers keep messages of 120 bytes (the JSON object) in flight, as `send_message`;
/// every client must get each as `new_message` once and in its publisher's order, or the run throws. Prints a JSON
/// object.
void run_fanout(const Load& load, const Fanout& fanout);

/// Connects the clients, and measures what they cost while nothing but heartbeats happens. Prints a JSON object.
void run_idle(const Load& load);

/// Measures connecting the clients, `at_once` at a time. Prints a JSON object.
void run_connect(const Load& load, std::size_t at_once);

} // namespace hubbub::load
