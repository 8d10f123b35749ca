#include "engine_options.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

namespace hubbub::conformance {
namespace {

using engineio::Admission;
using net::http::Fields;
using net::http::Request;

/// What a program does that asks somebody else, who answers on a thread of its own.
void answer_later(Admission admission, bool allowed) {
    std::thread{[admission = std::move(admission), allowed]() mutable {
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
        if (allowed) {
            admission.allow();
        } else {
            admission.refuse("refused later");
        }
    }}.detach();
}

void allow_as_asked(const Request& request, Admission admission) {
    const std::string wish = request.query_value("admit");
    if (wish == "no") return admission.refuse("refused at once");
    if (wish == "dropped") return;
    if (wish == "later" || wish == "later-no") return answer_later(std::move(admission), wish == "later");
    admission.allow();
}

} // namespace

void ErrorLog::add(const engineio::ConnectionError& error) {
    const std::scoped_lock lock{mutex_};
    errors_.push_back(
        boost::json::object{{"code", error.code}, {"message", error.message}, {"query", error.request.query}});
}

boost::json::array ErrorLog::take() {
    const std::scoped_lock lock{mutex_};
    return std::exchange(errors_, {});
}

EngineOptions::EngineOptions(CLI::App& arguments) {
    arguments.add_option("--origin", origin_, "of pages that may connect; * for any")->capture_default_str();
    arguments.add_option("--origin-suffix", origin_suffix_, "of pages that may connect, asked of a function");
    arguments.add_option("--exposed-header", exposed_header_);
    arguments.add_option("--cors-max-age", cors_max_age_);
    arguments.add_flag("--credentials", credentials_);
    arguments.add_flag("--cookie", cookie_);
    arguments.add_flag("--no-upgrades", no_upgrades_);
    arguments.add_flag("--no-polling", no_polling_);
    arguments.add_flag("--no-websocket", no_websocket_);
    arguments.add_flag("--no-http-compression", no_http_compression_);
    arguments.add_flag("--per-message-deflate", per_message_deflate_);
    arguments.add_flag("--hooks", hooks_);
    arguments.add_option("--ping-interval", ping_interval_)->capture_default_str();
    arguments.add_option("--ping-timeout", ping_timeout_)->capture_default_str();
    arguments.add_option("--max-payload", max_payload_)->capture_default_str();
}

engineio::Options EngineOptions::get(ErrorLog& errors) const {
    engineio::Options options;
    options.ping_interval = std::chrono::milliseconds{ping_interval_};
    options.ping_timeout = std::chrono::milliseconds{ping_timeout_};
    options.max_payload = max_payload_;
    options.cors = {.origins = {origin_}, .credentials = credentials_};
    if (!origin_suffix_.empty()) {
        options.cors.origins.clear();
        options.cors.allows = [suffix = origin_suffix_](std::string_view origin) { return origin.ends_with(suffix); };
    }
    if (!exposed_header_.empty()) options.cors.exposed_headers = {exposed_header_, "X-Other"};
    if (cors_max_age_ >= 0) options.cors.max_age = std::chrono::seconds{cors_max_age_};
    options.allow_upgrades = !no_upgrades_;
    options.polling = !no_polling_;
    options.websocket = !no_websocket_;
    options.http_compression = !no_http_compression_;
    if (per_message_deflate_) options.per_message_deflate.emplace();
    if (cookie_) options.cookie.emplace();
    if (!hooks_) return options;
    options.allow_request = allow_as_asked;
    options.initial_headers = [](const Request& request, Fields& headers) {
        headers.add("X-Initial", request.query_value("transport"));
    };
    options.headers = [](const Request& request, Fields& headers) { headers.add("X-Each", request.method); };
    options.connection_error = [&errors](const engineio::ConnectionError& error) { errors.add(error); };
    return options;
}

} // namespace hubbub::conformance
