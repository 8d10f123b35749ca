#include "polling_client.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>

namespace hubbub::load {

namespace {

constexpr char kSeparator = '\x1e';
constexpr std::string_view kHeadEnd = "\r\n\r\n";

/// The value of a header in lower case `name` (with its colon), or nothing.
std::optional<std::string_view> header(std::string_view head, std::string_view name) {
    while (!head.empty()) {
        const std::string_view line = head.substr(0, head.find("\r\n"));
        const bool found =
            line.size() >= name.size() && std::equal(name.begin(), name.end(), line.begin(), [](char wanted, char has) {
                return wanted == std::tolower(static_cast<unsigned char>(has));
            });
        if (found) {
            const auto start = line.find_first_not_of(' ', name.size());
            return start == std::string_view::npos ? std::string_view{} : line.substr(start);
        }
        head.remove_prefix(std::min(head.size(), line.size() + 2));
    }
    return {};
}

template <typename Number> Number number_in(std::string_view text) {
    Number number{};
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{})
        throw std::runtime_error("no number: " + std::string(text));
    return number;
}

} // namespace

std::optional<HttpAnswer> parse_answer(std::string_view bytes) {
    const auto head_end = bytes.find(kHeadEnd);
    if (head_end == std::string_view::npos) return {};
    const std::string_view head = bytes.substr(0, head_end);
    const auto length = header(head, "content-length:");
    if (!head.starts_with("HTTP/1.1 ") || !length)
        throw std::runtime_error("not an answer with a length: " + std::string(head));
    const auto body_bytes = number_in<std::size_t>(*length);
    const std::size_t body_at = head_end + kHeadEnd.size();
    if (bytes.size() - body_at < body_bytes) return {};
    return HttpAnswer{.status = number_in<int>(head.substr(9, 3)),
                      .body = bytes.substr(body_at, body_bytes),
                      .bytes = body_at + body_bytes};
}

PollingClient::PollingClient(Poller& poller, const Target& target, std::string auth, std::size_t index,
                             ClientHandler& handler)
    : Client(std::move(auth), index, handler), poller_(poller), target_(target), polls_(poller, target.port, *this) {
    polls_.queue(request_line("GET") + "\r\n");
}

std::string PollingClient::request_line(std::string_view method) const {
    std::string text{method};
    text += " " + target_.path + "?EIO=4&transport=polling";
    if (!sid_.empty()) text += "&sid=" + sid_;
    text += " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(target_.port) + "\r\n";
    return text;
}

void PollingClient::poll() {
    polls_.queue(request_line("GET") + "\r\n");
    polls_.flush();
}

void PollingClient::send_engine_packet(std::string_view head, std::string_view data) {
    if (!outgoing_.empty()) outgoing_ += kSeparator;
    outgoing_ += head;
    outgoing_ += data;
}

void PollingClient::flush() {
    if (posting_ || outgoing_.empty()) return;
    posting_ = true;
    if (!posts_) posts_ = std::make_unique<Connection>(poller_, target_.port, static_cast<ConnectionHandler&>(*this));
    posts_->queue(request_line("POST") + "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: " +
                  std::to_string(outgoing_.size()) + std::string(kHeadEnd) + outgoing_);
    outgoing_.clear();
    posts_->flush();
}

std::size_t PollingClient::on_data(Connection& connection, std::string_view bytes) {
    std::size_t at = 0;
    while (const auto answer = parse_answer(bytes.substr(at))) {
        at += answer->bytes;
        on_answer(&connection == posts_.get(), *answer);
    }
    return at;
}

void PollingClient::on_answer(bool to_post, const HttpAnswer& answer) {
    if (answer.status != 200) {
        throw std::runtime_error("an answer with status " + std::to_string(answer.status) + ": " +
                                 std::string(answer.body.substr(0, 200)));
    }
    if (to_post) {
        if (answer.body != "ok") throw std::runtime_error("a POST answered with " + std::string(answer.body));
        posting_ = false;
    } else {
        std::string_view rest = answer.body;
        while (!rest.empty()) {
            const std::string_view packet = rest.substr(0, rest.find(kSeparator));
            on_engine_packet(packet);
            rest.remove_prefix(std::min(rest.size(), packet.size() + 1));
        }
        poll();
    }
    flush();
}

void PollingClient::on_open(std::string_view packet) {
    constexpr std::string_view kKey = R"("sid":")";
    const auto key = packet.find(kKey);
    if (key == std::string_view::npos) throw std::runtime_error("no sid: " + std::string(packet));
    sid_ = packet.substr(key + kKey.size());
    sid_.resize(std::min(sid_.size(), sid_.find('"')));
}

void PollingClient::on_end(Connection& connection) {
    if (&connection != posts_.get() || posting_) return Client::on_end();
    poller_.retire(std::move(posts_));
}

} // namespace hubbub::load
