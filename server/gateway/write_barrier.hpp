#pragma once
#include "base/callback.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace hubbub::gateway {

/// Tells when the writes that are under way now are over: known to be committed or not, and broadcast. Belongs to one
/// shard, and does not ask the database.
///
/// A write holds its epoch. Waiting closes the epoch: later writes hold the next one. An epoch holds its successor, so
/// it is over only when all those before it are.
class WriteBarrier {
    struct Epoch {
        std::vector<Callback<void()>> waiting;
        std::shared_ptr<Epoch> next;

        void finish() {
            for (auto& done : waiting) done();
        }
        ~Epoch() {
            finish();
            // In a loop: a long chain must not be a deep recursion.
            auto following = std::move(next);
            while (following && following.use_count() == 1) {
                auto after = std::move(following->next);
                following->finish();
                following->waiting.clear();
                following = std::move(after);
            }
        }
    };

  public:
    /// Held for as long as a write is under way.
    using Write = std::shared_ptr<const void>;
    Write enter() { return current_; }

    /// Runs `done` when every write entered so far is over: at once, if none is under way. `done` must not throw.
    void after(Callback<void()> done) {
        if (current_.use_count() == 1) return done();
        current_->waiting.push_back(std::move(done));
        current_->next = std::make_shared<Epoch>();
        current_ = current_->next;
    }

  private:
    std::shared_ptr<Epoch> current_ = std::make_shared<Epoch>();
};

} // namespace hubbub::gateway
