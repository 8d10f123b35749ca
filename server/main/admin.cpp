#include "main/admin.hpp"

#include "chat/accounts/rules.hpp"
#include "chat/auth/access_token.hpp"
#include "chat/auth/password_hasher.hpp"
#include "chat/auth/refresh_token.hpp"
#include "chat/channels/rules.hpp"
#include "chat/errc.hpp"
#include "main/database.hpp"
#include "main/secret.hpp"
#include "postgres/pool.hpp"
#include "runtime/shard.hpp"
#include "storage/storage.hpp"

#include <boost/asio/co_spawn.hpp>

#include <cctype>
#include <charconv>
#include <exception>
#include <optional>
#include <utility>

namespace hubbub::program {
namespace {

/// Runs one coroutine on the chat's stores, on this thread, and returns its value or throws what it threw.
template <class Work> std::string with_stores(const Config& config, Work work) {
    const Database database{config, Database::Sharing::visit};
    runtime::Shard shard{0};
    postgres::Pool pool{shard, storage::pool_options(database.conninfo(), 1)};
    storage::Storage storage{pool};
    std::string printed;
    std::exception_ptr escaped;
    boost::asio::co_spawn(shard.io(), work(storage.stores()), [&](std::exception_ptr error, std::string value) {
        escaped = std::move(error);
        printed = std::move(value);
        shard.stop();
    });
    shard.run();
    if (escaped) std::rethrow_exception(escaped);
    return printed;
}

template <class T> T require(Result<T> parsed, const std::string& what) {
    if (!parsed) throw CommandError{what + ": " + parsed.error().message()};
    return std::move(*parsed);
}

constexpr const char* kHouse = "(hubbub)"; // no name that anybody could register

Task<UserId> find_user(chat::Stores stores, std::string username) {
    const auto user = co_await stores.accounts.find_user_by_name(username);
    co_return require(user, "user " + username).id;
}

Task<UserId> find_or_make_house(chat::Stores stores) {
    std::string name{kHouse};
    const auto found = co_await stores.accounts.find_user_by_name(std::move(name));
    if (found) co_return found->id;
    chat::NewUser house;
    house.username = kHouse;
    house.display_name = "Hubbub";
    const auto made = co_await stores.accounts.create_user(std::move(house));
    co_return require(made, "the server's own account").id;
}

std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

Task<ChannelId> find_channel(chat::Stores stores, UserId viewer, std::string name) {
    std::int64_t id = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (error == std::errc{} && end == name.data() + name.size()) co_return ChannelId{id};

    std::optional<std::string> cursor;
    do {
        chat::PageQuery query;
        query.cursor = cursor;
        query.limit = limits::kListPageMax;
        const auto found = co_await stores.channels.browse_channels(viewer, name, std::move(query));
        const auto page = require(found, "channel " + name);
        for (const auto& [channel, is_member] : page.items)
            if (lower(channel.name) == lower(name)) co_return channel.id;
        cursor = page.next_cursor;
    } while (cursor);
    throw CommandError{"channel " + name + ": no public channel has this name"};
}

Task<std::string> do_add_user(chat::Stores stores, chat::NewUser user) {
    const std::string name = user.username;
    const auto made = co_await stores.accounts.create_user(std::move(user));
    co_return "user " + std::to_string(require(made, "user " + name).id.value) + ": " + name;
}

Task<std::string> do_make_token(chat::Stores stores, const chat::AccessTokens* tokens, std::string username,
                                std::chrono::seconds ttl) {
    const UserId user = co_await find_user(stores, std::move(username));
    const Timestamp at = now();
    chat::NewSession opening;
    opening.user = user;
    opening.token_hash = chat::hash_token(chat::make_refresh_token()); // never handed out
    opening.expires_at = at + ttl;
    opening.user_agent = "hubbub token";
    const auto session = co_await stores.sessions.create_session(std::move(opening));
    co_return tokens->issue({user, require(session, "session").id, at + ttl}, at);
}

Task<std::string> do_add_channel(chat::Stores stores, chat::NewChannel channel, std::string owner) {
    if (owner.empty()) {
        channel.created_by = co_await find_or_make_house(stores);
    } else {
        channel.created_by = co_await find_user(stores, std::move(owner));
    }
    const std::string name = channel.name;
    const auto made = co_await stores.channels.create_channel(std::move(channel));
    co_return "channel " + std::to_string(require(made, "channel " + name).channel.id.value) + ": " + name;
}

Task<std::string> do_add_member(chat::Stores stores, std::string channel, std::string username, chat::Role role) {
    const UserId user = co_await find_user(stores, username);
    const ChannelId id = co_await find_channel(stores, user, channel);
    const auto added = co_await stores.channels.add_member(id, user, role, user);
    const bool is_new = require(added, "channel " + channel).event_seq != 0;
    co_return username + (is_new ? " is now a member of channel " : " is a member of channel ") +
        std::to_string(id.value);
}

} // namespace

std::string add_user(const Config& config, const NewAccount& account) {
    chat::NewUser user;
    user.username = require(chat::parse_username(account.username), "username");
    user.display_name = account.display_name.empty()
                            ? user.username
                            : require(chat::parse_display_name(account.display_name), "display name");
    const std::string password = require(chat::parse_password(account.password), "password");
    user.password_hash = chat::PasswordHasher{0}.hash_now(password);
    user.is_admin = account.is_admin;
    return with_stores(config, [&](chat::Stores stores) { return do_add_user(stores, std::move(user)); });
}

std::string make_token(const Config& config, const std::string& username, std::chrono::seconds ttl) {
    const chat::AccessTokens tokens{token_secret(config)};
    return with_stores(config, [&](chat::Stores stores) { return do_make_token(stores, &tokens, username, ttl); });
}

std::string add_channel(const Config& config, const std::string& name, bool is_public, const std::string& owner) {
    chat::NewChannel channel;
    channel.name = require(chat::parse_channel_name(name), "channel name");
    channel.type = is_public ? chat::ChannelType::public_channel : chat::ChannelType::private_channel;
    return with_stores(config, [&](chat::Stores stores) { return do_add_channel(stores, std::move(channel), owner); });
}

std::string add_channel_member(const Config& config, const std::string& channel, const std::string& username,
                               const std::string& role_name) {
    chat::Role role = chat::Role::member;
    if (role_name == "admin") role = chat::Role::admin;
    if (role_name == "owner") role = chat::Role::owner;
    return with_stores(config, [&](chat::Stores stores) { return do_add_member(stores, channel, username, role); });
}

std::string migrate(const Config& config) {
    const Database database{config, Database::Sharing::visit};
    return "schema " + std::to_string(database.version()) + ", " + std::to_string(database.applied()) +
           " migrations applied";
}

std::chrono::seconds parse_duration(const std::string& text) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string unit{end, text.data() + text.size()};
    constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
        {"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86'400}};
    constexpr std::int64_t kLongest = 10 * 365 * std::int64_t{86'400};
    for (const auto& [name, seconds] : kUnits)
        if (error == std::errc{} && unit == name && count > 0 && count <= kLongest / seconds)
            return std::chrono::seconds{count * seconds};
    throw CommandError{"\"" + text + "\" is no duration; write 90s, 15m, 12h or 7d"};
}

} // namespace hubbub::program
