# SPDX-License-Identifier: GPL-2.0-or-later
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(pegtl 3.2 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)

# Files with a kernel's symbols and types: xz, ELF, DWARF.
find_package(LibLZMA REQUIRED)
find_library(LIBDW dw REQUIRED)
find_library(LIBELF elf REQUIRED)
find_path(LIBDW_INCLUDE elfutils/libdw.h REQUIRED)

add_library(profile_files INTERFACE)
target_include_directories(profile_files SYSTEM INTERFACE "${LIBDW_INCLUDE}")
target_link_libraries(profile_files INTERFACE LibLZMA::LibLZMA "${LIBDW}" "${LIBELF}")

# x86 instructions for the taint engine.
find_library(ZYDIS Zydis REQUIRED)
find_path(ZYDIS_INCLUDE Zydis/Zydis.h REQUIRED)

add_library(disassembler INTERFACE)
target_include_directories(disassembler SYSTEM INTERFACE "${ZYDIS_INCLUDE}")
target_link_libraries(disassembler INTERFACE "${ZYDIS}")
