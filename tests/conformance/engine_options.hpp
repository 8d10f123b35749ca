#pragma once
#include "engineio/options.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>

#include <memory>
#include <mutex>
#include <string>

namespace hubbub::conformance {

/// The errors that `Options::connection_error` was told of.
class ErrorLog {
  public:
    void add(const engineio::ConnectionError& error);
    boost::json::array take();

  private:
    std::mutex mutex_;
    boost::json::array errors_;
};

/// Lets the command line set what a test wants of the engine.
class EngineOptions {
  public:
    explicit EngineOptions(CLI::App& arguments);

    /// After the command line has been read. With `--hooks`: every function of the options is set, `allow_request` does
    /// as the query's `admit` says, and `errors` logs.
    engineio::Options get(ErrorLog& errors) const;

  private:
    std::string origin_ = "*";
    std::string origin_suffix_;
    std::string exposed_header_;
    int cors_max_age_ = -1;
    bool credentials_ = false;
    bool cookie_ = false;
    bool no_upgrades_ = false;
    bool no_polling_ = false;
    bool no_websocket_ = false;
    bool no_http_compression_ = false;
    bool per_message_deflate_ = false;
    bool hooks_ = false;
    int ping_interval_ = 300;
    int ping_timeout_ = 200;
    std::size_t max_payload_ = limits::kMaxPayloadBytes;
};

} // namespace hubbub::conformance
