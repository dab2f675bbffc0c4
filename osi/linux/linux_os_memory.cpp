// SPDX-License-Identifier: GPL-2.0-or-later
// LinuxOs: what a process has in memory and open.
#include "osi/linux/arguments.hpp"
#include "osi/linux/files.hpp"
#include "osi/linux/linux_os.hpp"
#include "osi/linux/linux_picture.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::string_view kUnreadable = "the guest's memory where it should be cannot be read";

template <typename T>
Expected<T> or_fault(std::optional<T> value) {
    return value ? Expected<T>(*std::move(value)) : fail(Errc::fault, std::string(kUnreadable));
}

}  // namespace

Expected<LinuxOs::Owner> LinuxOs::owner(ProcessId pid) {
    const auto now = picture();
    const auto task = now ? leader(**now, pid) : std::unexpected(now.error());
    if (!task) {
        return std::unexpected(task.error());
    }
    const VirtAddr living = living_thread((*now)->kernel(), *task);
    return Owner{**now, living, user_memory((*now)->kernel(), living)};
}

Expected<AddressSpaceReader> LinuxOs::user_reader(const Owner& owner) {
    const auto translate = [&](VirtAddr address) { return owner.now.translate(address); };
    const auto space = owner.mm ? page_tables(owner.now.kernel(), *owner.mm, translate) : std::nullopt;
    if (!space) {
        return fail(Errc::fault, owner.mm ? std::string(kUnreadable) : "it has no memory of its own");
    }
    return Expected<AddressSpaceReader>(std::in_place, owner.now.view.memory(), *space);
}

Expected<std::vector<Mapping>> LinuxOs::mappings(ProcessId pid) {
    const auto found = owner(pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    return found->mm ? found->now.areas.of(*found->mm).mappings : std::vector<Mapping>{};
}

Expected<std::string> LinuxOs::executable(ProcessId pid) {
    const auto found = owner(pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    return found->mm ? or_fault(osi::executable(found->now.kernel(), *found->mm, found->now.paths)) : std::string();
}

Expected<std::string> LinuxOs::working_directory(ProcessId pid) {
    const auto found = owner(pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    const auto fs = found->now.kernel().pointer(found->task, Field::task_fs);
    if (fs && fs->value == 0) {
        return std::string();
    }
    return or_fault(fs ? osi::working_directory(found->now.kernel(), *fs, found->now.paths) : std::nullopt);
}

Expected<std::vector<std::string>> LinuxOs::strings(ProcessId pid, ProgramTextReader read, std::size_t limit) {
    const auto found = owner(pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    if (!found->mm) {
        return std::vector<std::string>{};
    }
    const auto memory = user_reader(*found);
    if (!memory) {
        return std::unexpected(memory.error());
    }
    const auto text = read(found->now.kernel(), *found->mm, *memory, limit);
    return text ? Expected<std::vector<std::string>>(split_text(text->bytes))
                : fail(Errc::fault, std::string(kUnreadable));
}

Expected<std::vector<std::string>> LinuxOs::arguments(ProcessId pid, std::size_t limit) {
    return strings(pid, command_line, limit);
}

Expected<AddressRange> LinuxOs::argument_area(ProcessId pid) {
    const auto found = owner(pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    return found->mm ? or_fault(osi::argument_area(found->now.kernel(), *found->mm)) : AddressRange{};
}

Expected<std::vector<std::string>> LinuxOs::environment(ProcessId pid) {
    return strings(pid, osi::environment, kMostProgramText);
}

Expected<std::vector<AuxiliaryEntry>> LinuxOs::auxiliary_vector(ProcessId pid) {
    const auto found = owner(pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    if (!found->mm) {
        return std::vector<AuxiliaryEntry>{};
    }
    const KernelMemory& kernel = found->now.kernel();
    return or_fault(osi::auxiliary_vector(kernel, *found->mm, is_compat(kernel, *found->mm)));
}

Expected<std::vector<OpenFile>> LinuxOs::open_files(ProcessId pid) {
    const auto found = owner(pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    const auto files = found->now.kernel().pointer(found->task, Field::task_files);
    if (!files) {
        return fail(Errc::fault, std::string(kUnreadable));
    }
    return files->value == 0 ? std::vector<OpenFile>{}
                             : osi::open_files(found->now.kernel(), *files, found->now.paths).files;
}

}  // namespace hvgdb::osi
