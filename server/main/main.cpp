#include "chat/errc.hpp"
#include "main/admin.hpp"
#include "main/config.hpp"
#include "main/secret.hpp"
#include "main/serve.hpp"

#include <CLI/CLI.hpp>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

namespace hubbub::program {
namespace {

constexpr int kWrongUsage = 2;

constexpr const char* kFooter =
    R"(Configuration: a TOML file (--config FILE or HUBBUB_CONFIG), overridden by environment variables, overridden by the
flags above. Flag --data-dir is HUBBUB_DATA_DIR in the environment and data_dir in the file; limits.x_y in the file is
HUBBUB_LIMITS_X_Y. Secrets have no flag: DATABASE_URL, HUBBUB_JWT_SECRET. `hubbub config check` shows what is in force.

Examples:
  hubbub serve                                   chat at http://127.0.0.1:3000, with a private PostgreSQL
  hubbub serve --host 0.0.0.0 --port 80          for the whole network
  DATABASE_URL=postgres://chat@db/chat hubbub serve
  hubbub user add alice --admin                  asks for a password
  hubbub channel add general                     a public channel
  hubbub token --user alice --ttl 1h             for a bot: io(url, { auth: { token } }))";

/// A line from a terminal that does not show it, or the first line of standard input.
std::string read_password() {
    const bool terminal = isatty(STDIN_FILENO) != 0;
    termios shown{};
    if (terminal) {
        std::cerr << "Password: " << std::flush;
        tcgetattr(STDIN_FILENO, &shown);
        termios hidden = shown;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    }
    std::string line;
    std::getline(std::cin, line);
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSANOW, &shown);
        std::cerr << '\n';
    }
    return line;
}

std::string_view to_text(Source source) {
    switch (source) {
    case Source::standard: return "standard";
    case Source::file: return "file";
    case Source::environment: return "environment";
    case Source::flag: return "flag";
    }
    return "";
}

void print_config(const Loaded& loaded) {
    for (const Setting& setting : settings()) {
        const auto source = loaded.sources.find(setting.key);
        std::string value = setting.get(loaded.config);
        if (setting.secret && !value.empty()) value = "(set)";
        std::printf("%-34s %-24s %s\n", std::string{setting.key}.c_str(), value.c_str(),
                    std::string{to_text(source == loaded.sources.end() ? Source::standard : source->second)}.c_str());
    }
}

/// The command line: what was asked for, then done by `run`.
class Cli {
  public:
    Cli() {
        app_.require_subcommand(1);
        app_.fallthrough();
        app_.footer(kFooter);
        app_.add_option("--config", file_, "TOML file with the configuration")->envname("HUBBUB_CONFIG");
        for (const Setting& setting : settings()) {
            if (setting.secret) continue;
            app_.add_option_function<std::string>(
                    setting.flag(), [this, key = setting.key](const std::string& text) { flags_[key] = text; },
                    std::string{setting.help})
                ->group("Configuration")
                ->type_name("");
        }
        add_commands();
    }

    int run(int argc, char** argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            return app_.exit(error) == 0 ? 0 : kWrongUsage;
        }
        if (version_->parsed()) {
            std::puts("hubbub " HUBBUB_VERSION);
            return 0;
        }
        const Loaded loaded = load_config(file_, read_environment(), flags_);
        if (serve_->parsed()) return serve(loaded.config);
        if (config_check_->parsed()) {
            if (!loaded.config.jwt_secret.empty()) token_secret(loaded.config);
            print_config(loaded);
            return 0;
        }
        std::puts(administer(loaded.config).c_str());
        return 0;
    }

  private:
    void add_commands() {
        serve_ = app_.add_subcommand("serve", "Serve the chat until SIGTERM or SIGINT");
        migrate_ = app_.add_subcommand("migrate", "Bring the database to this version's schema");

        auto* user = app_.add_subcommand("user", "Accounts")->require_subcommand(1);
        user_add_ = user->add_subcommand("add", "Make an account; its password is asked for, or read from stdin");
        user_add_->add_option("name", account_.username, "3 to 32 of A-Z a-z 0-9 _ . -")->required();
        user_add_->add_option("--display-name", account_.display_name, "What others see; the name unless given");
        user_add_->add_flag("--admin", account_.is_admin, "May administer the server");

        token_ = app_.add_subcommand("token", "Print an access token for a user");
        token_->add_option("--user", username_, "The account")->required();
        token_->add_option("--ttl", ttl_, "How long it is good: 90s, 15m, 12h, 7d")->capture_default_str();

        auto* channel = app_.add_subcommand("channel", "Channels")->require_subcommand(1);
        channel_add_ = channel->add_subcommand("add", "Make a channel");
        channel_add_->add_option("name", channel_name_, "1 to 80 characters")->required();
        auto* is_public = channel_add_->add_flag("--public")->description("Anybody may find and join it (standard)");
        channel_add_->add_flag("--private", is_private_, "For members only")->excludes(is_public);
        channel_add_->add_option("--owner", username_, "The account that it belongs to; Hubbub's own unless given");
        channel_add_member_ = channel->add_subcommand("add-member", "Put a user into a channel");
        channel_add_member_->add_option("channel", channel_name_, "Id, or name of a public channel")->required();
        channel_add_member_->add_option("user", username_, "The account")->required();
        channel_add_member_->add_option("--role", role_, "member, admin or owner")
            ->capture_default_str()
            ->check(CLI::IsMember({"member", "admin", "owner"}));

        auto* config = app_.add_subcommand("config", "Configuration")->require_subcommand(1);
        config_check_ = config->add_subcommand("check", "Check the configuration and print what is in force");
        version_ = app_.add_subcommand("version", "Print the version");
    }

    std::string administer(const Config& config) {
        log::set_level(log::Level::warn);
        if (migrate_->parsed()) return migrate(config);
        if (token_->parsed()) return make_token(config, username_, parse_duration(ttl_));
        if (channel_add_->parsed()) return add_channel(config, channel_name_, !is_private_, username_);
        if (channel_add_member_->parsed()) return add_channel_member(config, channel_name_, username_, role_);
        account_.password = read_password();
        return add_user(config, account_);
    }

    CLI::App app_{"Hubbub, a self-hosted real-time chat server that speaks Socket.IO", "hubbub"};
    std::string file_;
    std::map<std::string_view, std::string> flags_;
    NewAccount account_;
    std::string username_;
    std::string ttl_ = "15m";
    std::string channel_name_;
    std::string role_ = "member";
    bool is_private_ = false;
    CLI::App* serve_ = nullptr;
    CLI::App* migrate_ = nullptr;
    CLI::App* user_add_ = nullptr;
    CLI::App* token_ = nullptr;
    CLI::App* channel_add_ = nullptr;
    CLI::App* channel_add_member_ = nullptr;
    CLI::App* config_check_ = nullptr;
    CLI::App* version_ = nullptr;
};

} // namespace
} // namespace hubbub::program

int main(int argc, char** argv) {
    using namespace hubbub::program;
    try {
        return Cli{}.run(argc, argv);
    } catch (const ConfigError& error) {
        std::cerr << "hubbub: " << error.what() << '\n';
        return kWrongUsage;
    } catch (const std::exception& error) {
        std::cerr << "hubbub: " << error.what() << '\n';
        return 1;
    }
}
