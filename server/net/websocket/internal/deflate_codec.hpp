#pragma once
#include "net/connection_set.hpp"
#include "net/frame.hpp"
#include "net/websocket/peer.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace hubbub::net::websocket {

/// permessage-deflate without context takeover (RFC 7692): each message stands alone, so all connections of a listener
/// on one shard share this. Its memory (a third of a megabyte) comes with the first message and stays.
class DeflateCodec {
  public:
    explicit DeflateCodec(Counters& counters);
    ~DeflateCodec();
    DeflateCodec(const DeflateCodec&) = delete;
    DeflateCodec& operator=(const DeflateCodec&) = delete;

    /// What to send for a text or binary frame: its compressed form, made for the first who asks and kept with the
    /// frame for all others, or the frame itself if compressing does not make it smaller.
    FramePtr deflate(const FramePtr& frame);

    /// A received message. Errors: `message_too_big` over `bytes_max`, found without inflating more than that;
    /// `invalid_payload` for what is no deflate or ends in the middle of it.
    boost::system::result<std::string, CloseCode> inflate(std::string_view data, std::size_t bytes_max);

  private:
    struct Deflater;
    struct Inflater;

    Counters& counters_;
    std::unique_ptr<Deflater> deflater_;
    std::unique_ptr<Inflater> inflater_;
};

} // namespace hubbub::net::websocket
