#include "main/config.hpp"

#include <boost/asio/ip/address.hpp>
#include <sched.h>
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <sstream>
#include <type_traits>

namespace hubbub::program {
namespace {

constexpr std::string_view kPrefix = "HUBBUB_";
constexpr std::string_view kConfigVariable = "HUBBUB_CONFIG"; // names the file, so it cannot be in it
constexpr std::size_t kCountMax = 1'000'000'000;

std::uint64_t parse_number(const std::string& text, std::uint64_t min, std::uint64_t max) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < min || number > max)
        throw ConfigError{"must be a whole number from " + std::to_string(min) + " to " + std::to_string(max)};
    return number;
}

bool parse_bool(const std::string& text) {
    if (text == "true") return true;
    if (text == "false") return false;
    throw ConfigError{"must be true or false"};
}

constexpr std::pair<std::string_view, log::Level> kLevels[] = {
    {"debug", log::Level::debug}, {"info", log::Level::info}, {"warn", log::Level::warn}, {"error", log::Level::error}};

log::Level parse_level(const std::string& text) {
    for (const auto& [name, level] : kLevels)
        if (name == text) return level;
    throw ConfigError{"must be debug, info, warn or error"};
}

std::string parse_host(const std::string& text) {
    boost::system::error_code error;
    boost::asio::ip::make_address(text, error);
    if (error) throw ConfigError{"must be an IP address, such as 127.0.0.1, 0.0.0.0 or ::"};
    return text;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream in{text};
    for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
    return parts;
}

std::vector<std::string> parse_origins(const std::string& text) {
    auto origins = split(text);
    for (const std::string& origin : origins) {
        if (!origin.starts_with("http://") && !origin.starts_with("https://"))
            throw ConfigError{"must be origins such as https://chat.example, separated by commas"};
    }
    return origins;
}

std::string join(const std::vector<std::string>& parts) {
    std::string text;
    for (const auto& part : parts) text += (text.empty() ? "" : ",") + part;
    return text;
}

Setting text_setting(std::string_view key, std::string_view help, std::string Config::*member, bool secret = false) {
    return {key, help, secret, [member](Config& c, const std::string& text) { c.*member = text; },
            [member](const Config& c) { return c.*member; }};
}

Setting path_setting(std::string_view key, std::string_view help, std::filesystem::path Config::*member) {
    return {key, help, false, [member](Config& c, const std::string& text) { c.*member = text; },
            [member](const Config& c) { return (c.*member).string(); }};
}

template <class T>
Setting number_setting(std::string_view key, std::string_view help, T Config::*member, std::uint64_t min,
                       std::uint64_t max) {
    return {key, help, false,
            [=](Config& c, const std::string& text) { c.*member = static_cast<T>(parse_number(text, min, max)); },
            [=](const Config& c) {
                if constexpr (std::is_integral_v<T>) {
                    return std::to_string(c.*member);
                } else {
                    return std::to_string((c.*member).count());
                }
            }};
}

std::vector<Setting> make_settings() {
    constexpr std::uint64_t kTimeoutMax = 3'600'000;
    return {
        {"host", "Address to listen on", false, [](Config& c, const std::string& text) { c.host = parse_host(text); },
         [](const Config& c) { return c.host; }},
        number_setting("port", "Port to listen on; 0 lets the system choose", &Config::port, 0, 65535),
        path_setting("data_dir", "Where the private database and the generated secret are kept", &Config::data_dir),
        number_setting("threads", "Threads that serve; as many as cores unless set", &Config::threads, 1, 1024),
        text_setting("database_url", "PostgreSQL to use (postgres://…); none starts a private one",
                     &Config::database_url, true),
        number_setting("database_connections", "Database connections of each thread", &Config::database_connections, 1,
                       64),
        text_setting("jwt_secret", "Signs access tokens, at least 32 bytes; none makes one in data_dir",
                     &Config::jwt_secret, true),
        path_setting("web_dir", "The built web client; found beside the program unless set", &Config::web_dir),
        path_setting("client_dir", "socket.io-client's dist/, served as /socket.io/socket.io.js; found unless set",
                     &Config::client_dir),
        {"log_level", "debug, info, warn or error", false,
         [](Config& c, const std::string& text) { c.log_level = parse_level(text); },
         [](const Config& c) {
             return std::string{
                 std::ranges::find(kLevels, c.log_level, &std::pair<std::string_view, log::Level>::second)->first};
         }},
        {"registration_open", "Whether anybody may sign up", false,
         [](Config& c, const std::string& text) { c.registration_open = parse_bool(text); },
         [](const Config& c) { return std::string{c.registration_open ? "true" : "false"}; }},
        {"cors_origins", "Other sites whose pages may use Socket.IO here, separated by commas", false,
         [](Config& c, const std::string& text) { c.cors_origins = parse_origins(text); },
         [](const Config& c) { return join(c.cors_origins); }},
        {"trusted_proxies", "Proxies whose X-Forwarded-For is believed: addresses, networks, separated by commas",
         false, [](Config& c, const std::string& text) { c.trusted_proxies = split(text); },
         [](const Config& c) { return join(c.trusted_proxies); }},
        path_setting("tls.certificate_file", "PEM certificate and intermediates: speaks HTTPS; SIGHUP reads it again",
                     &Config::tls_certificate_file),
        path_setting("tls.key_file", "PEM key of the certificate, not encrypted", &Config::tls_key_file),
        text_setting("external.issuer", "Takes tokens that another application signs: their iss",
                     &Config::external_issuer),
        text_setting("external.audience", "Must be in aud of such tokens", &Config::external_audience),
        text_setting("external.username_claim", "The claim of such tokens that the username is made of",
                     &Config::external_username_claim),
        text_setting("external.secret", "Secret that such tokens are signed with (HS256), at least 32 bytes",
                     &Config::external_secret, true),
        path_setting("external.public_key_file", "PEM key that verifies such tokens; SIGHUP reads it again",
                     &Config::external_public_key_file),
        path_setting("external.jwks_file", "JSON Web Key Set that verifies such tokens; SIGHUP reads it again",
                     &Config::external_jwks_file),
        number_setting("http.head_timeout_ms", "From a request's first byte to the end of its head",
                       &Config::http_head_timeout, 1, kTimeoutMax),
        number_setting("http.body_timeout_ms", "From the end of a request's head to the end of its body",
                       &Config::http_body_timeout, 1, kTimeoutMax),
        number_setting("http.idle_timeout_ms", "Between two requests of a connection", &Config::http_idle_timeout, 1,
                       kTimeoutMax),
        number_setting("retention.message_months", "Drops months of messages that ended so many months ago; 0: none",
                       &Config::message_months, 0, limits::kRetentionMonthsMax),
        number_setting("limits.connections_per_user", "Sockets of one user at a time", &Config::connections_per_user, 1,
                       kCountMax),
        number_setting("limits.connections_per_address", "Sockets from one IPv4 address or IPv6 /64 at a time",
                       &Config::connections_per_address, 1, kCountMax),
        number_setting("limits.events_per_second",
                       "Events of one user on each thread, ten seconds' worth at once; 0: no limit",
                       &Config::events_per_second, 0, kCountMax),
        number_setting("limits.requests_per_second",
                       "REST requests of one user, and bad tokens of one address, on each thread; the same",
                       &Config::requests_per_second, 0, kCountMax),
        number_setting("limits.registrations_per_minute", "New accounts from one address; 0: no limit",
                       &Config::registrations_per_minute, 0, kCountMax),
        number_setting("limits.failed_logins_per_minute", "Wrong passwords from one address; 0: no limit",
                       &Config::failed_logins_per_minute, 0, kCountMax),
    };
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
        }
    }
    return row.back();
}

/// `unknown key "prot" in hubbub.toml; did you mean "port"?`
[[noreturn]] void refuse_unknown(const std::string& what, const std::string& name,
                                 const std::vector<std::string>& known) {
    constexpr std::size_t kNear = 4;
    const auto nearest = std::ranges::min_element(known, {}, [&](const auto& k) { return edit_distance(name, k); });
    std::string text = "unknown " + what + " \"" + name + "\"";
    if (edit_distance(name, *nearest) <= kNear) text += "; did you mean \"" + *nearest + "\"?";
    throw ConfigError{text};
}

void set(Loaded& loaded, const Setting& setting, const std::string& text, Source source, const std::string& name) {
    try {
        setting.set(loaded.config, text);
    } catch (const ConfigError& error) {
        throw ConfigError{name + ": " + error.what() + (setting.secret ? "" : ", not \"" + text + "\"")};
    }
    loaded.sources[setting.key] = source;
}

std::optional<std::string> to_text(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
    const auto* array = node.as_array();
    if (array == nullptr) return {};
    std::vector<std::string> parts;
    for (const auto& item : *array) {
        if (!item.is_string()) return {};
        parts.push_back(item.as_string()->get());
    }
    return join(parts);
}

void read_table(Loaded& loaded, const toml::table& table, const std::string& prefix, const std::string& file) {
    for (const auto& [name, node] : table) {
        const std::string key = prefix + std::string{name.str()};
        if (const auto* inner = node.as_table()) {
            read_table(loaded, *inner, key + ".", file);
            continue;
        }
        const auto& all = settings();
        const auto setting = std::ranges::find(all, key, &Setting::key);
        if (setting == all.end()) {
            std::vector<std::string> known;
            for (const auto& each : all) known.emplace_back(each.key);
            refuse_unknown("key in " + file, key, known);
        }
        const auto text = to_text(node);
        if (!text) throw ConfigError{key + " in " + file + " has the wrong type"};
        set(loaded, *setting, *text, Source::file, key + " in " + file);
    }
}

void read_variables(Loaded& loaded, const std::map<std::string, std::string>& environment) {
    for (const auto& [name, value] : environment) {
        if (name == kConfigVariable) continue;
        const auto& all = settings();
        const auto setting = std::ranges::find(all, name, &Setting::environment);
        if (setting == all.end()) {
            std::vector<std::string> known{std::string{kConfigVariable}};
            for (const auto& each : all) known.push_back(each.environment());
            refuse_unknown("environment variable", name, known);
        }
        set(loaded, *setting, value, Source::environment, name);
    }
}

std::size_t usable_cores() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

/// A key says nothing without whose it is, nor the other way round.
void check_external(const Config& config) {
    const bool has_key = !config.external_secret.empty() || !config.external_public_key_file.empty() ||
                         !config.external_jwks_file.empty();
    if (has_key && config.external_issuer.empty())
        throw ConfigError{"external.issuer is missing: the iss of the tokens that the key verifies"};
    if (!has_key && !config.external_issuer.empty())
        throw ConfigError{"external.issuer needs one of external.secret, external.public_key_file, external.jwks_file"};
    if (has_key && (config.external_audience.empty() || config.external_username_claim.empty()))
        throw ConfigError{"external.audience and external.username_claim must not be empty"};
}

std::filesystem::path standard_data_dir() {
    if (geteuid() == 0) return "/var/lib/hubbub";
    if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0')
        return std::filesystem::path{data} / "hubbub";
    const char* home = std::getenv("HOME");
    return std::filesystem::path{home != nullptr ? home : "."} / ".local/share/hubbub";
}

} // namespace

std::string Setting::environment() const {
    if (key == "database_url") return "DATABASE_URL"; // as every hosting platform names it
    std::string name{kPrefix};
    for (const char c : key) name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

std::string Setting::flag() const {
    std::string name = "--";
    for (const char c : key) name += c == '.' || c == '_' ? '-' : c;
    return name;
}

const std::vector<Setting>& settings() {
    static const std::vector<Setting> all = make_settings();
    return all;
}

Loaded load_config(const std::filesystem::path& file, const std::map<std::string, std::string>& environment,
                   const std::map<std::string_view, std::string>& flags) {
    Loaded loaded;
    loaded.config.data_dir = standard_data_dir();
    loaded.config.threads = usable_cores();
    if (!file.empty()) {
        try {
            read_table(loaded, toml::parse_file(file.string()), "", file.string());
        } catch (const toml::parse_error& error) {
            std::ostringstream text;
            text << file.string() << ": " << error.description() << " (" << error.source().begin << ")";
            throw ConfigError{text.str()};
        }
    }
    read_variables(loaded, environment);
    for (const auto& [key, value] : flags) {
        const auto setting = std::ranges::find(settings(), key, &Setting::key);
        set(loaded, *setting, value, Source::flag, setting->flag());
    }
    if (loaded.config.tls_certificate_file.empty() != loaded.config.tls_key_file.empty())
        throw ConfigError{"tls.certificate_file and tls.key_file belong together: set both, or neither"};
    check_external(loaded.config);
    // Four a thread are enough for one; many threads must not use up the server's connections.
    constexpr std::size_t kAll = 64;
    if (loaded.config.database_connections == 0)
        loaded.config.database_connections = std::clamp<std::size_t>(kAll / loaded.config.threads, 2, 4);
    return loaded;
}

std::map<std::string, std::string> read_environment() {
    std::map<std::string, std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text{*entry};
        const std::size_t equals = std::min(text.find('='), text.size());
        const std::string_view name = text.substr(0, equals);
        if (name.starts_with(kPrefix) || name == "DATABASE_URL")
            variables.emplace(name, text.substr(std::min(equals + 1, text.size())));
    }
    return variables;
}

} // namespace hubbub::program
