#include "main/secret.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace hubbub::program {
namespace {

class TokenSecretTest : public testing::Test {
  protected:
    TokenSecretTest() {
        config_.data_dir = std::filesystem::temp_directory_path() / ("hubbub-secret-" + std::to_string(::getpid()));
    }
    ~TokenSecretTest() override { std::filesystem::remove_all(config_.data_dir); }
    Config config_;
};

TEST_F(TokenSecretTest, IsMadeOnceAndForTheOwnersEyesOnly) {
    const std::string secret = token_secret(config_);
    EXPECT_GE(secret.size(), 32u);
    EXPECT_EQ(token_secret(config_), secret);
    struct stat info {};
    ASSERT_EQ(::stat((config_.data_dir / "jwt-secret").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777u, 0600u);
}

TEST_F(TokenSecretTest, IsTheConfiguredOneWithoutAFile) {
    config_.jwt_secret = std::string(32, 'x');
    EXPECT_EQ(token_secret(config_), config_.jwt_secret);
    EXPECT_FALSE(std::filesystem::exists(config_.data_dir));
}

TEST_F(TokenSecretTest, MustBeLongEnough) {
    config_.jwt_secret = std::string(31, 'x');
    EXPECT_THROW(token_secret(config_), ConfigError);
    config_.jwt_secret.clear();
    std::filesystem::create_directories(config_.data_dir);
    std::ofstream{config_.data_dir / "jwt-secret"} << "short\n";
    EXPECT_THROW(token_secret(config_), ConfigError);
}

} // namespace
} // namespace hubbub::program
