// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/agent_expression.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/hex.hpp"
#include "tests/support/agent_bytecode.hpp"
#include "tests/support/fake_vcpu.hpp"

namespace hvgdb::gdbserver {
namespace {

using test::assemble_agent;
using test::FakeVcpu;

const emulator::TargetDescription& description() {
    static const auto kDescription = emulator::TargetDescription::parse(test::fake_documents()).value();
    return kDescription;
}

Expected<AgentExpression> parse(std::span<const std::byte> code) {
    return AgentExpression::parse(code, description(), false);
}

FakeVcpu small_vcpu() {
    FakeVcpu vcpu;
    vcpu.registers = {{"rax", 0x1122334455667788}, {"rbp", 0x2034}, {"eflags", 0xffffffff00000246}};
    vcpu.poke(0x2000, "\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8");
    vcpu.poke(0x2010, std::string("\x02\x00\x00\x00\xff\xff\xff\xff", 8));
    return vcpu;
}

Expected<std::uint64_t> evaluate(std::span<const std::byte> code) {
    auto vcpu = small_vcpu();
    std::string output;
    const auto expression = parse(code);
    if (!expression) {
        return std::unexpected(expression.error());
    }
    return expression->evaluate(vcpu, output);
}

struct Value {
    const char* name;
    const char* code;
    std::int64_t value;
};

class Values : public testing::TestWithParam<Value> {};

TEST_P(Values, AreComputed) {
    const auto value = evaluate(assemble_agent(GetParam().code));
    ASSERT_TRUE(value.has_value()) << value.error().detail;
    EXPECT_EQ(static_cast<std::int64_t>(*value), GetParam().value);
}

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

INSTANTIATE_TEST_SUITE_P(
    Table, Values,
    testing::Values(
        Value{"Nothing", "end", 0}, Value{"Add", "const8 3 const8 5 add end", 8},
        Value{"Subtract", "const8 3 const8 5 sub end", -2}, Value{"Multiply", "const8 3 const64 -5 mul end", -15},
        Value{"DivideSigned", "const64 -7 const8 2 div_signed end", -3},
        Value{"DivideLeastByMinusOne", "const64 -0x8000000000000000 const64 -1 div_signed end", kLeast},
        Value{"RemainderOfLeast", "const64 -0x8000000000000000 const64 -1 rem_signed end", 0},
        Value{"DivideUnsigned", "const64 -7 const8 2 div_unsigned end", 0x7ffffffffffffffc},
        Value{"RemainderSigned", "const64 -7 const8 2 rem_signed end", -1},
        Value{"RemainderUnsigned", "const64 -7 const8 2 rem_unsigned end", 1},
        Value{"ShiftLeft", "const8 3 const8 4 lsh end", 0x30}, Value{"ShiftLeftFar", "const8 3 const8 64 lsh end", 0},
        Value{"ShiftRightSigned", "const64 -7 const8 1 rsh_signed end", -4},
        Value{"ShiftRightSignedFar", "const64 -7 const8 100 rsh_signed end", -1},
        Value{"ShiftRightUnsigned", "const64 -7 const8 63 rsh_unsigned end", 1},
        Value{"ShiftRightUnsignedFar", "const64 -7 const8 64 rsh_unsigned end", 0},
        Value{"LogicalNotOfZero", "const8 0 log_not end", 1}, Value{"LogicalNot", "const8 5 log_not end", 0},
        Value{"And", "const8 12 const8 10 bit_and end", 8}, Value{"Or", "const8 12 const8 10 bit_or end", 14},
        Value{"ExclusiveOr", "const8 12 const8 10 bit_xor end", 6}, Value{"Not", "const8 0 bit_not end", -1},
        Value{"Equal", "const8 12 const8 12 equal end", 1}, Value{"NotEqual", "const8 12 const8 10 equal end", 0},
        Value{"LessSigned", "const64 -7 const8 2 less_signed end", 1},
        Value{"NotLessSigned", "const8 2 const8 2 less_signed end", 0},
        Value{"LessUnsigned", "const8 2 const64 -7 less_unsigned end", 1},
        Value{"NotLessUnsigned", "const64 -7 const8 2 less_unsigned end", 0},
        Value{"ExtendNegative", "const8 0xdc ext 8 end", -0x24}, Value{"ExtendPositive", "const8 0x5c ext 8 end", 0x5c},
        Value{"ExtendOneBit", "const8 3 ext 1 end", -1}, Value{"ExtendAll", "const8 0xdc ext 64 end", 0xdc},
        Value{"ZeroExtend", "const64 -7 zero_ext 4 end", 9}, Value{"ZeroExtendAll", "const64 -7 zero_ext 64 end", -7}),
    [](const auto& row) { return std::string(row.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Sources, Values,
    testing::Values(Value{"Read8", "const16 0x2000 ref8 end", 0xf1},
                    Value{"Read16", "const16 0x2000 ref16 end", 0xf2f1},
                    Value{"Read32", "const16 0x2000 ref32 end", 0xf4f3f2f1},
                    Value{"Read64", "const16 0x2000 ref64 end", static_cast<std::int64_t>(0xf8f7f6f5f4f3f2f1)},
                    Value{"Constants", "const8 1 const16 0xffff add const32 0xffffffff add const64 0x100000000 add end",
                          0x20000ffff},
                    Value{"Register", "reg 0 end", 0x1122334455667788}, Value{"NarrowRegister", "reg 17 end", 0x246},
                    Value{"ProgramCounter", "reg 16 end", 0x401000}, Value{"Duplicate", "const8 5 dup mul end", 25},
                    Value{"Pop", "const8 5 const8 6 pop end", 5}, Value{"Swap", "const8 5 const8 3 swap sub end", -2},
                    Value{"PickTop", "const8 5 const8 6 pick 0 add add end", 17},
                    Value{"PickBelow", "const8 5 const8 6 pick 1 end", 5},
                    Value{"Rotate", "const8 1 const8 2 const8 3 rot sub sub end", 4},  // of 3 1 2
                    Value{"JumpTaken", "const8 1 if_goto 8 const8 2 end const8 3 end", 3},
                    Value{"JumpNotTaken", "const8 0 if_goto 8 const8 2 end const8 3 end", 2},
                    Value{"Jump", "goto 6 const8 2 end const8 3 end", 3},
                    // from 0 on, as long as it is less than 100
                    Value{"Loop", "const8 0 const8 1 add dup const8 100 less_signed if_goto 2 end", 100}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(AgentExpression, EvaluatesWhatGdbSends) {
    // break place if local == 2: an int at rbp - 0x24
    const auto code = decode_hex("26000622100222dc16080219162022021327").value();
    auto vcpu = small_vcpu();
    vcpu.registers["rbp"] = 0x2034 - 0x10;
    std::string output;
    const auto expression = parse(code);
    ASSERT_TRUE(expression.has_value()) << expression.error().detail;
    EXPECT_EQ(expression->evaluate(vcpu, output), 1U);
    vcpu.registers["rbp"] += 4;
    EXPECT_EQ(expression->evaluate(vcpu, output), 0U);
    EXPECT_EQ(expression->size(), code.size());
    EXPECT_TRUE(expression->has_result());
}

struct Refusal {
    const char* name;
    Bytes code;
    Errc error;
};

Bytes raw(const char* hex) {
    return decode_hex(hex).value();
}

Bytes deep(std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) {
        text += "const8 1 ";
    }
    return assemble_agent(text + "end");
}

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, AtOnce) {
    const auto expression = parse(GetParam().code);
    ASSERT_FALSE(expression.has_value());
    EXPECT_EQ(expression.error().code, GetParam().error);
}

constexpr auto kBad = Errc::bad_argument;

INSTANTIATE_TEST_SUITE_P(
    Malformed, Refused,
    testing::Values(Refusal{"Empty", {}, kBad}, Refusal{"NoEnd", assemble_agent("const8 1"), kBad},
                    Refusal{"NoOpcodeZero", raw("0027"), kBad}, Refusal{"NoOpcode31", raw("3127"), kBad},
                    Refusal{"NoOpcodeFF", raw("ff27"), kBad}, Refusal{"CutConstant", raw("2500000027"), kBad},
                    Refusal{"CutRegister", raw("2600"), kBad}, Refusal{"CutFormat", raw("22002200340000"), kBad},
                    Refusal{"FormatTooLong", raw("2200220034000004410027"), kBad},
                    Refusal{"FormatWithoutZero",
                            raw("22002200340000024141"
                                "27"),
                            kBad},
                    Refusal{"EmptyFormat",
                            raw("2200220034000000"
                                "27"),
                            kBad},
                    Refusal{"FormatWithoutItsArgument",
                            raw("22002200340000032564"
                                "0027"),
                            kBad},
                    Refusal{"PrintWithoutChannel",
                            raw("2200340000024100"
                                "27"),
                            kBad},
                    Refusal{"Underflow", assemble_agent("const8 1 add end"), kBad},
                    Refusal{"PopOfNothing", assemble_agent("pop end"), kBad},
                    Refusal{"PickTooDeep", assemble_agent("const8 1 pick 1 end"), kBad},
                    Refusal{"RotateOfTwo", assemble_agent("const8 1 const8 1 rot end"), kBad},
                    Refusal{"StackOverflow", deep(AgentProgram::kMaxDepth + 1), kBad},
                    Refusal{"GrowingLoop", assemble_agent("const8 1 goto 0"), kBad},
                    Refusal{"DifferentStacks", assemble_agent("const8 1 if_goto 7 const8 2 end"), kBad},
                    Refusal{"JumpIntoAnOperand", assemble_agent("goto 4 const8 1 end"), kBad},
                    Refusal{"JumpBeyond", assemble_agent("goto 100 end"), kBad},
                    Refusal{"JumpToTheEndOfTheCode", assemble_agent("goto 3"), kBad},
                    Refusal{"ExtendNoBits", assemble_agent("const8 1 ext 0 end"), kBad},
                    Refusal{"ExtendTooManyBits", assemble_agent("const8 1 ext 65 end"), kBad},
                    Refusal{"ZeroExtendTooManyBits", assemble_agent("const8 1 zero_ext 65 end"), kBad},
                    Refusal{"TooLong", Bytes(AgentProgram::kMaxBytes + 1, std::byte{0x27}), kBad}),
    [](const auto& row) { return std::string(row.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Unsupported, Refused,
    testing::Values(Refusal{"Float", assemble_agent("float end"), Errc::unsupported},
                    Refusal{"ReadDouble", assemble_agent("const8 1 ref_double end"), Errc::unsupported},
                    Refusal{"Trace", assemble_agent("const8 1 const8 1 trace end"), Errc::unsupported},
                    Refusal{"TraceQuick", assemble_agent("const8 1 trace_quick 1 end"), Errc::unsupported},
                    Refusal{"Trace16", assemble_agent("const8 1 trace16 1 end"), Errc::unsupported},
                    Refusal{"TraceUpToZero", assemble_agent("const8 1 const8 1 tracenz end"), Errc::unsupported},
                    Refusal{"GetVariable", assemble_agent("getv 1 end"), Errc::unsupported},
                    Refusal{"SetVariable", assemble_agent("const8 1 setv 1 end"), Errc::unsupported},
                    Refusal{"TraceVariable", assemble_agent("tracev 1 end"), Errc::unsupported},
                    Refusal{"UnknownRegister", assemble_agent("reg 0x1234 end"), Errc::unsupported},
                    Refusal{"WideRegister", assemble_agent("reg 33 end"), Errc::unsupported}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(AgentExpression, TheDeepestStackIsUsable) {
    EXPECT_EQ(evaluate(deep(AgentProgram::kMaxDepth)), 1U);
}

struct Failure {
    const char* name;
    const char* code;
    Errc error;
};

class Fails : public testing::TestWithParam<Failure> {};

TEST_P(Fails, WhenEvaluated) {
    const auto value = evaluate(assemble_agent(GetParam().code));
    ASSERT_FALSE(value.has_value());
    EXPECT_EQ(value.error().code, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(Table, Fails,
                         testing::Values(Failure{"DivideSigned", "const8 1 const8 0 div_signed end", kBad},
                                         Failure{"DivideUnsigned", "const8 1 const8 0 div_unsigned end", kBad},
                                         Failure{"RemainderSigned", "const8 1 const8 0 rem_signed end", kBad},
                                         Failure{"RemainderUnsigned", "const8 1 const8 0 rem_unsigned end", kBad},
                                         Failure{"NoMemory", "const8 0 ref8 end", Errc::fault},
                                         Failure{"HalfMissing", "const16 0x2ffd ref32 end", Errc::fault},
                                         Failure{"RegisterNotThere", "reg 1 end", Errc::not_found},
                                         Failure{"EndlessLoop", "goto 0", kBad}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(AgentExpression, CountsOperations) {
    // Five operations a round, two before it, `end` after it.
    const auto rounds = (AgentExpression::kMaxOperations - 2) / 6;
    const auto code = [](std::size_t count) {
        return assemble_agent("const16 0 const8 1 add dup const16 " + std::to_string(count) +
                              " less_signed if_goto 3 end");
    };
    EXPECT_EQ(evaluate(code(rounds)), rounds);
    EXPECT_FALSE(evaluate(code(rounds + 1)).has_value());
}

TEST(AgentExpression, AnEndWithoutAValueIsNoResult) {
    EXPECT_FALSE(parse(assemble_agent("end"))->has_result());
    EXPECT_FALSE(parse(assemble_agent("const8 1 if_goto 8 const8 1 end end"))->has_result());
    EXPECT_TRUE(parse(assemble_agent("const8 1 end end"))->has_result());
}

constexpr const char* kCompatDocument = R"(<?xml version="1.0"?>
<target><architecture>i386</architecture><feature name="org.gnu.gdb.i386.core">
<reg name="eax" bitsize="32" type="int32"/><reg name="ecx" bitsize="32" type="int32"/>
<reg name="esp" bitsize="32" type="data_ptr"/><reg name="eip" bitsize="32" type="code_ptr"/>
<reg name="eflags" bitsize="32" type="int32"/></feature></target>)";

TEST(AgentExpression, RegistersOfACompatProgramAreHalvesOfTheMachines) {
    const auto compat = emulator::TargetDescription::parse({{"target.xml", kCompatDocument}}).value();
    FakeVcpu vcpu;
    vcpu.registers = {{"rax", 0xffffffff12345678}, {"rcx", 5}, {"rsp", 0x1ffffd000}, {"eflags", 0x246}};
    vcpu.at = VirtAddr{0xffffffff08048000};
    std::string output;
    for (const auto& [number, value] :
         std::map<unsigned, std::uint64_t>{{0, 0x12345678}, {1, 5}, {2, 0xffffd000}, {3, 0x08048000}, {4, 0x246}}) {
        const auto code = assemble_agent("reg " + std::to_string(number) + " end");
        EXPECT_EQ(AgentExpression::parse(code, compat, true)->evaluate(vcpu, output), value) << number;
    }
    const auto code = assemble_agent("reg 0 end");
    EXPECT_FALSE(AgentExpression::parse(code, compat, false)->evaluate(vcpu, output).has_value());
}

}  // namespace
}  // namespace hvgdb::gdbserver
