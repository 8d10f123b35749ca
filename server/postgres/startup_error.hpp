#pragma once
#include <stdexcept>

namespace hubbub::postgres {

/// Why the program cannot start, as a sentence for its operator.
class StartupError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

} // namespace hubbub::postgres
