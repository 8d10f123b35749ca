#include "main/serve.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/out_of_memory.hpp"
#include "main/chat_server.hpp"
#include "main/database.hpp"
#include "main/external.hpp"
#include "main/secret.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>

namespace hubbub::program {
namespace {

using boost::asio::ip::tcp;

constexpr const char* kBundle = "socket.io.js";

/// Every socket takes a descriptor: as many as the system lets us have.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void check_free(const tcp::endpoint& endpoint) {
    try {
        net::http::check_free(endpoint);
    } catch (const boost::system::system_error& failure) {
        throw ConfigError{"cannot listen on " + endpoint.address().to_string() + " port " +
                          std::to_string(endpoint.port()) + ": " + failure.code().message()};
    }
}

/// The first of `places`, relative to the program's directory, that has `file`.
std::optional<std::filesystem::path> find_beside_program(std::initializer_list<const char*> places, const char* file) {
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    for (const char* place : places) {
        auto directory = (program / place).lexically_normal();
        if (std::filesystem::exists(directory / file)) return directory;
    }
    return {};
}

// Installed: bin/ beside share/. In the source tree: build/<preset>/bin.

std::optional<std::filesystem::path> find_web_client() {
    return find_beside_program({"../share/hubbub/web", "../../../web/dist"}, "index.html");
}

/// Socket.IO's own client, for pages that load it from here; the web client has it built in.
std::filesystem::path find_client_bundles(const Config& config) {
    if (!config.client_dir.empty()) {
        if (std::filesystem::exists(config.client_dir / kBundle)) return config.client_dir;
        throw ConfigError{"client_dir: no socket.io.js in " + config.client_dir.string()};
    }
    return find_beside_program({"../share/hubbub/socket.io-client", "../../../web/node_modules/socket.io-client/dist"},
                               kBundle)
        .value_or(std::filesystem::path{});
}

gateway::StaticFiles load_web_client(const Config& config) {
    const auto directory = config.web_dir.empty() ? find_web_client() : config.web_dir;
    using Over = gateway::StaticFiles::Over;
    if (directory) return gateway::StaticFiles{*directory, config.tls_key_file.empty() ? Over::plain : Over::tls};
    log::warn("web_client_missing",
              {{"hint", "build it (tools/build-web) or set HUBBUB_WEB_DIR; the API works without"}});
    return {};
}

/// Null: plain HTTP.
std::shared_ptr<const net::TlsContext> load_tls(const Config& config) {
    if (config.tls_certificate_file.empty()) return nullptr;
    try {
        return net::TlsContext::load({.certificate = config.tls_certificate_file, .key = config.tls_key_file});
    } catch (const std::runtime_error& error) {
        throw ConfigError{std::string{"TLS: "} + error.what()};
    }
}

/// What the operator may replace while the server runs: the certificate, the keys of the other application.
void renew(ChatServer& server, const Config& config) {
    try {
        if (const auto tls = load_tls(config)) {
            server.renew_tls(tls);
            log::info("certificate_renewed");
        }
    } catch (const ConfigError& failure) {
        log::error("certificate_not_renewed",
                   {{"reason", failure.what()}, {"hint", "the certificate from before is still in use"}});
    }
    try {
        if (const auto external = external_issuer(config)) {
            server.renew_external(*external);
            log::info("external_keys_renewed");
        }
    } catch (const ConfigError& failure) {
        log::error("external_keys_not_renewed",
                   {{"reason", failure.what()}, {"hint", "the keys from before are still in use"}});
    }
}

/// On SIGHUP files are read again: a renewed certificate or key needs no restart.
void renew_on_hangup(boost::asio::signal_set& hangup, ChatServer& server, const Config& config) {
    hangup.async_wait([&](const boost::system::error_code& error, int) {
        if (error) return;
        renew(server, config);
        renew_on_hangup(hangup, server, config);
    });
}

void sum_up_log(boost::asio::steady_timer& timer) {
    timer.expires_after(limits::kLogPause);
    timer.async_wait([&timer](const boost::system::error_code& error) {
        if (error) return;
        log::sum_up();
        sum_up_log(timer);
    });
}

void print_address(const tcp::endpoint& endpoint, const char* scheme) {
    const auto address = endpoint.address();
    std::string host = address.is_unspecified() ? "localhost" : address.to_string();
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    std::printf("hubbub is at %s://%s:%d\n", scheme, host.c_str(), endpoint.port());
    std::fflush(stdout);
}

} // namespace

int serve(const Config& config) {
    log::set_level(config.log_level);
    std::set_new_handler(end_out_of_memory);
    raise_descriptor_limit();
    std::signal(SIGPIPE, SIG_IGN);
    const tcp::endpoint endpoint{boost::asio::ip::make_address(config.host), config.port};
    check_free(endpoint);
    const auto tls = load_tls(config);
    const std::string secret = token_secret(config);
    const auto external = external_issuer(config);
    auto web_client = load_web_client(config);
    auto client_bundles = find_client_bundles(config);

    const Database database{config, Database::Sharing::own};
    log::info("database_ready", {{"private", config.database_url.empty()},
                                 {"schema", database.version()},
                                 {"migrationsApplied", database.applied()}});
    ChatServer server{config, database.conninfo(), secret, external, std::move(web_client), std::move(client_bundles)};
    boost::asio::io_context signals_io;
    boost::asio::signal_set signals{signals_io, SIGINT, SIGTERM};
    signals.async_wait([&](const boost::system::error_code&, int) { signals_io.stop(); });
    boost::asio::signal_set hangup{signals_io};
    if (tls != nullptr || external) {
        hangup.add(SIGHUP);
        renew_on_hangup(hangup, server, config);
    }

    boost::asio::steady_timer log_timer{signals_io};
    sum_up_log(log_timer);

    server.start(endpoint, tls);
    log::info("started", {{"version", HUBBUB_VERSION},
                          {"host", config.host},
                          {"port", server.endpoint().port()},
                          {"threads", config.threads},
                          {"dataDir", config.data_dir.string()}});
    print_address(server.endpoint(), tls != nullptr ? "https" : "http");
    signals_io.run();

    log::info("draining", {{"hint", "a second signal ends the process at once"}});
    signals.clear(); // back to the system's way: the next one kills
    server.drain();
    log::info("stopped");
    return 0;
}

} // namespace hubbub::program
