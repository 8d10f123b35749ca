#include "ops/shared_report.hpp"

#include "base/limits.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace hubbub::ops {

SharedReport::SharedReport(runtime::Shard& home, Collect collect)
    : home_{home},
      collect_{std::move(collect)},
      next_{[](void* self) { static_cast<SharedReport*>(self)->begin(); }, this} {}

void SharedReport::answer(const std::shared_ptr<net::http::Exchange>& exchange) {
    home_.post([this, exchange] { wait(exchange); });
}

void SharedReport::wait(std::shared_ptr<net::http::Exchange> exchange) {
    waiting_.push_back(std::move(exchange));
    if (waiting_.size() > 1 || !answered_.empty()) return; // it comes by itself
    const auto since = home_.loop_time() - begun_;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(limits::kMetricsPause - since);
    home_.arm(next_, std::clamp<std::chrono::milliseconds>(left, std::chrono::milliseconds{0}, limits::kMetricsPause));
}

void SharedReport::begin() {
    begun_ = home_.loop_time();
    answered_ = std::exchange(waiting_, {});
    collect_(home_, [this](const std::vector<Family>& families) { finish(families); });
}

void SharedReport::finish(const std::vector<Family>& families) {
    const auto text = std::make_shared<const std::string>(to_text(families));
    for (auto& exchange : std::exchange(answered_, {})) {
        runtime::Shard& shard = exchange->shard();
        shard.post([exchange = std::move(exchange), text] {
            auto response = net::http::text_response(200, *text);
            response.headers.add("Cache-Control", "no-store");
            exchange->respond(std::move(response));
        });
    }
    if (!waiting_.empty()) home_.arm(next_, limits::kMetricsPause);
}

} // namespace hubbub::ops
