#include "gateway/rest/answers.hpp"

namespace hubbub::gateway {

net::http::Response view_response(int status, const chat::ChannelView& view) {
    std::string text;
    JsonWriter json{text};
    json.begin_object().key("channel");
    write(json, view.channel);
    json.key("state");
    if (view.state) {
        write(json, *view.state);
    } else {
        json.raw("null");
    }
    json.end_object();
    return net::http::json_response(status, std::move(text));
}

} // namespace hubbub::gateway
