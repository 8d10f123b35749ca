#pragma once
#include <atomic>
#include <cstddef>

namespace hubbub::gateway::internal {

/// One of the writes that a drain waits for, until its end, whatever that is.
class InFlight {
  public:
    explicit InFlight(std::atomic<std::size_t>& count) : count_{count} { ++count_; }
    ~InFlight() { --count_; }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

  private:
    std::atomic<std::size_t>& count_;
};

} // namespace hubbub::gateway::internal
