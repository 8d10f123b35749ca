#pragma once
#include "base/callback.hpp"

#include <atomic>
#include <memory>
#include <utility>

namespace hubbub::runtime {

/// Work that other threads leave for one shard. Many producers, one consumer, first in first out per producer, no lock.
class Mailbox {
  public:
    using Work = Callback<void()>;

    Mailbox() = default;
    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    bool empty() const { return newest_.load(std::memory_order_relaxed) == nullptr; }

    /// Any thread. Returns true if the box was empty: the consumer must then be woken.
    bool push(Work work);

    /// The consumer's thread only. Hands everything that was there at the call to `run(Work&)`, in order; `run` must
    /// not throw.
    template <class Run> void drain(Run&& run) {
        Node* node = reversed(newest_.exchange(nullptr, std::memory_order_acquire));
        while (node != nullptr) {
            const std::unique_ptr<Node> current{std::exchange(node, node->next)};
            run(current->work);
        }
    }

  private:
    struct Node {
        Work work;
        Node* next = nullptr;
    };
    static Node* reversed(Node* node);

    std::atomic<Node*> newest_{nullptr};
};

} // namespace hubbub::runtime
