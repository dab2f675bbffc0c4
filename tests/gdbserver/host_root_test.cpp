// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/host_root.hpp"

#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <ostream>
#include <sys/stat.h>

#include "emulator/hex.hpp"
#include "tests/support/host_folder.hpp"

namespace hvgdb::gdbserver {
namespace {

/// `inside` is the root; `outside` is beside it.
class Root : public testing::Test {
  protected:
    Root() {
        folder.make_folder("inside/sub");
        folder.write("outside", "secret");
        folder.write("inside/file", "text");
        folder.write("inside/sub/file", "deeper");
        folder.link("inside/absolute", "/sub/file");
        folder.link("inside/above", "../../../../outside");
        folder.link("inside/sub/up", "../file");
        folder.link("inside/host", folder.place("outside").string());
        folder.link("inside/way_out", "..");
        folder.link("inside/circle", "circle");
        folder.link("inside/process", "/proc/self/root/etc/passwd");
        ::mkfifo(folder.place("inside/pipe").c_str(), 0600);
        auto opened = HostRoot::open(folder.place("inside").string());
        if (!opened) {
            throw std::runtime_error(opened.error().detail);
        }
        root.emplace(*std::move(opened));
    }

    [[nodiscard]] std::string read(const std::string& path) const {
        const auto file = root->open_file(path);
        if (!file) {
            return "error " + std::to_string(static_cast<unsigned>(file.error()));
        }
        std::array<std::byte, 32> buffer{};
        const auto count = (*file)->read(0, buffer);
        return count ? std::string(as_text(std::span(buffer).first(*count))) : count.error().detail;
    }

    test::HostFolder folder;
    std::optional<HostRoot> root;
};

TEST_F(Root, GivesWhatIsInItAndNothingElse) {
    const std::pair<std::string, std::string> rows[] = {
        {"/file", "text"},
        {"/sub/file", "deeper"},
        {"/absolute", "deeper"},
        {"/sub/up", "text"},
        {"/sub/../../../file", "text"},
        {"/../outside", "error 2"},
        {"/above", "error 2"},
        {"/host", "error 2"},
        {"/way_out/outside", "error 2"},
        {"/process", "error 2"},
        {"/file/file", "error 2"},
        {"/sub", "error 21"},
        {"/", "error 21"},
        {"/pipe", "error 13"},
        {"/circle", "error 22"},
        {"/" + std::string(300, 'a'), "error 91"},
    };
    for (const auto& [path, text] : rows) {
        EXPECT_EQ(read(path), text) << path;
    }
}

TEST_F(Root, ReadsAnywhere) {
    const auto file = root->open_file("/file");
    ASSERT_TRUE(file);
    std::array<std::byte, 2> buffer{};
    EXPECT_EQ(*(*file)->read(2, buffer), 2U);
    EXPECT_EQ(as_text(buffer), "xt");
    EXPECT_EQ(*(*file)->read(4, buffer), 0U);
    EXPECT_EQ(*(*file)->read(std::numeric_limits<std::uint64_t>::max(), buffer), 0U);
    EXPECT_EQ((*file)->status().size, 4U);
}

TEST_F(Root, KnowsLinks) {
    EXPECT_EQ(root->read_link("/above").value_or(""), "../../../../outside");
    EXPECT_EQ(root->read_link("/file").error(), FileError::invalid);
    EXPECT_EQ(root->read_link("/nothing").error(), FileError::no_entry);
    EXPECT_TRUE(S_ISLNK(root->status("/above", false).value().mode));
    EXPECT_EQ(root->status("/above", true).error(), FileError::no_entry);
    EXPECT_TRUE(S_ISREG(root->status("/absolute", true).value().mode));
    EXPECT_TRUE(S_ISDIR(root->status("/sub", true).value().mode));
}

TEST(HostRoot, MustBeAFolder) {
    const test::HostFolder folder;
    folder.write("file", "");
    EXPECT_THAT(HostRoot::open(folder.path() + "/nothing").error().detail, testing::HasSubstr("No such file"));
    EXPECT_THAT(HostRoot::open(folder.path() + "/file").error().detail, testing::HasSubstr("Not a directory"));
}

}  // namespace
}  // namespace hvgdb::gdbserver
