// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/taint/lowering.hpp"

#include <algorithm>

namespace hvgdb::emulator::taint {

namespace {

SlotRange part(Slot first, unsigned size) {
    return {first, static_cast<std::uint16_t>(size)};
}

SlotRange numbered(ZydisRegister name, ZydisRegister first, Slot (*slot)(unsigned), unsigned size) {
    return part(slot(static_cast<unsigned>(name) - static_cast<unsigned>(first)), size);
}

bool within(ZydisRegister name, ZydisRegister first, ZydisRegister last) {
    return name >= first && name <= last;
}

SlotRange byte_register(ZydisRegister name) {
    if (within(name, ZYDIS_REGISTER_AH, ZYDIS_REGISTER_BH)) {
        return part(static_cast<Slot>(gpr_slot(static_cast<unsigned>(name - ZYDIS_REGISTER_AH)) + 1), 1);
    }
    const bool low = name <= ZYDIS_REGISTER_BL;
    return part(gpr_slot(static_cast<unsigned>(low ? name - ZYDIS_REGISTER_AL : name - ZYDIS_REGISTER_SPL + 4)), 1);
}

}  // namespace

SlotRange register_range(ZydisRegister name) {
    if (within(name, ZYDIS_REGISTER_AL, ZYDIS_REGISTER_R15B)) {
        return byte_register(name);
    }
    if (within(name, ZYDIS_REGISTER_AX, ZYDIS_REGISTER_R15W)) {
        return numbered(name, ZYDIS_REGISTER_AX, gpr_slot, 2);
    }
    if (within(name, ZYDIS_REGISTER_EAX, ZYDIS_REGISTER_R15D)) {
        return numbered(name, ZYDIS_REGISTER_EAX, gpr_slot, 4);
    }
    if (within(name, ZYDIS_REGISTER_RAX, ZYDIS_REGISTER_R15)) {
        return numbered(name, ZYDIS_REGISTER_RAX, gpr_slot, kGprSize);
    }
    if (within(name, ZYDIS_REGISTER_ST0, ZYDIS_REGISTER_ST7)) {
        return numbered(name, ZYDIS_REGISTER_ST0, x87_slot, kX87Size);
    }
    if (within(name, ZYDIS_REGISTER_MM0, ZYDIS_REGISTER_MM7)) {
        return numbered(name, ZYDIS_REGISTER_MM0, x87_slot, kMmxSize);
    }
    if (within(name, ZYDIS_REGISTER_XMM0, ZYDIS_REGISTER_XMM15)) {
        return numbered(name, ZYDIS_REGISTER_XMM0, vector_slot, kXmmSize);
    }
    if (within(name, ZYDIS_REGISTER_YMM0, ZYDIS_REGISTER_YMM15)) {
        return numbered(name, ZYDIS_REGISTER_YMM0, vector_slot, kYmmSize);
    }
    if (within(name, ZYDIS_REGISTER_ZMM0, ZYDIS_REGISTER_ZMM15)) {
        return numbered(name, ZYDIS_REGISTER_ZMM0, vector_slot, kYmmSize);
    }
    if (within(name, ZYDIS_REGISTER_FLAGS, ZYDIS_REGISTER_RFLAGS)) {
        return {kCarrySlot, 3};
    }
    if (name == ZYDIS_REGISTER_X87STATUS) {
        return {kX87StatusSlot, 1};
    }
    return {kZeroSlots, 0};
}

std::optional<std::uint64_t> Lowering::immediate(unsigned index) const {
    if (index >= explicit_count() || operand(index).type != ZYDIS_OPERAND_TYPE_IMMEDIATE) {
        return std::nullopt;
    }
    return operand(index).imm.value.u;
}

bool Lowering::same(unsigned one, unsigned other) const {
    return is_register(one) && is_register(other) && operand(one).reg.value == operand(other).reg.value;
}

std::vector<unsigned> Lowering::sources() const {
    std::vector<unsigned> result;
    for (unsigned i = 0; i < count(); ++i) {
        const bool vector = is_register(i) && operand(i).reg.value >= ZYDIS_REGISTER_XMM0 &&
                            operand(i).reg.value <= ZYDIS_REGISTER_YMM15;
        const bool named = i < explicit_count() && (is_register(i) || is_memory(i));
        if (reads(i) && (named || vector)) {
            result.push_back(i);
        }
    }
    return result;
}

SlotRange Lowering::value(unsigned index) {
    if (is_memory(index) && operand(index).mem.type != ZYDIS_MEMOP_TYPE_AGEN) {
        auto& loaded = loaded_[index];
        if (loaded.size == 0) {
            loaded = temporary(size(index));
            load_into(index, loaded);
        }
        return loaded;
    }
    if (!is_register(index)) {
        return zero_range(std::min(size(index), kZeroSize));
    }
    const auto found = register_range(operand(index).reg.value);
    return found.first == kZeroSlots ? zero_range(std::min(size(index), kZeroSize)) : found;
}

bool Lowering::loads_directly(unsigned memory) const {
    return policy_.loads == PointerTaint::off && loaded_[memory].size == 0;
}

void Lowering::load_into(unsigned index, SlotRange to) {
    describe_address(index);
    builder_.load(to);
    taint_by_address(index, to, policy_.loads);
}

SlotRange Lowering::target(unsigned index) {
    return is_register(index) ? value(index) : temporary(size(index));
}

void Lowering::finish(unsigned index, SlotRange computed) {
    const auto& written = operand(index);
    if (is_memory(index)) {
        describe_address(index);
        if (policy_.stores != PointerTaint::off) {
            const auto copied = temporary(computed.size);
            copy(copied.first, computed);
            taint_by_address(index, copied, policy_.stores);
            computed = copied;
        }
        builder_.store(computed);
        return;
    }
    const auto place = register_range(written.reg.value);
    const auto end = static_cast<Slot>(place.first + place.size);
    const auto kind = ZydisRegisterGetClass(written.reg.value);
    if (kind == ZYDIS_REGCLASS_GPR32) {
        clear(part(end, kGprSize - 4));
    } else if (kind == ZYDIS_REGCLASS_MMX) {
        clear(part(end, kX87Size - kMmxSize));
    } else if (kind == ZYDIS_REGCLASS_XMM && instruction().encoding != ZYDIS_INSTRUCTION_ENCODING_LEGACY) {
        clear(part(end, kYmmSize - kXmmSize));
    }
}

void Lowering::assign(unsigned index, SlotRange value) {
    if (is_memory(index)) {
        finish(index, value);
        return;
    }
    const auto place = target(index);
    value.size = std::min(value.size, place.size);
    if (place != value) {
        copy(place.first, value);
    }
    finish(index, place);
}

void Lowering::add(Code code, SlotRange to, SlotRange one, SlotRange other, unsigned lane) {
    builder_.add({code, static_cast<std::uint8_t>(lane), to.size, to.first, one.first, other.first});
}

void Lowering::ascend(SlotRange to, SlotRange one, SlotRange other, unsigned lane) {
    add(Code::ascend, to, one, other, lane);
}

void Lowering::descend(SlotRange to, SlotRange from, unsigned lane) {
    add(Code::descend, to, from, from, lane);
}

void Lowering::lanes(SlotRange to, SlotRange one, SlotRange other, unsigned lane) {
    add(Code::lanes, to, one, other, lane);
}

Slot Lowering::folded(std::span<const SlotRange> ranges) {
    const auto all = temporary(ranges.size() + 1);
    for (unsigned i = 0; i < ranges.size(); ++i) {
        fold(static_cast<Slot>(all.first + i), ranges[i]);
    }
    if (ranges.size() == 1) {
        return all.first;
    }
    const auto result = static_cast<Slot>(all.first + ranges.size());
    fold(result, part(all.first, static_cast<unsigned>(ranges.size())));
    return result;
}

}  // namespace hvgdb::emulator::taint
