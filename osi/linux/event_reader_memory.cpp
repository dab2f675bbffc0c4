// SPDX-License-Identifier: GPL-2.0-or-later
// Events of programs and mappings.
#include <algorithm>
#include <string>

#include "osi/linux/arguments.hpp"
#include "osi/linux/event_reader.hpp"
#include "osi/linux/file_state.hpp"
#include "osi/linux/files.hpp"
#include "osi/linux/paths.hpp"
#include "osi/linux/task_facts.hpp"

namespace hvgdb::osi {

namespace {

// include/uapi/linux/auxvec.h
constexpr std::uint64_t kEntry = 9;          // AT_ENTRY
constexpr std::uint64_t kExecutedName = 31;  // AT_EXECFN

constexpr std::size_t kLongestPath = 4096;

std::uint64_t value_of(const std::vector<AuxiliaryEntry>& entries, std::uint64_t type) {
    const auto found = std::ranges::find(entries, type, &AuxiliaryEntry::type);
    return found == entries.end() ? 0 : found->value;
}

/// Where the program will begin to run.
std::optional<std::uint64_t> first_instruction(EventPoint point, const EventScene& scene) {
    if (point == EventPoint::thread_start) {
        return scene.register_value("rsi");
    }
    const KernelMemory& kernel = scene.memory.kernel();
    const auto& stack = scene.kernel.stack();
    const auto frame = stack ? stack->frame(kernel, scene.task) : std::nullopt;
    return frame ? kernel.number(*frame, Field::regs_ip) : std::nullopt;
}

void read_texts(const EventScene& scene, VirtAddr mm, event::Started& what) {
    const MemoryReader* const user = scene.memory.user(mm);
    if (user == nullptr) {
        return;
    }
    if (const std::uint64_t name = value_of(what.auxiliary_vector, kExecutedName)) {
        what.invoked = user->text(VirtAddr{name}, kLongestPath).value_or("");
    }
    if (const auto text = command_line(scene.memory.kernel(), mm, *user)) {
        what.arguments = split_text(text->bytes);
    }
}

}  // namespace

bool read_started(EventPoint point, const EventScene& scene, event::Started& what) {
    const KernelMemory& kernel = scene.memory.kernel();
    const auto mm = user_memory(kernel, scene.task);
    const auto start = first_instruction(point, scene);
    if (!mm || !start) {
        return false;
    }
    Paths paths(kernel, scene.kernel.root_folder_of_first(kernel));
    what.path = executable(kernel, *mm, paths).value_or("");
    what.compat = is_compat(kernel, *mm);
    what.auxiliary_vector = auxiliary_vector(kernel, *mm, what.compat).value_or(std::vector<AuxiliaryEntry>{});
    what.start = VirtAddr{*start};
    what.entry = VirtAddr{value_of(what.auxiliary_vector, kEntry)};
    read_texts(scene, *mm, what);
    return true;
}

bool read_mapped(const EventScene& scene, event::Mapped& what) {
    constexpr std::uint64_t kPage = 4096;
    const KernelMemory& kernel = scene.memory.kernel();
    what.start = VirtAddr{scene.register_value("rsi")};
    what.length = scene.register_value("rdx");
    what.flags = scene.register_value("rcx");
    const VirtAddr file{scene.register_value("rdi")};
    if (file.value == 0) {
        return true;
    }
    what.offset = scene.register_value("r8") * kPage;
    if (const auto state = FileReader(kernel).read_mapped(file)) {
        Paths paths(kernel, scene.kernel.root_folder_of_first(kernel));
        what.path = paths.of(state->path).value_or("");
    }
    return true;
}

bool read_unmapped(EventPoint point, const EventScene& scene, event::Unmapped& what) {
    const bool to = point == EventPoint::unmap_to;
    const std::uint64_t start = scene.register_value(to ? "rcx" : "rsi");
    what.start = VirtAddr{start};
    what.length = to ? scene.register_value("r8") - start : scene.register_value("rdx");
    return true;
}

}  // namespace hvgdb::osi
