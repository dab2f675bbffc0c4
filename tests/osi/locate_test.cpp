// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/locate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

#include "osi/linux/btf.hpp"
#include "osi/linux/kallsyms.hpp"
#include "tests/osi/locatable_kernel.hpp"

namespace hvgdb::osi {
namespace {

Expected<LocatedKernel> located(const LocatableKernel& kernel, AddressSpace current = LocatableKernel::kRoot) {
    GuestMemory memory(kernel.memory, X86Paging{});
    return locate_kernel(memory, current, {});
}

std::string refusal(const LocatableKernel& kernel) {
    const auto found = located(kernel);
    return found ? "" : found.error().detail;
}

TEST(Locate, FindsAllOfAKernel) {
    const LocatableKernel kernel;
    const auto found = located(kernel);
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->image.text, LocatableKernel::kText);
    EXPECT_EQ(found->image.root, LocatableKernel::kRoot);
    EXPECT_EQ(found->banner, LocatableKernel::kBanner);
    EXPECT_EQ(found->addresses[KernelSymbol::linux_banner],
              (VirtAddr{LocatableKernel::kText.value + KallsymsImage::kBanner}));
    EXPECT_EQ(found->symbols->find("init_task"), found->addresses[KernelSymbol::init_task]);
    EXPECT_THAT(found->layout.missing(), testing::IsEmpty());
    EXPECT_EQ(found->types_origin, "BTF in guest memory");
    ASSERT_TRUE(found->build);
    EXPECT_EQ(found->build->offset, LocatableKernel::kIdOffset);
    EXPECT_EQ(as_text(found->build->id), "abcdefghijklmnopqrst");
    EXPECT_TRUE(found->kallsyms);
    EXPECT_FALSE(found->warm);
    EXPECT_GT(found->took.count(), 0);
}

TEST(Locate, LooksThroughAllOfAnImageWhoseConstantsAreNotProtectedYet) {
    LocatableKernel kernel;
    kernel.memory.map_range(LocatableKernel::kRoot, LocatableKernel::kText, LocatableKernel::kPlace,
                            LocatableKernel::kSize, kP | kW);
    const auto found = located(kernel);
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->banner, LocatableKernel::kBanner);
    EXPECT_EQ(found->build->offset, LocatableKernel::kIdOffset);
}

TEST(Locate, SaysThatThereIsNoKernelYet) {
    EXPECT_EQ(refusal(LocatableKernel{}), "");
    LocatableKernel kernel;
    kernel.memory.put(LocatableKernel::kPlace, Bytes(KallsymsImage::kSize));
    EXPECT_EQ(refusal(kernel), "no kernel yet: what is mapped where Linux has its image is none");
    EXPECT_EQ(located(kernel).error().code, Errc::unsupported);
}

TEST(Locate, SaysWhatAKernelLacks) {
    using testing::StartsWith;
    LocatableKernel no_symbols;
    no_symbols.memory.put(LocatableKernel::at(0x1000), Bytes(KallsymsImage::kSize - 0x1000));
    EXPECT_THAT(refusal(no_symbols),
                StartsWith("Linux 6.1.0 has no symbol init_task, and that could not be inferred: "));
    EXPECT_THAT(refusal(LocatableKernel({.data_symbols = false})),
                StartsWith("Linux 6.1.0 has no symbol init_task, and that could not be inferred: "));

    LocatableKernel no_types;
    no_types.memory.put(LocatableKernel::at(LocatableKernel::kTypes), Bytes(24));
    EXPECT_THAT(
        refusal(no_types),
        StartsWith("Linux 6.1.0 does not describe its types (it has no BTF), and that could not be inferred: "));

    LocatableKernel strange_types;
    strange_types.memory.put(LocatableKernel::at(LocatableKernel::kTypes + 24), Bytes(12));
    EXPECT_THAT(refusal(strange_types),
                StartsWith("Linux 6.1.0 describes its types in a way that cannot be read: type 1 of the BTF is of an "
                           "unknown kind, and that could not be inferred: "));

    EXPECT_EQ(refusal(LocatableKernel({}, "mm_struct")),
              "Linux 6.1.0 has types that lack mm_struct.pgd (BTF in guest memory)");
}

TEST(Locate, DoesWithoutABuildId) {
    LocatableKernel kernel;
    kernel.memory.put(LocatableKernel::at(LocatableKernel::kNote), Bytes(36));
    const auto found = located(kernel);
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_FALSE(found->build);
}

/// What a file tells of the kernel, at the addresses it was linked for.
std::shared_ptr<const Profile> profile_of(bool types, bool symbols) {
    auto profile = std::make_shared<Profile>();
    if (types) {
        profile->types = *Btf::parse(LocatableKernel::types_without({}), "a file");
    }
    if (symbols) {
        const KallsymsImage image = make_kallsyms_image({});
        const auto places = find_kallsyms(image.bytes, KallsymsImage::kBase);
        profile->symbols =
            *Kallsyms::load(ImageReader(image.bytes, KallsymsImage::kBase), KallsymsImage::kBase, *places);
    }
    return profile;
}

TEST(Locate, TakesTypesFromAProfile) {
    LocatableKernel kernel;
    kernel.memory.put(LocatableKernel::at(LocatableKernel::kTypes), Bytes(24));
    GuestMemory memory(kernel.memory, X86Paging{});
    const auto found =
        locate_kernel(memory, LocatableKernel::kRoot,
                      {.profile = profile_of(true, false), .cache_folder = {}, .infer_structures = false});
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->types_origin, "a file");
    EXPECT_TRUE(found->kallsyms);
}

TEST(Locate, MovesAProfilesSymbolsToWhereTheKernelIs) {
    constexpr std::uint64_t kDistance = 0x200000;
    LocatableKernel kernel;
    kernel.memory.put(LocatableKernel::at(0x1000), Bytes(KallsymsImage::kSize - 0x1000));
    constexpr AddressSpace kMoved{0x4000};
    kernel.map(VirtAddr{LocatableKernel::kText.value + kDistance}, kMoved);
    GuestMemory memory(kernel.memory, X86Paging{});
    const LocateOptions options{.profile = profile_of(false, true), .cache_folder = {}, .infer_structures = false};
    for (int again = 0; again < 2; ++again) {
        const auto found = locate_kernel(memory, kMoved, options);
        ASSERT_TRUE(found) << found.error().detail;
        EXPECT_EQ(found->banner, LocatableKernel::kBanner);
        EXPECT_EQ(found->addresses[KernelSymbol::init_task],
                  (VirtAddr{options.profile->symbols->find("init_task")->value + kDistance}));
        EXPECT_FALSE(found->kallsyms);
    }
}

TEST(Locate, RefusesAProfileOfAnotherKernel) {
    LocatableKernel kernel;
    kernel.memory.put(LocatableKernel::at(KallsymsImage::kBanner), as_bytes("minix"));
    kernel.memory.put(LocatableKernel::at(0x80), as_bytes(LocatableKernel::kBanner));
    GuestMemory memory(kernel.memory, X86Paging{});
    const auto found =
        locate_kernel(memory, LocatableKernel::kRoot,
                      {.profile = profile_of(true, true), .cache_folder = {}, .infer_structures = false});
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().detail, "Linux 6.1.0 is not the one that the symbols are of");
}

struct StillThere : testing::Test {
    StillThere() {
        auto located = locate_kernel(memory, LocatableKernel::kRoot, {});
        EXPECT_TRUE(located) << located.error().detail;
        found = *std::move(located);
    }
    LocatableKernel kernel;
    GuestMemory memory{kernel.memory, X86Paging{}};
    LocatedKernel found;
};

TEST_F(StillThere, InBothOfAProcesssAddressSpaces) {
    EXPECT_TRUE(still_there(memory, LocatableKernel::kRoot, found));
    EXPECT_TRUE(still_there(memory, LocatableKernel::kUserRoot, found));
    EXPECT_EQ(found.image.root, LocatableKernel::kRoot);
}

TEST_F(StillThere, WithItsOwnPageTablesOnly) {
    constexpr AddressSpace kOwn{0x10000};
    constexpr VirtAddr kTables{0xffff888000010000};
    found.addresses.set(KernelSymbol::page_tables, kTables);
    kernel.memory.map(LocatableKernel::kRoot, kTables, PhysAddr{kOwn.root}, kP | kW | kXd);
    EXPECT_TRUE(still_there(memory, LocatableKernel::kRoot, found));
    EXPECT_EQ(found.image.root, LocatableKernel::kRoot) << "they do not show the kernel";
    memory.forget();
    kernel.map(LocatableKernel::kText, kOwn);
    EXPECT_TRUE(still_there(memory, LocatableKernel::kRoot, found));
    EXPECT_EQ(found.image.root, kOwn);
}

TEST_F(StillThere, NotWithAnotherBanner) {
    kernel.memory.put(LocatableKernel::at(KallsymsImage::kBanner + 14), as_bytes("7"));
    EXPECT_FALSE(still_there(memory, LocatableKernel::kRoot, found));
}

TEST_F(StillThere, NotWithAnotherBuild) {
    kernel.memory.put(LocatableKernel::at(LocatableKernel::kIdOffset), as_bytes("A"));
    EXPECT_FALSE(still_there(memory, LocatableKernel::kRoot, found));
}

TEST_F(StillThere, NotInAnEmptyAddressSpace) {
    EXPECT_FALSE(still_there(memory, AddressSpace{0x20000}, found));
}

TEST(Release, IsInTheBanner) {
    const std::string long_one(100, 'x');
    EXPECT_EQ(release_in("Linux version 6.12.1+deb13 (gcc)"), "6.12.1+deb13");
    EXPECT_EQ(release_in("Linux version 6.12"), "6.12");
    EXPECT_EQ(release_in("Linux version 6\x1b[2J"), "6");
    EXPECT_EQ(release_in("Linux version " + long_one).size(), 64U);
    EXPECT_EQ(release_in("linux version 6.12"), "");
    EXPECT_EQ(release_in("Linux version "), "");
}

}  // namespace
}  // namespace hvgdb::osi
