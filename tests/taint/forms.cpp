// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/taint/forms.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "emulator/taint/compiler.hpp"

namespace hvgdb::emulator::taint {

namespace {

using Code = std::vector<std::uint8_t>;

/// Registers that make operands distinct: rbx and xmm3, rsi and xmm6, xmm5; memory at [rdi].
constexpr std::uint8_t kRegister = 3;
constexpr std::uint8_t kOther = 6;
constexpr std::uint8_t kVexOther = 5;
constexpr std::uint8_t kMemoryBase = 7;
constexpr std::array<std::uint8_t, 8> kRegisterFields{3, 0, 1, 2, 4, 5, 6, 7};

/// Rules of what cannot be compared with the host: its answers are constants here, or it goes elsewhere.
constexpr std::array<std::string_view, 9> kNotCompared{"none", "constant", "system call", "call", "state",
                                                       "loop", "gather",   "masked move", "table"};

class Collector {
  public:
    Collector() { ZydisDecoderInit(&decoder_, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64); }

    void add(const Code& start);
    [[nodiscard]] std::vector<Form> take() { return std::move(forms_); }

  private:
    [[nodiscard]] static bool wanted(const Form& form);
    [[nodiscard]] static std::string key(const Decoded& decoded);

    ZydisDecoder decoder_{};
    std::set<std::string> seen_;
    std::vector<Form> forms_;
};

bool writes_host_state(const Decoded& decoded) {
    for (unsigned i = 0; i < decoded.instruction.operand_count; ++i) {
        const auto& operand = decoded.operands[i];
        const bool written = (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
        if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER) {
            const auto kind = ZydisRegisterGetClass(operand.reg.value);
            const bool system = kind == ZYDIS_REGCLASS_SEGMENT || kind == ZYDIS_REGCLASS_CONTROL ||
                                kind == ZYDIS_REGCLASS_DEBUG || operand.reg.value == ZYDIS_REGISTER_X87CONTROL ||
                                operand.reg.value == ZYDIS_REGISTER_MXCSR;
            if (system && written) {
                return true;
            }
        }
    }
    constexpr std::array kOthers{ZYDIS_MNEMONIC_POPF,   ZYDIS_MNEMONIC_POPFQ,   ZYDIS_MNEMONIC_FNSAVE,
                                 ZYDIS_MNEMONIC_FRSTOR, ZYDIS_MNEMONIC_FNSTENV, ZYDIS_MNEMONIC_FLDENV,
                                 ZYDIS_MNEMONIC_FLDCW,  ZYDIS_MNEMONIC_FNSTCW,  ZYDIS_MNEMONIC_FNINIT,
                                 ZYDIS_MNEMONIC_EMMS,   ZYDIS_MNEMONIC_PUSHF,   ZYDIS_MNEMONIC_PUSHFQ,
                                 ZYDIS_MNEMONIC_LEAVE,  ZYDIS_MNEMONIC_ENTER};
    return std::ranges::find(kOthers, decoded.instruction.mnemonic) != kOthers.end();
}

bool Collector::wanted(const Form& form) {
    const auto& instruction = form.decoded.instruction;
    constexpr auto kRepeated = ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE;
    const bool vex_extension =
        instruction.meta.category == ZYDIS_CATEGORY_GFNI || instruction.meta.isa_ext == ZYDIS_ISA_EXT_AVX_VNNI;
    const bool bit_string = form.rule == "bit test" && form.decoded.operands[0].type == ZYDIS_OPERAND_TYPE_MEMORY &&
                            form.decoded.operands[1].type == ZYDIS_OPERAND_TYPE_REGISTER;
    if (bit_string || (form.rule == "unknown" && !vex_extension)) {
        return false;
    }
    return std::ranges::find(kNotCompared, form.rule) == kNotCompared.end() &&
           (instruction.attributes & (kRepeated | ZYDIS_ATTRIB_IS_PRIVILEGED | ZYDIS_ATTRIB_HAS_LOCK)) == 0 &&
           instruction.meta.category != ZYDIS_CATEGORY_IOSTRINGOP && instruction.meta.category != ZYDIS_CATEGORY_IO &&
           !writes_host_state(form.decoded);
}

std::string Collector::key(const Decoded& decoded) {
    std::string text = ZydisMnemonicGetString(decoded.instruction.mnemonic);
    text += std::to_string(decoded.instruction.encoding);
    for (unsigned i = 0; i < decoded.instruction.operand_count; ++i) {
        const auto& operand = decoded.operands[i];
        text += ' ' + std::to_string(operand.type) + ':' + std::to_string(operand.size);
        if (operand.type == ZYDIS_OPERAND_TYPE_REGISTER) {
            text += 'r' + std::to_string(ZydisRegisterGetClass(operand.reg.value));
            const bool high = operand.reg.value >= ZYDIS_REGISTER_AH && operand.reg.value <= ZYDIS_REGISTER_BH;
            text += high ? "h" : "";
            for (unsigned j = 0; j < i; ++j) {
                const auto& other = decoded.operands[j];
                const bool same = other.type == operand.type && other.reg.value == operand.reg.value;
                text += same ? 's' + std::to_string(j) : "";
            }
        }
    }
    return text;
}

void Collector::add(const Code& start) {
    // What follows are constants: several, since shuffles and shifts depend on them.
    constexpr std::array<std::uint8_t, 3> kConstants{0x1b, 0x93, 0x0c};
    Form form;
    for (const auto constant : kConstants) {
        auto bytes = start;
        bytes.resize(ZYDIS_MAX_INSTRUCTION_LENGTH, constant);
        if (constant == kConstants.back()) {
            std::ranges::fill(bytes.begin() + static_cast<std::ptrdiff_t>(start.size()) + 1, bytes.end(),
                              std::uint8_t{0xff});
        }
        if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder_, bytes.data(), bytes.size(), &form.decoded.instruction,
                                                 form.decoded.operands.data()))) {
            return;
        }
        const auto& raw = form.decoded.instruction.raw;
        const bool relative = raw.disp.size != 0;
        const bool variable = raw.imm[0].size != 0;
        const auto code = std::as_bytes(std::span(bytes).first(form.decoded.instruction.length));
        form.code.assign(code.begin(), code.end());
        form.rule = rule_class(CodeSize::bits64, form.code);
        const auto name = key(form.decoded) + (variable ? std::to_string(constant) : "");
        if (!relative && wanted(form) && seen_.insert(name).second) {
            form.name = mnemonic_name(static_cast<std::uint16_t>(form.decoded.instruction.mnemonic));
            for (const auto byte : form.code) {
                constexpr std::string_view kDigits = "0123456789abcdef";
                form.name += ' ';
                form.name += kDigits[std::to_integer<unsigned>(byte) >> 4];
                form.name += kDigits[std::to_integer<unsigned>(byte) & 15];
            }
            forms_.push_back(form);
        }
        if (!variable) {
            return;
        }
    }
}

std::uint8_t memory_operand(std::uint8_t field) {
    return static_cast<std::uint8_t>(field << 3 | kMemoryBase);
}
std::uint8_t register_operand(std::uint8_t field, std::uint8_t other) {
    return static_cast<std::uint8_t>(0xc0 | field << 3 | other);
}

/// All opcodes after `start`, with each kind of operand byte.
void add_opcodes(Collector& collector, const Code& start) {
    for (unsigned opcode = 0; opcode < 256; ++opcode) {
        auto code = start;
        code.push_back(static_cast<std::uint8_t>(opcode));
        code.push_back(0);
        for (const auto field : kRegisterFields) {
            for (const auto operand : {register_operand(field, kOther), memory_operand(field),
                                       register_operand(field, field), register_operand(field, 0)}) {
                code.back() = operand;
                collector.add(code);
            }
        }
    }
}

void add_legacy(Collector& collector) {
    const std::array<Code, 4> maps{Code{}, Code{0x0f}, Code{0x0f, 0x38}, Code{0x0f, 0x3a}};
    const std::array<Code, 5> prefixes{Code{}, Code{0x66}, Code{0xf2}, Code{0xf3}, Code{0x66, 0xf2}};
    for (const auto& prefix : prefixes) {
        for (const auto rex : std::array<std::uint8_t, 3>{0, 0x40, 0x48}) {
            for (const auto& map : maps) {
                auto code = prefix;
                if (rex != 0) {
                    code.push_back(rex);
                }
                code.insert(code.end(), map.begin(), map.end());
                add_opcodes(collector, code);
            }
        }
    }
}

void add_vex(Collector& collector) {
    for (unsigned map = 1; map <= 3; ++map) {
        for (unsigned rest = 0; rest < 16; ++rest) {  // W, L and the two prefix bits
            for (const unsigned other : {unsigned{kVexOther}, unsigned{kRegister}, 0U}) {
                const auto last = (rest & 8) << 4 | (~other & 15) << 3 | (rest & 7);
                add_opcodes(collector, {0xc4, static_cast<std::uint8_t>(0xe0 | map), static_cast<std::uint8_t>(last)});
            }
        }
    }
}

}  // namespace

std::vector<Form> runnable_forms() {
    Collector collector;
    add_legacy(collector);
    add_vex(collector);
    return collector.take();
}

}  // namespace hvgdb::emulator::taint
