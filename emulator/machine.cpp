// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/machine.hpp"

#include <algorithm>
#include <array>

namespace hvgdb::emulator {

namespace {

/// While it lives nobody is told of writes.
class Untold {
  public:
    explicit Untold(WriteObserver*& observer) : place_(observer), observer_(std::exchange(observer, nullptr)) {}
    Untold(const Untold&) = delete;
    Untold& operator=(const Untold&) = delete;
    ~Untold() { place_ = observer_; }

  private:
    WriteObserver*& place_;
    WriteObserver* observer_;
};

}  // namespace

Expected<void> Machine::rewrite_byte(VcpuId vcpu, VirtAddr address) {
    std::array<std::byte, 1> byte{};
    const auto count = read_memory(vcpu, address, byte);
    if (!count) {
        return std::unexpected(count.error());
    }
    const Untold untold(observer_);
    return write_memory(vcpu, address, byte);
}

void Machine::count_watchpoint(WatchKind kind, bool inserted) {
    if (kind != WatchKind::write) {
        inserted ? ++read_watchpoints_ : --read_watchpoints_;
    }
}

Expected<void> Machine::rewrite_byte(PhysAddr address) {
    std::array<std::byte, 1> byte{};
    const auto count = read_physical(address, byte);
    if (!count) {
        return std::unexpected(count.error());
    }
    const Untold untold(observer_);
    return write_physical(address, byte);
}

void Machine::tell_block_written(VcpuId vcpu, std::span<const std::byte> before, std::span<const std::byte> after) {
    if (observer_ == nullptr) {
        return;
    }
    for (const auto& info : description().registers()) {
        if (description().in_block(info) &&
            !std::ranges::equal(before.subspan(info.offset, info.size), after.subspan(info.offset, info.size))) {
            observer_->on_register_written(vcpu, info.number);
        }
    }
}

}  // namespace hvgdb::emulator
