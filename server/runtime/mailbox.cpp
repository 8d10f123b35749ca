#include "runtime/mailbox.hpp"

#include <utility>

namespace hubbub::runtime {

Mailbox::~Mailbox() {
    for (Node* node = newest_.exchange(nullptr); node != nullptr;) delete std::exchange(node, node->next);
}

bool Mailbox::push(Work work) {
    Node* node = new Node{std::move(work)};
    node->next = newest_.load(std::memory_order_relaxed);
    while (!newest_.compare_exchange_weak(node->next, node, std::memory_order_release, std::memory_order_relaxed)) {
    }
    return node->next == nullptr;
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
