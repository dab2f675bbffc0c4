// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/proc_text_areas.hpp"

#include <array>
#include <cstddef>
#include <fmt/format.h>
#include <iterator>
#include <string_view>

namespace hvgdb::osi {

namespace {

constexpr std::string_view kGate = "[vsyscall]";
constexpr std::uint64_t kAccounted = 1U << 20;  // VM_ACCOUNT
constexpr std::uint64_t kWrite = 1U << 1;       // VM_WRITE

struct FlagName {
    std::uint64_t flag;
    std::string_view name;
};
// include/linux/mm.h, and show_smap_vma_flags() in fs/proc/task_mmu.c. Bits whose meaning has changed are left out.
constexpr std::array kFlagNames{
    FlagName{1U << 0, "rd"},  FlagName{1U << 1, "wr"},  FlagName{1U << 2, "ex"},  FlagName{1U << 3, "sh"},
    FlagName{1U << 4, "mr"},  FlagName{1U << 5, "mw"},  FlagName{1U << 6, "me"},  FlagName{1U << 7, "ms"},
    FlagName{1U << 8, "gd"},  FlagName{1U << 10, "pf"}, FlagName{1U << 13, "lo"}, FlagName{1U << 14, "io"},
    FlagName{1U << 15, "sr"}, FlagName{1U << 16, "rr"}, FlagName{1U << 17, "dc"}, FlagName{1U << 18, "de"},
    FlagName{1U << 19, "lf"}, FlagName{1U << 20, "ac"}, FlagName{1U << 21, "nr"}, FlagName{1U << 22, "ht"},
    FlagName{1U << 23, "sf"}, FlagName{1U << 24, "ar"}, FlagName{1U << 25, "wf"}, FlagName{1U << 26, "dd"},
    FlagName{1U << 27, "sd"}, FlagName{1U << 28, "mm"}, FlagName{1U << 29, "hg"}, FlagName{1U << 30, "nh"},
    FlagName{1U << 31, "mg"},
};

/// As seq_path() and mangle_path() in fs/seq_file.c.
std::string escape_newlines(std::string_view name) {
    std::string text;
    for (const char c : name) {
        if (c == '\n') {
            text += "\\012";
        } else {
            text += c;
        }
    }
    return text;
}

void add_area(const Mapping& mapping, std::string& text) {
    constexpr std::size_t kNameColumn = 72;
    const auto start = text.size();
    fmt::format_to(std::back_inserter(text), "{:08x}-{:08x} {}{}{}{} {:08x} {:02x}:{:02x} {} ", mapping.start.value,
                   mapping.end.value, mapping.read ? 'r' : '-', mapping.write ? 'w' : '-', mapping.execute ? 'x' : '-',
                   mapping.shared ? 's' : 'p', mapping.offset, mapping.device_major, mapping.device_minor,
                   mapping.inode);
    if (!mapping.name.empty()) {
        const auto width = text.size() - start;
        text.append(width < kNameColumn ? kNameColumn - width : 0, ' ');
        text += ' ' + escape_newlines(mapping.name);
    }
    text += '\n';
}

/// An area that may be written, or might have been at some time: then the kernel has set memory aside for it.
bool may_be_changed(const Mapping& mapping) {
    return !mapping.shared && (mapping.flags & (kWrite | kAccounted)) != 0;
}

void add_sizes(const Mapping& mapping, std::string& text) {
    constexpr std::uint64_t kKibibyte = 1024;
    const auto size = (mapping.end.value - mapping.start.value) / kKibibyte;
    const auto changed = may_be_changed(mapping) ? size : 0;
    struct Line {
        std::string_view name;
        std::uint64_t kibibytes;
    };
    const std::array lines{
        Line{"Size:", size},
        Line{"KernelPageSize:", 4},
        Line{"MMUPageSize:", 4},
        Line{"Rss:", 0},
        Line{"Pss:", 0},
        Line{"Shared_Clean:", 0},
        Line{"Shared_Dirty:", 0},
        Line{"Private_Clean:", 0},
        Line{"Private_Dirty:", 0},
        Line{"Referenced:", 0},
        Line{"Anonymous:", changed},
        Line{"LazyFree:", 0},
        Line{"AnonHugePages:", 0},
        Line{"ShmemPmdMapped:", 0},
        Line{"FilePmdMapped:", 0},
        Line{"Shared_Hugetlb:", 0},
        Line{"Private_Hugetlb:", 0},
        Line{"Swap:", 0},
        Line{"SwapPss:", 0},
        Line{"Locked:", 0},
    };
    for (const auto& [name, kibibytes] : lines) {
        fmt::format_to(std::back_inserter(text), "{:<16}{:8} kB\n", name, kibibytes);
    }
}

void add_flags(const Mapping& mapping, std::string& text) {
    text += "VmFlags: ";
    for (const auto& [flag, name] : kFlagNames) {
        if ((mapping.flags & flag) != 0) {
            text.append(name) += ' ';
        }
    }
    text += '\n';
}

}  // namespace

std::string maps_text(std::span<const Mapping> mappings) {
    std::string text;
    for (const auto& mapping : mappings) {
        add_area(mapping, text);
    }
    return text;
}

std::string smaps_text(std::span<const Mapping> mappings) {
    std::string text;
    for (const auto& mapping : mappings) {
        add_area(mapping, text);
        add_sizes(mapping, text);
        add_flags(mapping, text);
    }
    return text;
}

std::uint64_t total_size(std::span<const Mapping> mappings) {
    std::uint64_t size = 0;
    for (const auto& mapping : mappings) {
        size += mapping.name == kGate ? 0 : mapping.end.value - mapping.start.value;
    }
    return size;
}

}  // namespace hvgdb::osi
