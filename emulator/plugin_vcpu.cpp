// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/plugin_vcpu.hpp"

#include <algorithm>
#include <cstring>

#include "emulator/hex.hpp"

namespace hvgdb::emulator {
namespace {

/// One a thread, for good: a callback that parks leaves by a long jump and could not free it.
GByteArray* scratch() {
    thread_local GByteArray* const buffer = g_byte_array_new();
    g_byte_array_set_size(buffer, 0);
    return buffer;
}

}  // namespace

void PluginRegisters::load(const Arch* arch) {
    GArray* list = qemu_plugin_get_registers();
    const auto* rows = reinterpret_cast<const qemu_plugin_reg_descriptor*>(list->data);
    for (const auto& row : std::span(rows, list->len)) {
        handles_.try_emplace(row.name, row.handle);
    }
    g_array_free(list, 1);
    if (arch != nullptr) {
        program_counter_ = find(arch->program_counter);
        stack_pointer_ = find(arch->stack_pointer);
    }
}

qemu_plugin_register* PluginRegisters::find(std::string_view name) const {
    const auto found = handles_.find(name);
    return found == handles_.end() ? nullptr : found->second;
}

std::optional<std::uint64_t> read_plugin_register(qemu_plugin_register* handle) {
    GByteArray* buffer = scratch();
    if (handle == nullptr || !qemu_plugin_read_register(handle, buffer) || buffer->len > sizeof(std::uint64_t)) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    std::memcpy(&value, buffer->data, buffer->len);
    return value;
}

std::uint64_t PluginVcpu::stack_pointer() {
    return read_plugin_register(parts_.registers.stack_pointer()).value_or(0);
}

Expected<std::uint64_t> PluginVcpu::read_register(std::string_view name) {
    if (const auto value = read_plugin_register(parts_.registers.find(name))) {
        return *value;
    }
    return fail(Errc::not_found, "no register of at most 64 bits is called " + std::string(name));
}

Expected<void> PluginVcpu::read_memory(VirtAddr address, std::span<std::byte> out) {
    // Without a page-table root nobody knows whether the vCPU uses page tables yet.
    if (parts_.memory != nullptr && space_.root != 0 && parts_.memory->read(space_, address, out) == out.size()) {
        return {};
    }
    GByteArray* buffer = scratch();
    if (!qemu_plugin_read_memory_vaddr(address.value, buffer, out.size()) || buffer->len != out.size()) {
        return fail(Errc::fault, "no memory at 0x" + hex_number(address.value));
    }
    std::memcpy(out.data(), buffer->data, out.size());
    return {};
}

}  // namespace hvgdb::emulator
