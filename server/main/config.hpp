#pragma once
#include "base/limits.hpp"
#include "base/log.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::program {

/// What is wrong with the configuration, as a sentence for the operator.
class ConfigError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Everything that an operator may set.
struct Config {
    std::string host = "127.0.0.1";
    std::uint16_t port = 3000;
    std::filesystem::path data_dir;       ///< set by `load_config`
    std::size_t threads = 0;              ///< set by `load_config`
    std::string database_url;             ///< empty: a private PostgreSQL
    std::size_t database_connections = 0; ///< a thread; set by `load_config`
    std::string jwt_secret;               ///< empty: one in the data directory
    std::filesystem::path web_dir;        ///< empty: looked for beside the program
    std::filesystem::path client_dir;     ///< empty: looked for beside the program
    log::Level log_level = log::Level::info;
    bool registration_open = true;
    std::vector<std::string> cors_origins;      ///< for Socket.IO from other sites' pages
    std::vector<std::string> trusted_proxies;   ///< addresses and networks whose X-Forwarded-For is believed
    std::filesystem::path tls_certificate_file; ///< with `tls_key_file`; empty: plain HTTP
    std::filesystem::path tls_key_file;
    std::string external_issuer; ///< whose tokens are taken too; empty: nobody's
    std::string external_audience = "hubbub";
    std::string external_username_claim = "preferred_username";
    std::string external_secret;
    std::filesystem::path external_public_key_file;
    std::filesystem::path external_jwks_file;
    std::chrono::milliseconds http_head_timeout = limits::kHttpHeadTimeout;
    std::chrono::milliseconds http_body_timeout = limits::kHttpBodyTimeout;
    std::chrono::milliseconds http_idle_timeout = limits::kHttpIdleTimeout;
    std::size_t message_months = 0; ///< what messages are kept; 0: for ever
    std::size_t connections_per_user = limits::kConnectionsPerUser;
    std::size_t connections_per_address = limits::kConnectionsPerAddress;
    std::size_t events_per_second = 500;        ///< a user, a thread; ten seconds' worth at once; 0: no limit
    std::size_t requests_per_second = 200;      ///< REST, a user, a thread; the same; bad tokens of an address
    std::size_t registrations_per_minute = 120; ///< an address; 0: no limit
    std::size_t failed_logins_per_minute = 30;  ///< an address; 0: no limit
};

enum class Source { standard, file, environment, flag };

/// One key of the configuration. TOML key `limits.connections_per_user`, environment
/// `HUBBUB_LIMITS_CONNECTIONS_PER_USER`, flag `--limits-connections-per-user`.
struct Setting {
    std::string_view key;
    std::string_view help;
    bool secret;                                          ///< no flag (others would see it), and never printed
    std::function<void(Config&, const std::string&)> set; ///< throws ConfigError
    std::function<std::string(const Config&)> get;

    std::string environment() const;
    std::string flag() const;
};
const std::vector<Setting>& settings();

struct Loaded {
    Config config;
    std::map<std::string_view, Source> sources; ///< by key; what is not here has its standard value
};

/// Reads the TOML file (if `file` is not empty), then the environment, then the flags: each overrides the one before.
/// `flags` are by key. Throws ConfigError naming what is wrong: an unknown key, HUBBUB_ variable, or value.
Loaded load_config(const std::filesystem::path& file, const std::map<std::string, std::string>& environment,
                   const std::map<std::string_view, std::string>& flags);

/// This process's variables that concern Hubbub: `HUBBUB_*` and `DATABASE_URL`.
std::map<std::string, std::string> read_environment();

} // namespace hubbub::program
