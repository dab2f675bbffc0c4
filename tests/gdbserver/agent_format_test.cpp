// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/agent_format.hpp"

#include <gtest/gtest.h>

#include "gdbserver/agent_expression.hpp"
#include "tests/support/agent_bytecode.hpp"
#include "tests/support/fake_vcpu.hpp"

namespace hvgdb::gdbserver {
namespace {

using test::FakeVcpu;

constexpr std::uint64_t kText = 0x5000;
constexpr std::uint64_t kLongText = 0x6000;
constexpr std::uint64_t kCutText = 0x9fe0;

FakeVcpu vcpu_with_strings() {
    FakeVcpu vcpu;
    vcpu.poke(kText, std::string("a string\0rest", 13));
    vcpu.poke(kLongText, std::string(2000, 'x'));
    vcpu.memory.map(0x9000, 0x1000);
    vcpu.poke(kCutText, std::string(0x20, 'y'));
    return vcpu;
}

struct Printed {
    const char* format;
    std::vector<std::uint64_t> arguments;
    std::string text;
};

class Prints : public testing::TestWithParam<Printed> {};

TEST_P(Prints, AsC) {
    auto vcpu = vcpu_with_strings();
    const auto& [format, arguments, text] = GetParam();
    const auto parsed = AgentFormat::parse(format, arguments.size(), 64);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().detail;
    std::string output;
    parsed->print(std::vector(arguments.rbegin(), arguments.rend()), vcpu, output);
    EXPECT_EQ(output, text);
}

constexpr std::uint64_t kMinusOne = ~std::uint64_t{0};

INSTANTIATE_TEST_SUITE_P(Texts, Prints,
                         testing::Values(Printed{"", {}, ""}, Printed{"plain", {}, "plain"},
                                         Printed{"100%%", {}, "100%"}, Printed{"%%d", {}, "%d"},
                                         Printed{R"(a\tb\nc\\\"\'\?\a\b\e\f\r\v)", {}, "a\tb\nc\\\"'?\a\b\033\f\r\v"},
                                         Printed{R"(\101\0601\60)", {}, "A010"}, Printed{R"(\45d)", {5}, "5"},
                                         Printed{"%d and %d", {1, 2}, "1 and 2"}, Printed{"%d%x", {10, 10}, "10a"},
                                         Printed{"at %lx\\n", {0xffffffff81000000}, "at ffffffff81000000\n"}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, Prints,
    testing::Values(Printed{"%d", {kMinusOne}, "-1"}, Printed{"%i", {0x80000000}, "-2147483648"},
                    Printed{"%d", {0x1ffffffff}, "-1"}, Printed{"%u", {kMinusOne}, "4294967295"},
                    Printed{"%x", {kMinusOne}, "ffffffff"}, Printed{"%X", {0xabc}, "ABC"}, Printed{"%o", {8}, "10"},
                    Printed{"%ld", {kMinusOne}, "-1"}, Printed{"%lld", {1ULL << 63}, "-9223372036854775808"},
                    Printed{"%lu", {kMinusOne}, "18446744073709551615"},
                    Printed{"%llx", {kMinusOne}, "ffffffffffffffff"}, Printed{"%zu", {1ULL << 40}, "1099511627776"},
                    Printed{"%jd", {5}, "5"}, Printed{"%td", {5}, "5"}, Printed{"%hd", {0x18000}, "-32768"},
                    Printed{"%hhu", {0x1ff}, "255"}, Printed{"%c%c", {'o', 0x16b}, "ok"},
                    Printed{"%p", {0xffff888000000000}, "0xffff888000000000"}, Printed{"%p", {0}, "0x0"},
                    Printed{"%#x %#X %#o", {255, 255, 8}, "0xff 0XFF 010"}, Printed{"%#x %#o", {0, 0}, "0 0"},
                    Printed{"%+d % d", {5, 5}, "+5  5"}, Printed{"%'d", {1000}, "1000"}));

INSTANTIATE_TEST_SUITE_P(Widths, Prints,
                         testing::Values(Printed{"[%5d]", {42}, "[   42]"}, Printed{"[%-5d]", {42}, "[42   ]"},
                                         Printed{"[%05d]", {42}, "[00042]"}, Printed{"[%05d]", {kMinusOne}, "[-0001]"},
                                         Printed{"[%-05d]", {42}, "[42   ]"}, Printed{"[%.4d]", {42}, "[0042]"},
                                         Printed{"[%6.4d]", {42}, "[  0042]"}, Printed{"[%06.4d]", {42}, "[  0042]"},
                                         Printed{"[%.0d]", {0}, "[]"}, Printed{"[%#010x]", {0xbeef}, "[0x0000beef]"},
                                         Printed{"[%016lx]", {0xbeef}, "[000000000000beef]"},
                                         Printed{"[%3c]", {'a'}, "[  a]"}, Printed{"[%1d]", {1234}, "[1234]"},
                                         Printed{"[%#.3o]", {8}, "[010]"}));

INSTANTIATE_TEST_SUITE_P(
    Strings, Prints,
    testing::Values(Printed{"<%s>", {kText}, "<a string>"}, Printed{"<%10s>", {kText}, "<  a string>"},
                    Printed{"<%-10s>", {kText}, "<a string  >"}, Printed{"<%.3s>", {kText}, "<a s>"},
                    Printed{"<%5.1s>", {kText}, "<    a>"}, Printed{"%s", {kText + 8}, ""},
                    Printed{"%s", {kLongText}, std::string(AgentFormat::kMaxString, 'x')},
                    Printed{"%s", {kCutText}, std::string(0x20, 'y')}, Printed{"%s!", {0}, "<no memory at 0x0>!"},
                    Printed{"%s", {kMinusOne}, "<no memory at 0xffffffffffffffff>"}, Printed{"%.0s|", {0}, "|"}));

TEST(AgentFormat, PointersOfNarrowProgramsAreNarrow) {
    FakeVcpu vcpu;
    vcpu.poke(kText, std::string("text", 5));
    std::string output;
    const std::vector<std::uint64_t> arguments{0x100000000 + kText, kMinusOne, kMinusOne, kMinusOne};
    AgentFormat::parse("%lld %lx %ld %s", 4, 32)->print(arguments, vcpu, output);
    EXPECT_EQ(output, "-1 ffffffff -1 text");
}

struct Refusal {
    const char* format;
    std::size_t arguments;
    Errc error;
};

class RefusedFormat : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedFormat, AtOnce) {
    const auto format = AgentFormat::parse(GetParam().format, GetParam().arguments, 64);
    ASSERT_FALSE(format.has_value());
    EXPECT_EQ(format.error().code, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(Table, RefusedFormat,
                         testing::Values(Refusal{"%", 0, Errc::bad_argument}, Refusal{"a %", 1, Errc::bad_argument},
                                         Refusal{"%5", 1, Errc::bad_argument}, Refusal{"%l", 1, Errc::bad_argument},
                                         Refusal{"%.", 1, Errc::bad_argument}, Refusal{"%y", 1, Errc::bad_argument},
                                         Refusal{"%lp", 1, Errc::bad_argument}, Refusal{"%hs", 1, Errc::bad_argument},
                                         Refusal{"%d", 0, Errc::bad_argument}, Refusal{"%d", 2, Errc::bad_argument},
                                         Refusal{"plain", 1, Errc::bad_argument},
                                         Refusal{"%9999999999999999999999d", 1, Errc::bad_argument},
                                         Refusal{"%.1025d", 1, Errc::bad_argument},
                                         Refusal{"%1$d", 1, Errc::bad_argument}, Refusal{"\\", 0, Errc::bad_argument},
                                         Refusal{"\\q", 0, Errc::bad_argument}, Refusal{"\\8", 0, Errc::bad_argument},
                                         Refusal{"%f", 1, Errc::unsupported}, Refusal{"%5.2f", 1, Errc::unsupported},
                                         Refusal{"%lg", 1, Errc::unsupported}, Refusal{"%n", 1, Errc::unsupported},
                                         Refusal{"%ls", 1, Errc::unsupported}, Refusal{"%lc", 1, Errc::unsupported},
                                         Refusal{"%*d", 2, Errc::unsupported}));

TEST(AgentFormat, OutputIsLimited) {
    auto vcpu = vcpu_with_strings();
    const auto format = AgentFormat::parse("%1024d%1024d%1024d%1020d%s more", 5, 64);
    std::string output;
    format->print(std::vector<std::uint64_t>{kText, 1, 1, 1, 1}, vcpu, output);
    EXPECT_EQ(output.size(), AgentFormat::kMaxOutput);
    EXPECT_TRUE(output.ends_with("1a st"));
    const auto reads = vcpu.reads;
    format->print(std::vector<std::uint64_t>{kText, 1, 1, 1, 1}, vcpu, output);
    EXPECT_EQ(output.size(), AgentFormat::kMaxOutput);
    EXPECT_EQ(vcpu.reads, reads);
}

TEST(AgentFormat, PrintsFromBytecode) {
    auto vcpu = vcpu_with_strings();
    const auto description = emulator::TargetDescription::parse(test::fake_documents()).value();
    const std::vector<std::uint64_t> arguments{7, kText, 0xabc};
    const auto code = test::assemble_print(R"(%d: %s, 0x%lx\n)", arguments);
    const auto expression = AgentExpression::parse(code, description, false);
    ASSERT_TRUE(expression.has_value()) << expression.error().detail;
    std::string output;
    EXPECT_EQ(expression->evaluate(vcpu, output), 0U);
    EXPECT_EQ(output, "7: a string, 0xabc\n");
}

}  // namespace
}  // namespace hvgdb::gdbserver
