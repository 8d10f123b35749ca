# find_package(hubbub): the target hubbub::socketio.
include(CMakeFindDependencyMacro)
find_dependency(Boost 1.81 COMPONENTS system json)
find_dependency(fmt)
find_dependency(spdlog)
find_dependency(Threads)
find_dependency(OpenSSL)
find_dependency(ZLIB)
include(${CMAKE_CURRENT_LIST_DIR}/hubbubTargets.cmake)
