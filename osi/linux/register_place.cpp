// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/register_place.hpp"

#include <algorithm>
#include <string>

#include "osi/linux/fpu_area.hpp"
#include "osi/x86_xsave_write.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::uint64_t kPage = 4096;

bool add_memory(const KernelTranslation& translate, VirtAddr address, std::uint64_t size, RegisterPlace& place) {
    while (size > 0) {
        const auto physical = translate(address);
        if (!physical) {
            return false;
        }
        const auto count = std::min(size, kPage - address.value % kPage);
        place.memory.push_back({.address = *physical, .size = count});
        address.value += count;
        size -= count;
    }
    return true;
}

Expected<RegisterPlace> place_in_area(const KernelTranslation& translate, const WrittenThread& thread,
                                      std::optional<VcpuId> fpu_vcpu, const XsavePlace& wanted) {
    RegisterPlace place{.vcpu = fpu_vcpu, .memory = {}};
    if (thread.registers.source == UserRegisters::Source::vcpu) {
        return place;
    }
    const auto area = find_fpu_area(thread.kernel, thread.task, thread.with_xsave);
    const bool in_area = area && area->size >= wanted.offset + wanted.size;
    if (area && !in_area && !place.vcpu) {
        return fail(Errc::unsupported, "the kernel keeps no such register for this thread");
    }
    if (!in_area || !add_memory(translate, VirtAddr{area->address.value + wanted.offset}, wanted.size, place)) {
        place.memory.clear();
    }
    return place.vcpu || !place.memory.empty()
               ? Expected<RegisterPlace>(std::move(place))
               : fail(Errc::unsupported, "where the kernel keeps this register could not be found out");
}

}  // namespace

Expected<RegisterPlace> register_place(const KernelTranslation& translate, const WrittenThread& thread,
                                       std::optional<VcpuId> fpu_vcpu, std::string_view name) {
    if (const auto in_area = xsave_place(name)) {
        return place_in_area(translate, thread, fpu_vcpu, *in_area);
    }
    const auto field = frame_field(name);
    if (!field) {
        return fail(Errc::not_found, "no register " + std::string(name));
    }
    const auto& registers = thread.registers;
    RegisterPlace place;
    if (registers.source == UserRegisters::Source::vcpu) {
        place.vcpu = registers.vcpu;
        return place;
    }
    if (!registers.frame) {
        return fail(Errc::unsupported, "the thread is just entering the kernel: its registers are on their way");
    }
    const auto saved = thread.kernel.place(*registers.frame, *field);
    if (!saved || !add_memory(translate, *saved, thread.kernel.layout()[*field].size, place)) {
        return fail(Errc::unsupported, "where the kernel saves this register is not known");
    }
    return place;
}

}  // namespace hvgdb::osi
