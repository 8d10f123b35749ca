#include "main/config.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

namespace hubbub::program {
namespace {

using testing::HasSubstr;

using Variables = std::map<std::string, std::string>;
using Flags = std::map<std::string_view, std::string>;

class LoadConfigTest : public testing::Test {
  protected:
    ~LoadConfigTest() override { std::filesystem::remove(file_); }

    Config load(const std::string& toml, const Variables& variables = {}, const Flags& flags = {}) {
        std::ofstream{file_} << toml;
        return load_config(file_, variables, flags).config;
    }
    std::string refusal(const std::string& toml, const Variables& variables = {}, const Flags& flags = {}) {
        try {
            load(toml, variables, flags);
            return "not refused";
        } catch (const ConfigError& error) {
            return error.what();
        }
    }

    const std::filesystem::path file_ =
        std::filesystem::temp_directory_path() / ("hubbub-config-" + std::to_string(::getpid()) + ".toml");
};

TEST_F(LoadConfigTest, AKeyOfAnotherApplicationAndItsNameBelongTogether) {
    EXPECT_THAT(refusal("external.secret = 'x'"), HasSubstr("external.issuer is missing"));
    EXPECT_THAT(refusal("external.jwks_file = 'x'"), HasSubstr("external.issuer is missing"));
    EXPECT_THAT(refusal("external.issuer = 'x'"), HasSubstr("needs one of external.secret"));
    EXPECT_THAT(refusal("external.issuer = 'x'\nexternal.secret = 'x'\nexternal.audience = ''"),
                HasSubstr("must not be empty"));
    EXPECT_EQ(load("external.issuer = 'x'\nexternal.secret = 'x'").external_audience, "hubbub");
}

TEST_F(LoadConfigTest, HasStandards) {
    const Config config = load("");
    EXPECT_EQ(config.host, "127.0.0.1");
    EXPECT_EQ(config.port, 3000);
    EXPECT_GE(config.threads, 1u);
    EXPECT_GE(config.database_connections, 2u);
    EXPECT_FALSE(config.data_dir.empty());
    EXPECT_TRUE(config.registration_open);
}

TEST_F(LoadConfigTest, FlagsOverrideTheEnvironmentOverridesTheFile) {
    const std::string toml = "port = 1\nhost = '0.0.0.0'\nthreads = 3\n[limits]\nconnections_per_user = 7\n";
    const Config config = load(toml, {{"HUBBUB_PORT", "2"}, {"HUBBUB_HOST", "::1"}}, {{"port", "4"}});
    EXPECT_EQ(config.port, 4);
    EXPECT_EQ(config.host, "::1");
    EXPECT_EQ(config.threads, 3u);
    EXPECT_EQ(config.connections_per_user, 7u);
}

TEST_F(LoadConfigTest, ReadsEveryKind) {
    const Config config =
        load("registration_open = false\nlog_level = 'debug'\n"
             "cors_origins = ['https://a.example', 'https://b.example']\nhttp.head_timeout_ms = 250\n",
             {{"DATABASE_URL", "postgres://x"}, {"HUBBUB_JWT_SECRET", "s"}});
    EXPECT_FALSE(config.registration_open);
    EXPECT_EQ(config.log_level, log::Level::debug);
    EXPECT_THAT(config.cors_origins, testing::ElementsAre("https://a.example", "https://b.example"));
    EXPECT_EQ(config.http_head_timeout, std::chrono::milliseconds{250});
    EXPECT_EQ(config.database_url, "postgres://x");
    EXPECT_EQ(config.jwt_secret, "s");
}

TEST_F(LoadConfigTest, NamesAnUnknownKeyAndTheNearest) {
    EXPECT_THAT(refusal("prot = 1"), testing::AllOf(HasSubstr("\"prot\""), HasSubstr("\"port\"")));
    EXPECT_THAT(refusal("[limits]\nconections_per_user = 1"), HasSubstr("\"limits.connections_per_user\""));
    EXPECT_THAT(refusal("", {{"HUBBUB_TREADS", "1"}}), HasSubstr("\"HUBBUB_THREADS\""));
    EXPECT_THAT(refusal("", {{"HUBBUB_SOMETHING_ELSE_ALTOGETHER", "1"}}), testing::Not(HasSubstr("did you mean")));
}

TEST_F(LoadConfigTest, NamesAWrongValueAndWhereItStands) {
    EXPECT_THAT(refusal("port = 70000"), HasSubstr("port in " + file_.string() + ": must be a whole number"));
    EXPECT_THAT(refusal("port = -1"), HasSubstr("\"-1\""));
    EXPECT_THAT(refusal("port = 1.5"), HasSubstr("wrong type"));
    EXPECT_THAT(refusal("", {{"HUBBUB_THREADS", "many"}}), HasSubstr("HUBBUB_THREADS"));
    EXPECT_THAT(refusal("", {}, {{"log_level", "loud"}}), HasSubstr("--log-level"));
    EXPECT_THAT(refusal("host = 'example.com'"), HasSubstr("IP address"));
    EXPECT_THAT(refusal("port = "), HasSubstr(file_.string()));
    EXPECT_THROW(load_config("/nowhere/hubbub.toml", {}, {}), ConfigError);
}

TEST_F(LoadConfigTest, IgnoresTheVariableThatNamesTheFile) {
    EXPECT_EQ(load("port = 5", {{"HUBBUB_CONFIG", "x"}}).port, 5);
}

TEST(Setting, HasOneNameInEachPlace) {
    for (const Setting& setting : settings()) {
        EXPECT_TRUE(setting.flag().starts_with("--")) << setting.key;
        EXPECT_FALSE(setting.help.empty()) << setting.key;
    }
    const auto limit = std::ranges::find(settings(), "limits.connections_per_user", &Setting::key);
    EXPECT_EQ(limit->environment(), "HUBBUB_LIMITS_CONNECTIONS_PER_USER");
    EXPECT_EQ(limit->flag(), "--limits-connections-per-user");
}

} // namespace
} // namespace hubbub::program
