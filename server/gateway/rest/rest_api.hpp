#pragma once
#include "gateway/failure.hpp"
#include "gateway/memberships.hpp"
#include "gateway/node.hpp"
#include "gateway/rate_limiter.hpp"
#include "gateway/rest/router.hpp"
#include "gateway/seats.hpp"
#include "net/http/asset.hpp"
#include "net/http/server.hpp"

#include <boost/json/value.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hubbub::gateway {

/// The chat over HTTP: everything below /api/ (contract, "REST").
class RestApi {
  public:
    RestApi(Node& node, LiveSockets& sockets, Memberships& memberships);

    /// Takes the request if its path is the API's; false otherwise.
    /// `request_id` is what log lines and the answer name it by; empty: one is made.
    bool handle(const std::shared_ptr<net::http::Exchange>& exchange, std::string request_id);

    struct Operation {
        std::string_view method;
        std::string_view pattern;
        bool needs_token;
        bool takes_body;
    };
    /// All that it answers, below /api/v1.
    static std::vector<Operation> operations();

  private:
    using Response = net::http::Response;
    using Answer = Task<Outcome<Response>>;

    /// One request on its way through a handler; lives in the coroutine that serves it.
    struct Call {
        net::http::Request& request;
        runtime::Shard& shard;
        Services& services;
        std::string_view id;
        chat::AccessClaims caller;     ///< of routes that ask for a token
        std::vector<std::int64_t> ids; ///< of the path, in order
        boost::json::value body;       ///< of routes that take one
    };
    enum class Takes { nothing, token, body, token_and_body };
    struct Route {
        const char* method;
        const char* pattern;
        Answer (RestApi::*handler)(Call&);
        Takes takes;
        double share = 1; ///< of all requests of a user in a second, how many may be of this one

        std::string name() const { return std::string{method} + ' ' + pattern; }
    };
    static const std::vector<Route>& routes();
    class Timing;

    Task<> serve(std::shared_ptr<net::http::Exchange> exchange, std::string id);
    Answer answer_to(net::http::Request& request, runtime::Shard& shard, std::string_view id);
    Answer read_as_now(const Route& route, Call& call);
    void respond(net::http::Exchange& exchange, Response response, const std::string& id);
    Outcome<Response> find_document(const net::http::Request& request);
    Response refuse_method(std::string allow);
    Task<Outcome<chat::AccessClaims>> identify(Call& call);
    Response refuse(const Failure& failure);
    std::string new_id();

    // accounts.cpp and me.cpp
    Answer sign_up(Call& call);
    Answer sign_in(Call& call);
    Answer refresh(Call& call);
    Answer sign_out(Call& call);
    Answer list_sessions(Call& call);
    Answer end_session(Call& call);
    Answer end_other_sessions(Call& call);
    Task<> end_sockets(Call& call, const Result<std::vector<SessionId>>& ended);
    Answer get_me(Call& call);
    Answer update_me(Call& call);
    Task<Outcome<bool>> change_password(Call& call, std::string old_password, std::string password);
    Answer search_users(Call& call);
    Answer list_users(Call& call);
    Answer get_user(Call& call);
    Answer get_config(Call& call);

    // channels.cpp
    Answer create_channel(Call& call);
    Answer list_channels(Call& call);
    Answer browse_channels(Call& call);
    Answer get_channel(Call& call);
    Answer update_channel(Call& call);
    Answer open_direct(Call& call);
    Answer list_messages(Call& call);
    Answer list_replies(Call& call);
    Answer read_history(Call& call, std::optional<MessageId> thread);
    Answer get_message(Call& call);
    Answer list_receipts(Call& call);
    Answer search_messages(Call& call);
    Answer get_read_state(Call& call);
    Answer put_read_state(Call& call);

    // members.cpp
    Task<Outcome<UserId>> named_user(Call& call);
    Answer list_members(Call& call);
    Answer add_member(Call& call);
    Answer set_role(Call& call);
    Answer remove_member(Call& call);
    Answer mute(Call& call);
    Answer unmute(Call& call);
    Answer set_muted(Call& call, std::optional<Timestamp> until);

    // invites.cpp
    Answer create_invite(Call& call);
    Answer list_invites(Call& call);
    Answer delete_invite(Call& call);
    Answer accept_invite(Call& call);
    Answer list_invitations(Call& call);
    Answer decline_invitation(Call& call);

    /// Attempts by address, and additions by user, each counted on the one shard that the key falls to.
    struct Attempts {
        explicit Attempts(const Settings& settings)
            : registrations{settings.registrations}, logins{settings.failed_logins}, additions{settings.additions} {}
        RateLimiter<std::string> registrations;
        RateLimiter<std::string> logins;
        RateLimiter<std::string> additions; ///< to channels, by others
    };
    /// Requests that came to one shard.
    struct Requests {
        explicit Requests(Rate rate);
        RateLimiter<UserId> users;
        std::vector<RateLimiter<UserId>> costly; ///< the same of one route, by its place among them
        RateLimiter<std::string> addresses;      ///< of requests that need no token
    };
    /// Of the queue for hashes, until the answer: no address and no account may have all of it.
    struct HashSeats {
        Seats::Seat address;
        Seats::Seat account;
    };
    Task<std::optional<HashSeats>> take_hash_seats(Call& call, std::string address, std::string account);
    using Limiter = RateLimiter<std::string> Attempts::*;
    runtime::Shard& home_of(const std::string& address);
    void give_back(Limiter limiter, const std::string& address);
    Task<std::optional<std::chrono::milliseconds>> take(Limiter limiter, std::string address);
    Task<std::optional<std::chrono::milliseconds>> take_here(Limiter limiter, std::string address);

    Node& node_;
    LiveSockets& sockets_;
    Memberships& memberships_;
    Router router_;
    const net::http::Asset openapi_;
    const net::http::Asset asyncapi_;
    const std::string run_; // in the ids of the requests: none comes again after a restart
    std::atomic<std::uint64_t> requests_begun_ = 0;
    std::vector<Attempts> attempts_; // by shard
    std::vector<Requests> requests_; // the same
    Seats hash_seats_;
};

} // namespace hubbub::gateway
