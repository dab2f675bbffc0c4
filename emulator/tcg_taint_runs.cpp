// SPDX-License-Identifier: GPL-2.0-or-later
// The vCPU threads' side of TcgTaint: accesses that are looked at together (taint::LoadRun).
#include "emulator/plugin_vcpu.hpp"
#include "emulator/tcg_taint.hpp"

namespace hvgdb::emulator {

using taint::BlockPoint;
using taint::kPageSize;
using taint::LoadRun;
using taint::Pattern;

namespace {

Pattern at_a_glance(const taint::ShadowPage& page, std::size_t offset, unsigned size) {
    switch (size) {
        case 1:
            return page.whole<1>(offset);
        case 2:
            return page.whole<2>(offset);
        case 4:
            return page.whole<4>(offset);
        default:
            return page.whole<8>(offset);
    }
}

}  // namespace

/// After the first access.
[[gnu::noinline]] void TcgTaint::follow_run(unsigned number, qemu_plugin_meminfo_t info, std::uint64_t address,
                                            const LoadRun& run) {
    auto& vcpu = instance->vcpus_[number];
    const VirtAddr first{address + static_cast<std::uint64_t>(run.low)};
    if (first.value % kPageSize + run.size > kPageSize) {
        follow_across_pages(vcpu, info, address, run);
        return;
    }
    if (vcpu.pages.is_clean(first, run.size, vcpu.memory->arrivals())) {
        if (vcpu.live) {
            follow_loads(vcpu, info, address, run, [](const LoadRun::Load&) { return Pattern(); });
        }
        return;
    }
    const auto* const entry = vcpu.pages.find(first);
    if (entry != nullptr && entry->shadow != nullptr) {
        follow_loads(vcpu, info, address, run, [page = entry->shadow, address](const LoadRun::Load& load) {
            return at_a_glance(*page, (address + static_cast<std::uint64_t>(load.distance)) % kPageSize, load.size);
        });
    } else {
        follow_loads(vcpu, info, address, run, [](const LoadRun::Load&) { return Pattern::several(); });
    }
}

/// `loaded`: what a load of the run loads, several() where that was not seen at a glance.
template <typename Loaded>
[[gnu::always_inline]] inline void TcgTaint::follow_loads(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address,
                                                          const LoadRun& run, Loaded loaded) {
    for (const auto& one : run.loads) {
        const auto pattern = loaded(one);
        if (pattern.empty() && (vcpu.taint->live() & one.concerned) == 0) {
            continue;
        }
        if (!vcpu.taint->follow(one.place, pattern)) {
            load(vcpu, info, address + static_cast<std::uint64_t>(one.distance), const_cast<BlockPoint*>(one.point));
        }
    }
    instance->update_word(vcpu);
}

/// Where a page is missing that the run goes on to, the vCPU comes to no more of it: it will fault, and what it does
/// then begins another block.
void TcgTaint::follow_across_pages(Vcpu& vcpu, qemu_plugin_meminfo_t info, std::uint64_t address, const LoadRun& run) {
    const VirtAddr first{address + static_cast<std::uint64_t>(run.low)};
    if (idle[vcpu.number]->has(first, 1) && idle[vcpu.number]->has(VirtAddr{first.value + run.size - 1}, 1)) {
        return;
    }
    for (const auto& one : run.loads) {
        const VirtAddr there{address + static_cast<std::uint64_t>(one.distance)};
        if (!reaches(vcpu, there, one.size)) {
            return;
        }
        on_load_of (*one.point)(vcpu.number, info, there.value, const_cast<BlockPoint*>(one.point));
    }
}

bool TcgTaint::reaches(Vcpu& vcpu, VirtAddr address, std::size_t size) {
    for (const auto at : {address.value, address.value + size - 1}) {
        if (vcpu.pages.find(VirtAddr{at}) != nullptr) {
            continue;
        }
        std::uint64_t physical = 0;
        if (!qemu_plugin_translate_vaddr(at, &physical)) {
            return false;
        }
        vcpu.pages.insert(VirtAddr{at}, PhysAddr{physical});
    }
    return true;
}

}  // namespace hvgdb::emulator
