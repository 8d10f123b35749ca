// The rules of the hot path (architecture, "The hot path") that can be counted: what a broadcast costs per recipient.
#include "adapters/internal/test_rig.hpp"
#include "adapters/local/local_adapter.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<bool> counting = false;
std::atomic<std::uint64_t> allocations = 0;

} // namespace

void* operator new(std::size_t size) {
    if (counting.load(std::memory_order_relaxed)) allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc{};
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace hubbub::adapters {
namespace {

using testing::Client;
using testing::Rig;

constexpr std::uint64_t kMessages = 8;

struct Cost {
    std::uint64_t allocations = 0;
    std::uint64_t frames_queued = 0;
    std::uint64_t writes = 0;
};

/// What `kMessages` broadcasts of one loop iteration to `recipients` cost, once everything is warm.
Cost measure(std::size_t recipients) {
    Rig rig{local(), 1};
    std::vector<std::unique_ptr<Client>> clients;
    for (std::size_t i = 0; i < recipients; ++i) clients.push_back(rig.client({"room"}));

    const auto burst = [&] {
        Cost before;
        rig.on_shard([&] {
            before = {
                .allocations = 0, .frames_queued = rig.counters().frames_queued, .writes = rig.counters().flushes};
            allocations = 0;
            counting = true;
            for (std::uint64_t i = 0; i < kMessages; ++i)
                rig.main().to("room").emit("new_message",
                                           socketio::RawJson{R"({"content":"a message of some length"})"});
        });
        // The writes come at the end of the loop iteration: read them off a client, without allocating.
        char bytes[4096];
        for (std::size_t got = 0; got < kMessages * 40;) got += clients.back()->receive(bytes);
        counting = false;
        Cost cost;
        rig.on_shard([&] {
            cost = {.allocations = allocations,
                    .frames_queued = rig.counters().frames_queued - before.frames_queued,
                    .writes = rig.counters().flushes - before.writes};
        });
        return cost;
    };
    burst();
    return burst();
}

TEST(BroadcastCost, AllocatesNothingPerRecipient) {
    const Cost few = measure(8);
    const Cost many = measure(200);
    EXPECT_GT(few.allocations, 0U); // the frames themselves: the count does count
    EXPECT_EQ(many.allocations, few.allocations);
}

TEST(BroadcastCost, WritesOnceASocketForAllThatIsQueued) {
    const Cost cost = measure(50);
    EXPECT_EQ(cost.frames_queued, 50 * kMessages);
    EXPECT_EQ(cost.writes, 50U);
}

} // namespace
} // namespace hubbub::adapters
