// SPDX-License-Identifier: GPL-2.0-or-later
// The memory areas of a process, as /proc/PID/maps prints them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "osi/linux/area_names.hpp"
#include "osi/linux/file_state.hpp"
#include "osi/linux/kernel_memory.hpp"
#include "osi/linux/kernel_symbols.hpp"
#include "osi/linux/member_block.hpp"
#include "osi/linux/memory_areas.hpp"
#include "osi/linux/paths.hpp"
#include "osi/os.hpp"

namespace hvgdb::osi {

struct MappingList {
    std::vector<Mapping> mappings;  ///< in the order of their addresses, without overlap
    /// False: something could not be read, was just being changed, made no sense or was too much.
    bool complete = true;
};

/// For one picture of the moment: it keeps what it found of files, which processes share. All arguments must outlive
/// it.
class Mappings {
  public:
    Mappings(const KernelMemory& kernel, const KernelSymbols& symbols, Paths& paths);

    /// `mm` is a struct mm_struct. At most 131,072, and 16 MiB of names.
    [[nodiscard]] MappingList of(VirtAddr mm);

  private:
    struct FileFacts {
        std::string name;
        std::uint32_t device = 0;
        std::uint64_t inode = 0;
    };

    void add(Mapping mapping, MappingList& list);
    void add_gate(VirtAddr mm, MappingList& list) const;
    Mapping describe(const MemoryArea& area);
    void describe_file(VirtAddr file, Mapping& mapping);
    const FileFacts& facts(VirtAddr file);
    std::uint32_t device(VirtAddr super_block);

    const KernelMemory& kernel_;
    Paths& paths_;
    std::optional<Mapping> gate_;
    AreaReader areas_;
    MemberBlock inode_;
    FileReader files_;
    AreaNames names_;
    std::size_t listed_bytes_ = 0;  ///< of names
    std::unordered_map<std::uint64_t, FileFacts> known_files_;
    std::size_t known_bytes_ = 0;
    std::unordered_map<std::uint64_t, std::uint32_t> devices_;  ///< by struct super_block
};

}  // namespace hvgdb::osi
