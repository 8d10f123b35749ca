#include "gateway/failure.hpp"

#include <boost/system/errc.hpp>
#include <gmock/gmock.h>

namespace hubbub::gateway {
namespace {

TEST(ToFailure, KeepsTheFieldOnlyWhereOneIsWrong) {
    EXPECT_EQ(to_failure(chat::Errc::too_long, "content").field, "content");
    EXPECT_EQ(to_failure(chat::Errc::channel_name_taken, "name").field, "name");
    EXPECT_EQ(to_failure(chat::Errc::unavailable, "name").field, "");
}

TEST(ToFailure, TellsWhenToTryAgain) {
    EXPECT_TRUE(to_failure(chat::Errc::unavailable).retry_after);
    EXPECT_FALSE(to_failure(chat::Errc::not_a_member).retry_after);
}

TEST(ToFailure, NamesEveryReasonOfTheChat) {
    for (int value = 1; value <= static_cast<int>(chat::Errc::internal); ++value) {
        const auto errc = static_cast<chat::Errc>(value);
        const auto name = to_failure(errc).name;
        EXPECT_TRUE(errc == chat::Errc::internal || name != ErrorName::server_internal) << chat::to_string(errc);
    }
}

TEST(ToFailure, KeepsForeignReasonsToItself) {
    const auto failure = to_failure(boost::system::errc::make_error_code(boost::system::errc::broken_pipe), "x");
    EXPECT_EQ(failure.name, ErrorName::server_internal);
    EXPECT_EQ(failure.field, "");
    EXPECT_THAT(failure.cause, testing::HasSubstr("roken pipe"));
    EXPECT_FALSE(to_json(failure).contains("cause"));
}

TEST(ErrorTable, IsInTheOrderOfItsNames) {
    EXPECT_EQ(row_of(ErrorName::auth_token_missing).name, "auth.token_missing");
    EXPECT_EQ(row_of(ErrorName::limit_rate).http_status, 429);
    EXPECT_EQ(row_of(ErrorName::server_internal).name, "server.internal");
    EXPECT_FALSE(row_of(ErrorName::server_internal).retryable);
    EXPECT_TRUE(row_of(ErrorName::server_unavailable).retryable);
}

} // namespace
} // namespace hubbub::gateway
