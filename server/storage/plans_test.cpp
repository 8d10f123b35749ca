#include "base/limits.hpp"
#include "chat/messages/rules.hpp"
#include "storage/test_database.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <thread>

namespace hubbub::storage {
namespace {

using postgres::BlockingConnection;
using testing::StorageRunner;
using testing::TestServer;

/// Every plan of a session, those inside functions too, and the name of every statement, go to the server's log.
constexpr const char* kExplained =
    " options='-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0"
    " -c auto_explain.log_nested_statements=on -c auto_explain.log_analyze=on -c log_min_duration_statement=0'";

/// A million messages over three months, a tenth of them in each of ten channels, and members enough for a wrong plan
/// to be seen.
void fill(const std::string& conninfo) {
    BlockingConnection db{conninfo};
    db.script(R"(
INSERT INTO chat_user (username, "displayName") SELECT 'filler' || n, 'U' FROM generate_series(1, 300) n;
INSERT INTO chat_channel (type, name, "createdBy") SELECT 'public', 'filler' || n, 1 FROM generate_series(1, 300) n;
INSERT INTO chat_channel_head SELECT id, 200000, 200000 FROM chat_channel ON CONFLICT DO NOTHING;
INSERT INTO chat_channel_user_mapping ("chatChannelId", "userId") SELECT c.id, u.id FROM chat_channel c, chat_user u
  WHERE (c.id + u.id) % 10 = 0 OR c.id = 1
  ON CONFLICT DO NOTHING;
INSERT INTO chat_message (id, "createdAt", "chatChannelId", seq, "eventSeq", "senderId", "clientMessageId", content)
  SELECT 100000 + n, now() + n * interval '7 seconds', 1 + n % 10, 100000 + n / 10, 100000 + n / 10, 1,
         gen_random_uuid(), 'x' FROM generate_series(0, 999999) n;
SELECT setval('chat_message_id_seq', 2000000);
INSERT INTO chat_message_mention ("chatChannelId", seq, "userId")
  SELECT 1 + n % 10, 100000 + n / 10, n % 300 FROM generate_series(0, 99999) n;
INSERT INTO chat_message_status ("messageId", "messageCreatedAt", "userId")
  SELECT m.id, m."createdAt", 2 FROM chat_message m WHERE m.id BETWEEN 100000 AND 120000;
INSERT INTO chat_user_presence ("userId") SELECT id FROM chat_user ON CONFLICT DO NOTHING;
DROP INDEX chat_message_search_vector_idx; -- and made again at the end, at a fifth of the cost
INSERT INTO chat_message_search ("chatChannelId", "createdAt", seq, "messageId", vector)
  SELECT "chatChannelId", "createdAt", seq, id, ('word' || id % 5000)::tsvector FROM chat_message WHERE id >= 100000;
CREATE INDEX chat_message_search_vector_idx ON chat_message_search USING gin ("chatChannelId", vector)
  WITH (fastupdate = off);
INSERT INTO chat_search_head SELECT id, 300000, now() + interval '1 year' FROM chat_channel WHERE id <= 10
  ON CONFLICT ON CONSTRAINT chat_search_head_pkey DO UPDATE SET "indexedSeq" = 300000, "indexedAt" = excluded."indexedAt";
ANALYZE)");
    db.script("CHECKPOINT"); // a later test kills this server, and waits for it to come back
}

/// The names of all statements in the sources, which lie three directories above the program's (build/<preset>/bin).
std::set<std::string> all_statements() {
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    std::set<std::string> names;
    const std::regex statement{R"re(constexpr Statement \w+\{"(\w+)")re"};
    for (const auto& file : std::filesystem::directory_iterator{program / "../../../server/storage/internal"}) {
        std::ifstream in{file.path()};
        const std::string text{std::istreambuf_iterator<char>{in}, {}};
        for (std::sregex_iterator found{text.begin(), text.end(), statement}, end; found != end; ++found)
            names.insert((*found)[1]);
    }
    return names;
}

TEST(Plans, NoStatementReadsATableFromEndToEnd) {
    const auto conninfo = testing::new_database();
    std::ifstream log{TestServer::get().log_file()};
    log.seekg(0, std::ios::end);
    {
        // Twice: with plans made while the tables are empty, then with plans for full ones.
        for (const bool full : {false, true}) {
            if (full) fill(conninfo);
            StorageRunner db{conninfo + kExplained};
            db.keep_house(std::chrono::hours{1});
            const auto alice = db.new_user();
            const auto bob = db.new_user();
            const auto channel = db.new_channel(alice.id);
            db.wait(db.accounts().find_credentials(alice.username));
            db.wait(db.accounts().find_user_by_name(alice.username));
            db.wait(db.accounts().find_users({alice.id, bob.id}));
            chat::NewSession session;
            session.user = alice.id;
            session.token_hash = testing::unique("hash");
            session.expires_at = now() + std::chrono::hours{1};
            const auto made = db.wait(db.sessions().create_session(session));
            db.wait(db.sessions().rotate_session(session.token_hash, testing::unique("hash"), session.expires_at));
            db.wait(db.sessions().rotate_session(session.token_hash, testing::unique("hash"), session.expires_at));
            db.wait(db.sessions().check_session(made->id, alice.id));
            chat::ExternalSession external;
            external.subject = testing::unique("subject");
            external.username = alice.username;
            external.display_name = "Ext";
            external.token_hash = testing::unique("hash");
            external.expires_at = session.expires_at;
            for (int i = 0; i < 2; ++i) db.wait(db.sessions().open_external(external));
            db.wait(db.sessions().list_sessions(alice.id, made->id, {std::nullopt, 10}));
            db.wait(db.sessions().revoke_others(alice.id, made->id));
            db.wait(db.sessions().change_password(alice.id, made->id, "", "hash"));
            db.wait(db.sessions().revoke_session_of(alice.id, made->id));
            db.wait(db.sessions().revoke_session(made->id));
            db.wait(db.accounts().search_users("fill", {std::nullopt, 10}));
            db.wait(db.accounts().set_display_name(alice.id, "Alice"));
            db.wait(db.channels().add_member(channel.id, bob.id, chat::Role::member, alice.id));
            db.wait(db.channels().find_member(channel.id, bob.id));
            db.wait(db.channels().set_role(channel.id, bob.id, chat::Role::admin, {alice.id, chat::Role::owner}));
            db.wait(db.channels().update_channel(channel.id, alice.id, {{}, "topic", true}));
            db.wait(db.channels().update_channel(channel.id, alice.id, {{}, {}, false}));
            db.wait(db.channels().set_muted(channel.id, bob.id, now()));
            const auto invite = db.wait(db.invites().create_invite({channel.id, {}, now() + std::chrono::hours{1}, 1},
                                                                   {alice.id, chat::Role::owner}));
            db.wait(db.invites().find_invite(invite->invite.code));
            db.wait(db.invites().list_invites(channel.id, {std::nullopt, 10}));
            for (const auto& code : {std::optional<std::string>{}, std::optional{invite->invite.code}})
                db.wait(db.invites().join_by_invite(channel.id, bob.id, code));
            db.wait(db.invites().delete_invite(channel.id, invite->invite.id));
            for (int i = 0; i < 2; ++i) db.wait(db.channels().open_direct(alice.id, bob.id));
            const auto secret = db.new_channel(alice.id, chat::ChannelType::private_channel);
            const chat::NewInvite for_bob{secret.id, bob.id, now() + std::chrono::hours{1}, 1};
            db.append(StorageRunner::message(db.wait(db.channels().open_direct(alice.id, bob.id))->id, alice.id)).get();
            for (int i = 0; i < 2; ++i)
                db.wait(db.invites().add_or_invite(for_bob, chat::Role::member, {alice.id, chat::Role::owner}));
            const auto invitations = db.wait(db.invites().list_invitations(bob.id));
            db.wait(db.invites().decline_invite(bob.id, invitations->front().invite.id));
            db.wait(db.channels().find_channel(channel.id, bob.id));
            db.wait(db.channels().newest_channels(bob.id, 1));
            db.wait(db.channels().browse_channels(bob.id, "fill", {std::nullopt, 10}));
            db.wait(db.channels().list_members(channel.id, {std::nullopt, 10}));
            db.append(StorageRunner::message(channel.id, alice.id)).get(); // a batch of one
            std::vector<std::future<Result<chat::Appended>>> pending;
            for (int i = 0; i < 40; ++i) pending.push_back(db.append(StorageRunner::message(channel.id, alice.id)));
            const auto first = pending.front().get()->message.id;
            for (std::size_t i = 1; i < pending.size(); ++i) pending[i].get();
            auto reply = StorageRunner::message(channel.id, alice.id);
            reply.parent = first;
            for (std::size_t i = 0; i < 12; ++i) { // the last one twice
                if (i < 11) reply.client_message_id = testing::new_uuid();
                pending[i] = db.append(reply);
            }
            for (std::size_t i = 0; i < 12; ++i) pending[i].get();
            for (const chat::HistoryQuery& query :
                 {chat::HistoryQuery{{}, {}, {}, 10}, {first, {}, {}, 10}, {{}, first, {}, 10}, {{}, {}, first, 10}}) {
                db.wait(db.messages().history(channel.id, query));
            }
            chat::HistoryQuery then{{}, {}, {}, 10};
            for (const auto at : {Timestamp{}, now(), now() + std::chrono::hours{24 * 40}}) {
                then.at = at;
                db.wait(db.messages().history(channel.id, then));
                if (full) db.wait(db.messages().history(ChannelId{1}, then));
            }
            std::promise<void> marked;
            chat::MarkWrite mark{channel.id, bob.id, {{first, 1}, {first, 1}}, true, true};
            db.shard().post([&] { db.receipts().write_marks({mark}, [&](const auto&) { marked.set_value(); }); });
            marked.get_future().wait();
            db.wait(db.receipts().find_marks(channel.id, bob.id, {first}));
            for (const std::string reaction : {":one:", ":two:"}) {
                db.wait(db.messages().react({channel.id, first, bob.id, reaction, true}));
                db.wait(db.messages().react({channel.id, first, bob.id, reaction, reaction == ":one:"}));
            }
            db.wait(db.messages().edit({channel.id, first, alice.id, "edited"}));
            db.wait(db.messages().find_message(channel.id, alice.id, first));
            auto mentioning = StorageRunner::message(channel.id, alice.id, "@all");
            mentioning.mentions = {"all", bob.username};
            db.append(mentioning).get();
            db.wait(db.receipts().find_receipts(channel.id, first, {std::nullopt, 10}));
            db.wait(db.receipts().find_positions(channel.id));
            db.wait(db.changes().clock());
            const auto lately = now() - std::chrono::seconds{20};
            db.wait(db.changes().changed_memberships({ChannelId{}, UserId{}, false, lately}, 100));
            db.wait(db.changes().ended_sessions({SessionId{}, UserId{}, lately}, 100));
            db.wait(db.changes().ended_of(alice.id, {made->id}));
            db.wait(db.changes().heads({channel.id}));
            db.wait(db.changes().heads_of(bob.id));
            db.wait(db.changes().standing(channel.id, bob.id));
            for (const std::optional<ChannelId> where : {std::optional<ChannelId>{}, std::optional{channel.id}})
                db.wait(db.messages().search({bob.id, "word77", where, {std::nullopt, 10}}));
            std::promise<void> noted;
            chat::PresenceWrite presence{bob.id, false, false, "here"};
            db.shard().post(
                [&] { db.presence().write_presence({presence}, now(), [&](const auto&) { noted.set_value(); }); });
            noted.get_future().wait();
            db.wait(db.presence().find_presence(bob.id, {alice.id}));
            db.wait(db.presence().find_presence_of_members(channel.id));
            db.wait(db.accounts().find_user(alice.id));
            db.wait(db.channels().list_channels(bob.id, {std::nullopt, 10}));
            std::this_thread::sleep_for(limits::kSearchIndexPause + std::chrono::milliseconds{200});
            db.wait(db.messages().remove({channel.id, first, alice.id}, chat::may_delete_of_others));
            for (const chat::HistoryQuery& query :
                 {chat::HistoryQuery{{}, {}, {}, 10, first}, {first, {}, {}, 10, first}, {{}, first, {}, 10, first}}) {
                db.wait(db.messages().history(channel.id, query));
            }
            db.wait(db.messages().events_since(channel.id, 20));
            db.wait(db.messages().log_since(channel.id, 20));
            db.wait(db.channels().remove_member(channel.id, bob.id, bob.id));
        }
    }
    auto missing = all_statements();
    missing.erase("partitions_make");   // tables, not rows
    missing.erase("search_index_skip"); // only after a message that cannot be indexed
    EXPECT_GT(missing.size(), 40u);
    const std::regex executed{R"re((?:execute|bind) (\w+):)re"};
    std::string line;
    while (std::getline(log, line)) {
        std::smatch name;
        if (std::regex_search(line, name, executed)) missing.erase(name[1]);
        EXPECT_EQ(line.find("Seq Scan on"), std::string::npos) << line;
        const auto removed = line.find("Rows Removed by Filter: ");
        const int rows = removed == std::string::npos ? 0 : std::stoi(line.substr(removed + 24));
        EXPECT_LT(rows, 400) << line;
    }
    EXPECT_THAT(missing, ::testing::IsEmpty()) << "statements without a call in this test";
}

} // namespace
} // namespace hubbub::storage
