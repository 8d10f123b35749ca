#include "net/connection_set.hpp"

#include "net/connection.hpp"

namespace hubbub::net {

ConnectionSet::~ConnectionSet() {
    while (first_ != nullptr) first_->abandon();
}

void ConnectionSet::insert(Connection& connection) {
    connection.next_ = first_;
    if (first_ != nullptr) first_->previous_ = &connection;
    first_ = &connection;
    ++size_;
}

void ConnectionSet::erase(Connection& connection) {
    if (connection.next_ != nullptr) connection.next_->previous_ = connection.previous_;
    (connection.previous_ != nullptr ? connection.previous_->next_ : first_) = connection.next_;
    connection.next_ = connection.previous_ = nullptr;
    --size_;
    ++counters_.closed;
}

} // namespace hubbub::net
