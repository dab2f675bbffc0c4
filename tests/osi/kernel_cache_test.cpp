// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kernel_cache.hpp"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <unistd.h>

#include "osi/linux/kernel_record.hpp"
#include "osi/linux/locate.hpp"
#include "tests/osi/locatable_kernel.hpp"

namespace hvgdb::osi {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "6162636465666768696a6b6c6d6e6f7071727374-6010.json";

KernelRecord sample() {
    KernelRecord record{.banner = "Linux version 6.1.0 \"x\"\n\\", .types_origin = "BTF"};
    record.layout.set(Field::task_pid, Member{2232, 4, 4});
    record.layout.set(Field::task_comm, Member{1, 16, 1, 3, 5});
    record.layout.set(Structure::task_struct, 9344);
    record.addresses.set(KernelSymbol::init_task, VirtAddr{0xffffffff9a003000});
    record.addresses.set(KernelSymbol::pcpu_hot, VirtAddr{0x1fbc0});
    record.kallsyms = KallsymsPlaces{.count = 1,
                                     .names = 2,
                                     .names_size = 3,
                                     .token_table = 4,
                                     .token_table_size = 5,
                                     .token_index = 6,
                                     .addresses = 7,
                                     .relative_base = ~std::uint64_t{0},
                                     .encoding = KallsymsEncoding::place_relative,
                                     .long_lengths = true};
    return record;
}

constexpr VirtAddr kText{0xffffffff9a000000};

TEST(KernelRecord, ComesBack) {
    EXPECT_EQ(parse_record(record_text(sample(), kText), kText), sample());
}

TEST(KernelRecord, MovesWithTheImage) {
    const auto record = parse_record(record_text(sample(), kText), VirtAddr{0xffffffff81000000});
    ASSERT_TRUE(record);
    EXPECT_EQ(record->addresses[KernelSymbol::init_task], (VirtAddr{0xffffffff81003000}));
    EXPECT_EQ(record->addresses[KernelSymbol::pcpu_hot], (VirtAddr{0x1fbc0}));
    EXPECT_EQ(record->addresses[KernelSymbol::modules], std::nullopt);
}

TEST(KernelRecord, IsNothingWhenDamaged) {
    const std::string text = record_text(sample(), kText);
    EXPECT_FALSE(parse_record("", kText));
    EXPECT_FALSE(parse_record("[]", kText));
    EXPECT_FALSE(parse_record("{}", kText));
    EXPECT_FALSE(parse_record(text.substr(0, text.size() / 2), kText));
    for (const auto& [from, to] : {std::pair{"\"format\":", "\"format\":1"},
                                   {"\"banner\":\"", "\"banner\":[],\"x\":\""},
                                   {"\"types\":", "\"no_types\":"},
                                   {"\"fields\":[", "\"fields\":[null,"},
                                   {"\"fields\":[null,", "\"fields\":[7,"},
                                   {"[2232,4,4,0,0]", "[2232,4,4,0]"},
                                   {"[2232,4,4,0,0]", "[-1,4,4,0,0]"},
                                   {"\"structures\":[", "\"structures\":[1,"},
                                   {"\"symbols\":[", "\"symbols\":[null,"},
                                   {"\"symbols\":[null,", "\"symbols\":[[1],"},
                                   {"\"kallsyms\":[1,", "\"kallsyms\":["},
                                   {"\"kallsyms\":[1,", "\"kallsyms\":[4294967297,"},
                                   {",3,1]", ",4,1]"}}) {
        std::string damaged = text;
        const auto place = damaged.find(from);
        ASSERT_NE(place, std::string::npos) << from;
        damaged.replace(place, std::string_view(from).size(), to);
        EXPECT_FALSE(parse_record(damaged, kText)) << to;
    }
}

struct KernelCacheTest : testing::Test {
    KernelCacheTest() { fs::remove_all(folder); }
    ~KernelCacheTest() override { fs::remove_all(folder); }
    KernelCacheTest(const KernelCacheTest&) = delete;
    KernelCacheTest& operator=(const KernelCacheTest&) = delete;

    LocatedKernel locate() {
        memory.forget();
        auto found = locate_kernel(memory, LocatableKernel::kRoot, {.profile = {}, .cache_folder = folder});
        EXPECT_TRUE(found) << found.error().detail;
        return found ? *std::move(found) : LocatedKernel{};
    }
    std::string text() const {
        std::ostringstream out;
        out << std::ifstream(folder / kFile).rdbuf();
        return out.str();
    }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
    }

    fs::path folder = fs::path(testing::TempDir()) / ("kernel_cache_" + std::to_string(getpid())) / "deep";
    LocatableKernel kernel;
    GuestMemory memory{kernel.memory, X86Paging{}};
};

TEST_F(KernelCacheTest, FindsTheSameAtOnce) {
    const LocatedKernel cold = locate();
    EXPECT_FALSE(cold.warm);
    EXPECT_TRUE(fs::exists(folder / kFile));
    EXPECT_EQ(files(), 1U);
    const LocatedKernel warm = locate();
    EXPECT_TRUE(warm.warm);
    EXPECT_EQ(warm.banner, cold.banner);
    EXPECT_EQ(warm.build, cold.build);
    EXPECT_EQ(warm.layout, cold.layout);
    EXPECT_EQ(warm.addresses, cold.addresses);
    EXPECT_EQ(warm.kallsyms, cold.kallsyms);
    EXPECT_EQ(warm.types_origin, cold.types_origin);
    EXPECT_EQ(warm.symbols->find("init_task"), cold.symbols->find("init_task"));
    EXPECT_EQ(warm.image.root, cold.image.root);
}

TEST_F(KernelCacheTest, ReplacesADamagedFile) {
    locate();
    const std::string whole = text();
    std::ofstream(folder / kFile) << whole.substr(0, 100);
    EXPECT_FALSE(locate().warm);
    EXPECT_EQ(text(), whole);
    EXPECT_TRUE(locate().warm);
}

TEST_F(KernelCacheTest, PassesOverOtherFiles) {
    locate();
    for (const char* name : {"x", ".json", "6162-6010.json", "6162636465666768696a6b6c6d6e6f7071727374-6011.json",
                             "6162636465666768696a6b6c6d6e6f7071727374-ffffffffffffffff.json",
                             "6162636465666768696a6b6c6d6e6f7071727374-.json"}) {
        std::ofstream(folder / name) << "{}";
    }
    EXPECT_TRUE(locate().warm);
}

TEST_F(KernelCacheTest, BelievesTheKernelMoreThanTheFile) {
    locate();
    kernel.memory.put(LocatableKernel::at(KallsymsImage::kBanner + 14), as_bytes("7"));
    const LocatedKernel other = locate();
    EXPECT_FALSE(other.warm);
    EXPECT_EQ(other.banner, "Linux version 7.1.0 (made up)");
}

TEST_F(KernelCacheTest, DoesWithoutAFolderItCannotWriteTo) {
    fs::create_directories(folder.parent_path());
    std::ofstream{folder} << "a file";
    EXPECT_FALSE(locate().warm);
    EXPECT_FALSE(locate().warm);
}

TEST_F(KernelCacheTest, NeedsABuildId) {
    kernel.memory.put(LocatableKernel::at(LocatableKernel::kNote), Bytes(36));
    EXPECT_FALSE(locate().warm);
    EXPECT_FALSE(fs::exists(folder));
}

}  // namespace
}  // namespace hvgdb::osi
