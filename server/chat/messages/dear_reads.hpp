#pragma once
#include "base/ids.hpp"
#include "base/task.hpp"

#include <cstddef>
#include <list>
#include <unordered_map>

namespace hubbub::chat {

/// Lets a user have a few reads that are dear under way at a time, limits::kDearReadsPerUser; the next ones wait for
/// their turn. Belongs to one shard.
class DearReads {
  public:
    /// A place that `enter` gave, until the end of the read.
    class Place {
      public:
        Place(DearReads& of, UserId reader) : of_{of}, reader_{reader} {}
        ~Place() { of_.leave(reader_); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

      private:
        DearReads& of_;
        UserId reader_;
    };

    /// Takes a place as soon as there is one. False if there is none in limits::kDearReadTimeout, and at once if
    /// limits::kDearReadsWaitingMax wait for one already.
    Task<bool> enter(UserId reader);

  private:
    struct Waiting;
    struct Reads {
        std::size_t under_way = 0;
        std::list<Waiting*> waiting;
    };
    void leave(UserId reader);

    std::unordered_map<UserId, Reads> reads_;
};

} // namespace hubbub::chat
