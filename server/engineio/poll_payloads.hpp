#pragma once
#include "net/frame.hpp"
#include "net/http/gzip.hpp"

#include <vector>

namespace hubbub::engineio {

/// The bodies of poll answers. The members of a room that poll are owed the same packets: their payload is joined, and
/// compressed, once for all of them.
class PollPayloads {
  public:
    struct Payload {
        net::FramePtr bytes; ///< a raw frame
        bool gzipped = false;
    };

    /// The packets as one payload (Engine.IO v4, separated by 0x1E, binary ones in base64). With `gzip`: compressed, if
    /// one of the packets may be and the payload is at least `limits::kDeflateThreshold` long.
    Payload of(const std::vector<net::FramePtr>& packets, bool gzip);

  private:
    std::vector<net::FramePtr> packets_; ///< what the last payload was joined from
    net::FramePtr joined_;
    net::FramePtr gzipped_; ///< null until somebody wants it
    net::http::Gzip gzip_{net::http::Gzip::Effort::fast};
};

} // namespace hubbub::engineio
