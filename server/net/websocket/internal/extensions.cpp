#include "net/websocket/internal/extensions.hpp"

#include "net/http/internal/text.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace hubbub::net::websocket {
namespace {

struct Parameter {
    std::string_view name;
    std::optional<std::string_view> value;
};

struct Offer {
    std::string_view name;
    std::vector<Parameter> parameters;
};

bool is_token_char(char c) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOthers.find(c) != std::string_view::npos;
}

/// Reads a Sec-WebSocket-Extensions field (RFC 6455, 9.1) from left to right.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : left_{text} { skip_space(); }

    bool at_end() const { return left_.empty(); }

    bool take(char c) {
        if (!left_.starts_with(c)) return false;
        left_.remove_prefix(1);
        skip_space();
        return true;
    }

    /// Empty if there is none.
    std::string_view token() {
        const auto end = std::ranges::find_if_not(left_, is_token_char);
        const std::string_view token = left_.substr(0, static_cast<std::size_t>(end - left_.begin()));
        left_.remove_prefix(token.size());
        skip_space();
        return token;
    }

    /// A token, in quotation marks or not.
    std::string_view value() {
        if (!take('"')) return token();
        const std::string_view inside = token();
        return take('"') ? inside : std::string_view{};
    }

  private:
    void skip_space() { left_.remove_prefix(std::min(left_.find_first_not_of(" \t"), left_.size())); }

    std::string_view left_;
};

/// None if it is malformed.
std::optional<Offer> read_offer(Scanner& scanner) {
    Offer offer{.name = scanner.token(), .parameters = {}};
    if (offer.name.empty()) return {};
    while (scanner.take(';')) {
        Parameter parameter{.name = scanner.token(), .value = {}};
        if (parameter.name.empty()) return {};
        if (scanner.take('=')) {
            parameter.value = scanner.value();
            if (parameter.value->empty()) return {};
        }
        offer.parameters.push_back(parameter);
    }
    return offer;
}

/// None if the field is malformed.
std::optional<std::vector<Offer>> read_offers(std::string_view field) {
    std::vector<Offer> offers;
    Scanner scanner{field};
    do {
        auto offer = read_offer(scanner);
        if (!offer) return {};
        offers.push_back(std::move(*offer));
    } while (scanner.take(','));
    if (!scanner.at_end()) return {};
    return offers;
}

/// 8 to 15, without leading zeros (RFC 7692, 7.1.2).
bool is_window_bits(std::string_view value) {
    return value == "8" || value == "9" || (value.size() == 2 && value[0] == '1' && value[1] >= '0' && value[1] <= '5');
}

bool is_acceptable(const Parameter& parameter) {
    if (parameter.name == "server_no_context_takeover" || parameter.name == "client_no_context_takeover")
        return !parameter.value;
    if (parameter.name == "server_max_window_bits") return parameter.value == "15";
    if (parameter.name == "client_max_window_bits") return !parameter.value || is_window_bits(*parameter.value);
    return false;
}

std::optional<std::string> answer_to(const Offer& offer) {
    if (offer.name != "permessage-deflate") return {};
    std::string answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    for (auto parameter = offer.parameters.begin(); parameter != offer.parameters.end(); ++parameter) {
        if (!is_acceptable(*parameter)) return {};
        const bool repeated = std::any_of(offer.parameters.begin(), parameter,
                                          [&](const Parameter& other) { return other.name == parameter->name; });
        if (repeated) return {};
        if (parameter->name == "server_max_window_bits") answer += "; server_max_window_bits=15";
    }
    return answer;
}

} // namespace

std::optional<std::string> accept_deflate(const http::Fields& headers) {
    for (const auto& [name, value] : headers) {
        if (!http::equal_ignoring_case(name, "Sec-WebSocket-Extensions")) continue;
        const auto offers = read_offers(value);
        if (!offers) return {};
        for (const Offer& offer : *offers) {
            if (auto answer = answer_to(offer)) return answer;
        }
    }
    return {};
}

} // namespace hubbub::net::websocket
