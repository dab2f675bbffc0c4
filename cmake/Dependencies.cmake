# SPDX-License-Identifier: GPL-2.0-or-later
# Header-only everywhere: the plugin is loaded into a QEMU that may bring another set of shared libraries.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(pegtl 3.2 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)

add_library(boost INTERFACE)
target_link_libraries(boost INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(boost INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ALL_NO_LIB)

add_library(log INTERFACE)
target_link_libraries(log INTERFACE spdlog::spdlog_header_only fmt::fmt-header-only Threads::Threads)

# Files with a kernel's symbols and types: xz, ELF, DWARF.
find_package(LibLZMA REQUIRED)
find_library(LIBDW dw REQUIRED)
find_library(LIBELF elf REQUIRED)
find_path(LIBDW_INCLUDE elfutils/libdw.h REQUIRED)

add_library(profile_files INTERFACE)
target_include_directories(profile_files SYSTEM INTERFACE "${LIBDW_INCLUDE}")
target_link_libraries(profile_files INTERFACE LibLZMA::LibLZMA "${LIBDW}" "${LIBELF}")
