#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "storage/test_database.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace hubbub::storage {
namespace {

using chat::ChannelType;
using chat::Errc;
using chat::Role;
using testing::StorageRunner;
using testing::unique;

class ChannelsTest : public ::testing::Test {
  protected:
    StorageRunner db;
    chat::User alice = db.new_user();
    chat::User bob = db.new_user();

    /// Private channels made by `maker`, with `member` in them.
    void make_channels(std::int64_t count, UserId maker, UserId member) {
        postgres::BlockingConnection{testing::shared_database()}.query({"", R"(
WITH made AS (
  INSERT INTO chat_channel (type, name, "createdBy") SELECT 'private', 'one of many', $2 FROM generate_series(1, $1) RETURNING id
), head AS (
  INSERT INTO chat_channel_head ("chatChannelId") SELECT id FROM made
)
INSERT INTO chat_channel_user_mapping ("chatChannelId", "userId") SELECT id, $3 FROM made)"},
                                                                       postgres::Params::of(count, maker, member));
    }
    error_code add(const chat::Channel& channel, UserId user, UserId actor) {
        return db.wait(db.channels().add_member(channel.id, user, Role::member, actor)).error();
    }
    error_code make(UserId maker) {
        chat::NewChannel wanted;
        wanted.name = "another";
        wanted.type = ChannelType::private_channel;
        wanted.created_by = maker;
        return db.wait(db.channels().create_channel(wanted)).error();
    }
};

TEST_F(ChannelsTest, TheCreatorIsItsOwner) {
    chat::NewChannel wanted;
    wanted.name = unique("General");
    wanted.topic = "all and nothing";
    wanted.type = ChannelType::private_channel;
    wanted.created_by = alice.id;
    const auto created = db.wait(db.channels().create_channel(wanted));
    ASSERT_TRUE(created) << created.error();
    const auto found = db.wait(db.channels().find_channel(created->channel.id, alice.id));
    for (const auto* view : {&*created, &*found}) {
        EXPECT_EQ(view->channel.name, wanted.name);
        EXPECT_EQ(view->channel.topic, wanted.topic);
        EXPECT_EQ(view->channel.type, wanted.type);
        EXPECT_EQ(view->channel.created_by, alice.id);
        EXPECT_EQ(view->channel.member_count, 1);
        EXPECT_FALSE(view->channel.last_message_id);
        ASSERT_TRUE(view->state);
        EXPECT_EQ(view->state->role, Role::owner);
        EXPECT_EQ(view->state->last_event_seq, 0);
    }
    EXPECT_FALSE(db.wait(db.channels().find_channel(created->channel.id, bob.id))->state);
    EXPECT_EQ(db.wait(db.channels().find_channel(ChannelId{999999}, bob.id)).error(), Errc::channel_not_found);
}

TEST_F(ChannelsTest, PublicNamesAreUniqueIgnoringCase) {
    const auto name = unique("Straße");
    for (const auto& [type, text, expected] :
         {std::tuple{ChannelType::public_channel, name, error_code{}},
          std::tuple{ChannelType::public_channel, "s" + name.substr(1), make_error_code(Errc::channel_name_taken)},
          std::tuple{ChannelType::private_channel, name, error_code{}}}) {
        chat::NewChannel wanted;
        wanted.name = text;
        wanted.type = type;
        wanted.created_by = alice.id;
        EXPECT_EQ(db.wait(db.channels().create_channel(wanted)).error(), expected) << text;
    }
}

TEST_F(ChannelsTest, ARoleIsChangedUnderTheChannelsLock) {
    const auto channel = db.new_channel(alice.id);
    db.wait(db.channels().add_member(channel.id, bob.id, Role::member, alice.id));
    db.wait(db.channels().set_role(channel.id, bob.id, Role::owner, {alice.id, Role::owner}));
    const std::string id = std::to_string(bob.id.value);
    const auto second = testing::overtaken(
        "SELECT chat_set_role(" + std::to_string(channel.id.value) + ", " + id + ", 'member', " + id + ", 'owner')",
        [&] {
            return db.wait(db.channels().set_role(channel.id, alice.id, Role::member, {alice.id, Role::owner}));
        });
    EXPECT_EQ(second.error(), Errc::last_owner) << "of two owners who step down at once one stays";
    EXPECT_EQ(db.wait(db.channels().find_member(channel.id, alice.id))->role, Role::owner);
}

TEST_F(ChannelsTest, EveryChangeOfMembershipTakesTheNextEventSeq) {
    const auto channel = db.new_channel(alice.id);
    const auto joined = db.wait(db.channels().add_member(channel.id, bob.id, Role::admin, alice.id));
    ASSERT_TRUE(joined) << joined.error();
    EXPECT_EQ(joined->event_seq, 1);
    EXPECT_EQ(joined->member.role, Role::admin);
    EXPECT_EQ(joined->member.user.username, bob.username);
    const auto again = db.wait(db.channels().add_member(channel.id, bob.id, Role::member, alice.id));
    EXPECT_EQ(again->event_seq, 0);
    EXPECT_EQ(again->member.role, Role::admin);
    EXPECT_EQ(again->member.joined_at, joined->member.joined_at);
    EXPECT_EQ(db.wait(db.channels().find_member(channel.id, bob.id))->role, Role::admin);

    const auto left = db.wait(db.channels().remove_member(channel.id, bob.id, bob.id));
    EXPECT_EQ(left->event_seq, 2);
    EXPECT_EQ(left->member.user.id, bob.id);
    EXPECT_EQ(db.wait(db.channels().remove_member(channel.id, bob.id, bob.id)).error(), Errc::not_a_member);
    EXPECT_EQ(db.wait(db.channels().find_member(channel.id, bob.id)).error(), Errc::not_a_member);
    const auto back = db.wait(db.channels().add_member(channel.id, bob.id, Role::member, bob.id));
    EXPECT_EQ(back->event_seq, 3);
    EXPECT_EQ(back->member.role, Role::member);
    EXPECT_EQ(db.wait(db.channels().find_channel(channel.id, bob.id))->state->last_event_seq, 3);
}

TEST_F(ChannelsTest, WhoCannotBeAddedIsSaid) {
    const auto channel = db.new_channel(alice.id);
    EXPECT_EQ(db.wait(db.channels().add_member(ChannelId{999999}, bob.id, Role::member, alice.id)).error(),
              Errc::channel_not_found);
    EXPECT_EQ(db.wait(db.channels().add_member(channel.id, UserId{999999}, Role::member, alice.id)).error(),
              Errc::user_not_found);
    postgres::BlockingConnection{testing::shared_database()}.query(
        {"", R"(UPDATE chat_channel SET "archivedAt" = now() WHERE id = $1)"}, postgres::Params::of(channel.id));
    EXPECT_EQ(db.wait(db.channels().add_member(channel.id, bob.id, Role::member, alice.id)).error(),
              Errc::channel_archived);
    EXPECT_EQ(db.wait(db.channels().add_member(channel.id, alice.id, Role::member, alice.id))->event_seq, 0);
}

TEST_F(ChannelsTest, OthersAddSomebodyToNoMoreChannelsThanLeaveRoomForTheirOwn) {
    make_channels(limits::kChannelsByOthersMax - 1, db.new_user().id, bob.id);
    const auto one = db.new_channel(alice.id);
    const auto another = db.new_channel(alice.id);
    EXPECT_EQ(add(one, bob.id, alice.id), error_code{});
    EXPECT_EQ(add(another, bob.id, alice.id), Errc::too_many_channels);
    EXPECT_EQ(add(one, bob.id, alice.id), error_code{}) << "they are there already";
    EXPECT_EQ(db.wait(db.channels().open_direct(alice.id, bob.id)).error(), Errc::too_many_channels);
    EXPECT_EQ(add(another, bob.id, bob.id), error_code{});
    EXPECT_TRUE(db.wait(db.channels().open_direct(bob.id, alice.id)));
}

TEST_F(ChannelsTest, NobodyComesIntoMoreChannelsThanTheyMayBeIn) {
    make_channels(limits::kChannelsPerUserMax - 1, db.new_user().id, bob.id);
    const auto one = db.new_channel(alice.id);
    const auto another = db.new_channel(alice.id, ChannelType::private_channel);
    const std::string first = "SELECT chat_add_member(" + std::to_string(one.id.value) + ", " +
                              std::to_string(bob.id.value) + ", 'member', " + std::to_string(bob.id.value) +
                              ", NULL, " + std::to_string(limits::kChannelsPerUserMax) + ")";
    const auto second = testing::overtaken(first, [&] { return add(another, bob.id, bob.id); });
    EXPECT_EQ(second, Errc::too_many_channels) << "both at the same moment";

    const auto invite = db.wait(
        db.invites().create_invite({another.id, {}, now() + std::chrono::hours{1}, 1}, {alice.id, Role::owner}));
    const auto by_invite = [&] {
        return db.wait(db.invites().join_by_invite(another.id, bob.id, invite->invite.code)).error();
    };
    EXPECT_EQ(by_invite(), Errc::too_many_channels);
    EXPECT_EQ(make(bob.id), Errc::too_many_channels);
    EXPECT_EQ(db.wait(db.channels().open_direct(bob.id, alice.id)).error(), Errc::too_many_channels);
    EXPECT_EQ(add(one, bob.id, bob.id), error_code{}) << "they are there already";
    db.wait(db.channels().remove_member(one.id, bob.id, bob.id));
    EXPECT_EQ(by_invite(), error_code{});
}

TEST_F(ChannelsTest, WhoHasMadeAsManyChannelsAsAllowedArchivesOneFirst) {
    make_channels(limits::kChannelsMadeMax - 2, alice.id, bob.id);
    const auto one = db.new_channel(alice.id);
    const std::string first = "SELECT chat_create_channel('private', 'another', '', " + std::to_string(alice.id.value) +
                              ", " + std::to_string(limits::kChannelsMadeMax) + ", 10)";
    EXPECT_EQ(testing::overtaken(first, [&] { return make(alice.id); }), Errc::too_many_made);
    EXPECT_TRUE(db.wait(db.channels().open_direct(alice.id, bob.id))) << "a direct channel is none of them";
    const auto archive = [&](bool archived) {
        return db.wait(db.channels().update_channel(one.id, {alice.id, Role::owner}, {{}, {}, archived})).error();
    };
    EXPECT_EQ(archive(true), error_code{});
    EXPECT_EQ(make(alice.id), error_code{});
    EXPECT_EQ(archive(false), Errc::too_many_made);
}

TEST_F(ChannelsTest, AStrangerIsInvitedOnceAndHasNoMoreInvitationsThanAllowed) {
    const auto one = db.new_channel(alice.id, ChannelType::private_channel);
    const auto another = db.new_channel(alice.id, ChannelType::private_channel);
    const auto in_an_hour = now() + std::chrono::hours{1};
    const auto add_bob = [&](const chat::Channel& to, Role as) {
        return db.wait(db.invites().add_or_invite({to.id, bob.id, in_an_hour, 1}, Role::admin, {alice.id, as}));
    };
    EXPECT_EQ(add_bob(one, Role::admin).error(), Errc::role_forbidden) << "alice is an owner";
    const auto made = add_bob(one, Role::owner);
    ASSERT_TRUE(made && made->invitation) << made.error();
    EXPECT_TRUE(made->is_new);
    EXPECT_EQ(add_bob(one, Role::admin).error(), Errc::role_forbidden);
    const auto again = add_bob(one, Role::owner);
    EXPECT_EQ(again->invitation->invite.id, made->invitation->invite.id);
    EXPECT_FALSE(again->is_new);

    const auto text = [](auto id) { return std::to_string(id.value); };
    postgres::BlockingConnection{testing::shared_database()}.script(
        R"(INSERT INTO chat_invite ("chatChannelId", "userId", "createdBy", "expiresAt", "maxUses") SELECT )" +
        text(one.id) + ", " + text(bob.id) + ", " + text(alice.id) +
        ", now() + interval '1 day', 1 FROM generate_series(1, " + std::to_string(limits::kInvitationsMax - 2) + ")");
    const std::string first = "SELECT chat_create_invite(" + text(one.id) + ", " + text(alice.id) + ", 'owner', " +
                              text(bob.id) + ", now() + interval '1 day', 1, 1000, " +
                              std::to_string(limits::kInvitationsMax) + ")";
    const auto second = testing::overtaken(first, [&] { return add_bob(another, Role::owner).error(); });
    EXPECT_EQ(second, Errc::too_many_invitations) << "both at the same moment";
    EXPECT_EQ(db.wait(db.invites().list_invitations(bob.id))->size(), std::size_t{limits::kInvitationsMax});
    EXPECT_EQ(*db.wait(db.invites().decline_invite(bob.id, made->invitation->invite.id)), one.id);
    EXPECT_TRUE(add_bob(another, Role::owner)->invitation);

    const auto direct = db.wait(db.channels().open_direct(bob.id, alice.id))->id;
    db.append(StorageRunner::message(direct, bob.id)).get();
    const auto added = add_bob(another, Role::owner);
    EXPECT_FALSE(added->invitation) << "bob knows alice now";
    EXPECT_EQ(added->change.member.role, Role::admin);
    EXPECT_GT(added->change.event_seq, 0);
}

TEST_F(ChannelsTest, WhoComesInHasNothingUnread) {
    const auto channel = db.new_channel(alice.id);
    const auto message = db.append(StorageRunner::message(channel.id, alice.id)).get();
    db.wait(db.channels().add_member(channel.id, bob.id, Role::member, bob.id));
    const auto state = db.wait(db.channels().find_channel(channel.id, bob.id))->state;
    EXPECT_EQ(state->unread_count, 0);
    EXPECT_EQ(state->last_read_message_id, message->message.id);
    db.append(StorageRunner::message(channel.id, alice.id)).get();
    EXPECT_EQ(db.wait(db.channels().newest_channels(bob.id, 10))->items.front().unread_count, 1);
}

TEST_F(ChannelsTest, ListsArePagedToTheirEnd) {
    const auto prefix = unique("Paged");
    std::vector<ChannelId> made;
    for (int i = 0; i < 5; ++i) {
        chat::NewChannel wanted;
        wanted.name = prefix + " %_" + std::to_string(i);
        wanted.type = i < 4 ? ChannelType::public_channel : ChannelType::private_channel;
        wanted.created_by = alice.id;
        made.push_back(db.wait(db.channels().create_channel(wanted))->channel.id);
    }
    std::vector<ChannelId> listed;
    chat::PageQuery query{std::nullopt, 2};
    for (int pages = 0; pages < 3; ++pages) {
        const auto page = db.wait(db.channels().list_channels(alice.id, query));
        for (const auto& state : page->items) listed.push_back(state.id);
        query.cursor = page->next_cursor;
        EXPECT_EQ(query.cursor.has_value(), pages < 2);
    }
    EXPECT_EQ(listed, made);

    std::this_thread::sleep_for(std::chrono::milliseconds{5}); // times are kept in milliseconds
    db.append(StorageRunner::message(made[1], alice.id)).get();
    const auto newest = db.wait(db.channels().newest_channels(alice.id, 2));
    EXPECT_EQ(newest->items.front().id, made[1]) << "somebody has written there";
    EXPECT_EQ(newest->items.back().id, made[4]) << "made last";
    query.cursor = newest->next_cursor;
    EXPECT_EQ(db.wait(db.channels().list_channels(alice.id, query))->items.front().id, made[0]);
    EXPECT_FALSE(db.wait(db.channels().newest_channels(alice.id, 5))->next_cursor);
    EXPECT_EQ(db.wait(db.changes().heads_of(alice.id))->size(), 5u);

    db.wait(db.channels().add_member(made[1], bob.id, Role::member, bob.id));
    std::vector<ChannelId> browsed;
    query = {std::nullopt, 3};
    do {
        const auto page = db.wait(db.channels().browse_channels(bob.id, prefix + " %_", query));
        ASSERT_TRUE(page) << page.error();
        for (const auto& found : page->items) {
            browsed.push_back(found.channel.id);
            EXPECT_EQ(found.is_member, found.channel.id == made[1]);
            EXPECT_EQ(found.channel.member_count, found.is_member ? 2 : 1);
        }
        query.cursor = page->next_cursor;
    } while (query.cursor);
    EXPECT_EQ(browsed, std::vector(made.begin(), made.begin() + 4));
    EXPECT_TRUE(db.wait(db.channels().browse_channels(bob.id, prefix + "%%", query))->items.empty());

    const auto members = db.wait(db.channels().list_members(made[1], {std::nullopt, 1}));
    EXPECT_EQ(members->items.front().user.id, alice.id);
    const auto rest = db.wait(db.channels().list_members(made[1], {members->next_cursor, 1}));
    EXPECT_EQ(rest->items.front().user.id, bob.id);
    EXPECT_FALSE(rest->next_cursor);
    for (const char* nonsense : {"!", "bm9uc2Vuc2U"}) {
        EXPECT_EQ(db.wait(db.channels().list_channels(alice.id, {nonsense, 1})).error(), Errc::bad_format) << nonsense;
    }
}

} // namespace
} // namespace hubbub::storage
