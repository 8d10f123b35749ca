// What every adapter must do, whatever carries it.
#include "adapters/internal/test_rig.hpp"
#include "adapters/local/local_adapter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <vector>

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

TEST_P(Adapter, RoomsKnownAtRunTimeReachNobodyElse) {
    const auto a = rig.client({"a"});
    const auto b = rig.client({"b", "muted"});
    const auto outside = rig.client({"c"});
    auto moved = to("a");
    for (const std::string room : {"b", "d"}) moved = std::move(moved).to(room);
    auto copied = to("a");
    for (const std::string room : {"b", "d"}) copied = copied.to(room);
    const auto both = std::move(moved).except("x");
    const std::vector<std::string> rooms{"b", "d"};
    for (const auto& some : {both, copied, to("a").to(rooms), to("a").in(std::set<std::string>{"b"})})
        some.emit("hello", RawJson{"1"});
    moved.emit("moved", RawJson{});
    both.except(rooms).emit("a", RawJson{});
    both.emit("again", RawJson{});
    for (const std::vector<std::string> none; const auto& nobody : {rig.main().to(none), to("none").except(rooms)})
        nobody.emit("nobody", RawJson{});
    rig.end();
    EXPECT_THAT(a->until_end(), ElementsAre(kHello, kHello, kHello, kHello, R"(42["a"])", R"(42["again"])"));
    EXPECT_THAT(b->until_end(), ElementsAre(kHello, kHello, kHello, kHello, R"(42["again"])"));
    EXPECT_THAT(outside->until_end(), IsEmpty());
}

TEST_P(Adapter, ARoomNamedLikeASocketIdIsOneMemberMore) {
    const auto owner = rig.client();
    const auto guest = rig.client({owner->id()});
    to(owner->id()).emit("hello", RawJson{"1"});
    to(owner->id()).to("nobody").emit("hello", RawJson{"1"});
    rig.main().except(owner->id()).emit("others", RawJson{});
    rig.end();
    EXPECT_THAT(owner->until_end(), ElementsAre(kHello, kHello));
    EXPECT_THAT(guest->until_end(), ElementsAre(kHello, kHello));
}

TEST_P(Adapter, AVisitorThatThrowsMissesItsSocketAndNoOther) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 6; ++i) clients.push_back(rig.client({"room"}));
    std::atomic<int> visited = 0;
    rig.await([&](auto done) {
        const auto visit = [&](socketio::Socket&) {
            if (++visited % 2 == 0) throw std::runtime_error{"a bug"};
        };
        to("room").for_each_local(visit, done);
    });
    EXPECT_EQ(visited, 6);
    EXPECT_EQ(rig.count(rig.main(), &socketio::NamespaceCounters::handlers_failed), 3U);
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

TEST_P(Adapter, KeepsRoomsApartWhenASocketIsInHundreds) {
    const auto other = rig.client({"r7", "r150"});
    const auto crowded = rig.client();
    std::string all;
    for (int i = 0; i < 300; ++i) all += (i == 0 ? "" : ",") + ("\"r" + std::to_string(i)) + '"';
    Rig::call(*crowded, R"(["join",)" + all + ']');
    Rig::call(*crowded, R"(["join",)" + all + ']'); // a second time changes nothing
    for (int i = 0; i < 300; ++i)
        if (i % 10 != 7) Rig::call(*crowded, R"(["leave","r)" + std::to_string(i) + "\"]");
    for (const char* room : {"r7", "r150", "r297"}) to(room).emit("n", room);
    EXPECT_EQ(crowded->read(), R"(42["n","r7"])");
    EXPECT_EQ(crowded->read(), R"(42["n","r297"])");
    EXPECT_EQ(crowded->ask(R"(["count rooms"])"), "[30]");
    rig.end();
    EXPECT_THAT(crowded->until_end(), IsEmpty());
    EXPECT_THAT(other->until_end(), ElementsAre(R"(42["n","r7"])", R"(42["n","r150"])"));
}

TEST_P(Adapter, FetchSocketsFindsThemOnEveryShard) {
    std::vector<std::unique_ptr<Client>> clients;
    std::vector<std::string> ids;
    for (int i = 0; i < 6; ++i)
        ids.push_back(clients.emplace_back(rig.client({"room", "r" + std::to_string(i)}))->id());
    const auto other = rig.client();
    for (std::size_t i = 0; i < clients.size(); ++i) clients[i]->ask(R"(["set data",)" + std::to_string(i) + ']');

    std::vector<socketio::SocketInfo> found;
    rig.await([&](auto done) {
        to("room").fetch_sockets([&, done](error_code error, std::vector<socketio::SocketInfo> sockets) {
            EXPECT_FALSE(error);
            found = std::move(sockets);
            done();
        });
    });
    ASSERT_THAT(found, SizeIs(ids.size()));
    for (const socketio::SocketInfo& info : found) {
        const auto place = std::ranges::find(ids, info.id);
        ASSERT_NE(place, ids.end());
        const auto i = place - ids.begin();
        EXPECT_THAT(info.rooms, ElementsAre("room", "r" + std::to_string(i)));
        EXPECT_EQ(info.data, boost::json::value(i));
        EXPECT_EQ(info.handshake->remote_address, "127.0.0.1");
    }
}

TEST(Adapters, FetchSocketsShowsNullWhereShowDataThrows) {
    Rig rig{local(), 2, [](socketio::Server& server) {
                server.of("/").show_data(
                    [](const std::any& data) { return std::any_cast<const boost::json::value&>(data); });
            }};
    const auto with = rig.client();
    const auto without = rig.client();
    with->ask(R"(["set data",7])");
    rig.await([&](auto done) {
        rig.main().broadcast().fetch_sockets([&, done](error_code, const std::vector<socketio::SocketInfo>& sockets) {
            EXPECT_THAT(sockets, SizeIs(2));
            for (const auto& socket : sockets)
                EXPECT_EQ(socket.data, socket.id == with->id() ? boost::json::value(7) : boost::json::value(nullptr));
            done();
        });
    });
    EXPECT_EQ(rig.count(rig.main(), &socketio::NamespaceCounters::handlers_failed), 1U);
}

TEST_P(Adapter, BroadcastAcksAreCollectedFromEveryShard) {
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 6; ++i) clients.push_back(rig.client({"room"}));
    const auto other = rig.client();
    const auto ask = [&](std::size_t silent, std::chrono::milliseconds timeout) {
        std::pair<error_code, std::vector<socketio::Arguments>> result;
        rig.await([&](auto done) {
            to("room").emit_with_ack("how many", socketio::arguments_of(1), timeout,
                                     [&, done](error_code error, std::vector<socketio::Arguments> answers) {
                                         result = {error, std::move(answers)};
                                         done();
                                     });
            for (std::size_t i = 0; i < clients.size(); ++i) {
                const std::string question = clients[i]->read(); // 42<id>["how many",1]
                const std::string id = question.substr(2, question.find('[') - 2);
                if (i >= silent) clients[i]->send("43" + id + '[' + std::to_string(i) + ']');
            }
        });
        return result;
    };
    const auto all = ask(0, std::chrono::seconds{10});
    EXPECT_FALSE(all.first);
    EXPECT_THAT(all.second, SizeIs(6));
    const auto four = ask(2, std::chrono::milliseconds{200});
    EXPECT_EQ(four.first, socketio::Errc::ack_timeout);
    EXPECT_THAT(four.second, SizeIs(4));
    rig.end();
    EXPECT_THAT(other->until_end(), IsEmpty());
}

TEST_P(Adapter, ABroadcastWithAckToNobodyIsOverAtOnce) {
    rig.await([&](auto done) {
        to("nobody").emit_with_ack("x", {}, std::chrono::hours{1}, [done](error_code error, const auto& answers) {
            EXPECT_FALSE(error);
            EXPECT_THAT(answers, IsEmpty());
            done();
        });
    });
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
