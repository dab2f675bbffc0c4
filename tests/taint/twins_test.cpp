// SPDX-License-Identifier: GPL-2.0-or-later
// What is remembered of segments must be what running them does, and what is left out must change nothing: the same
// program runs on two vCPUs, of which one remembers nothing and leaves nothing out.
#include <algorithm>
#include <array>
#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "emulator/taint/block_store.hpp"
#include "emulator/taint/interpreter.hpp"

namespace {

using namespace hvgdb;
using namespace hvgdb::emulator::taint;

using Instruction = std::vector<unsigned char>;

const std::vector<Instruction> kInstructions{
    {0x8b, 0x07},                    // mov eax, [rdi]
    {0x48, 0x8b, 0x1f},              // mov rbx, [rdi]
    {0x0f, 0xb6, 0x0f},              // movzx ecx, byte [rdi]
    {0x8a, 0x27},                    // mov ah, [rdi]
    {0x48, 0x89, 0x06},              // mov [rsi], rax
    {0x89, 0x1e},                    // mov [rsi], ebx
    {0x88, 0x0e},                    // mov [rsi], cl
    {0x01, 0x07},                    // add [rdi], eax
    {0x48, 0x11, 0x1f},              // adc [rdi], rbx
    {0xf0, 0x0f, 0xb1, 0x0f},        // lock cmpxchg [rdi], ecx
    {0x48, 0x87, 0x07},              // xchg [rdi], rax
    {0x53},                          // push rbx
    {0x59},                          // pop rcx
    {0xff, 0x37},                    // push qword [rdi]
    {0x48, 0x89, 0xc3},              // mov rbx, rax
    {0x01, 0xd8},                    // add eax, ebx
    {0x31, 0xc0},                    // xor eax, eax
    {0x31, 0xcb},                    // xor ebx, ecx
    {0xc1, 0xc0, 0x08},              // rol eax, 8
    {0x0f, 0x42, 0xc3},              // cmovb eax, ebx
    {0x0f, 0x92, 0xc1},              // setb cl
    {0x0f, 0xc8},                    // bswap eax
    {0xf3, 0xa4},                    // rep movsb
    {0xf3, 0x0f, 0x6f, 0x07},        // movdqu xmm0, [rdi]
    {0x66, 0x0f, 0xef, 0xc1},        // pxor xmm0, xmm1
    {0xf3, 0x0f, 0x7f, 0x06},        // movdqu [rsi], xmm0
    {0xc5, 0xfe, 0x6f, 0x0f},        // vmovdqu ymm1, [rdi]
    {0xc5, 0xfe, 0x7f, 0x0e},        // vmovdqu [rsi], ymm1
    {0x66, 0x48, 0x0f, 0x6e, 0xc8},  // movq xmm1, rax
    {0xdd, 0x07},                    // fld qword [rdi]
    {0xdd, 0x1e},                    // fstp qword [rsi]
    {0x66, 0x0f, 0xf7, 0xc8},        // maskmovdqu xmm1, xmm0
};

/// Memory of two pages; with `kinds` label sets.
class Twins {
  public:
    Twins(unsigned seed, unsigned kinds) : random_(seed), kinds_(kinds) {
        constexpr unsigned kBlocks = 40;
        for (unsigned i = 0; i < kBlocks; ++i) {
            blocks_.push_back(&compile());
        }
        vcpus_[1].remember_nothing();
    }

    void run_block() {
        const auto& stored = *blocks_[below(blocks_.size())];
        act([&](VcpuTaint& vcpu) {
            if (!leaves_out(vcpu, stored.entry)) {
                vcpu.enter(stored.block);
            }
        });
        for (std::size_t number = 0; number < stored.points.size(); ++number) {
            if (below(200) == 0) {
                act([](VcpuTaint& vcpu) { vcpu.begin_instruction(); });
                return;
            }
            run_instruction(stored, number);
        }
    }
    /// Somebody else changes something.
    void disturb() {
        if (below(3) == 0) {
            for (auto& memory : memories_) {
                memory.clear({kStart}, 2 * kPageSize);
            }
        }
        const SetId set = below(3) == 0 ? kNoLabels : some_set();
        const PhysAddr address{kStart + below(2 * kPageSize - 64)};
        const auto size = 1 + below(64);
        const auto bit = static_cast<unsigned>(below(kVectorBit + 2));
        for (auto& memory : memories_) {
            memory.fill(address, size, set);
        }
        if (below(4) == 0) {
            act([&](VcpuTaint& vcpu) { vcpu.registers().set(register_slots(bit), set); });
        }
    }
    void compare() {
        auto& one = vcpus_[0].registers();
        auto& other = vcpus_[1].registers();
        constexpr RegisterMask kTemporaries = RegisterMask{1} << kTemporaryBit;
        ASSERT_EQ(one.live() & ~kTemporaries, other.live() & ~kTemporaries);
        const SlotRange all{0, kZeroSlots + kZeroSize};
        ASSERT_TRUE(std::ranges::equal(one.get(all), other.get(all)));
        std::vector<SetId> here(2 * kPageSize);
        std::vector<SetId> there(2 * kPageSize);
        memories_[0].read({kStart}, here);
        memories_[1].read({kStart}, there);
        ASSERT_EQ(here, there);
        ASSERT_EQ(memories_[0].statistics().tainted_bytes, memories_[1].statistics().tainted_bytes);
    }
    [[nodiscard]] std::size_t below(std::size_t most) { return random_() % most; }

  private:
    static constexpr std::uint64_t kStart = 0x10000;

    SetId some_set() { return sets_.single(static_cast<Label>(below(kinds_))); }

    const StoredBlock& compile() {
        std::vector<CodeBytes> code(1 + below(8));
        for (auto& one : code) {
            const auto bytes = std::as_bytes(std::span(kInstructions[below(kInstructions.size())]));
            std::memcpy(one.bytes.data(), bytes.data(), bytes.size());
            one.size = static_cast<std::uint8_t>(bytes.size());
            one.own_entry = below(8) == 0;
        }
        return store_.get(CodeSize::bits64, code, {}, unknown_);
    }
    bool leaves_out(const VcpuTaint& vcpu, const BlockPoint& point) {
        return &vcpu == vcpus_.data() && (vcpu.live() & point.concerned) == 0;
    }
    /// As TcgTaint does.
    bool leaves_out(const VcpuTaint& vcpu, const BlockPoint& point, const Access& access) {
        const bool is_whole = access.rest == 0 && access.size == (access.is_store ? point.store_size : point.load_size);
        const bool known = (access.is_store ? point.store : point.load) != 0;
        return known && is_whole && !memories_[0].any(access.address, access.size) && leaves_out(vcpu, point);
    }
    template <typename Act>
    void act(Act what) {
        what(vcpus_[0]);
        what(vcpus_[1]);
        ASSERT_EQ(vcpus_[0].clean(), vcpus_[1].clean());
    }
    void run_instruction(const StoredBlock& stored, std::size_t number) {
        const auto& block = stored.block;
        const auto& instruction = block.instructions[number];
        const auto& point = stored.points[number];
        if (instruction.entry != CompiledInstruction::kNoEntry) {
            act([&](VcpuTaint& vcpu) {
                if (!leaves_out(vcpu, point)) {
                    vcpu.enter(block, number);
                }
            });
        }
        if (instruction.accesses == Accesses::masked) {
            for (auto pieces = below(4); pieces != 0; --pieces) {
                access(point,
                       {.address = {}, .size = 1, .is_store = true, .offset = static_cast<std::uint32_t>(below(16))});
            }
            return;
        }
        for (auto times = instruction.accesses == Accesses::repeated ? below(4) : 1; times != 0; --times) {
            for (unsigned i = 0; i < instruction.access_count; ++i) {
                run_access(point, block.segments[instruction.first_access + i]);
            }
        }
    }
    /// In pieces of 16 bytes, as QEMU delivers them, or in others.
    void run_access(const BlockPoint& point, const Segment& segment) {
        for (std::uint16_t left = segment.size; left != 0;) {
            const auto size =
                std::min<std::uint16_t>(left, static_cast<std::uint16_t>(below(6) == 0 ? 1 + below(3) : 16));
            const auto rest = static_cast<std::uint16_t>(below(20) == 0 ? below(size) : 0);
            access(point, {.address = {},
                           .size = static_cast<std::uint16_t>(size - rest),
                           .rest = rest,
                           .is_store = segment.trigger == Trigger::store});
            left = static_cast<std::uint16_t>(left - size);
        }
    }
    /// The places are few, so that something is known of them.
    void access(const BlockPoint& point, Access access) {
        constexpr std::size_t kPlaces = 6;
        access.address.value = kStart + below(kPlaces) * 256 + below(2);
        access.rest_address.value = kStart + kPageSize;
        const bool found = below(2) == 0;
        for (unsigned i = 0; i < 2; ++i) {
            access.found = found;
            access.page = memories_.at(i).find(access.address);
            if (!leaves_out(vcpus_.at(i), point, access)) {
                vcpus_.at(i).access(*point.block, point.instruction, access);
            }
        }
        ASSERT_EQ(vcpus_[0].clean(), vcpus_[1].clean());
    }

    std::mt19937 random_;
    unsigned kinds_;
    UnknownInstructions unknown_;
    LabelSets sets_;
    std::array<ShadowMemory, 2> memories_;
    std::array<VcpuTaint, 2> vcpus_{VcpuTaint(sets_, memories_[0]), VcpuTaint(sets_, memories_[1])};
    BlockStore store_;
    std::vector<const StoredBlock*> blocks_;
};

void run_twins(unsigned seed, unsigned kinds) {
    constexpr unsigned kRuns = 6000;
    Twins twins(seed, kinds);
    twins.disturb();
    for (unsigned i = 0; i < kRuns; ++i) {
        ASSERT_NO_FATAL_FAILURE(twins.run_block()) << seed << ", run " << i;
        if (twins.below(30) == 0) {
            twins.disturb();
        }
        if (twins.below(10) == 0) {
            ASSERT_NO_FATAL_FAILURE(twins.compare()) << seed << ", run " << i;
        }
    }
}

TEST(Twins, KnowsWhatSegmentsDo) {
    for (unsigned seed = 0; seed < 8; ++seed) {
        ASSERT_NO_FATAL_FAILURE(run_twins(seed, 1));
    }
}

/// So many contents of registers that there is no room for them.
TEST(Twins, KnowsItWithManyLabels) {
    for (unsigned seed = 100; seed < 104; ++seed) {
        ASSERT_NO_FATAL_FAILURE(run_twins(seed, 24));
    }
}

}  // namespace
