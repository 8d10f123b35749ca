#pragma once
// Whether a program is compiled as the library was. These definitions change what Boost.Asio's types are: without them,
// what a program and the library make of the same type differs, and a coroutine that waits for a timer crashes.
#include <boost/version.hpp>

#if !defined(BOOST_ASIO_SEPARATE_COMPILATION) || !defined(BOOST_ASIO_NO_DEPRECATED) ||                                 \
    !defined(BOOST_ASIO_DISABLE_VISIBILITY) || !defined(BOOST_BEAST_SEPARATE_COMPILATION) ||                           \
    !defined(BOOST_ERROR_CODE_HEADER_ONLY)
#error "compile with the definitions of hubbub's CMake target: target_link_libraries(… hubbub::socketio)"
#endif

namespace hubbub::abi {

/// Is in the library for the version of Boost that it was compiled with: with another one, a program does not link.
template <int BoostVersion> void library_was_compiled_with_boost();

/// Makes every program ask for it.
[[gnu::used]] inline void (*const kBoostIsTheSame)() = &library_was_compiled_with_boost<BOOST_VERSION>;

} // namespace hubbub::abi
