#include "base/limits.hpp"
#include "chat/messages/mentions.hpp"

#include <gmock/gmock.h>

namespace hubbub::chat {
namespace {

using Names = std::vector<std::string>;

struct Case {
    const char* content;
    Names names;
};

TEST(FindMentions, Table) {
    const Case cases[] = {
        {"hello", {}},
        {"@bob", {"bob"}},
        {"hi @Bob and @ANNA-x_1, @bob!", {"bob", "anna-x_1"}},
        {"@all: lunch", {"all"}},
        {"write to bob@example.com", {}},
        {"a/@bob @@bob", {}},
        {"(@bob) \"@anna\" *@carl*", {"bob", "anna", "carl"}},
        {"你好@bob，", {"bob"}},
        {"ask @bob. Or @anna...", {"bob.", "bob", "anna...", "anna"}},
        {"@", {}},
        {"@b @bo @bob", {"bob"}},
        {"\\@bob \\\\@anna", {"anna"}},
        {"`@bob` @anna `@carl", {"anna", "carl"}},
        {"``a ` @bob`` @anna", {"anna"}},
        {"`one\n\n@bob`", {"bob"}},
        {"`one\n@bob`", {}},
        {"```\n@bob\n```\n@anna", {"anna"}},
        {"```js @x\n@bob\n``\n~~~\n@carl", {}},
        {"  ~~~\n@bob\n  ~~~~\n@anna", {"anna"}},
        {"    ```\n@bob", {"bob"}},
        {"``a ` b @bob ``` @anna", {"bob", "anna"}},
        {"` @bob `` @anna ` @carl `` @dave", {"carl", "dave"}},
        {"\\`` @bob ` @anna", {"anna"}},
        {"```a`b\n@bob", {"bob"}},
        {"@bob\n```\n@anna\n```", {"bob"}},
    };
    for (const Case& one : cases) EXPECT_EQ(find_mentions(one.content).names, one.names) << one.content;
}

TEST(FindMentions, IsBounded) {
    std::string content;
    for (int i = 0; i < 200; ++i) content += "@user" + std::to_string(i) + " ";
    EXPECT_EQ(find_mentions(content).names.size(), limits::kMentionsMax);
    EXPECT_TRUE(find_mentions(content).cut);
    EXPECT_TRUE(find_mentions("@" + std::string(33, 'a')).names.empty());

    content.clear();
    for (std::size_t i = 0; i < 4 * limits::kMentionsMax; ++i)
        content += "@user" + std::to_string(i % limits::kMentionsMax) + " ";
    EXPECT_FALSE(find_mentions(content).cut) << "each name counts once";
}

} // namespace
} // namespace hubbub::chat
