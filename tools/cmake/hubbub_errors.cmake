# hubbub_error_table: gateway/error_table.hpp, written into the build tree from contract/errors.json whenever that changes.
set(contract ${CMAKE_SOURCE_DIR}/contract/errors.json)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${contract})

file(READ ${contract} errors)
string(JSON count LENGTH "${errors}")
math(EXPR last "${count} - 1")
foreach(i RANGE ${last})
  foreach(field name status retryable message)
    string(JSON ${field} GET "${errors}" ${i} ${field})
  endforeach()
  string(REPLACE "." "_" enumerator ${name})
  string(REPLACE ON true retryable ${retryable}) # CMake reads JSON's booleans as ON and OFF
  string(REPLACE OFF false retryable ${retryable})
  string(APPEND enumerators "    ${enumerator},\n")
  string(APPEND rows "    {\"${name}\", ${status}, ${retryable}, \"${message}\"},\n")
endforeach()

set(table "// Generated from contract/errors.json by tools/cmake/hubbub_errors.cmake.
#pragma once
#include <cstdint>
#include <string_view>

namespace hubbub::gateway {

enum class ErrorName : std::uint8_t {
${enumerators}};

struct ErrorRow {
    std::string_view name;
    int http_status;
    bool retryable;
    std::string_view message;
};

inline constexpr ErrorRow kErrorTable[] = {
${rows}};

} // namespace hubbub::gateway
")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/gateway/error_table.hpp CONTENT "${table}" @ONLY)
add_library(hubbub_error_table INTERFACE)
target_include_directories(hubbub_error_table INTERFACE ${CMAKE_BINARY_DIR}/generated)
