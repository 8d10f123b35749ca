#include "socketio/internal/namespaces.hpp"

#include "base/limits.hpp"
#include "net/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace hubbub::socketio::internal {

Namespaces::Namespaces(runtime::Shards& shards, AdapterFactory adapter, const Options& options)
    : shards_{shards}, adapter_{std::move(adapter)}, options_{options} {}

NamespaceCore& Namespaces::make(std::string_view given) {
    const std::string name = (given.starts_with('/') ? "" : "/") + std::string{given};
    if (name.size() > limits::kNamespaceBytesMax || name.find_first_of(",?") != std::string::npos ||
        !net::is_utf8(name))
        throw std::invalid_argument{fmt::format("of(\"{}\"): no client could ask for it", given)};
    auto& core = fixed_[name];
    if (!core) core = std::make_unique<NamespaceCore>(shards_, name, adapter_, adapter_options());
    return *core;
}

AdapterOptions Namespaces::adapter_options() const {
    return {.recovery = options_.recovery, .heartbeat = options_.engine.ping_interval + options_.engine.ping_timeout};
}

Handlers& Namespaces::add_parent(NamespaceMatch match) {
    return *parents_.emplace_back(std::make_unique<Parent>(std::move(match)));
}

NamespaceCore* Namespaces::find(std::string_view name) const {
    const auto found = fixed_.find(name);
    return found == fixed_.end() ? nullptr : found->second.get();
}

void Namespaces::find_child(const std::string& name, boost::json::object auth, runtime::Shard& here,
                            Callback<void(std::shared_ptr<NamespaceCore>, boost::json::object)> found) {
    if (parents_.empty()) return found(nullptr, std::move(auth));
    auto look = [this, name, auth = std::move(auth), &here, found = std::move(found)]() mutable {
        auto child = take_child(name, auth);
        if (here.on_this_thread()) return found(std::move(child), std::move(auth));
        here.post([child = std::move(child), auth = std::move(auth), found = std::move(found)]() mutable {
            found(std::move(child), std::move(auth));
        });
    };
    if (shards_[0].on_this_thread()) return look();
    shards_[0].post(std::move(look));
}

std::shared_ptr<NamespaceCore> Namespaces::take_child(const std::string& name, const boost::json::object& auth) {
    auto found = children_.find(name);
    if (found == children_.end()) {
        const auto parent =
            std::ranges::find_if(parents_, [&](const auto& candidate) { return candidate->match(name, auth); });
        if (parent == parents_.end()) return nullptr;
        if (children_.size() >= limits::kChildNamespacesMax) {
            children_refused_.fetch_add(1, std::memory_order_relaxed);
            return nullptr;
        }
        auto core = std::make_shared<NamespaceCore>(shards_, name, adapter_, adapter_options(), **parent, *this);
        found = children_.emplace(name, Child{.core = std::move(core)}).first;
    }
    children_count_.store(children_.size(), std::memory_order_relaxed);
    ++found->second.users;
    return found->second.core;
}

void Namespaces::release(NamespaceCore& child) {
    if (!child.is_child() || !options_.remove_empty_children) return;
    if (shards_[0].on_this_thread()) return give_back(child.name());
    shards_[0].post([this, name = child.name()] { give_back(name); });
}

void Namespaces::give_back(const std::string& name) {
    const auto found = children_.find(name);
    if (--found->second.users > 0) return;
    // What its sockets have posted still refers to it: it goes when every shard has come past that.
    for (std::size_t i = 0; i < shards_.size(); ++i) shards_[i].post([core = found->second.core] {});
    children_.erase(found);
    children_count_.store(children_.size(), std::memory_order_relaxed);
}

} // namespace hubbub::socketio::internal
