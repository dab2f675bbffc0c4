// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/profile/kernelinfo.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "osi/profile/ini_group.hpp"
#include "osi/profile/layout_types.hpp"
#include "osi/profile/symbol_table.hpp"

namespace hvgdb::osi {
namespace {

using Values = IniGroup::Values;

/// A file's keys in PANDA's own spelling (kernelinfo.h) and in that of older files, what they tell, and the size of it
/// on a 64-bit machine: the file does not say that.
struct Row {
    std::string_view key;
    Field field;
    std::uint64_t size = 8;
};

constexpr std::array kRows{
    Row{"task.tasks_offset", Field::task_tasks, 16},
    Row{"task.pid_offset", Field::task_pid, 4},
    Row{"task.tgid_offset", Field::task_tgid, 4},
    Row{"task.group_leader_offset", Field::task_group_leader},
    Row{"task.thread_group_offset", Field::task_thread_group, 16},
    Row{"task.real_parent_offset", Field::task_real_parent},
    Row{"task.mm_offset", Field::task_mm},
    Row{"task.stack_offset", Field::task_stack},
    Row{"task.real_cred_offset", Field::task_real_cred},
    Row{"task.cred_offset", Field::task_cred},
    Row{"task.comm_offset", Field::task_comm, 16},
    Row{"task.files_offset", Field::task_files},
    Row{"task.start_time_offset", Field::task_start_time},
    Row{"cred.uid_offset", Field::cred_uid, 4},
    Row{"cred.gid_offset", Field::cred_gid, 4},
    Row{"cred.euid_offset", Field::cred_euid, 4},
    Row{"cred.egid_offset", Field::cred_egid, 4},
    Row{"mm.mmap_offset", Field::mm_mmap},
    Row{"mm.pgd_offset", Field::mm_pgd},
    Row{"mm.arg_start_offset", Field::mm_arg_start},
    Row{"mm.start_brk_offset", Field::mm_start_brk},
    Row{"mm.brk_offset", Field::mm_brk},
    Row{"mm.start_stack_offset", Field::mm_start_stack},
    Row{"vma.vm_mm_offset", Field::vma_mm},
    Row{"vma.vm_start_offset", Field::vma_start},
    Row{"vma.vm_end_offset", Field::vma_end},
    Row{"vma.vm_next_offset", Field::vma_next},
    Row{"vma.vm_flags_offset", Field::vma_flags},
    Row{"vma.vm_file_offset", Field::vma_file},
    Row{"fs.f_path_mnt_offset", Field::file_mnt},
    Row{"fs.f_path_dentry_offset", Field::file_dentry},
    Row{"fs.f_dentry_offset", Field::file_dentry},
    Row{"fs.f_vfsmnt_offset", Field::file_mnt},
    Row{"fs.f_pos_offset", Field::file_pos},
    Row{"fs.fdt_offset", Field::files_fdt},
    Row{"fs.fd_offset", Field::fdtable_fd},
    Row{"path.d_parent_offset", Field::dentry_parent},
    Row{"fs.d_parent_offset", Field::dentry_parent},
    Row{"path.d_op_offset", Field::dentry_ops},
    Row{"path.d_dname_offset", Field::dentry_ops_dname},
    Row{"path.mnt_root_offset", Field::vfsmount_root},
    Row{"fs.mnt_root_offset", Field::vfsmount_root},
};

struct SymbolRow {
    std::string_view key;
    std::string_view symbol;
};

constexpr std::array kSymbolRows{
    SymbolRow{"task.init_addr", "init_task"},
    SymbolRow{"task.per_cpu_offsets_addr", "__per_cpu_offset"},
    SymbolRow{"task.current_task_addr", "current_task"},
};

constexpr std::uint64_t kLargestOffset = std::uint64_t{1} << 20;

void set(Layout& layout, Field field, std::uint64_t offset, std::uint64_t size) {
    layout.set(
        field,
        Member{.offset = offset, .size = size, .element_size = size == 16 && field == Field::task_comm ? 1 : size});
}

std::optional<std::int64_t> value_of(const Values& values, std::string_view new_key, std::string_view old_key) {
    for (const auto key : {new_key, old_key}) {
        if (const auto found = values.find(key); found != values.end()) {
            return found->second;
        }
    }
    return std::nullopt;
}

/// The places in struct mount are told from its start, or, negative, from its member `mnt`, which stands right behind
/// the mount point (fs/mount.h).
void set_mount(Layout& layout, const Values& values) {
    const auto parent = value_of(values, "path.mnt_parent_offset", "fs.mnt_parent_offset");
    const auto mountpoint = value_of(values, "path.mnt_mountpoint_offset", "fs.mnt_mountpoint_offset");
    constexpr std::int64_t kMost = 4096;
    if (!parent || !mountpoint || std::max(*parent, *mountpoint) > kMost || std::min(*parent, *mountpoint) < -kMost) {
        return;
    }
    const auto mnt = *mountpoint < 0 ? -std::min(*parent, *mountpoint) : *mountpoint + 8;
    const auto from_start = [&](std::int64_t offset) {
        return static_cast<std::uint64_t>(*mountpoint < 0 ? mnt + offset : offset);
    };
    set(layout, Field::mount_mnt, static_cast<std::uint64_t>(mnt), 8);
    set(layout, Field::mount_parent, from_start(*parent), 8);
    set(layout, Field::mount_mountpoint, from_start(*mountpoint), 8);
}

Expected<Layout> layout_of(const Values& values, const std::string& where) {
    Layout layout;
    for (const auto& row : kRows) {
        const auto found = values.find(row.key);
        if (found == values.end()) {
            continue;
        }
        const auto offset = static_cast<std::uint64_t>(found->second);
        if (offset > kLargestOffset) {
            return fail(Errc::bad_argument, where + std::string(row.key) + ": no offset in a structure");
        }
        set(layout, row.field, offset, row.size);
    }
    // In a qstr the name stands behind hash and length, four bytes each.
    constexpr std::int64_t kHashAndLength = 8;
    const auto name = value_of(values, "path.d_name_offset", "fs.d_name_offset");
    const auto in_qstr = value_of(values, "qstr.name_offset", "fs.qstr_name_offset").value_or(kHashAndLength);
    if (name && static_cast<std::uint64_t>(*name) < kLargestOffset &&
        static_cast<std::uint64_t>(in_qstr) < kLargestOffset) {
        set(layout, Field::dentry_name, static_cast<std::uint64_t>(*name + in_qstr), 8);
    }
    if (const auto size = values.find("task.size"); size != values.end()) {
        layout.set(Structure::task_struct, static_cast<std::uint64_t>(size->second));
    }
    set_mount(layout, values);
    return layout;
}

/// PANDA works with kernels that are where they were linked to be (nokaslr), so _text is known as well.
std::unique_ptr<SymbolSource> symbols_of(const Values& values, const std::string& origin) {
    constexpr VirtAddr kLinkedText{0xffffffff'81000000};
    SymbolTable::Builder symbols;
    for (const auto& row : kSymbolRows) {
        if (const auto found = values.find(row.key); found != values.end()) {
            symbols.add(VirtAddr{static_cast<std::uint64_t>(found->second)}, 'D', row.symbol);
        }
    }
    if (symbols.size() == 0) {
        return nullptr;
    }
    symbols.add(kLinkedText, 'T', "_text");
    return std::move(symbols).finish(origin);
}

}  // namespace

bool is_kernelinfo(std::string_view text) {
    const auto start = text.find_first_not_of(" \t\r\n");
    return start != std::string_view::npos && (text[start] == '[' || text[start] == '#' || text[start] == ';');
}

Expected<Profile> parse_kernelinfo(std::string_view text, std::string_view group, const std::string& file) {
    const auto chosen = read_ini_group(text, group, file);
    if (!chosen) {
        return std::unexpected(chosen.error());
    }
    const std::string group_name = " [" + chosen->name + "]";
    const std::string origin = std::filesystem::path(file).filename().string() + group_name;
    const std::string where = file + group_name + ": ";
    if (chosen->name.ends_with(":32")) {
        return fail(Errc::unsupported, where + "of a 32-bit kernel");
    }
    auto layout = layout_of(chosen->values, where);
    if (!layout) {
        return std::unexpected(layout.error());
    }
    auto types = std::make_unique<LayoutTypes>(*layout, origin);
    if (types->empty()) {
        return fail(Errc::bad_argument, where + "no offset that is known here");
    }
    return Profile{.types = std::move(types), .symbols = symbols_of(chosen->values, origin), .description = origin};
}

}  // namespace hvgdb::osi
