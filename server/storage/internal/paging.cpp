#include "storage/internal/paging.hpp"

#include "base/base64.hpp"
#include "chat/errc.hpp"

#include <charconv>
#include <system_error>

namespace hubbub::storage::internal {

std::string encode_cursor(std::string_view position) {
    std::string cursor = base64_encode(position);
    std::erase(cursor, '=');
    std::replace(cursor.begin(), cursor.end(), '+', '-');
    std::replace(cursor.begin(), cursor.end(), '/', '_');
    return cursor;
}

std::optional<std::string> decode_cursor(std::string cursor) {
    std::replace(cursor.begin(), cursor.end(), '-', '+');
    std::replace(cursor.begin(), cursor.end(), '_', '/');
    return base64_decode(cursor);
}

Result<std::int64_t> id_of(const std::optional<std::string>& cursor) {
    if (!cursor) return 0;
    const auto text = decode_cursor(*cursor);
    std::int64_t id = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), id).ec != std::errc{}) {
        return chat::Errc::bad_format;
    }
    return id;
}

} // namespace hubbub::storage::internal
