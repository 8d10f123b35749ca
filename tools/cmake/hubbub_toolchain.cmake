# Warnings, sanitizers, linker and compiler cache: one place for every preset.
find_program(HUBBUB_CCACHE ccache)
if(HUBBUB_CCACHE)
  # Precompiled headers are cacheable only with these allowances (ccache manual, "Precompiled headers"). Every checkout shares the
  # cache: a precompiled header, which holds its checkout's path, is known by the sum beside it (hubbub_module.cmake), and clang's is not
  # told the path of its source as well, which ccache does not understand.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${HUBBUB_CCACHE})
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -Xclang -include-pch -Xclang <PCH_FILE>)
  endif()
endif()

find_program(HUBBUB_MOLD mold)
if(HUBBUB_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_link_options(-fuse-ld=lld)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wshadow -Woverloaded-virtual
                    -Wold-style-cast -Wcast-qual -Wimplicit-fallthrough -Wundef)
# These change the types of Boost: who uses the package has to have them too (server/base/abi.hpp holds that).
set(HUBBUB_ABI_DEFINITIONS BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION
                           BOOST_ASIO_DISABLE_VISIBILITY BOOST_ERROR_CODE_HEADER_ONLY)
add_compile_definitions(${HUBBUB_ABI_DEFINITIONS})
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1") # with sanitizers, a compiler spends half of its time on optimising
if(HUBBUB_FUZZ)
  set(CMAKE_CXX_FLAGS_DEBUG "-O2 -g1")
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees only half of Asio's allocator of coroutine frames once it is inlined (also with -O2).
  add_compile_options(-Wno-mismatched-new-delete)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options(-fpch-instantiate-templates)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 at -O2 reports false ones in std::string's constructors (GCC bugs 105329, 105651).
  foreach(false_alarm array-bounds restrict stringop-overflow stringop-overread)
    add_compile_options($<$<CONFIG:Release>:-Wno-${false_alarm}>)
  endforeach()
endif()

if(CMAKE_UNITY_BUILD)
  # Eight files at a time: most of a file's compilation is the headers that it shares with the others. Not in the dev preset, where
  # one wants one's change alone compiled anew.
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # It takes the file of such a batch for a header, in which types without linkage would be a mistake.
    add_compile_options(-Wno-subobject-linkage)
  endif()
endif()

if(HUBBUB_SANITIZE)
  add_compile_options(-fsanitize=${HUBBUB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${HUBBUB_SANITIZE})
  if(HUBBUB_SANITIZE MATCHES "undefined")
    # clang 14 cannot compile its check of function pointers into coroutines ("difference across sections").
    add_compile_options(-fno-sanitize=function)
  endif()
endif()
if(HUBBUB_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
