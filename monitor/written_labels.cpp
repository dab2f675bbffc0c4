// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/written_labels.hpp"

#include <algorithm>
#include <limits>

#include "emulator/taint/registers.hpp"
#include "monitor/vcpu_space.hpp"

namespace hvgdb::monitor {

using emulator::taint::kNoLabels;
using emulator::taint::kPageSize;

void WrittenLabels::on_register_written(VcpuId vcpu, unsigned number) {
    const auto* const info = machine_.description().find(number);
    const auto range = info != nullptr ? emulator::taint::find_register(info->name) : std::nullopt;
    if (range && vcpu.index < engine_.vcpu_count()) {
        engine_.vcpu(vcpu).registers().set(*range, kNoLabels);
    }
}

void WrittenLabels::on_memory_written(VcpuId vcpu, VirtAddr address, std::uint64_t size) {
    const bool wraps = size > 0 && size - 1 > std::numeric_limits<std::uint64_t>::max() - address.value;
    if (engine_.memory().clean() || wraps) {
        return;
    }
    auto space = VcpuSpace::of(machine_, vcpu);
    if (!space) {
        return;
    }
    for (std::uint64_t done = 0; done < size;) {
        const VirtAddr at{address.value + done};
        const auto physical = space->translate(at);
        if (!physical) {
            return;
        }
        const auto count = std::min<std::uint64_t>(size - done, kPageSize - at.value % kPageSize);
        engine_.drop(*physical, count);
        done += count;
    }
}

void WrittenLabels::on_physical_written(PhysAddr address, std::uint64_t size) {
    engine_.drop(address, size);
}

}  // namespace hvgdb::monitor
