// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/target_description.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>

namespace hvgdb::emulator {
namespace {

using Documents = std::map<std::string, std::string>;

std::string target(const std::string& inside) {
    return "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target>" + inside + "</target>";
}

std::string feature(const std::string& name, const std::string& registers) {
    return fmt::format("<feature name=\"{}\">{}</feature>", name, registers);
}

const Documents kX86{
    {"target.xml", target("<architecture>i386:x86-64</architecture><xi:include href=\"core.xml\"/>"
                          "<xi:include href=\"linux.xml\"/>")},
    {"core.xml", "<?xml version=\"1.0\"?><!-- a <comment> --><!DOCTYPE feature SYSTEM \"gdb-target.dtd\">" +
                     feature("org.gnu.gdb.i386.core",
                             "<flags id=\"f\" size=\"4\"><field name=\"CF\" start=\"0\" end=\"0\"/></flags>"
                             "<reg name=\"rbp\" bitsize=\"64\" type=\"data_ptr\"/>"
                             "<reg name=\"rsp\" bitsize=\"64\" type=\"data_ptr\"/>"
                             "<reg name=\"rip\" bitsize=\"64\" type=\"code_ptr\"/>"
                             "<reg name=\"st0\" bitsize=\"80\" type=\"i387_ext\"/>")},
    {"linux.xml", feature("org.gnu.gdb.i386.linux",
                          "<reg name=\"orig_rax\" bitsize=\"64\" regnum=\"20\"/>"
                          "<reg name=\"odd\" bitsize=\"9\" type=\"int\"/>")},
};

TEST(TargetDescription, ReadsIncludedDocuments) {
    const auto parsed = TargetDescription::parse(kX86);
    ASSERT_TRUE(parsed) << parsed.error().detail;
    EXPECT_EQ(parsed->architecture(), "i386:x86-64");
    EXPECT_EQ(parsed->documents(), kX86);
    const struct {
        const char* name;
        unsigned number;
        std::size_t size, offset;
        const char *type, *feature;
    } rows[] = {
        {"rbp", 0, 8, 0, "data_ptr", "org.gnu.gdb.i386.core"},
        {"rsp", 1, 8, 8, "data_ptr", "org.gnu.gdb.i386.core"},
        {"rip", 2, 8, 16, "code_ptr", "org.gnu.gdb.i386.core"},
        {"st0", 3, 10, 24, "i387_ext", "org.gnu.gdb.i386.core"},
        {"orig_rax", 20, 8, 34, "int", "org.gnu.gdb.i386.linux"},
        {"odd", 21, 2, 42, "int", "org.gnu.gdb.i386.linux"},
    };
    ASSERT_EQ(parsed->registers().size(), std::size(rows));
    EXPECT_EQ(parsed->block_size(), 44U);
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        const auto* const found = parsed->find(std::string_view(row.name));
        ASSERT_NE(found, nullptr);
        EXPECT_EQ(found, parsed->find(row.number));
        EXPECT_EQ(found->number, row.number);
        EXPECT_EQ(found->size, row.size);
        EXPECT_EQ(found->offset, row.offset);
        EXPECT_EQ(found->type, row.type);
        EXPECT_EQ(found->feature, row.feature);
    }
    EXPECT_EQ(parsed->find("rax"), nullptr);
    EXPECT_EQ(parsed->find(4U), nullptr);
    EXPECT_EQ(parsed->find(22U), nullptr);
}

TEST(TargetDescription, OrdersRegistersByNumberAsTheBlockDoes) {
    const auto parsed =
        TargetDescription::parse({{"target.xml", target(feature("f",
                                                                "<reg name=\"last\" bitsize=\"8\" regnum=\"7\"/>"
                                                                "<reg name=\"first\" bitsize=\"16\" regnum=\"0\"/>"
                                                                "<reg name=\"second\" bitsize=\"32\"/>"))}});
    ASSERT_TRUE(parsed) << parsed.error().detail;
    ASSERT_EQ(parsed->registers().size(), 3U);
    EXPECT_EQ(parsed->registers()[0].name, "first");
    EXPECT_EQ(parsed->registers()[1].name, "second");
    EXPECT_EQ(parsed->registers()[2].name, "last");
    EXPECT_EQ(parsed->find("last")->offset, 6U);
}

TEST(TargetDescription, KnowsTheRolesByArchitecture) {
    const struct {
        const char* architecture;
        const char* names[3];
        const char* counter;
        std::vector<unsigned> expedited;
    } rows[] = {
        {"i386:x86-64", {"rip", "rsp", "rbp"}, "rip", {0, 1, 2}},
        {"i386", {"ebp", "eip", "esp"}, "eip", {1, 2, 0}},
        {"aarch64", {"x29", "sp", "pc"}, "pc", {2, 1, 0}},
        {"arm", {"r11", "sp", "pc"}, "pc", {2, 1, 0}},
        {"riscv:rv64", {"sp", "fp", "pc"}, "pc", {2, 0, 1}},
        {"i386:x86-64", {"a", "b", "rip"}, "rip", {2}},
        {"mips", {"pc", "sp", "fp"}, nullptr, {}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.architecture);
        std::string registers;
        for (const char* const name : row.names) {
            registers += std::string("<reg name=\"") + name + "\" bitsize=\"64\"/>";
        }
        const auto parsed =
            TargetDescription::parse({{"target.xml", target("<architecture>" + std::string(row.architecture) +
                                                            "</architecture>" + feature("f", registers))}});
        ASSERT_TRUE(parsed) << parsed.error().detail;
        EXPECT_EQ(parsed->expedited(), row.expedited);
        const auto* const counter = parsed->program_counter();
        EXPECT_EQ(counter != nullptr ? counter->name : "", row.counter != nullptr ? row.counter : "");
    }
}

TEST(TargetDescription, FallsBackToTypesForTheRoles) {
    const auto parsed = TargetDescription::parse(
        {{"target.xml", target(feature("f",
                                       "<reg name=\"r0\" bitsize=\"32\"/>"
                                       "<reg name=\"r1\" bitsize=\"32\" type=\"data_ptr\"/>"
                                       "<reg name=\"nip\" bitsize=\"32\" type=\"code_ptr\"/>"
                                       "<reg name=\"lr\" bitsize=\"32\" type=\"code_ptr\"/>"))}});
    ASSERT_TRUE(parsed) << parsed.error().detail;
    ASSERT_NE(parsed->program_counter(), nullptr);
    EXPECT_EQ(parsed->program_counter()->name, "nip");
    EXPECT_EQ(parsed->expedited(), (std::vector<unsigned>{2, 1}));
}

TEST(TargetDescription, RefusesWhatMakesNoSense) {
    const auto one = [](const std::string& attributes) {
        return Documents{{"target.xml", target(feature("f", "<reg " + attributes + "/>"))}};
    };
    std::string many;
    for (int index = 0; index < 9; ++index) {
        many += "<reg name=\"v" + std::to_string(index) + "\" bitsize=\"65536\"/>";
    }
    std::string deep;
    for (int level = 0; level < 100'000; ++level) {
        deep += "<a>";
    }
    const struct {
        const char* name;
        Documents documents;
    } rows[] = {
        {"nothing", {}},
        {"empty text", {{"target.xml", ""}}},
        {"no xml", {{"target.xml", "target"}}},
        {"cut off", {{"target.xml", "<target><feature name=\"f\"><reg na"}}},
        {"no registers", {{"target.xml", target("")}}},
        {"missing include", {{"target.xml", target("<xi:include href=\"core.xml\"/>")}}},
        {"include without a name", {{"target.xml", target("<xi:include/>")}}},
        {"includes itself", {{"target.xml", target("<xi:include href=\"target.xml\"/>")}}},
        {"bad included text",
         {{"target.xml", target("<xi:include href=\"core.xml\"/>")}, {"core.xml", "<feature><reg></feature>"}}},
        {"no name", one("bitsize=\"8\"")},
        {"no size", one("name=\"a\"")},
        {"size zero", one("name=\"a\" bitsize=\"0\"")},
        {"negative size", one("name=\"a\" bitsize=\"-8\"")},
        {"size with rubbish", one("name=\"a\" bitsize=\"8x\"")},
        {"size that overflows", one("name=\"a\" bitsize=\"99999999999999\"")},
        {"register over 8 KiB", one("name=\"a\" bitsize=\"65537\"")},
        {"bad number", one("name=\"a\" bitsize=\"8\" regnum=\"x\"")},
        {"huge number", one("name=\"a\" bitsize=\"8\" regnum=\"4294967295\"")},
        {"block over 64 KiB", {{"target.xml", target(feature("f", many))}}},
        {"number used twice",
         {{"target.xml", target(feature("f",
                                        "<reg name=\"a\" bitsize=\"8\"/>"
                                        "<reg name=\"b\" bitsize=\"8\" regnum=\"0\"/>"))}}},
        {"nested too deep", {{"target.xml", deep}}},
        {"too big", {{"target.xml", target(std::string(std::size_t{2} << 20U, ' '))}}},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        const auto parsed = TargetDescription::parse(row.documents);
        ASSERT_FALSE(parsed);
        EXPECT_EQ(parsed.error().code, Errc::protocol);
        EXPECT_FALSE(parsed.error().detail.empty());
        EXPECT_EQ(parsed.error().detail.find('\n'), std::string::npos);
    }
}

TEST(TargetDescription, DefaultIsEmpty) {
    const TargetDescription description;
    EXPECT_EQ(description.block_size(), 0U);
    EXPECT_EQ(description.find("pc"), nullptr);
    EXPECT_EQ(description.program_counter(), nullptr);
    EXPECT_TRUE(description.expedited().empty());
}

}  // namespace
}  // namespace hvgdb::emulator
