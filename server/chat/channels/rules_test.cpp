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

TEST(MayAdd, NobodyGivesMoreThanHeHas) {
    using enum ChannelType;
    using enum Role;
    const struct {
        ChannelType type;
        Role actor;
        Role given;
        bool allowed;
    } cases[] = {
        {public_channel, member, member, true}, {public_channel, member, admin, false},
        {public_channel, admin, admin, true},   {public_channel, admin, owner, false},
        {public_channel, owner, owner, true},   {private_channel, member, member, false},
        {private_channel, admin, member, true}, {private_channel, admin, admin, true},
        {private_channel, admin, owner, false}, {private_channel, owner, owner, true},
        {direct, owner, member, false},
    };
    for (const auto& c : cases)
        EXPECT_EQ(may_add(c.type, c.actor, c.given), c.allowed) << int(c.type) << int(c.actor) << int(c.given);
}

TEST(MayRemove, OnlyThoseBelow) {
    using enum Role;
    const struct {
        Role actor;
        Role target;
        bool allowed;
    } cases[] = {
        {member, member, false}, {member, owner, false}, {admin, member, true}, {admin, admin, false},
        {admin, owner, false},   {owner, member, true},  {owner, admin, true},  {owner, owner, true},
    };
    for (const auto& c : cases) EXPECT_EQ(may_remove(c.actor, c.target), c.allowed) << int(c.actor) << int(c.target);
}

} // namespace
} // namespace hubbub::chat
