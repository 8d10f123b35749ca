# The library as others get it: include/hubbub/…, one archive, and the target hubbub::socketio (component `library`).
set(modules base runtime net engineio socketio adapters)
set(dependencies Boost::system Boost::json fmt::fmt spdlog::spdlog Threads::Threads OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB)

# In the tree the same names: hubbub::socketio, and <hubbub/…> through a link to server/.
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/include)
file(CREATE_LINK ${CMAKE_SOURCE_DIR}/server ${CMAKE_BINARY_DIR}/include/hubbub SYMBOLIC)
target_include_directories(hubbub_adapters INTERFACE ${CMAKE_BINARY_DIR}/include)
add_library(hubbub::socketio ALIAS hubbub_adapters)

# An instrumented build is nobody's package.
if(HUBBUB_SANITIZE OR HUBBUB_COVERAGE)
  return()
endif()

foreach(module IN LISTS modules)
  list(APPEND objects $<TARGET_OBJECTS:hubbub_${module}>)
endforeach()
add_library(hubbub_package STATIC ${objects})
set_target_properties(hubbub_package PROPERTIES OUTPUT_NAME hubbub EXPORT_NAME socketio LINKER_LANGUAGE CXX)
target_link_libraries(hubbub_package INTERFACE ${dependencies})
target_compile_features(hubbub_package INTERFACE cxx_std_20)
target_compile_definitions(hubbub_package INTERFACE ${HUBBUB_ABI_DEFINITIONS})

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/hubbub)
install(TARGETS hubbub_package EXPORT hubbubTargets COMPONENT library INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT hubbubTargets NAMESPACE hubbub:: DESTINATION ${config_dir} COMPONENT library)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/hubbubConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/hubbubConfigVersion.cmake ${CMAKE_SOURCE_DIR}/tools/cmake/hubbubConfig.cmake
        DESTINATION ${config_dir} COMPONENT library)

# Headers name each other as "net/frame.hpp" in the tree and as <hubbub/net/frame.hpp> outside, where another net/ may be.
list(JOIN modules "|" any_module)
install(CODE "
  foreach(module ${modules})
    file(GLOB_RECURSE headers RELATIVE ${CMAKE_SOURCE_DIR}/server ${CMAKE_SOURCE_DIR}/server/\${module}/*.hpp)
    list(FILTER headers EXCLUDE REGEX \"/(internal|testing)/\")
    foreach(header \${headers})
      file(READ ${CMAKE_SOURCE_DIR}/server/\${header} text)
      string(REGEX REPLACE \"#include \\\"((${any_module})/[^\\\"]+)\\\"\" \"#include <hubbub/\\\\1>\" text \"\${text}\")
      set(target \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_INCLUDEDIR}/hubbub/\${header}\")
      file(WRITE \"\$ENV{DESTDIR}\${target}\" \"\${text}\")
      list(APPEND CMAKE_INSTALL_MANIFEST_FILES \"\${target}\")
    endforeach()
  endforeach()" COMPONENT library)
