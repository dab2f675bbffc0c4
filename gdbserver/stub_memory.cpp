// SPDX-License-Identifier: GPL-2.0-or-later
// Registers and memory.
#include <algorithm>
#include <limits>

#include "emulator/hex.hpp"
#include "gdbserver/reply.hpp"
#include "gdbserver/stub.hpp"

namespace hvgdb::gdbserver {

Stub::Reply Stub::run(const cmd::ReadRegisters& command) {
    const auto inferior = selected_inferior(command.thread);
    if (!inferior) {
        return refuse(inferior.error());
    }
    const auto block = (*inferior)->read_registers(session_.general->tid);
    if (!block) {
        return refuse(block.error());
    }
    return session_.lldb ? encode_hex(block->bytes) : encode_registers(*block);
}

Stub::Reply Stub::run(const cmd::WriteRegisters& command) {
    const auto inferior = selected_inferior(command.thread);
    if (!inferior) {
        return refuse(inferior.error());
    }
    if (command.block.size() != (*inferior)->description().block_size()) {
        return refuse({Errc::bad_argument, "wrong size of a register block"});
    }
    return result((*inferior)->write_registers(session_.general->tid, command.block));
}

Stub::Reply Stub::run(const cmd::ReadRegister& command) {
    const auto inferior = selected_inferior(command.thread);
    if (!inferior) {
        return refuse(inferior.error());
    }
    if ((*inferior)->description().find(command.number) == nullptr) {
        return refuse({Errc::not_found, "no such register"});
    }
    const auto value = (*inferior)->read_register(session_.general->tid, command.number);
    if (!value) {
        return refuse(value.error());
    }
    if (session_.lldb && std::ranges::find(value->unknown, true) != value->unknown.end()) {
        return refuse({Errc::not_found, "the register's value is not known"});
    }
    return encode_registers(*value);
}

Stub::Reply Stub::run(const cmd::WriteRegister& command) {
    const auto inferior = selected_inferior(command.thread);
    if (!inferior) {
        return refuse(inferior.error());
    }
    const auto* info = (*inferior)->description().find(command.number);
    if (info == nullptr) {
        return refuse({Errc::not_found, "no such register"});
    }
    if (command.value.size() != info->size) {
        return refuse({Errc::bad_argument, "wrong size of a register"});
    }
    return result((*inferior)->write_register(session_.general->tid, command.number, command.value));
}

Expected<Bytes> Stub::read_memory(VirtAddr address, std::uint64_t length) {
    const auto inferior = selected_inferior();
    if (!inferior) {
        return std::unexpected(inferior.error());
    }
    if (const auto scratch = session_.scratch.find(address)) {
        const auto wanted = scratch->first(static_cast<std::size_t>(std::min<std::uint64_t>(length, scratch->size())));
        return Bytes(wanted.begin(), wanted.end());
    }
    const auto to_end = std::numeric_limits<std::uint64_t>::max() - address.value;
    const auto count = std::min<std::uint64_t>(length, kMaxPayload);
    Bytes data(static_cast<std::size_t>(count - 1 > to_end ? to_end + 1 : count));
    const auto size = session_.physical && machine_selected()
                          ? debuggee_.machine().read_physical(PhysAddr{address.value}, data)
                          : (*inferior)->read_memory(session_.general->tid, address, data);
    if (!size) {
        return std::unexpected(size.error());
    }
    data.resize(std::min(*size, data.size()));
    return data;
}

Stub::Reply Stub::run(const cmd::ReadMemory& command) {
    if (command.length == 0) {
        // A probe: lldb looks whether `x` is known.
        if (!command.binary) {
            return refuse({Errc::bad_argument, "nothing to read"});
        }
        return session_.lldb ? "OK" : "b";
    }
    const auto data = read_memory(command.address, command.length);
    if (!data) {
        return refuse(data.error());
    }
    if (!command.binary) {
        return encode_hex(*data);
    }
    return (session_.lldb ? "" : "b") + std::string(as_text(*data));
}

Expected<void> Stub::write_memory(VirtAddr address, std::span<const std::byte> data) {
    const auto inferior = selected_inferior();
    if (!inferior) {
        return std::unexpected(inferior.error());
    }
    if (data.empty()) {
        return {};
    }
    if (const auto scratch = session_.scratch.find(address)) {
        if (data.size() > scratch->size()) {
            return fail(Errc::fault, "the data exceed what was allocated");
        }
        std::ranges::copy(data, scratch->begin());
        return {};
    }
    if (data.size() - 1 > std::numeric_limits<std::uint64_t>::max() - address.value) {
        return fail(Errc::fault, "the data exceed the address space");
    }
    if (session_.physical && machine_selected()) {
        return debuggee_.machine().write_physical(PhysAddr{address.value}, data);
    }
    return (*inferior)->write_memory(session_.general->tid, address, data);
}

Stub::Reply Stub::run(const cmd::WriteMemory& command) {
    return result(write_memory(command.address, command.data));
}

}  // namespace hvgdb::gdbserver
