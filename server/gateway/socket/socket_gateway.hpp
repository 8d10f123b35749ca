#pragma once
#include "gateway/memberships.hpp"
#include "gateway/rate_limiter.hpp"
#include "gateway/seats.hpp"
#include "gateway/socket/commands.hpp"
#include "gateway/socket/event_call.hpp"
#include "gateway/socket/socket_session.hpp"
#include "socketio/server.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hubbub::gateway {

/// The chat over Socket.IO: who may connect, and every event of the contract.
class SocketGateway {
  public:
    /// Registers everything on the node's namespace. Before the shards run.
    SocketGateway(Node& node, LiveSockets& sockets, Memberships& memberships);

    /// Every event that a client may send.
    static std::vector<std::string_view> event_names();

    /// Whether a new session may begin: with a seat of its address, from before a token is looked at to its end.
    void admit(const net::http::Request& request, engineio::Admission admission);

    /// Tells every client that the server goes away, and when to come back: from `soonest` on, spread so that whoever
    /// serves next is not asked for more connections a second than it can take in. Any thread.
    void announce_drain(std::chrono::milliseconds soonest);

  private:
    friend struct SocketSession; // its timer and its end
    using Socket = socketio::Socket;
    using SocketPtr = std::shared_ptr<socketio::Socket>;
    using Handler = void (SocketGateway::*)(Socket&, EventCall, const boost::json::value&);
    struct Rule {
        Handler handler;
        double share; ///< of all events of a user in a second, how many may be of this one
    };
    static const std::unordered_map<std::string_view, Rule>& rules();
    using Answer = Task<Outcome<std::string>>;

    struct PendingSend;
    /// What belongs to one shard.
    struct Local {
        explicit Local(Rate rate);
        /// Takes a token for an event; `name` may be unknown.
        std::optional<std::chrono::milliseconds> take(UserId user, std::string_view name,
                                                      std::chrono::steady_clock::time_point now);

        std::size_t arriving = 0;     ///< sessions that no CONNECT has let in yet
        RateLimiter<UserId> connects; ///< each reads its user's channels
        RateLimiter<UserId> events;
        std::unordered_map<std::string_view, RateLimiter<UserId>> costly; ///< the same of one event
    };
    Local& local(const runtime::Shard& shard) { return *locals_[shard.index()]; }

    // handshake.cpp
    Task<> take_seat(std::string address, const runtime::Shard& shard, engineio::Admission admission);

    // connect.cpp
    void let_in(const SocketPtr& socket, socketio::Next next);
    Task<Outcome<std::shared_ptr<SocketSession>>> authenticate(SocketPtr socket);
    void on_connection(Socket& socket);
    Task<> bring_in(SocketPtr socket);
    struct Own;
    Task<Result<Own>> read_channels(Services& here, UserId user);
    void welcome(Socket& socket, const chat::Page<chat::ChannelState>& channels);
    void on_disconnecting(Socket& socket, socketio::DisconnectReason reason);
    void close(Socket& socket, const Failure& failure);
    void arm_token_timer(Socket& socket);
    void on_token_time(Socket& socket);

    // events.cpp
    void receive(Socket& socket, socketio::Event event);
    void dispatch(Socket& socket, socketio::Event event);
    void answer_with(Socket& socket, EventCall call, Answer work);
    void send_message(Socket& socket, EventCall call, const boost::json::value& payload);
    void append(std::unique_ptr<PendingSend> send);
    void on_appended(std::unique_ptr<PendingSend> send, const Result<chat::Appended>& appended);
    void typing_start(Socket& socket, EventCall call, const boost::json::value& payload);
    void typing_stop(Socket& socket, EventCall call, const boost::json::value& payload);
    void stop_typing(Socket& socket);
    void tell_typing(UserId user, ChannelId channel, bool starts);

    // changes.cpp
    template <class Command> using Change = Task<Result<chat::ChannelEvent>> (chat::Messages::*)(Command);
    void edit_message(Socket& socket, EventCall call, const boost::json::value& payload);
    void delete_message(Socket& socket, EventCall call, const boost::json::value& payload);
    void add_reaction(Socket& socket, EventCall call, const boost::json::value& payload);
    void remove_reaction(Socket& socket, EventCall call, const boost::json::value& payload);
    void change_reaction(Socket& socket, EventCall call, const boost::json::value& payload, bool add);
    Answer do_edit(SocketPtr socket, chat::EditMessage command);
    Answer do_delete(chat::DeleteMessage command);
    Answer do_react(SocketPtr socket, chat::ChangeReaction command);
    template <class Command> Task<Result<chat::ChannelEvent>> change(Change<Command> make, Command command);
    template <class Command> Task<Result<chat::ChannelEvent>> change_here(Change<Command> make, Command command);

    // marks.cpp
    void mark_as_read(Socket& socket, EventCall call, const boost::json::value& payload);
    void mark_as_delivered(Socket& socket, EventCall call, const boost::json::value& payload);
    void mark(Socket& socket, EventCall call, const boost::json::value& payload, Receipts::Kind kind);
    Answer do_mark(SocketPtr socket, MarkMessages command, Receipts::Kind kind);

    // presence.cpp
    void user_online(Socket& socket, EventCall call, const boost::json::value& payload);
    void user_offline(Socket& socket, EventCall call, const boost::json::value& payload);
    void get_presence(Socket& socket, EventCall call, const boost::json::value& payload);
    Answer do_user_online(SocketPtr socket, UserOnline command);
    Answer do_user_offline(SocketPtr socket);
    Answer do_get_presence(SocketPtr socket, GetPresence command);

    // requests.cpp
    void join_channel(Socket& socket, EventCall call, const boost::json::value& payload);
    void leave_channel(Socket& socket, EventCall call, const boost::json::value& payload);
    void get_history(Socket& socket, EventCall call, const boost::json::value& payload);
    void resume(Socket& socket, EventCall call, const boost::json::value& payload);
    void refresh_token(Socket& socket, EventCall call, const boost::json::value& payload);
    Answer do_join(SocketPtr socket, JoinChannel command);
    Answer do_leave(SocketPtr socket, ChannelId channel);
    Answer do_get_history(SocketPtr socket, GetHistory command);
    Answer do_resume(SocketPtr socket, Resume command);
    Answer do_refresh_token(SocketPtr socket, std::string token);
    Task<> settle();
    Answer for_member(SocketPtr socket, ChannelId channel, std::string answer);

    Services& services(const Socket& socket) { return node_.services_of(socket.shard()); }

    Node& node_;
    LiveSockets& sockets_;
    Memberships& memberships_;
    Seats seats_;
    std::vector<std::unique_ptr<Local>> locals_; // by shard
};

} // namespace hubbub::gateway
