#pragma once
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace hubbub::net {

/// Immutable bytes for the wire, encoded once and shared by every recipient of one shard.
///
/// A frame is a payload, preceded in memory by the WebSocket header that it needs when it leaves in that form; HTTP
/// bytes have no header. Header and payload are contiguous: one allocation, one copy.
/// The reference count is not atomic: a frame belongs to its shard. To cross shards, hand over the bytes, not the
/// frame.
class Frame {
  public:
    enum class Kind : std::uint8_t { raw, text, binary, ping, pong, close };
    /// Whether a connection that agreed on permessage-deflate may send the frame compressed.
    enum class Compression : std::uint8_t { allowed, never };

    /// The concatenation of `parts`, with an unmasked single-frame WebSocket header unless `kind` is raw (RFC
    /// 6455, 5.2).
    static class FramePtr make(Kind kind, std::initializer_list<std::string_view> parts,
                               Compression compression = Compression::allowed);

    /// A text or binary frame whose payload is one compressed message (RFC 7692, 6.1: RSV1 is set).
    static class FramePtr make_deflated(Kind kind, std::string_view payload);

    Kind kind() const { return kind_; }
    std::string_view payload() const { return {bytes() + header_size_, size_ - header_size_}; }
    std::string_view wire() const { return {bytes(), size_}; }
    Compression compression() const { return compression_; }

    /// The compressed form that all who send this frame share; null before `keep_deflated`.
    class FramePtr deflated() const;
    /// `frame` may be null: compressing does not pay, and `compression` is `never` from now on.
    void keep_deflated(class FramePtr frame) const;

    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;

  private:
    friend class FramePtr;
    Frame(Kind kind, std::uint8_t header_size, Compression compression, std::size_t size)
        : kind_{kind}, header_size_{header_size}, compression_{compression}, size_{size} {}
    ~Frame() = default;
    const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
    static class FramePtr create(Kind kind, bool deflated, Compression compression,
                                 std::initializer_list<std::string_view> parts);
    static void destroy(Frame* frame) noexcept;

    std::uint32_t references_ = 1;
    Kind kind_;
    std::uint8_t header_size_;
    mutable Compression compression_;
    std::size_t size_;
    mutable Frame* deflated_ = nullptr; // owned like by a FramePtr
};

/// Shares ownership of a `Frame` within one shard.
class FramePtr {
  public:
    FramePtr() = default;
    FramePtr(const FramePtr& other) noexcept : frame_{other.frame_} {
        if (frame_ != nullptr) ++frame_->references_;
    }
    FramePtr(FramePtr&& other) noexcept : frame_{std::exchange(other.frame_, nullptr)} {}
    FramePtr& operator=(FramePtr other) noexcept {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~FramePtr() {
        if (frame_ != nullptr && --frame_->references_ == 0) Frame::destroy(frame_);
    }

    explicit operator bool() const { return frame_ != nullptr; }
    const Frame& operator*() const { return *frame_; }
    const Frame* operator->() const { return frame_; }

  private:
    friend class Frame;
    explicit FramePtr(Frame* adopted) : frame_{adopted} {}
    Frame* frame_ = nullptr;
};

} // namespace hubbub::net
