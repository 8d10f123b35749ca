#pragma once
#include "socketio/internal/namespace_core.hpp"
#include "socketio/server.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::socketio::internal {

/// The namespaces of a server: those made at set-up, which every shard reads, and the children of parents, which are
/// made and dropped on the first shard only.
class Namespaces {
  public:
    Namespaces(runtime::Shards& shards, AdapterFactory adapter, const Options& options);

    // At set-up.
    NamespaceCore& make(std::string_view name);
    Handlers& add_parent(NamespaceMatch match);

    const Options& options() const { return options_; }
    /// One that was made at set-up, or null. Any shard.
    NamespaceCore* find(std::string_view name) const;
    /// The child of that name, made if a parent matches it; null if none does or there are too many. `found` runs on
    /// `here`, at once or later. The child stays until it has been released as often as it was given out.
    void find_child(const std::string& name, boost::json::object auth, runtime::Shard& here,
                    Callback<void(std::shared_ptr<NamespaceCore>, boost::json::object)> found);
    /// Any shard. Nothing for a namespace made at set-up.
    void release(NamespaceCore& child);

    std::size_t children() const { return children_count_.load(std::memory_order_relaxed); }
    std::uint64_t children_refused() const { return children_refused_.load(std::memory_order_relaxed); }
    std::uint64_t clients_refused() const { return clients_refused_.load(std::memory_order_relaxed); }
    /// Any shard.
    void count_refused_client() { clients_refused_.fetch_add(1, std::memory_order_relaxed); }

  private:
    struct Parent final : Handlers {
        explicit Parent(NamespaceMatch names) : match{std::move(names)} {}
        NamespaceMatch match;
    };
    struct Child {
        std::shared_ptr<NamespaceCore> core;
        std::size_t users = 0;
    };

    AdapterOptions adapter_options() const;
    std::shared_ptr<NamespaceCore> take_child(const std::string& name, const boost::json::object& auth);
    void give_back(const std::string& name);

    runtime::Shards& shards_;
    const AdapterFactory adapter_;
    const Options& options_;
    std::map<std::string, std::unique_ptr<NamespaceCore>, std::less<>> fixed_;
    std::vector<std::unique_ptr<Parent>> parents_;
    std::map<std::string, Child, std::less<>> children_; // the first shard's
    std::atomic<std::size_t> children_count_ = 0;
    std::atomic<std::uint64_t> children_refused_ = 0;
    std::atomic<std::uint64_t> clients_refused_ = 0;
};

} // namespace hubbub::socketio::internal
