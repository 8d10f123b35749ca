#pragma once
#include "main/config.hpp"

#include <chrono>
#include <string>

// What an operator does from the command line, beside a running server or without one. Each returns what is to be
// printed and throws CommandError, ConfigError or postgres::StartupError.
namespace hubbub::program {

/// Why a command was refused, as a sentence.
class CommandError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct NewAccount {
    std::string username;
    std::string display_name; ///< empty: the username
    std::string password;
    bool is_admin = false;
};
std::string add_user(const Config& config, const NewAccount& account);

/// An access token for the user, with a session of its own that lasts as long.
std::string make_token(const Config& config, const std::string& username, std::chrono::seconds ttl);

/// `owner` may be empty: the channel then belongs to an account of the server's own that nobody can sign in with.
std::string add_channel(const Config& config, const std::string& name, bool is_public, const std::string& owner);

/// `channel` is an id, or the name of a public channel. `role`: member, admin or owner.
std::string add_channel_member(const Config& config, const std::string& channel, const std::string& username,
                               const std::string& role);

std::string migrate(const Config& config);

/// `90`, `90s`, `15m`, `12h` or `7d`. Throws CommandError.
std::chrono::seconds parse_duration(const std::string& text);

} // namespace hubbub::program
