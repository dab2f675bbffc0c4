# SPDX-License-Identifier: GPL-2.0-or-later
# Flags that every target of ours gets, by linking to `project_options`.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

# What one checkout compiled serves all others, wherever they lie.
find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
        "${CCACHE}")
endif()

add_library(project_options INTERFACE)
target_compile_features(project_options INTERFACE cxx_std_23)
target_include_directories(project_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(project_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(HVGDB_WARNINGS_ARE_ERRORS)
    target_compile_options(project_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # False alarms: GCC bug 105651 (std::string operator+), and vectors in optimised initialiser lists.
    target_compile_options(project_options INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
target_compile_definitions(project_options INTERFACE HVGDB_VERSION="${PROJECT_VERSION}")

if(HVGDB_FUZZ)
    # Coverage feedback from our libraries too, not only from the fuzz target itself.
    target_compile_options(project_options INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(project_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(HVGDB_SANITIZE)
    target_compile_options(project_options INTERFACE -fsanitize=${HVGDB_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(project_options INTERFACE -fsanitize=${HVGDB_SANITIZE})
    if(HVGDB_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(project_options INTERFACE -Wno-tsan)
    endif()
endif()

# hvgdb_library(NAME SOURCES ... LIBRARIES ... [ALONE ...]): one static library a folder. With ALONE, HVGDB_UNITY
# compiles its sources in groups, but for those named there, whose private names clash with others'.
function(hvgdb_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES;ALONE")
    add_library(${name} STATIC ${arg_SOURCES})
    if(HVGDB_UNITY AND arg_ALONE)
        set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
        set_source_files_properties(${arg_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
    target_link_libraries(${name} PUBLIC project_options ${arg_LIBRARIES})
endfunction()
