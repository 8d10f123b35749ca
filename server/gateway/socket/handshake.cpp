// The seats of an Engine.IO session: taken before there is one, so that sessions cost a stranger something too.
#include "gateway/internal/completion.hpp"
#include "gateway/rate_limiter.hpp"
#include "gateway/socket/socket_gateway.hpp"

#include <utility>

namespace hubbub::gateway {
namespace {

/// What a session holds of its address until it ends. Until a CONNECT is let in it is one of those that arrive, too.
class SessionSeat final : public engineio::Ticket {
  public:
    explicit SessionSeat(std::size_t& arriving_here) : arriving_here_{arriving_here} { ++arriving_here_; }
    ~SessionSeat() override {
        if (!connected_) --arriving_here_;
    }
    void on_connected() override {
        connected_ = true;
        --arriving_here_;
        arriving.reset();
    }

    Seats::Seat address;
    Seats::Seat arriving;

  private:
    std::size_t& arriving_here_; // on the session's shard
    bool connected_ = false;
};

} // namespace

void SocketGateway::admit(const net::http::Request& request, engineio::Admission admission) {
    if (node_.draining) return admission.refuse(std::string{row_of(ErrorName::server_draining).name});
    runtime::Shard& shard = admission.shard();
    auto address = address_key(request.remote_address);
    auto answer = [](const std::exception_ptr& escaped) {
        if (escaped) internal::log_escaped(escaped, {"handshake", ""}); // and the admission, dropped, refuses
    };
    boost::asio::co_spawn(shard.io(), take_seat(std::move(address), shard, std::move(admission)), std::move(answer));
}

Task<> SocketGateway::take_seat(std::string address, const runtime::Shard& shard, engineio::Admission admission) {
    Measures& measures = node_.measures_of(shard);
    std::size_t& arriving = local(shard).arriving;
    const std::string full{row_of(ErrorName::limit_connections).name};
    if (arriving >= limits::kArrivingPerShardMax) {
        ++measures.arriving_full;
        co_return admission.refuse(full);
    }
    auto seat = std::make_unique<SessionSeat>(arriving);
    std::string newcomers = "new at " + address;
    auto among_newcomers = co_await seats_.take(std::move(newcomers), limits::kArrivingPerAddressMax);
    if (!among_newcomers) {
        ++measures.arriving_full;
        co_return admission.refuse(full);
    }
    std::string all = "at " + address;
    auto among_all = co_await seats_.take(std::move(all), node_.settings.connections_per_address);
    if (!among_all) {
        ++measures.address_full;
        co_return admission.refuse(full);
    }
    seat->arriving = std::move(among_newcomers);
    seat->address = std::move(among_all);
    admission.allow(std::move(seat));
}

} // namespace hubbub::gateway
