#include "runtime/mailbox.hpp"

#include <utility>

namespace hubbub::runtime {

Mailbox::~Mailbox() {
    for (Node* node = newest_.exchange(nullptr); node != nullptr;) delete std::exchange(node, node->next);
}

bool Mailbox::push(Work work) {
    Node* const node = new Node{std::move(work)};
    Node* newest = newest_.load(std::memory_order_relaxed);
    // Once it is in the box the node is the consumer's: it must not be looked at any more.
    do {
        node->next = newest;
    } while (!newest_.compare_exchange_weak(newest, node, std::memory_order_release, std::memory_order_relaxed));
    return newest == nullptr;
}

Mailbox::Node* Mailbox::reversed(Node* node) {
    Node* head = nullptr;
    while (node != nullptr) {
        Node* next = std::exchange(node->next, head);
        head = std::exchange(node, next);
    }
    return head;
}

} // namespace hubbub::runtime
