#include "engineio/options.hpp"

namespace hubbub::engineio {

void Admission::give(std::optional<std::string> refusal, std::unique_ptr<Ticket> ticket) {
    if (!answer_) return;
    Answer answer = std::move(answer_);
    if (shard_->on_this_thread()) return answer(std::move(refusal), std::move(ticket));
    shard_->post([answer = std::move(answer), refusal = std::move(refusal), ticket = std::move(ticket)]() mutable {
        answer(std::move(refusal), std::move(ticket));
    });
}

} // namespace hubbub::engineio
