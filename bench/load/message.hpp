#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hubbub::load {

/// A message of the fan-out: `{"publisher":"03","number":"0000000042","content":"xxx…"}`. Fixed places, so that a
/// delivery is checked in nanoseconds.
struct Message {
    static constexpr std::size_t kPublishersMax = 100;
    static constexpr std::size_t kBytesMin = 64;

    std::size_t publisher;
    std::uint64_t number; ///< of the publisher's, from 0
};

/// JSON of exactly `bytes` bytes.
std::string to_json(const Message& message, std::size_t bytes);

/// Reads what `to_json` wrote with that size. Throws std::runtime_error on anything else.
Message parse_message(std::string_view json, std::size_t bytes);

} // namespace hubbub::load
