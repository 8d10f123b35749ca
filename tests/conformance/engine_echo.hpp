#pragma once
#include "engineio/engine.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace hubbub::conformance {

/// Engine.IO alone: every message comes back. A handshake whose query says so is greeted, or closed, at once.
class Echo final : public engineio::SessionHandler {
  public:
    explicit Echo(engineio::Session& session) : session_{session} {}
    void on_text(std::string_view data) override {
        session_.send(net::Frame::make(net::Frame::Kind::text, {"4", data}));
    }
    void on_binary(std::string_view data) override {
        session_.send(net::Frame::make(net::Frame::Kind::binary, {data}));
    }
    void on_close(engineio::CloseReason) override {}

  private:
    engineio::Session& session_;
};

class EchoApplication final : public engineio::Application {
  public:
    std::unique_ptr<engineio::SessionHandler> on_session(engineio::Session& session) override {
        const std::string& wish = session.handshake()->query;
        if (wish == "greet") session.send(net::Frame::make(net::Frame::Kind::text, {"4hello"}));
        if (wish == "leave") session.close(engineio::CloseReason::forced_close);
        return std::make_unique<Echo>(session);
    }
};

class EngineHandler final : public net::http::Handler {
  public:
    EngineHandler(runtime::Shard& shard, const engineio::Options& options) : engine_{shard, options, application_} {}
    void handle(std::shared_ptr<net::http::Exchange> exchange) override {
        if (engine_.matches(exchange->request().path)) return engine_.handle(exchange);
        exchange->respond(net::http::text_response(404, "Not found"));
    }
    engineio::Engine& engine() { return engine_; }

  private:
    EchoApplication application_;
    engineio::Engine engine_;
};

} // namespace hubbub::conformance
