// What every adapter must do, whatever carries it.
#include "adapters/internal/test_rig.hpp"
#include "adapters/local/local_adapter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hubbub::adapters {
namespace {

using socketio::RawJson;
using testing::Client;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Rig;
using ::testing::SizeIs;

struct Kind {
    const char* name;
    socketio::AdapterFactory (*factory)();
};

class Adapter : public ::testing::TestWithParam<Kind> {
  protected:
    Rig rig{GetParam().factory()};
    socketio::Broadcast to(std::string_view room) { return rig.main().to(room); }
};

INSTANTIATE_TEST_SUITE_P(All, Adapter, ::testing::Values(Kind{"local", local}),
                         [](const auto& param) { return std::string{param.param.name}; });

constexpr const char* kHello = R"(42["hello",1])";

TEST_P(Adapter, ReachesTheMembersOfARoomOnEveryShardAndNobodyElse) {
    std::vector<std::unique_ptr<Client>> inside;
    for (int i = 0; i < 8; ++i) inside.push_back(rig.client({"room"}));
    const auto outside = rig.client({"other"});
    to("room").emit("hello", RawJson{"1"});
    rig.end();
    for (const auto& client : inside) EXPECT_THAT(client->until_end(), ElementsAre(kHello));
    EXPECT_THAT(outside->until_end(), IsEmpty());
}

TEST_P(Adapter, ReachesEachSocketOnceHoweverManyOfTheRoomsItIsIn) {
    const auto both = rig.client({"a", "b"});
    const auto one = rig.client({"b"});
    const auto excepted = rig.client({"a", "b", "muted"});
    to("a").to("b").except("muted").emit("hello", RawJson{"1"});
    rig.end();
    EXPECT_THAT(both->until_end(), ElementsAre(kHello));
    EXPECT_THAT(one->until_end(), ElementsAre(kHello));
    EXPECT_THAT(excepted->until_end(), IsEmpty());
}

TEST_P(Adapter, ASocketIdIsARoom) {
    const auto target = rig.client();
    const auto other = rig.client();
    to(target->id()).emit("hello", RawJson{"1"});
    rig.main().broadcast().except(target->id()).emit("others", RawJson{});
    rig.end();
    EXPECT_THAT(target->until_end(), ElementsAre(kHello));
    EXPECT_THAT(other->until_end(), ElementsAre(R"(42["others"])"));
}

TEST_P(Adapter, ASocketsOwnBroadcastLeavesItOut) {
    const auto sender = rig.client({"room"});
    const auto other = rig.client({"room"});
    Rig::call(*sender, R"(["shout","room"])");
    EXPECT_EQ(other->read(), R"(42["shouted"])");
    rig.end();
    EXPECT_THAT(sender->until_end(), IsEmpty());
}

TEST_P(Adapter, KeepsTheOrderOfOneSenderOnEveryShard) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 6; ++i) clients.push_back(rig.client({"room"}));
    for (int i = 0; i < 500; ++i) to("room").emit("n", RawJson{std::to_string(i)});
    rig.end();
    for (const auto& client : clients) {
        const auto packets = client->until_end();
        ASSERT_THAT(packets, SizeIs(500));
        for (std::size_t i = 0; i < packets.size(); ++i) EXPECT_EQ(packets[i], R"(42["n",)" + std::to_string(i) + "]");
    }
}

TEST_P(Adapter, BinaryFollowsItsHeader) {
    const auto client = rig.client({"room"});
    socketio::Arguments arguments;
    arguments.values.push_back(boost::json::object{{"_placeholder", true}, {"num", 0}});
    arguments.attachments.push_back("bytes");
    to("room").emit("file", arguments);
    rig.end();
    EXPECT_THAT(client->until_end(), ElementsAre(R"(451-["file",{"_placeholder":true,"num":0}])", "bytes"));
}

TEST_P(Adapter, LeavingByAnyOrderKeepsTheOthers) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 7; ++i) clients.push_back(rig.client({"x", "room", "y"}));
    Rig::call(*clients[0], R"(["leave","room"])");
    Rig::call(*clients[6], R"(["leave","room"])");
    Rig::call(*clients[3], R"(["leave","x"])");
    Rig::call(*clients[3], R"(["leave","never joined"])");
    to("room").emit("hello", RawJson{"1"});
    to("y").emit("all", RawJson{});
    rig.end();
    for (std::size_t i = 0; i < clients.size(); ++i) {
        if (i == 0 || i == 6) {
            EXPECT_THAT(clients[i]->until_end(), ElementsAre(R"(42["all"])")) << i;
        } else {
            EXPECT_THAT(clients[i]->until_end(), ElementsAre(kHello, R"(42["all"])")) << i;
        }
    }
}

TEST_P(Adapter, SocketsJoinAndLeaveAreOverWhenDone) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 6; ++i) clients.push_back(rig.client({"user:1"}));
    const auto other = rig.client({"user:2"});
    rig.await([&](auto done) { to("user:1").sockets_join({"room"}, done); });
    to("room").emit("hello", RawJson{"1"});
    rig.await([&](auto done) { to("user:1").sockets_leave({"room"}, done); });
    to("room").emit("late", RawJson{});
    rig.end();
    for (const auto& client : clients) EXPECT_THAT(client->until_end(), ElementsAre(kHello));
    EXPECT_THAT(other->until_end(), IsEmpty());
}

TEST_P(Adapter, DisconnectSocketsEndsThemAndNoOthers) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 4; ++i) clients.push_back(rig.client({"room"}));
    const auto other = rig.client();
    rig.await([&](auto done) { to("room").disconnect_sockets(true, done); });
    for (const auto& client : clients) EXPECT_TRUE(client->closed_by_server());
    rig.end();
    EXPECT_THAT(other->until_end(), IsEmpty());
}

TEST_P(Adapter, ClientsMayVanishDuringBroadcasts) {
    const auto survivor = rig.client({"room"});
    for (int i = 0; i < 40; ++i) {
        rig.client({"room"}); // gone at once, without a word
        to("room").emit("n", RawJson{});
    }
    rig.end();
    EXPECT_THAT(survivor->until_end(), SizeIs(40));
}

} // namespace
} // namespace hubbub::adapters
