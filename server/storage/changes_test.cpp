#include "base/limits.hpp"
#include "chat/errc.hpp"
#include "chat/messages/rules.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <future>
#include <thread>
#include <variant>

namespace hubbub::storage {
namespace {

using chat::Errc;
using chat::may_delete_of_others;
using ::testing::ElementsAre;
using testing::StorageRunner;

class ChangesTest : public ::testing::Test {
  protected:
    StorageRunner db;
    chat::User alice = db.new_user(); // owner
    chat::User bob = db.new_user();
    chat::Channel channel = db.new_channel(alice.id, chat::ChannelType::private_channel);
    MessageId of_bob;

    void SetUp() override {
        db.wait(db.channels().add_member(channel.id, bob.id, chat::Role::member, alice.id));
        of_bob = send(bob.id);
    }
    MessageId send(UserId sender) { return db.append(StorageRunner::message(channel.id, sender)).get()->message.id; }
    Result<chat::ChannelEvent> edit(UserId actor, MessageId message, std::string content) {
        return db.wait(db.messages().edit({channel.id, message, actor, std::move(content)}));
    }
    Result<chat::ChannelEvent> remove(UserId actor, MessageId message) {
        return db.wait(db.messages().remove({channel.id, message, actor}, may_delete_of_others));
    }
    Result<chat::ChannelEvent> react(UserId actor, std::string reaction, bool add = true) {
        return db.wait(db.messages().react({channel.id, of_bob, actor, std::move(reaction), add}));
    }
    chat::Message stored(MessageId message, UserId reader = {}) {
        return *db.wait(db.messages().find_message(channel.id, reader, message));
    }
    std::int64_t head() { return db.wait(db.channels().find_channel(channel.id, alice.id))->state->last_event_seq; }
};

TEST_F(ChangesTest, AnEditTakesTheNextEventSeq) {
    const auto event = edit(bob.id, of_bob, "better");
    ASSERT_TRUE(event) << event.error();
    EXPECT_EQ(event->event_seq, 3); // after the join and the message
    EXPECT_EQ(head(), 3);
    EXPECT_EQ(stored(of_bob).content, "better");
    EXPECT_EQ(stored(of_bob).edited_at, std::get<chat::MessageEdited>(event->what).at);
    EXPECT_EQ(edit(bob.id, of_bob, "better")->event_seq, 0) << "the same text changes nothing";
    EXPECT_EQ(head(), 3);
}

TEST_F(ChangesTest, EventsOfADeletedAccountLeaveNobodyWaiting) {
    postgres::BlockingConnection{testing::shared_database()}.query({"", "DELETE FROM chat_user WHERE id = $1"},
                                                                   postgres::Params::of(bob.id));
    for (int i = 0; i < 2; ++i) { // a read that was never over would leave the next one waiting as well
        const auto events = db.wait(db.messages().events_since(channel.id, 0));
        ASSERT_TRUE(events) << events.error();
        EXPECT_FALSE(events->recovered);
        EXPECT_EQ(events->last_event_seq, 2);
    }
}

TEST_F(ChangesTest, MoreTextThanIsSentIsNotRead) {
    const std::string text(limits::kMessageBytesMax, 'x');
    for (std::size_t i = 0; i < limits::kResumeBytesMax / text.size() - 1; ++i)
        db.append(testing::StorageRunner::message(channel.id, alice.id, text)).get();
    const auto read = *db.wait(db.messages().events_since(channel.id, 0));
    EXPECT_TRUE(read.recovered);
    const auto head = read.last_event_seq;
    EXPECT_EQ(read.events.size(), static_cast<std::size_t>(head));
    const auto edited = db.append(testing::StorageRunner::message(channel.id, alice.id)).get()->message.id;
    db.wait(db.messages().edit({channel.id, edited, alice.id, text})); // counts as a message and as an event
    const auto more = *db.wait(db.messages().events_since(channel.id, 0));
    EXPECT_FALSE(more.recovered);
    EXPECT_TRUE(more.events.empty());
    EXPECT_EQ(more.last_event_seq, head + 2);
    EXPECT_TRUE(db.wait(db.messages().events_since(channel.id, head))->recovered);
    EXPECT_EQ(db.wait(db.messages().log_since(channel.id, 0))->events.size(), static_cast<std::size_t>(head + 2));
}

TEST_F(ChangesTest, AnAnswerThatCannotBeReadIsAnError) {
    postgres::BlockingConnection{testing::shared_database()}.query(
        {"", R"(UPDATE chat_channel_event SET kind = 'reaction_added', payload = '{}' WHERE "chatChannelId" = $1)"},
        postgres::Params::of(channel.id));
    for (int i = 0; i < 2; ++i) EXPECT_EQ(db.wait(db.messages().events_since(channel.id, 0)).error(), Errc::internal);
}

TEST_F(ChangesTest, OnlyTheAuthorEdits) {
    EXPECT_EQ(edit(alice.id, of_bob, "x").error(), Errc::message_not_owner);
    const auto stranger = db.new_user();
    EXPECT_EQ(edit(stranger.id, of_bob, "x").error(), Errc::channel_not_found);
    const auto elsewhere = db.new_channel(bob.id);
    EXPECT_EQ(db.wait(db.messages().edit({elsewhere.id, of_bob, bob.id, "x"})).error(), Errc::message_not_found);
    db.wait(db.channels().remove_member(channel.id, bob.id, bob.id));
    EXPECT_EQ(edit(bob.id, of_bob, "x").error(), Errc::channel_not_found) << "no member any more";
    EXPECT_EQ(stored(of_bob).content, "hello");
}

TEST_F(ChangesTest, TheAuthorAndWhoMayModerateDelete) {
    EXPECT_EQ(remove(bob.id, send(alice.id)).error(), Errc::role_forbidden);
    EXPECT_TRUE(remove(bob.id, of_bob));
    EXPECT_TRUE(remove(alice.id, send(bob.id)));
    EXPECT_EQ(remove(bob.id, of_bob).error(), Errc::message_deleted);
    EXPECT_EQ(edit(bob.id, of_bob, "x").error(), Errc::message_deleted);
    EXPECT_EQ(react(bob.id, "👍").error(), Errc::message_deleted);
    EXPECT_TRUE(stored(of_bob).deleted_at);
}

TEST_F(ChangesTest, NothingOfADeletedTextIsKept) {
    edit(bob.id, of_bob, "a secret");
    react(alice.id, "👍");
    remove(bob.id, of_bob);
    EXPECT_EQ(stored(of_bob).content, "");
    EXPECT_TRUE(stored(of_bob).reactions.empty());
    const auto events = db.wait(db.messages().events_since(channel.id, 0));
    EXPECT_EQ(std::get<chat::MessageEdited>(events->events[2].what).content, "");
}

TEST_F(ChangesTest, TheLogHoldsEveryChangeInOrder) {
    edit(bob.id, of_bob, "one");
    react(alice.id, "👍");
    edit(bob.id, of_bob, "two");
    react(alice.id, "👍", false);
    const auto last = send(alice.id);
    const auto deleted = remove(alice.id, last);
    const auto events = db.wait(db.messages().events_since(channel.id, 2));
    ASSERT_TRUE(events->recovered);
    ASSERT_EQ(events->events.size(), 6u);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(events->events[i].event_seq, static_cast<std::int64_t>(3 + i));
    EXPECT_EQ(std::get<chat::MessageEdited>(events->events[0].what).content, "one");
    const auto& added = std::get<chat::ReactionChanged>(events->events[1].what);
    EXPECT_TRUE(added.added);
    EXPECT_EQ(added.reaction, "👍");
    EXPECT_EQ(added.user, alice.id);
    EXPECT_EQ(added.message, of_bob);
    EXPECT_EQ(added.message_created_at, stored(of_bob).created_at);
    EXPECT_EQ(std::get<chat::MessageEdited>(events->events[2].what).content, "two");
    EXPECT_FALSE(std::get<chat::ReactionChanged>(events->events[3].what).added);
    EXPECT_EQ(std::get<chat::Message>(events->events[4].what).id, last);
    EXPECT_EQ(std::get<chat::MessageDeleted>(events->events[5].what).at,
              std::get<chat::MessageDeleted>(deleted->what).at);
}

TEST_F(ChangesTest, ReactionsAreCountedOnceAUser) {
    EXPECT_NE(react(bob.id, "🎉")->event_seq, 0);
    EXPECT_NE(react(alice.id, ":ship-it:")->event_seq, 0);
    EXPECT_NE(react(alice.id, "🎉")->event_seq, 0);
    EXPECT_EQ(react(alice.id, "🎉")->event_seq, 0) << "there already";
    EXPECT_EQ(react(bob.id, ":ship-it:", false)->event_seq, 0) << "was not there";
    const auto reactions = stored(of_bob).reactions;
    ASSERT_EQ(reactions.size(), 2u);
    EXPECT_EQ(reactions[0].reaction, "🎉");
    EXPECT_EQ(reactions[0].count, 2);
    EXPECT_THAT(reactions[0].user_ids, ElementsAre(bob.id, alice.id));
    EXPECT_THAT(reactions[1].user_ids, ElementsAre(alice.id));
    const auto page = db.wait(db.messages().history(channel.id, {{}, {}, {}, 10}));
    EXPECT_EQ(page->messages.back().reactions.size(), 2u);
}

TEST_F(ChangesTest, ARepeatedSendShowsTheReactions) {
    const auto sent = StorageRunner::message(channel.id, bob.id);
    of_bob = db.append(sent).get()->message.id;
    react(alice.id, "👍");
    EXPECT_EQ(db.append(sent).get()->message.reactions.size(), 1u);
}

TEST_F(ChangesTest, KindsOfReactionsAreLimitedAndUsersNamedInPart) {
    for (std::size_t i = 0; i < limits::kReactionKindsMax; ++i)
        EXPECT_TRUE(react(bob.id, ":r" + std::to_string(i) + ":"));
    EXPECT_EQ(react(bob.id, "👍").error(), Errc::too_many_reactions);
    EXPECT_TRUE(react(alice.id, ":r0:")) << "one that is there already";
    for (std::size_t i = 0; i < limits::kReactionUsersMax; ++i) {
        const auto user = db.new_user();
        db.wait(db.channels().add_member(channel.id, user.id, chat::Role::member, alice.id));
        react(user.id, ":r0:");
    }
    const auto first = stored(of_bob).reactions.front();
    EXPECT_EQ(first.count, static_cast<std::int64_t>(limits::kReactionUsersMax) + 2);
    EXPECT_EQ(first.user_ids.size(), limits::kReactionUsersMax);
    EXPECT_EQ(first.user_ids.front(), bob.id);
    for (const UserId named : {bob.id, first.user_ids.back()})
        EXPECT_EQ(stored(of_bob, named).reactions.front().user_ids, first.user_ids);
}

TEST_F(ChangesTest, WhoeverAsksForReactionsIsNamedBeyondTheFirst) {
    std::vector<chat::User> users;
    for (std::size_t i = 0; i < limits::kReactionUsersMax + 5; ++i) {
        users.push_back(db.new_user());
        db.wait(db.channels().add_member(channel.id, users.back().id, chat::Role::member, alice.id));
        react(users.back().id, "👍");
    }
    const auto told_to = [&](UserId reader) { return stored(of_bob, reader).reactions.front(); };
    const auto others = told_to(alice.id);
    EXPECT_EQ(others.user_ids.size(), limits::kReactionUsersMax);
    const auto own = told_to(users.back().id);
    EXPECT_EQ(own.user_ids.size(), limits::kReactionUsersMax + 1);
    EXPECT_EQ(own.user_ids.front(), others.user_ids.front());
    EXPECT_EQ(own.user_ids.back(), users.back().id);
    EXPECT_EQ(own.count, others.count);
    chat::HistoryQuery query;
    query.limit = 10;
    query.reader = users.back().id;
    const auto page = db.wait(db.messages().history(channel.id, query));
    EXPECT_EQ(page->messages.front().reactions.front().user_ids, own.user_ids);
}

/// A database of its own, in which the search index is filled by the store as always.
class SearchIndexTest : public ::testing::Test {
  protected:
    const std::string conninfo = testing::new_database();
    StorageRunner db{conninfo};
    postgres::BlockingConnection sql{conninfo};
    const chat::User alice = db.new_user();
    const chat::Channel channel = db.new_channel(alice.id);

    MessageId send(std::string content) {
        return db.append(StorageRunner::message(channel.id, alice.id, std::move(content))).get()->message.id;
    }
    void edit(MessageId message, std::string content) {
        ASSERT_TRUE(db.wait(db.messages().edit({channel.id, message, alice.id, std::move(content)})));
    }
    std::size_t found(std::string text) {
        chat::SearchQuery query;
        query.reader = alice.id;
        query.text = std::move(text);
        query.page.limit = 10;
        return db.wait(db.messages().search(std::move(query)))->items.size();
    }
    std::int64_t count(const char* where) {
        const std::string text = std::string{"SELECT count(*) FROM chat_message_search WHERE "} + where;
        return sql.query({"", text.c_str()}).front().get<std::int64_t>(0);
    }
    void until(const char* where, std::int64_t rows) {
        for (int i = 0; i < 3000 && count(where) != rows; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        ASSERT_EQ(count(where), rows) << where;
    }
};

TEST_F(SearchIndexTest, AnEditIsFoundAtOnceAndIndexedAfterwards) {
    const auto message = send("marmalade");
    until("vector IS NOT NULL", 1);
    {
        postgres::BlockingConnection busy{conninfo}; // no indexing meanwhile
        sql.script("ALTER FUNCTION chat_index_messages(bigint[], bigint) RENAME TO away");
        edit(message, "honey");
        EXPECT_EQ(count("vector IS NULL"), 1) << "the edit itself does not index";
        EXPECT_EQ(found("honey"), 1u);
        EXPECT_EQ(found("marmalade"), 0u);
        sql.script("ALTER FUNCTION away(bigint[], bigint) RENAME TO chat_index_messages");
    }
    send("another");
    until("vector IS NOT NULL", 2);
    EXPECT_EQ(found("honey"), 1u);
    EXPECT_EQ(found("marmalade"), 0u);
}

TEST_F(SearchIndexTest, OneThatCannotBeIndexedStopsNoOther) {
    sql.script(R"(ALTER FUNCTION chat_search_vector(text) RENAME TO real_vector;
CREATE FUNCTION chat_search_vector(content text) RETURNS tsvector LANGUAGE plpgsql AS $$
BEGIN
  IF content = 'poison' THEN RAISE 'as planted'; END IF;
  RETURN real_vector(content);
END $$)");
    send("before");
    const auto edited = send("between");
    send("poison");
    send("after");
    until("true", 4);
    EXPECT_EQ(count("vector = ''"), 1);
    EXPECT_EQ(found("after"), 1u);
    edit(edited, "poison");
    send("later");
    until("vector IS NOT NULL", 5);
    EXPECT_EQ(count("vector = ''"), 2);
    EXPECT_EQ(found("later"), 1u);
    EXPECT_EQ(found("between"), 0u);
}

TEST_F(SearchIndexTest, TheWorstTextIsSplitInAMoment) {
    // 16 KB of a character that folds to six: 45 ms on a quiet machine, and seconds if a run's text is copied for each.
    EXPECT_NO_THROW(sql.script("SET statement_timeout = 1500; "
                               "SELECT chat_search_vector(repeat(U&'\\3316', 5461)); RESET statement_timeout"));
}

TEST_F(SearchIndexTest, ADeletionDuringTheFirstIndexingOfAChannelIsSeen) {
    const auto message = send("secret");
    until("true", 1);
    sql.script("DELETE FROM chat_message_search; DELETE FROM chat_search_head");
    postgres::BlockingConnection indexing{conninfo};
    indexing.script("BEGIN; SELECT chat_index_messages(ARRAY[" + std::to_string(channel.id.value) + "]::bigint[], 10)");
    auto removal = std::async(std::launch::async, [&] {
        return db.wait(db.messages().remove({channel.id, message, alice.id}, may_delete_of_others));
    });
    EXPECT_EQ(removal.wait_for(std::chrono::milliseconds{200}), std::future_status::timeout) << "it waits";
    indexing.script("COMMIT");
    EXPECT_TRUE(removal.get());
    EXPECT_EQ(count("true"), 0);
}

} // namespace
} // namespace hubbub::storage
