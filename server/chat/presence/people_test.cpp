#include "base/limits.hpp"
#include "chat/presence/people.hpp"

#include <gmock/gmock.h>

namespace hubbub::chat {
namespace {

using namespace std::chrono_literals;

constexpr UserId kUser{7};
constexpr Timestamp kSeen{1000ms};
const People::Clock::time_point kStart{};

class PeopleTest : public ::testing::Test {
  protected:
    People people;
    PresenceNote stored; ///< as the store would have it

    /// One round; what others are told of the user.
    std::optional<People::Told> round() {
        std::optional<People::Told> told;
        for (const PresenceWrite& write : people.take(10)) {
            stored.user = write.user;
            stored.hidden = write.hidden.value_or(stored.hidden);
            stored.dnd = write.dnd.value_or(stored.dnd);
            stored.text = write.text.value_or(stored.text);
            stored.last_seen_at = kSeen;
            told = people.noted(stored);
        }
        return told;
    }
    Status status() const { return people.look(kUser, {}).status; }
};

TEST_F(PeopleTest, IsOnlineWithTheFirstDeviceOnceHisWishesAreRead) {
    people.arrive(kUser, 1);
    EXPECT_EQ(status(), Status::offline);
    const auto told = round();
    ASSERT_TRUE(told);
    EXPECT_TRUE(told->came);
    EXPECT_EQ(told->now.status, Status::online);
    EXPECT_FALSE(told->now.last_seen_at);
    people.arrive(kUser, 2);
    EXPECT_FALSE(round()) << "nothing that others see";
}

TEST_F(PeopleTest, IsOfflineOnlyAfterTheGraceOfTheLastDevice) {
    people.arrive(kUser, 1);
    people.arrive(kUser, 2);
    round();
    people.leave(kUser, 1, kStart);
    people.leave(kUser, 2, kStart + 1s);
    EXPECT_FALSE(round());
    EXPECT_EQ(people.expire(kStart + limits::kPresenceGrace), kStart + 1s + limits::kPresenceGrace);
    EXPECT_FALSE(people.has_changes());
    EXPECT_EQ(status(), Status::online);
    EXPECT_FALSE(people.expire(kStart + 1s + limits::kPresenceGrace));
    const auto told = round();
    ASSERT_TRUE(told);
    EXPECT_TRUE(told->went);
    EXPECT_EQ(told->now.last_seen_at, kSeen);
    EXPECT_FALSE(people.hide(kUser)) << "forgotten";
}

TEST_F(PeopleTest, AReloadIsNotSeen) {
    people.arrive(kUser, 1);
    round();
    people.leave(kUser, 1, kStart);
    people.arrive(kUser, 2);
    EXPECT_FALSE(round());
    people.leave(kUser, 2, kStart + 4s);
    people.expire(kStart + limits::kPresenceGrace);
    EXPECT_EQ(status(), Status::online) << "the second leave has a grace of its own";
}

TEST_F(PeopleTest, TheBestStatusOfTheDevicesWins) {
    people.arrive(kUser, 1);
    people.arrive(kUser, 2);
    round();
    people.say(kUser, 1, Status::away, {});
    EXPECT_FALSE(round());
    people.say(kUser, 2, Status::away, {});
    EXPECT_EQ(round()->now.status, Status::away);
    people.say(kUser, 1, Status::online, "back");
    const auto told = round();
    EXPECT_EQ(told->now.status, Status::online);
    EXPECT_EQ(told->now.text, "back");
    EXPECT_FALSE(told->came);
    people.leave(kUser, 1, kStart);
    EXPECT_EQ(round()->now.status, Status::away) << "the one that is left is away";
}

TEST_F(PeopleTest, DoNotDisturbIsOfTheUser) {
    people.arrive(kUser, 1);
    people.arrive(kUser, 2);
    people.say(kUser, 1, Status::dnd, {});
    EXPECT_EQ(round()->now.status, Status::dnd);
    people.say(kUser, 2, Status::away, {});
    EXPECT_FALSE(round());
    people.say(kUser, 2, Status::online, {});
    EXPECT_EQ(round()->now.status, Status::online);
}

TEST_F(PeopleTest, WhoHidesIsOfflineUntilHeSaysOtherwise) {
    people.arrive(kUser, 1);
    round();
    people.hide(kUser);
    EXPECT_FALSE(people.is_visible(kUser));
    EXPECT_TRUE(round()->went);
    people.arrive(kUser, 2);
    EXPECT_FALSE(round());
    people.say(kUser, 2, Status::online, {});
    EXPECT_TRUE(round()->came);
}

TEST_F(PeopleTest, WhoHidBeforeARestartStaysHidden) {
    stored.hidden = true;
    people.arrive(kUser, 1);
    EXPECT_FALSE(round());
    EXPECT_EQ(status(), Status::offline);
}

TEST_F(PeopleTest, WhatHeSaysWhileARoundIsUnderWayIsNotLost) {
    people.arrive(kUser, 1);
    const auto writes = people.take(10);
    people.say(kUser, 1, Status::dnd, "busy");
    stored.user = kUser;
    const auto told = people.noted(stored);
    EXPECT_EQ(told->now.status, Status::dnd);
    EXPECT_EQ(told->now.text, "busy");
    const auto next = people.take(10);
    ASSERT_EQ(next.size(), 1u);
    EXPECT_EQ(next[0].dnd, true);
    people.failed(next[0]);
    EXPECT_EQ(people.take(10)[0].text, "busy");
}

TEST_F(PeopleTest, WhoSaysSomethingComesBeforeWhoComesAndGoes) {
    for (std::int64_t id = 1; id <= 20; ++id) people.arrive(UserId{id}, static_cast<Device>(id));
    people.say(UserId{15}, 15, Status::dnd, {});
    const auto writes = people.take(3);
    ASSERT_EQ(writes.size(), 3u);
    EXPECT_EQ(writes[0].user, UserId{15});
    EXPECT_EQ(people.take(100).size(), 17u);
}

} // namespace
} // namespace hubbub::chat
