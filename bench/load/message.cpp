#include "message.hpp"

#include <charconv>
#include <cstdio>
#include <stdexcept>

namespace hubbub::load {

namespace {

constexpr std::size_t kPublisherAt = std::string_view(R"({"publisher":")").size();
constexpr std::size_t kPublisherDigits = 2;
constexpr std::size_t kNumberAt = kPublisherAt + kPublisherDigits + std::string_view(R"(","number":")").size();
constexpr std::size_t kNumberDigits = 10;

template <typename Number> Number number_at(std::string_view text, std::size_t at, std::size_t digits) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + digits, number);
    if (error != std::errc{} || end != text.data() + at + digits)
        throw std::runtime_error("a broken message: " + std::string(text));
    return number;
}

} // namespace

std::string to_json(const Message& message, std::size_t bytes) {
    char head[Message::kBytesMin];
    const int length = std::snprintf(head, sizeof head, R"({"publisher":"%02zu","number":"%010llu","content":")",
                                     message.publisher, static_cast<unsigned long long>(message.number));
    std::string text(head, static_cast<std::size_t>(length));
    text.append(bytes - text.size() - 2, 'x');
    return text += "\"}";
}

Message parse_message(std::string_view json, std::size_t bytes) {
    if (json.size() != bytes) throw std::runtime_error("a broken message: " + std::string(json.substr(0, 200)));
    return {.publisher = number_at<std::size_t>(json, kPublisherAt, kPublisherDigits),
            .number = number_at<std::uint64_t>(json, kNumberAt, kNumberDigits)};
}

} // namespace hubbub::load
