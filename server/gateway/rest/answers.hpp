#pragma once
// What several routes read and answer with.
#include "gateway/json/encode.hpp"
#include "net/http/message.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hubbub::gateway {

inline chat::ClientInfo client_of(const net::http::Request& request) {
    return {std::string{request.headers.get("User-Agent")}, request.remote_address};
}

/// `{"channel":…,"state":…}`
net::http::Response view_response(int status, const chat::ChannelView& view);

inline net::http::Response no_content() {
    net::http::Response response;
    response.status = 204;
    return response;
}

/// `{"user":…}`
template <class User> net::http::Response user_response(const User& user) {
    return net::http::json_response(200, R"({"user":)" + encode(user) + "}");
}

/// `{"invite":…}`
inline net::http::Response invite_response(int status, const chat::Invite& invite) {
    return net::http::json_response(status, R"({"invite":)" + encode(invite) + "}");
}

/// `{name:[…]}`
template <class T> net::http::Response list_response(std::string_view name, const std::vector<T>& items) {
    std::string text;
    JsonWriter json{text};
    json.begin_object();
    write_array(json, name, items);
    json.end_object();
    return net::http::json_response(200, std::move(text));
}

/// `{name:[…],"nextCursor":…}`
template <class T> net::http::Response page_response(std::string_view name, const chat::Page<T>& page) {
    std::string text;
    JsonWriter json{text};
    json.begin_object();
    write_array(json, name, page.items);
    json.key("nextCursor");
    if (page.next_cursor) {
        json.value(*page.next_cursor);
    } else {
        json.raw("null");
    }
    json.end_object();
    return net::http::json_response(200, std::move(text));
}

} // namespace hubbub::gateway
