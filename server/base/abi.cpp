#include "base/abi.hpp"

namespace hubbub::abi {

template <int BoostVersion> void library_was_compiled_with_boost() {}
template void library_was_compiled_with_boost<BOOST_VERSION>();

} // namespace hubbub::abi
