#include "engineio/options.hpp"

namespace hubbub::engineio {

void Admission::give(std::optional<std::string> refusal) {
    if (!answer_) return;
    Answer answer = std::move(answer_);
    if (shard_->on_this_thread()) return answer(std::move(refusal));
    shard_->post([answer = std::move(answer), refusal = std::move(refusal)]() mutable { answer(std::move(refusal)); });
}

} // namespace hubbub::engineio
