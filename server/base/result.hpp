#pragma once
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <type_traits>

namespace hubbub {

/// A reason of any module; false is success.
using boost::system::error_code;

/// A value, or the reason why there is none. Each module declares one `Errc` enum for its reasons.
template <class T> using Result = boost::system::result<T>;

/// The error category of one module's `Errc`. Needs `std::string_view to_string(Errc)` beside the enum.
template <class Errc> class ErrcCategory final : public boost::system::error_category {
  public:
    explicit constexpr ErrcCategory(const char* name) : name_{name} {}
    const char* name() const noexcept override { return name_; }
    std::string message(int value) const override { return std::string{to_string(static_cast<Errc>(value))}; }

  private:
    const char* name_;
};

} // namespace hubbub
