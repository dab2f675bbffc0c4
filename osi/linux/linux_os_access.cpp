// SPDX-License-Identifier: GPL-2.0-or-later
// LinuxOs: reading and writing the memory of a process.
#include "emulator/hex.hpp"
#include "osi/linux/linux_os.hpp"
#include "osi/linux/linux_picture.hpp"
#include "osi/x86_page_entry.hpp"

namespace hvgdb::osi {

Expected<ProcessMemory*> LinuxOs::process_memory(ProcessId pid) {
    const auto found = owner(pid);
    const auto tables = found ? user_reader(*found) : std::unexpected(found.error());
    if (!tables) {
        return std::unexpected(tables.error());
    }
    Picture& now = found->now;
    if (!now.memory || now.memory->mm() != *found->mm) {
        now.memory.emplace(
            now.view.memory(), now.kernel(), now.view.symbols(),
            [&now](VirtAddr address) { return now.translate(address); }, *found->mm, tables->space());
    }
    return &*now.memory;
}

Expected<std::size_t> LinuxOs::read_memory(ProcessId pid, VirtAddr address, std::span<std::byte> out) {
    const auto memory = process_memory(pid);
    if (!memory) {
        return std::unexpected(memory.error());
    }
    const std::size_t count = (*memory)->read(address, out);
    return count > 0 || out.empty() ? Expected<std::size_t>(count)
                                    : fail(Errc::fault, "nothing is mapped at that address, or it is not in memory");
}

Expected<void> LinuxOs::write_memory(ProcessId pid, VirtAddr address, std::span<const std::byte> data) {
    if (machine_.running()) {
        return fail(Errc::running, "memory is written only while the guest stands still");
    }
    const auto memory = process_memory(pid);
    if (!memory) {
        return std::unexpected(memory.error());
    }
    const auto pieces = (*memory)->writable(address, data.size());
    if (!pieces) {
        return std::unexpected(pieces.error());
    }
    std::size_t done = 0;
    for (const auto& [physical, size] : *pieces) {
        if (auto written = machine_.write_physical(physical, data.subspan(done, size)); !written) {
            return written;
        }
        done += size;
    }
    return {};
}

Expected<std::optional<PhysAddr>> LinuxOs::physical_address(ProcessId pid, VirtAddr address) {
    const auto memory = process_memory(pid);
    return memory ? (*memory)->place(address) : std::unexpected(memory.error());
}

Expected<PhysAddr> LinuxOs::kernel_physical_address(VirtAddr address) {
    const auto now = picture();
    if (!now) {
        return std::unexpected(now.error());
    }
    const auto physical = (*now)->translate(address);
    return physical ? Expected<PhysAddr>(*physical)
                    : fail(Errc::fault, "the kernel has no memory at 0x" + hex_number(address.value));
}

Expected<bool> LinuxOs::set_executable(ProcessId pid, VirtAddr address, bool executable) {
    if (machine_.running()) {
        return fail(Errc::running, "page tables are changed only while the guest stands still");
    }
    const auto memory = process_memory(pid);
    if (!memory) {
        return std::unexpected(memory.error());
    }
    const auto entry = (*memory)->last_entry(address);
    if (!entry) {
        return fail(Errc::fault, "the page is not in memory");
    }
    const auto bit = x86_entry::kExecuteDisable;
    const auto wanted = executable ? entry->value & ~bit : entry->value | bit;
    if (wanted == entry->value) {
        return false;
    }
    const auto written = machine_.write_physical(entry->where, store_little_endian(wanted, x86_entry::kEntrySize));
    return written ? Expected<bool>(true) : std::unexpected(written.error());
}

}  // namespace hvgdb::osi
