// SPDX-License-Identifier: GPL-2.0-or-later
// A vCPU that instructions are interpreted for, access by access.
#pragma once

#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/taint/compiler.hpp"
#include "emulator/taint/interpreter.hpp"

namespace hvgdb::emulator::taint {

using Instruction = std::vector<unsigned char>;

inline const Instruction kLoadEax{0x8b, 0x07};  // mov eax, [rdi]

class Interpreted {
  public:
    void compile(const std::vector<Instruction>& instructions, Policy policy = {}, CodeSize size = CodeSize::bits64) {
        BlockCompiler compiler(size, policy, unknown);
        for (const auto& code : instructions) {
            EXPECT_TRUE(compiler.add(std::as_bytes(std::span(code))));
        }
        block = compiler.finish();
    }
    void taint(std::string_view name, Label label) { vcpu.registers().set(*find_register(name), sets.single(label)); }
    void load(std::size_t index, std::uint64_t address, std::uint16_t size, std::uint32_t offset = 0) {
        vcpu.access(block, index, {.address = {address}, .size = size, .offset = offset});
    }
    void store(std::size_t index, std::uint64_t address, std::uint16_t size, std::uint32_t offset = 0) {
        vcpu.access(block, index, {.address = {address}, .size = size, .is_store = true, .offset = offset});
    }
    /// The labels of each byte as digits, . for none, several in brackets.
    std::string text(std::span<const SetId> bytes) {
        std::string result;
        for (const auto set : bytes) {
            std::string labels;
            for (const auto range : sets.ranges(set)) {
                for (auto label = range.first; label <= range.last; ++label) {
                    labels += std::to_string(label);
                }
            }
            result += labels.empty() ? "." : labels.size() == 1 ? labels : '[' + labels + ']';
        }
        return result;
    }
    std::string register_text(std::string_view name) { return text(vcpu.registers().get(*find_register(name))); }
    std::string memory_text(std::uint64_t address, std::size_t size) {
        std::vector<SetId> bytes(size);
        static_cast<void>(memory.read({address}, bytes));
        return text(bytes);
    }

    UnknownInstructions unknown;
    LabelSets sets;
    ShadowMemory memory;
    VcpuTaint vcpu{sets, memory};
    Block block;
};

}  // namespace hvgdb::emulator::taint
