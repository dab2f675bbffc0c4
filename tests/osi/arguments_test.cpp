// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/arguments.hpp"

#include <gmock/gmock.h>
#include <string>
#include <vector>

#include "tests/osi/fake_kernel.hpp"

namespace hvgdb::osi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

constexpr VirtAddr kMm{0xffff'8880'0000'0000};
constexpr std::uint64_t kArguments = 0x7ffc'0000'0100;

class ArgumentsTest : public testing::Test {
  protected:
    ArgumentsTest() {
        fields.add(Field::mm_arg_start)
            .add(Field::mm_arg_end)
            .add(Field::mm_env_start)
            .add(Field::mm_env_end)
            .add(Field::mm_saved_auxv, 64, 8);
        memory.put_zeros(kMm, 0x100);
    }
    /// One behind the other, as the kernel puts them.
    void start_with(std::string_view arguments, std::string_view environment_bytes) {
        process.put_text(VirtAddr{kArguments}, arguments);
        process.put_text(VirtAddr{kArguments + arguments.size()}, environment_bytes);
        set_areas(arguments.size(), environment_bytes.size());
    }
    void set_areas(std::uint64_t arguments, std::uint64_t environment_size) {
        set(Field::mm_arg_start, kArguments);
        set(Field::mm_arg_end, kArguments + arguments);
        set(Field::mm_env_start, kArguments + arguments);
        set(Field::mm_env_end, kArguments + arguments + environment_size);
    }
    void set(Field field, std::uint64_t value) {
        memory.put(VirtAddr{kMm.value + fields.layout()[field].offset}, value);
    }
    [[nodiscard]] ProgramText command() const {
        return command_line(KernelMemory(memory, fields.layout()), kMm, process)
            .value_or(ProgramText{"unreadable", true});
    }
    [[nodiscard]] ProgramText variables() const {
        return environment(KernelMemory(memory, fields.layout()), kMm, process)
            .value_or(ProgramText{"unreadable", true});
    }

    FakeMemory memory;
    FakeMemory process;
    FakeLayout fields;
};

TEST_F(ArgumentsTest, AsTheProgramGotThem) {
    start_with(std::string("sh\0-c\0\0", 7), std::string("A=1\0B=\0", 7));
    EXPECT_EQ(command().bytes, std::string("sh\0-c\0\0", 7));
    EXPECT_FALSE(command().truncated);
    EXPECT_EQ(variables().bytes, std::string("A=1\0B=\0", 7));
    EXPECT_FALSE(variables().truncated);
}

struct TitleCase {
    std::string name;
    std::string memory;  ///< from the start of the arguments on
    std::uint64_t arguments;
    std::uint64_t environment;
    std::string expected;
};

void PrintTo(const TitleCase& row, std::ostream* out) {
    *out << row.name;
}

class TitleTest : public ArgumentsTest, public testing::WithParamInterface<TitleCase> {};

TEST_P(TitleTest, ReplacesTheArguments) {
    start_with(GetParam().memory, "");
    set_areas(GetParam().arguments, GetParam().environment);
    EXPECT_EQ(command().bytes, GetParam().expected);
    EXPECT_FALSE(command().truncated);
}

INSTANTIATE_TEST_SUITE_P(
    All, TitleTest,
    testing::Values(
        TitleCase{"into the environment", std::string("a long title\0B=1\0", 17), 5, 12,
                  std::string("a long title\0", 13)},
        TitleCase{"up to its end", std::string("a long title+B=1", 16), 5, 11, "a long title+B=1"},
        TitleCase{"a NUL within the arguments", std::string("ti\0le+B=1\0", 10), 5, 5, std::string("ti\0", 3)},
        TitleCase{"ends with the arguments", std::string("title\0B=1\0", 10), 6, 4, std::string("title\0", 6)},
        TitleCase{"at most a page", std::string(5000, 'x'), 100, 4900, std::string(4096, 'x')}));

TEST_F(ArgumentsTest, TitleDoesNotGoOnIntoAnEnvironmentElsewhere) {
    start_with("title and more", "");
    set_areas(5, 9);
    set(Field::mm_env_start, kArguments + 6);
    EXPECT_EQ(command().bytes, "title");
}

TEST_F(ArgumentsTest, BeforeItsStartIsOver) {
    start_with(std::string("sh\0", 3), "");
    set(Field::mm_env_end, 0);
    EXPECT_EQ(command().bytes, "");
    EXPECT_EQ(variables().bytes, "");
}

TEST_F(ArgumentsTest, AreasTheWrongWayRoundAreEmpty) {
    start_with(std::string("sh\0", 3), std::string("A=\0", 3));
    set(Field::mm_arg_end, kArguments - 1);
    set(Field::mm_env_start, ~std::uint64_t{0});
    EXPECT_EQ(command().bytes, "");
    EXPECT_EQ(variables().bytes, "");
}

TEST_F(ArgumentsTest, EndsWhereMemoryEnds) {
    start_with(std::string("sh\0-c\0", 6), std::string("A=1\0", 4));
    process.unmap(VirtAddr{kArguments + 4}, 100);
    EXPECT_EQ(command().bytes, std::string("sh\0-", 4));
    EXPECT_TRUE(command().truncated);
    EXPECT_EQ(variables().bytes, "");
    EXPECT_TRUE(variables().truncated);
}

TEST_F(ArgumentsTest, LyingLengthIsCut) {
    start_with(std::string(200'000, '\0'), "");
    set_areas(std::uint64_t{1} << 46, 0);
    EXPECT_EQ(command().bytes.size(), 128U * 1024);
    EXPECT_TRUE(command().truncated);
}

TEST_F(ArgumentsTest, AreWhereTheKernelHasNoted) {
    const auto where = [&] { return argument_area(KernelMemory(memory, fields.layout()), kMm); };
    set_areas(7, 3);
    EXPECT_EQ(where(), (AddressRange{{kArguments}, {kArguments + 7}}));
    set(Field::mm_arg_end, kArguments - 1);
    EXPECT_EQ(where(), (AddressRange{{kArguments}, {kArguments}})) << "the wrong way round";
    const FakeMemory nothing;
    EXPECT_EQ(argument_area(KernelMemory(nothing, fields.layout()), kMm), std::nullopt);
}

TEST_F(ArgumentsTest, NoMm) {
    memory.unmap(kMm, 0x100);
    const KernelMemory kernel(memory, fields.layout());
    EXPECT_EQ(command_line(kernel, kMm, process), std::nullopt);
    EXPECT_EQ(environment(kernel, kMm, process), std::nullopt);
    EXPECT_EQ(auxiliary_vector(kernel, kMm, false), std::nullopt);
}

TEST_F(ArgumentsTest, AuxiliaryVector) {
    const VirtAddr vector{kMm.value + fields.layout()[Field::mm_saved_auxv].offset};
    const KernelMemory kernel(memory, fields.layout());
    EXPECT_THAT(auxiliary_vector(kernel, kMm, false), Optional(IsEmpty()));
    memory.put(vector, 33);
    memory.put(VirtAddr{vector.value + 8}, 0x7fff'0000'1000);
    EXPECT_THAT(auxiliary_vector(kernel, kMm, false), Optional(ElementsAre(AuxiliaryEntry{33, 0x7fff'0000'1000})));
    memory.put(vector, 0x0000'0010'0000'0006);  // a 32-bit program's AT_PAGESZ
    memory.put(VirtAddr{vector.value + 8}, 0);
    EXPECT_THAT(auxiliary_vector(kernel, kMm, true), Optional(ElementsAre(AuxiliaryEntry{6, 0x10})));
}

TEST_F(ArgumentsTest, AuxiliaryVectorWithoutAnEnd) {
    const VirtAddr vector{kMm.value + fields.layout()[Field::mm_saved_auxv].offset};
    for (std::uint64_t i = 0; i < 8; ++i) {
        memory.put(VirtAddr{vector.value + 8 * i}, 5);
    }
    const KernelMemory kernel(memory, fields.layout());
    EXPECT_THAT(auxiliary_vector(kernel, kMm, false), Optional(testing::SizeIs(4)));
    memory.put(VirtAddr{vector.value + 16}, 0);
    EXPECT_THAT(auxiliary_vector(kernel, kMm, false), Optional(testing::SizeIs(1)));
}

TEST(SplitTextTest, AtNuls) {
    EXPECT_THAT(split_text(""), IsEmpty());
    EXPECT_THAT(split_text(std::string_view("a\0b c\0", 6)), ElementsAre("a", "b c"));
    EXPECT_THAT(split_text(std::string_view("a\0\0b", 4)), ElementsAre("a", "", "b"));
    EXPECT_THAT(split_text(std::string_view("\0", 1)), ElementsAre(""));
}

}  // namespace
}  // namespace hvgdb::osi
