#include "chat/channels/rules.hpp"
#include "chat/errc.hpp"

#include <gmock/gmock.h>

namespace hubbub::chat {
namespace {

TEST(ParseChannelName, IsANameOfAtMost80Characters) {
    EXPECT_EQ(*parse_channel_name(" general "), "general");
    EXPECT_TRUE(parse_channel_name(std::string(80, 'x')));
    EXPECT_EQ(parse_channel_name(std::string(81, 'x')).error(), Errc::too_long);
    EXPECT_EQ(parse_channel_name(" ").error(), Errc::too_short);
}

TEST(ParseTopic, MayBeEmpty) {
    EXPECT_EQ(*parse_topic("  "), "");
    EXPECT_EQ(*parse_topic("what it is about"), "what it is about");
    EXPECT_EQ(parse_topic(std::string(251, 'x')).error(), Errc::too_long);
    EXPECT_EQ(parse_topic("two\nlines").error(), Errc::bad_format);
}

/// The whole matrix once more: for each role, whether it may in a public, a private and a direct channel.
TEST(May, IsAsTheMatrixSays) {
    constexpr bool kYes = true;
    constexpr bool kNo = false;
    const struct {
        Action action;
        bool member[3];
        bool admin[3];
        bool owner[3];
    } matrix[] = {
        {Action::add_member, {kYes, kNo, kNo}, {kYes, kYes, kNo}, {kYes, kYes, kNo}},
        {Action::remove_member, {kNo, kNo, kNo}, {kYes, kYes, kNo}, {kYes, kYes, kNo}},
        {Action::set_role, {kNo, kNo, kNo}, {kYes, kYes, kNo}, {kYes, kYes, kNo}},
        {Action::leave, {kYes, kYes, kNo}, {kYes, kYes, kNo}, {kYes, kYes, kNo}},
        {Action::update, {kNo, kNo, kNo}, {kYes, kYes, kNo}, {kYes, kYes, kNo}},
        {Action::archive, {kNo, kNo, kNo}, {kNo, kNo, kNo}, {kYes, kYes, kNo}},
        {Action::invite, {kNo, kNo, kNo}, {kNo, kYes, kNo}, {kNo, kYes, kNo}},
        {Action::delete_of_others, {kNo, kNo, kNo}, {kYes, kYes, kNo}, {kYes, kYes, kNo}},
    };
    constexpr ChannelType kTypes[] = {ChannelType::public_channel, ChannelType::private_channel, ChannelType::direct};
    for (const auto& row : matrix) {
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(may(row.action, kTypes[i], Role::member), row.member[i]) << int(row.action) << ' ' << i;
            EXPECT_EQ(may(row.action, kTypes[i], Role::admin), row.admin[i]) << int(row.action) << ' ' << i;
            EXPECT_EQ(may(row.action, kTypes[i], Role::owner), row.owner[i]) << int(row.action) << ' ' << i;
        }
    }
}

TEST(Outranks, OnlyThoseBelowAndOwnersEverybody) {
    using enum Role;
    const struct {
        Role actor;
        Role target;
        bool allowed;
    } cases[] = {
        {member, member, false}, {member, owner, false}, {admin, member, true}, {admin, admin, false},
        {admin, owner, false},   {owner, member, true},  {owner, admin, true},  {owner, owner, true},
    };
    for (const auto& c : cases) EXPECT_EQ(outranks(c.actor, c.target), c.allowed) << int(c.actor) << int(c.target);
}

TEST(MayGive, NobodyGivesMoreThanHeHas) {
    using enum Role;
    for (const Role actor : {member, admin, owner}) {
        for (const Role given : {member, admin, owner}) EXPECT_EQ(may_give(actor, given), given <= actor);
    }
}

} // namespace
} // namespace hubbub::chat
