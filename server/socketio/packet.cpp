#include "socketio/packet.hpp"

#include "base/ids.hpp"
#include "base/limits.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace hubbub::socketio {
namespace {

namespace json = boost::json;

/// Takes a run of decimal digits off the front; empty if there is none.
std::string_view take_digits(std::string_view& text) {
    std::size_t length = 0;
    while (length < text.size() && text[length] >= '0' && text[length] <= '9') ++length;
    const auto digits = text.substr(0, length);
    text.remove_prefix(length);
    return digits;
}

Result<std::uint64_t> to_number(std::string_view digits, std::uint64_t max, Errc too_large) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || number > max) return too_large;
    return number;
}

/// Takes `N-` off the front of a binary packet.
Result<std::size_t> take_attachment_count(std::string_view& text) {
    const auto digits = take_digits(text);
    if (digits.empty() || !text.starts_with('-')) return Errc::invalid_attachment_count;
    text.remove_prefix(1);
    const auto count = to_number(digits, limits::kAttachmentsMax, Errc::too_many_attachments);
    if (!count) return count.error();
    return static_cast<std::size_t>(*count);
}

/// Takes `/name,` off the front; a name without a comma is the rest of the packet, and a query string is ignored.
Result<std::string> take_namespace(std::string_view& text) {
    if (!text.starts_with('/')) return std::string{"/"};
    const std::size_t comma = text.find(',');
    std::string_view name = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    name = name.substr(0, name.find('?'));
    if (name.size() > limits::kNamespaceBytesMax) return Errc::invalid_namespace;
    return std::string{name};
}

/// 1e400 reads as infinity and 0e400 as NaN, for which JSON has no words: null, as Node relays the first.
void drop_non_numbers(json::value& value) {
    if (value.is_double() && !std::isfinite(value.get_double())) value = nullptr;
    if (value.is_array()) {
        for (json::value& item : value.get_array()) drop_non_numbers(item);
    } else if (value.is_object()) {
        for (auto& field : value.get_object()) drop_non_numbers(field.value());
    }
}

/// The number that four hexadecimal digits are.
std::optional<std::uint32_t> hex4(std::string_view digits) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    if (digits.size() != 4 || error != std::errc{} || end != digits.data() + 4) return {};
    return number;
}

/// The code unit that is escaped at that place, as `\uXXXX`.
std::optional<std::uint32_t> escaped_unit(std::string_view text, std::size_t at) {
    const std::string_view escape = text.substr(std::min(at, text.size()), 6);
    return escape.starts_with("\\u") ? hex4(escape.substr(2)) : std::nullopt;
}

/// JavaScript's strings may hold half of a surrogate pair, and JSON.stringify escapes it; UTF-8 cannot, so that it
/// becomes U+FFFD. Returns whether there was one.
bool replace_lone_surrogates(std::string& text) {
    bool found = false;
    for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
        const auto unit = escaped_unit(text, at);
        if (!unit || *unit < 0xD800 || *unit > 0xDFFF) {
            at += 2;
            continue;
        }
        const auto next = escaped_unit(text, at + 6);
        if (*unit < 0xDC00 && next && *next >= 0xDC00 && *next <= 0xDFFF) {
            at += 12;
            continue;
        }
        text.replace(at, 6, "\\ufffd");
        at += 6;
        found = true;
    }
    return found;
}

Result<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = limits::kJsonDepthMax;
    error_code error;
    json::value value = json::parse(text, error, {}, options);
    std::string repaired;
    if (error && replace_lone_surrogates(repaired = text)) value = json::parse(repaired, error, {}, options);
    if (error) return Errc::invalid_payload;
    drop_non_numbers(value);
    return value;
}

/// Whether the payload is of the shape that its packet type asks for ("Packet encoding").
Result<void> check_payload(PacketType type, const json::value& data, bool present) {
    switch (type) {
    case PacketType::connect:
        if (present && !data.is_object()) return Errc::invalid_payload;
        return {};
    case PacketType::disconnect:
        if (present) return Errc::invalid_payload;
        return {};
    case PacketType::connect_error: // only servers send it
        return Errc::invalid_payload;
    case PacketType::event:
    case PacketType::binary_event: {
        if (!data.is_array() || data.get_array().empty()) return Errc::invalid_payload;
        const json::value& name = data.get_array().front();
        if (name.is_number()) return {};
        if (!name.is_string() || name.get_string().size() > limits::kEventNameBytesMax) return Errc::invalid_payload;
        if (is_reserved_event(name.get_string())) return Errc::reserved_event;
        return {};
    }
    case PacketType::ack:
    case PacketType::binary_ack:
        if (!data.is_array()) return Errc::invalid_payload;
        return {};
    }
    return Errc::unknown_packet_type;
}

} // namespace

std::string_view to_string(Errc errc) {
    switch (errc) {
    case Errc::unknown_packet_type: return "unknown packet type";
    case Errc::invalid_payload: return "invalid payload";
    case Errc::invalid_attachment_count: return "invalid attachment count";
    case Errc::too_many_attachments: return "too many attachments";
    case Errc::invalid_namespace: return "invalid namespace";
    case Errc::invalid_ack_id: return "invalid ack id";
    case Errc::reserved_event: return "reserved event name";
    case Errc::invalid_placeholder: return "placeholder names no attachment";
    case Errc::ack_timeout: return "no ack in time";
    case Errc::disconnected: return "the socket disconnected";
    }
    return "unknown error";
}

error_code make_error_code(Errc errc) {
    static const ErrcCategory<Errc> category{"socketio"};
    return {static_cast<int>(errc), category};
}

bool is_reserved_event(std::string_view name) {
    return name == "connect" || name == "connect_error" || name == "disconnect" || name == "disconnecting" ||
           name == "newListener" || name == "removeListener";
}

Result<Packet> decode_packet(std::string_view text) {
    if (text.empty() || text[0] < '0' || text[0] > '6') return Errc::unknown_packet_type;
    Packet packet;
    packet.type = static_cast<PacketType>(text[0] - '0');
    text.remove_prefix(1);

    if (packet.type == PacketType::binary_event || packet.type == PacketType::binary_ack) {
        const auto count = take_attachment_count(text);
        if (!count) return count.error();
        packet.attachments = *count;
    }
    auto nsp = take_namespace(text);
    if (!nsp) return nsp.error();
    packet.nsp = std::move(*nsp);

    if (const auto digits = take_digits(text); !digits.empty()) {
        const auto id = to_number(digits, static_cast<std::uint64_t>(kJsonIntegerMax), Errc::invalid_ack_id);
        if (!id) return id.error();
        packet.id = *id;
    }
    const bool present = !text.empty();
    if (present) {
        auto data = parse_json(text);
        if (!data) return data.error();
        packet.data = std::move(*data);
    }
    const auto shape = check_payload(packet.type, packet.data, present);
    if (!shape) return shape.error();
    const bool is_ack = packet.type == PacketType::ack || packet.type == PacketType::binary_ack;
    if (is_ack && !packet.id) return Errc::invalid_ack_id;
    return packet;
}

Result<void> check_placeholders(const json::value& data, std::size_t count) {
    if (data.is_array()) {
        for (const json::value& item : data.get_array()) {
            const auto checked = check_placeholders(item, count);
            if (!checked) return checked.error();
        }
    } else if (data.is_object()) {
        const json::object& object = data.get_object();
        if (const json::value* mark = object.if_contains("_placeholder");
            mark != nullptr && *mark == json::value(true)) {
            const json::value* num = object.if_contains("num");
            const bool valid = num != nullptr && num->is_int64() && num->get_int64() >= 0 &&
                               static_cast<std::size_t>(num->get_int64()) < count;
            if (!valid) return Errc::invalid_placeholder;
            return {};
        }
        for (const auto& [name, value] : object) {
            const auto checked = check_placeholders(value, count);
            if (!checked) return checked.error();
        }
    }
    return {};
}

std::string encode_head(PacketType type, std::string_view nsp, std::optional<std::uint64_t> id,
                        std::size_t attachments) {
    std::string head;
    head += static_cast<char>('0' + static_cast<int>(type));
    if (type == PacketType::binary_event || type == PacketType::binary_ack) {
        head += std::to_string(attachments);
        head += '-';
    }
    if (nsp != "/") {
        head += nsp;
        head += ',';
    }
    if (id) head += std::to_string(*id);
    return head;
}

} // namespace hubbub::socketio
