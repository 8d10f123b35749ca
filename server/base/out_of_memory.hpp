#pragma once

namespace hubbub {

/// Ends the process at once, with one line in the log. What was half done when memory ran out cannot be trusted: after
/// a kill every promise holds, after a caught std::bad_alloc some waiter is never answered. Allocates nothing.
[[noreturn]] void end_out_of_memory() noexcept;

} // namespace hubbub
