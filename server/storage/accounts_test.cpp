#include "chat/errc.hpp"
#include "storage/test_database.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace hubbub::storage {
namespace {

using namespace std::chrono_literals;
using chat::Errc;
using testing::StorageRunner;
using testing::unique;

class AccountsTest : public ::testing::Test {
  protected:
    StorageRunner db;

    chat::NewSession session_of(UserId user, const std::string& hash, std::chrono::seconds ttl = 3600s) {
        chat::NewSession session;
        session.user = user;
        session.password_hash = "hash"; // as StorageRunner::new_user() has it
        session.token_hash = hash;
        session.expires_at = now() + ttl;
        session.user_agent = "test";
        session.ip = "127.0.0.1";
        return session;
    }
};

TEST_F(AccountsTest, AUserIsFoundByEveryRoute) {
    chat::NewUser user;
    user.username = unique("Alice");
    user.display_name = "Alice Ä.";
    user.password_hash = "$argon2id$…";
    user.is_admin = true;
    const auto created = db.wait(db.accounts().create_user(user));
    ASSERT_TRUE(created) << created.error();
    EXPECT_EQ(created->username, user.username);
    EXPECT_TRUE(created->is_admin);
    EXPECT_FALSE(created->disabled_at);
    EXPECT_LT(now() - created->created_at, 10s);

    std::string other_case = user.username;
    for (char& c : other_case) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(db.wait(db.accounts().find_credentials(other_case))->password_hash, user.password_hash);
    EXPECT_EQ(db.wait(db.accounts().find_user_by_name(other_case))->id, created->id);
    EXPECT_EQ(db.wait(db.accounts().find_user(created->id))->display_name, user.display_name);
    const auto some = db.wait(db.accounts().find_users({created->id, UserId{999999}}));
    ASSERT_EQ(some->size(), 1u);
    EXPECT_EQ(some->front().username, user.username);

    user.username = other_case;
    EXPECT_EQ(db.wait(db.accounts().create_user(user)).error(), Errc::username_taken);
}

TEST_F(AccountsTest, AnUnknownUserIsNotFound) {
    EXPECT_EQ(db.wait(db.accounts().find_user(UserId{999999})).error(), Errc::user_not_found);
    EXPECT_EQ(db.wait(db.accounts().find_credentials("no-one")).error(), Errc::user_not_found);
    EXPECT_EQ(db.wait(db.accounts().find_user_by_name("no-one")).error(), Errc::user_not_found);
    EXPECT_EQ(db.wait(db.accounts().find_user_by_name(std::string{"a\0b", 3})).error(), Errc::bad_format);
}

TEST_F(AccountsTest, ASessionKeepsItsIdWhenItsTokenRotates) {
    const auto user = db.new_user();
    const auto [a, b, c] = std::tuple{unique("token"), unique("token"), unique("token")};
    const auto session = db.wait(db.sessions().create_session(session_of(user.id, a)));
    ASSERT_TRUE(session) << session.error();
    const auto rotated = db.wait(db.sessions().rotate_session(a, b, now() + 1h));
    ASSERT_TRUE(rotated) << rotated.error();
    EXPECT_EQ(rotated->id, session->id);
    EXPECT_EQ(rotated->user, user.id);
    EXPECT_FALSE(rotated->reused);
    EXPECT_EQ(db.wait(db.sessions().rotate_session(b, c, now() + 1h))->id, session->id);
    EXPECT_TRUE(db.wait(db.sessions().check_session(session->id, user.id)));
    EXPECT_EQ(db.wait(db.sessions().check_session(session->id, UserId{user.id.value + 1})).error(), Errc::revoked);
}

TEST_F(AccountsTest, ATokenThatComesBackRevokesItsFamily) {
    const auto user = db.new_user();
    const auto [a, b, c] = std::tuple{unique("token"), unique("token"), unique("token")};
    const auto session = db.wait(db.sessions().create_session(session_of(user.id, a)));
    const auto d = unique("token");
    db.wait(db.sessions().rotate_session(a, b, now() + 1h));
    db.wait(db.sessions().rotate_session(b, c, now() + 1h));
    const auto reused = db.wait(db.sessions().rotate_session(a, d, now() + 1h));
    ASSERT_TRUE(reused) << reused.error();
    EXPECT_TRUE(reused->reused);
    EXPECT_EQ(reused->id, session->id);
    EXPECT_EQ(db.wait(db.sessions().check_session(session->id, user.id)).error(), Errc::revoked);
    EXPECT_EQ(db.wait(db.sessions().rotate_session(c, d, now() + 1h)).error(), Errc::revoked);
}

TEST_F(AccountsTest, ATokenWhoseAnswerWasLostIsRotatedAgain) {
    const auto user = db.new_user();
    const auto [a, b, c, d, e] =
        std::tuple{unique("token"), unique("token"), unique("token"), unique("token"), unique("token")};
    const auto session = db.wait(db.sessions().create_session(session_of(user.id, a)));
    for (const auto& lost_or_not : {b, c, d}) {
        const auto rotated = db.wait(db.sessions().rotate_session(a, lost_or_not, now() + 1h));
        ASSERT_TRUE(rotated) << rotated.error();
        EXPECT_FALSE(rotated->reused);
    }
    EXPECT_FALSE(db.wait(db.sessions().rotate_session(d, e, now() + 1h))->reused);
    EXPECT_TRUE(db.wait(db.sessions().check_session(session->id, user.id)));
    EXPECT_TRUE(db.wait(db.sessions().rotate_session(b, unique("token"), now() + 1h))->reused)
        << "a token that was lost comes back";
    EXPECT_EQ(db.wait(db.sessions().check_session(session->id, user.id)).error(), Errc::revoked);
}

TEST_F(AccountsTest, AfterTheGraceATokenThatComesBackIsReused) {
    const auto user = db.new_user();
    const auto [a, b] = std::pair{unique("token"), unique("token")};
    db.wait(db.sessions().create_session(session_of(user.id, a)));
    db.wait(db.sessions().rotate_session(a, b, now() + 1h));
    postgres::BlockingConnection sql{testing::shared_database()};
    sql.query({"", R"(UPDATE chat_session SET "issuedAt" = "issuedAt" - interval '11 seconds' WHERE "userId" = $1)"},
              postgres::Params::of(user.id));
    EXPECT_TRUE(db.wait(db.sessions().rotate_session(a, unique("token"), now() + 1h))->reused);
}

TEST_F(AccountsTest, WhatCannotBeRotatedIsRefused) {
    const auto user = db.new_user();
    const auto [a, b] = std::pair{unique("token"), unique("token")};
    EXPECT_EQ(db.wait(db.sessions().rotate_session("unknown", b, now() + 1h)).error(), Errc::token_invalid);
    const auto expired = db.wait(db.sessions().create_session(session_of(user.id, a, -1s)));
    EXPECT_EQ(db.wait(db.sessions().rotate_session(a, b, now() + 1h)).error(), Errc::token_expired);
    EXPECT_EQ(db.wait(db.sessions().check_session(expired->id, user.id)).error(), Errc::revoked);
}

TEST_F(AccountsTest, ARevokedSessionIsRevokedTwiceWithoutHarm) {
    const auto user = db.new_user();
    const auto [a, b] = std::pair{unique("token"), unique("token")};
    const auto session = db.wait(db.sessions().create_session(session_of(user.id, a)));
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(db.wait(db.sessions().revoke_session(session->id)));
    EXPECT_EQ(db.wait(db.sessions().check_session(session->id, user.id)).error(), Errc::revoked);
    EXPECT_EQ(db.wait(db.sessions().rotate_session(a, b, now() + 1h)).error(), Errc::revoked);
}

TEST_F(AccountsTest, OfTwoRotationsAtOnceOneTokenIsLeft) {
    const auto user = db.new_user();
    const auto [token, a, b] = std::tuple{unique("token"), unique("token"), unique("token")};
    const auto session = db.wait(db.sessions().create_session(session_of(user.id, token)));
    StorageRunner other;
    auto there = std::async(std::launch::async, [&, token = token, b = b] {
        return other.wait(other.sessions().rotate_session(token, b, now() + 1h));
    });
    const auto here = db.wait(db.sessions().rotate_session(token, a, now() + 1h));
    const auto second = there.get();
    ASSERT_TRUE(here && second) << "the slower one is taken for one who lost the answer";
    EXPECT_FALSE(here->reused || second->reused);
    EXPECT_EQ(here->id, session->id);
    EXPECT_EQ(second->id, session->id);
    const auto of_a = db.wait(db.sessions().rotate_session(a, unique("token"), now() + 1h));
    const auto of_b = db.wait(db.sessions().rotate_session(b, unique("token"), now() + 1h));
    EXPECT_FALSE(of_a && !of_a->reused && of_b && !of_b->reused) << "never two lines of tokens";
}

TEST_F(AccountsTest, ASessionIsOpenedOnlyWithThePasswordOfThatMoment) {
    const auto user = db.new_user();
    const auto id = std::to_string(user.id.value);
    auto wrong = session_of(user.id, unique("token"));
    wrong.password_hash = "another";
    EXPECT_EQ(db.wait(db.sessions().create_session(wrong)).error(), Errc::bad_credentials);

    const auto late = testing::overtaken("SELECT chat_change_password(" + id + ", 0, 'new')", [&] {
        return db.wait(db.sessions().create_session(session_of(user.id, "late")));
    });
    EXPECT_EQ(late.error(), Errc::bad_credentials);

    const auto ended = testing::overtaken(
        "SELECT chat_open_session(" + id + ", 'new', 'early', now() + interval '1 hour', '', '')",
        [&] { return db.wait(db.sessions().change_password(user.id, SessionId{0}, "new", "newer")); });
    ASSERT_TRUE(ended) << ended.error();
    ASSERT_EQ(ended->size(), 1u);
    const auto again = db.wait(db.sessions().change_password(user.id, SessionId{0}, "new", "newest"));
    EXPECT_EQ(again.error(), Errc::bad_credentials) << "the password that was checked is no longer the one";
    EXPECT_EQ(db.wait(db.sessions().check_session(ended->front(), user.id)).error(), Errc::revoked);
}

TEST_F(AccountsTest, ARotationThatRacesTheEndOfItsSessionDoesNotKeepItOpen) {
    const auto user = db.new_user();
    const auto token = unique("rotated");
    const auto session = db.wait(db.sessions().create_session(session_of(user.id, token)));
    const std::string rotate =
        "SELECT chat_rotate_session('" + token + "', '" + token + "+', now() + interval '1 hour', 0)";
    const auto ended =
        testing::overtaken(rotate, [&] { return db.wait(db.sessions().revoke_others(user.id, SessionId{0})); });
    EXPECT_TRUE(ended);
    EXPECT_EQ(db.wait(db.sessions().check_session(session->id, user.id)).error(), Errc::revoked);
}

} // namespace
} // namespace hubbub::storage
