// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/call_file.hpp"

#include "osi/linux/file_state.hpp"
#include "osi/linux/paths.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kPointer = 8;

/// A struct file; nothing where the process has none of that number.
std::optional<VirtAddr> find_file(const KernelMemory& kernel, VirtAddr task, std::uint32_t descriptor) {
    const auto files = kernel.pointer(task, Field::task_files);
    const auto table = files && is_kernel_pointer(*files) ? kernel.pointer(*files, Field::files_fdt) : std::nullopt;
    const auto size = table ? kernel.number(*table, Field::fdtable_max_fds) : std::nullopt;
    const auto array = table ? kernel.pointer(*table, Field::fdtable_fd) : std::nullopt;
    if (!size || descriptor >= *size || !array || !is_kernel_pointer(*array)) {
        return std::nullopt;
    }
    return kernel.memory().pointer(VirtAddr{array->value + kPointer * descriptor});
}

/// The last part of a path is the name of its directory entry, which is found much faster than the path.
bool is_called(const KernelMemory& kernel, VirtAddr dentry, std::string_view name) {
    const auto length = kernel.number(dentry, Field::dentry_name_length);
    const auto place = kernel.pointer(dentry, Field::dentry_name);
    if (!place || !is_kernel_pointer(*place) || (length && *length != name.size())) {
        return false;
    }
    const auto found = kernel.memory().text(*place, name.size() + 1);
    return found && *found == name;
}

}  // namespace

bool is_path_of(std::string_view path, std::string_view wanted) {
    constexpr std::string_view kDeleted = " (deleted)";
    if (path.ends_with(kDeleted) && !wanted.ends_with(kDeleted)) {
        path.remove_suffix(kDeleted.size());
    }
    if (wanted.empty() || !path.ends_with(wanted)) {
        return false;
    }
    const auto before = path.size() - wanted.size();
    return before == 0 || (wanted.front() != '/' && path[before - 1] == '/');
}

std::optional<event::CallFile> read_call_file(const EventScene& scene, std::uint32_t descriptor,
                                              std::string_view wanted) {
    const KernelMemory& kernel = scene.memory.kernel();
    const auto file = find_file(kernel, scene.task, descriptor);
    const auto state = file ? FileReader(kernel).read(*file) : std::nullopt;
    if (!state || !is_called(kernel, state->path.dentry, wanted.substr(wanted.rfind('/') + 1))) {
        return std::nullopt;
    }
    Paths paths(kernel, scene.kernel.root_folder_of_first(kernel));
    const auto path = paths.of(state->path);
    if (!path || !is_path_of(*path, wanted)) {
        return std::nullopt;
    }
    return event::CallFile{.path = std::string(*path), .position = state->position};
}

}  // namespace hvgdb::osi
