// SPDX-License-Identifier: GPL-2.0-or-later
// Registers, memory and watchpoints of the fake machine.
#include <algorithm>
#include <utility>

#include "tests/support/fake_machine.hpp"

namespace hvgdb::test {

using emulator::WatchKind;

Expected<Bytes> FakeMachine::read_registers(VcpuId vcpu) {
    if (auto refusal = refuse_vcpu(vcpu)) {
        return std::unexpected(*refusal);
    }
    return blocks_[vcpu.index];
}

Expected<void> FakeMachine::write_registers(VcpuId vcpu, std::span<const std::byte> block) {
    if (auto refusal = refuse_vcpu(vcpu)) {
        return std::unexpected(*refusal);
    }
    if (block.size() != description_.block_size()) {
        return fail(Errc::bad_argument, "wrong size of a register block");
    }
    changes();
    const Bytes before(std::exchange(blocks_[vcpu.index], Bytes(block.begin(), block.end())));
    tell_block_written(vcpu, before, block);
    return {};
}

Expected<Bytes> FakeMachine::read_register(VcpuId vcpu, unsigned number) {
    if (auto refusal = refuse_vcpu(vcpu)) {
        return std::unexpected(*refusal);
    }
    const auto* info = description_.find(number);
    if (info == nullptr) {
        return fail(Errc::not_found, "no such register");
    }
    const auto value = std::span(blocks_[vcpu.index]).subspan(info->offset, info->size);
    return Bytes(value.begin(), value.end());
}

Expected<void> FakeMachine::write_register(VcpuId vcpu, unsigned number, std::span<const std::byte> value) {
    if (auto refusal = refuse_vcpu(vcpu)) {
        return std::unexpected(*refusal);
    }
    const auto* info = description_.find(number);
    if (info == nullptr) {
        return fail(Errc::not_found, "no such register");
    }
    if (value.size() != info->size) {
        return fail(Errc::bad_argument, "wrong size of a register");
    }
    changes();
    std::ranges::copy(value, std::span(blocks_[vcpu.index]).subspan(info->offset, info->size).begin());
    if (write_observer() != nullptr) {
        write_observer()->on_register_written(vcpu, number);
    }
    return {};
}

Expected<std::size_t> FakeMachine::read_memory(VcpuId vcpu, VirtAddr address, std::span<std::byte> out) {
    if (auto refusal = refuse_vcpu(vcpu)) {
        return std::unexpected(*refusal);
    }
    const auto count = memory_.read(address.value, out);
    if (count == 0) {
        return fail(Errc::fault, "no memory at that address");
    }
    return count;
}

Expected<void> FakeMachine::write_memory(VcpuId vcpu, VirtAddr address, std::span<const std::byte> data) {
    if (auto refusal = refuse_vcpu(vcpu)) {
        return std::unexpected(*refusal);
    }
    changes();
    if (!memory_.write(address.value, data)) {
        return fail(Errc::fault, "no memory at that address");
    }
    if (write_observer() != nullptr) {
        write_observer()->on_memory_written(vcpu, address, data.size());
    }
    return {};
}

Expected<std::size_t> FakeMachine::read_physical(PhysAddr address, std::span<std::byte> out) {
    if (auto refusal = refuse()) {
        return std::unexpected(*refusal);
    }
    const auto count = physical_.read(address.value, out);
    if (count == 0) {
        return fail(Errc::fault, "no memory at that address");
    }
    return count;
}

Expected<void> FakeMachine::write_physical(PhysAddr address, std::span<const std::byte> data) {
    if (auto refusal = refuse()) {
        return std::unexpected(*refusal);
    }
    changes();
    if (!physical_.write(address.value, data)) {
        return fail(Errc::fault, "no memory at that address");
    }
    if (write_observer() != nullptr) {
        write_observer()->on_physical_written(address, data.size());
    }
    return {};
}

Expected<void> FakeMachine::insert_watchpoint(VirtAddr address, std::uint64_t length, WatchKind kind) {
    if (auto refusal = refuse()) {
        return std::unexpected(*refusal);
    }
    ++watchpoint_changes_;
    watchpoints_.insert({.address = address.value, .length = length, .kind = kind});
    return {};
}

Expected<void> FakeMachine::remove_watchpoint(VirtAddr address, std::uint64_t length, WatchKind kind) {
    if (auto refusal = refuse()) {
        return std::unexpected(*refusal);
    }
    ++watchpoint_changes_;
    if (watchpoints_.erase({.address = address.value, .length = length, .kind = kind}) == 0) {
        return fail(Errc::not_found, "no such watchpoint");
    }
    return {};
}

}  // namespace hvgdb::test
