// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/elf_symbols.hpp"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>

#include "emulator/hex.hpp"
#include "tests/osi/elf_builder.hpp"

namespace hvgdb::osi {
namespace {

/// At most `most` bytes a read; counts them.
class TextFile final : public GuestFile {
  public:
    explicit TextFile(std::string text, std::size_t most = ~std::size_t{0}) : text_(std::move(text)), most_(most) {
        status_.size = text_.size();
    }
    [[nodiscard]] const FileStatus& status() const override { return status_; }
    [[nodiscard]] Expected<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
        const auto rest = as_bytes(std::string_view(text_).substr(std::min<std::size_t>(offset, text_.size())));
        const auto count = std::min({out.size(), rest.size(), most_});
        std::ranges::copy(rest.first(count), out.begin());
        bytes_read += count;
        return count;
    }
    std::size_t bytes_read = 0;

  private:
    std::string text_;
    std::size_t most_;
    FileStatus status_;
};

class EndlessFile final : public GuestFile {
  public:
    explicit EndlessFile(std::string start) : start_(std::move(start)) {}
    [[nodiscard]] const FileStatus& status() const override { return status_; }
    [[nodiscard]] Expected<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
        const auto rest = as_bytes(std::string_view(start_).substr(std::min<std::size_t>(offset, start_.size())));
        std::ranges::fill(out, std::byte{'x'});
        std::ranges::copy(rest.first(std::min(rest.size(), out.size())), out.begin());
        bytes_read += out.size();
        return out.size();
    }
    std::size_t bytes_read = 0;

  private:
    std::string start_;
    FileStatus status_;
};

std::string file_content(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

template <typename Format>
class ElfSymbols : public testing::Test {
  protected:
    Expected<ElfSymbol> look_up(std::string_view name) {
        TextFile file(elf.build(), 1000);
        auto opened = ElfFile::open(file);
        return opened ? opened->symbol(name) : std::unexpected(opened.error());
    }
    void expect(std::string_view name, std::uint64_t value, ElfSymbolKind kind = ElfSymbolKind::function) {
        const auto found = look_up(name);
        ASSERT_TRUE(found) << name << ": " << found.error().detail;
        EXPECT_EQ(*found, (ElfSymbol{.value = value, .size = 16, .kind = kind})) << name;
    }
    void expect_error(std::string_view name, Errc code) {
        const auto found = look_up(name);
        ASSERT_FALSE(found) << name;
        EXPECT_EQ(found.error().code, code) << name << ": " << found.error().detail;
    }
    ElfBuilder<Format> elf;
};
using Formats = testing::Types<ElfFormat32, ElfFormat64>;
TYPED_TEST_SUITE(ElfSymbols, Formats);

TYPED_TEST(ElfSymbols, AreFoundByName) {
    this->elf.symbols = {{.name = "main", .value = 0x1000},
                         {.name = "domain", .value = 0x1100},
                         {.name = "data", .value = 0x2000, .type = STT_OBJECT},
                         {.name = "label", .value = 0x3000, .type = STT_NOTYPE},
                         {.name = "indirect", .value = 0x4000, .type = STT_GNU_IFUNC},
                         {.name = "errno", .value = 8, .type = STT_TLS}};
    this->expect("main", 0x1000);
    this->expect("domain", 0x1100);
    this->expect("data", 0x2000, ElfSymbolKind::object);
    this->expect("label", 0x3000, ElfSymbolKind::untyped);
    this->expect("indirect", 0x4000, ElfSymbolKind::resolver);
    this->expect("errno", 8, ElfSymbolKind::thread_local_data);
    for (const std::string_view name : {"mai", "mainx", "omain", "x"}) {
        this->expect_error(name, Errc::not_found);
    }
    this->expect_error("", Errc::bad_argument);
    this->expect_error(std::string_view("a\0b", 3), Errc::bad_argument);
    this->expect_error(std::string(5000, 'a'), Errc::bad_argument);
}

TYPED_TEST(ElfSymbols, OfTheFullTableComeFirst) {
    this->elf.symbols = {{.name = "both", .value = 1}, {.name = "undefined", .value = 9, .section = SHN_UNDEF}};
    this->elf.dynamic_symbols = {{.name = "both", .value = 2},
                                 {.name = "undefined", .value = 3},
                                 {.name = "absolute", .value = 4, .section = SHN_ABS},
                                 {.name = "file.c", .value = 5, .type = STT_FILE}};
    this->expect("both", 1);
    this->expect("undefined", 3);
    this->expect_error("absolute", Errc::not_found);
    this->expect_error("file.c", Errc::not_found);
    this->elf.many_sections = true;
    this->expect("undefined", 3);
}

TYPED_TEST(ElfSymbols, OfOneNameAreRanked) {
    this->elf.symbols = {{.name = "f", .value = 1, .bind = STB_LOCAL}, {.name = "f", .value = 2, .type = STT_NOTYPE},
                         {.name = "f", .value = 3, .bind = STB_WEAK},  {.name = "f", .value = 4},
                         {.name = "g", .value = 5, .bind = STB_LOCAL}, {.name = "g", .value = 6, .bind = STB_LOCAL}};
    this->elf.dynamic_symbols = {{.name = "h", .value = 7, .version = 0x8002}, {.name = "h", .value = 8}};
    this->expect("f", 3);
    this->expect("g", 5);
    this->expect("h", 8);
}

TYPED_TEST(ElfSymbols, AreFoundWhereverThePiecesEnd) {
    for (const std::size_t padding : {65'520UL, 65'530UL, 65'535UL, 65'540UL, 65'545UL, 131'070UL}) {
        this->elf.padding = padding;
        this->elf.symbols = {{.name = "function", .value = padding}};
        this->expect("function", padding);
    }
}

TYPED_TEST(ElfSymbols, TellHowTheFileIsMapped) {
    this->elf.entry = 0x1234;
    this->elf.segments = {{.offset = 0, .size = 0x1800, .address = 0},
                          {.offset = 0x1800, .size = 0x2000, .address = 0x2800},
                          {.offset = 0x5000, .size = 0x10, .address = 0x9000}};
    TextFile file(this->elf.build());
    const auto opened = ElfFile::open(file);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->type(), ET_DYN);
    EXPECT_EQ(opened->entry(), 0x1234U);
    EXPECT_EQ(opened->segments().size(), 3U);
    EXPECT_EQ(opened->bias_of_entry(VirtAddr{0x4000'1234}), 0x4000'0000U);
    EXPECT_EQ(opened->address(0x4000'0000, 0x10), VirtAddr{0x4000'0010});
    const VirtAddr start{0x4000'0000};
    EXPECT_EQ(opened->bias_of_mapping(start, 0), 0x4000'0000U);
    // The file's second page is the first segment's last and the second's first.
    EXPECT_EQ(opened->bias_of_mapping(start, 0x1000), 0x4000'0000U - 0x2000);
    EXPECT_EQ(opened->bias_of_mapping(start, 0x3000), 0x4000'0000U - 0x4000);
    EXPECT_EQ(opened->bias_of_mapping(start, 0x5000), 0x4000'0000U - 0x9000);
    EXPECT_EQ(opened->bias_of_mapping(start, 0x4000), std::nullopt);
    EXPECT_EQ(opened->bias_of_mapping(start, 0x6000), std::nullopt);
}

TEST(ElfSymbols32, AddressesAre32Bits) {
    ElfBuilder<ElfFormat32> elf;
    elf.entry = 0xf000'0000;
    TextFile file(elf.build());
    const auto opened = ElfFile::open(file);
    ASSERT_TRUE(opened);
    EXPECT_FALSE(opened->is_64_bit());
    const auto bias = opened->bias_of_entry(VirtAddr{0x1000});
    EXPECT_EQ(bias, 0x1000'1000U);
    EXPECT_EQ(opened->address(bias, 0xf000'0000), VirtAddr{0x1000});
}

TYPED_TEST(ElfSymbols, DamagedFilesAreRefused) {
    this->elf.segments = {{.offset = 0, .size = 1, .address = 2}};
    this->elf.symbols = {{.name = "main", .value = 0x1000}};
    this->elf.dynamic_symbols = {{.name = "other", .value = 0x2000}};
    const auto whole = this->elf.build();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        TextFile file(whole.substr(0, size));
        auto opened = ElfFile::open(file);
        const auto found = opened ? opened->symbol("other") : std::unexpected(opened.error());
        ASSERT_FALSE(found) << size;
        EXPECT_EQ(found.error().code, Errc::bad_argument) << size;
    }
    for (const std::size_t at : {0, 3, EI_CLASS, EI_DATA}) {
        auto damaged = whole;
        damaged[at] = '\7';
        TextFile file(damaged);
        const auto opened = ElfFile::open(file);
        ASSERT_FALSE(opened) << at;
        EXPECT_EQ(opened.error().code, Errc::bad_argument);
    }
}

TEST(ElfSymbols64, TablesThatAreTooLargeAreNotRead) {
    ElfBuilder<ElfFormat64> elf;
    elf.symbols = {{.name = "main", .value = 0x1000}};
    auto text = elf.build();
    Elf64_Ehdr header{};
    std::memcpy(&header, text.data(), sizeof(header));
    for (const unsigned section : {1U, 2U}) {
        auto huge = text;
        const std::uint64_t size = std::uint64_t{1} << 62;
        std::memcpy(huge.data() + header.e_shoff + section * sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, sh_size), &size,
                    sizeof(size));
        EndlessFile file(huge);
        auto opened = ElfFile::open(file);
        ASSERT_TRUE(opened);
        const auto found = opened->symbol("main");
        ASSERT_FALSE(found) << section;
        EXPECT_EQ(found.error().code, Errc::unsupported) << found.error().detail;
        EXPECT_LE(file.bytes_read, kMostElfBytes + 1000);
    }
}

TEST(ElfSymbols64, OfARealProgramAreFound) {
    const auto content = file_content(FAKE_VMLINUX);
    ASSERT_FALSE(content.empty());
    TextFile file(content);
    auto opened = ElfFile::open(file);
    ASSERT_TRUE(opened);
    const auto main = opened->symbol("main");
    ASSERT_TRUE(main) << main.error().detail;
    EXPECT_EQ(main->kind, ElfSymbolKind::function);
    EXPECT_GT(main->size, 0U);
    const auto start = opened->symbol("_start");
    ASSERT_TRUE(start);
    EXPECT_EQ(start->value, opened->entry());
}

}  // namespace
}  // namespace hvgdb::osi
