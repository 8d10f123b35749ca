# hubbub_migrations: storage/migration_files.hpp, written into the build tree from db/migrations whenever one changes:
# the program carries its schema, and needs no file beside itself.
file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/db/migrations/*.sql)
list(SORT files)
foreach(file IN LISTS files)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  get_filename_component(name ${file} NAME_WE)
  string(REGEX MATCH "^[0-9]+" number ${name})
  string(REGEX REPLACE "^0+" "" number ${number})
  file(READ ${file} sql)
  string(APPEND migrations "    {${number}, \"${name}\", R\"sql(${sql})sql\"},\n")
endforeach()

set(header "// Generated from db/migrations by tools/cmake/hubbub_migrations.cmake.
#pragma once
#include <string_view>

namespace hubbub::storage {

struct MigrationFile {
    int version;
    std::string_view name;
    std::string_view sql;
};

inline constexpr MigrationFile kMigrationFiles[] = {
${migrations}};

} // namespace hubbub::storage
")
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/storage/migration_files.hpp CONTENT "${header}" @ONLY)
add_library(hubbub_migrations INTERFACE)
target_include_directories(hubbub_migrations INTERFACE ${CMAKE_BINARY_DIR}/generated)
