// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/siginfo_document.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <string_view>
#include <utility>
#include <vector>

#include "emulator/hex.hpp"

namespace hvgdb::gdbserver {
namespace {

struct Field {
    std::size_t at;
    std::size_t size;
    std::uint64_t value;
};

SignalBytes packed(const std::vector<Field>& fields) {
    SignalBytes info{};
    for (const auto& field : fields) {
        std::ranges::copy(store_little_endian(field.value, field.size),
                          info.begin() + static_cast<std::ptrdiff_t>(field.at));
    }
    return info;
}

std::string text(const std::vector<Field>& fields) {
    const auto info = packed(fields);
    return std::string(as_text(info));
}

struct Case {
    const char* name;
    std::uint32_t number;
    std::int32_t code;
    std::vector<Field> wide;
    std::vector<Field> narrow;
};

class CompatSiginfo : public testing::TestWithParam<Case> {};

TEST_P(CompatSiginfo, HasTheFieldsWhereA32BitProgramLooks) {
    const auto& row = GetParam();
    const std::vector<Field> head{{0, 4, row.number}, {4, 4, 2}, {8, 4, static_cast<std::uint32_t>(row.code)}};
    auto wide = head;
    wide.insert(wide.end(), row.wide.begin(), row.wide.end());
    auto narrow = head;
    narrow.insert(narrow.end(), row.narrow.begin(), row.narrow.end());
    EXPECT_EQ(siginfo_document(packed(wide), false), text(wide));
    EXPECT_EQ(siginfo_document(packed(wide), true), text(narrow));
}

// Layouts: include/uapi/asm-generic/siginfo.h and include/linux/compat.h.
INSTANTIATE_TEST_SUITE_P(
    Table, CompatSiginfo,
    testing::Values(Case{"kill", 15, 0, {{16, 4, 77}, {20, 4, 1000}}, {{12, 4, 77}, {16, 4, 1000}}},
                    Case{"kernel", 9, 0x80, {{16, 4, 1}}, {{12, 4, 1}}},
                    Case{"tkill", 11, -6, {{16, 4, 77}, {20, 4, 1}}, {{12, 4, 77}, {16, 4, 1}}},
                    Case{"queued",
                         34,
                         -1,
                         {{16, 4, 7}, {20, 4, 8}, {24, 8, 0x1122334455667788}},
                         {{12, 4, 7}, {16, 4, 8}, {20, 4, 0x55667788}}},
                    Case{"timer", 14, -2, {{16, 4, 3}, {20, 4, 4}, {24, 8, 5}}, {{12, 4, 3}, {16, 4, 4}, {20, 4, 5}}},
                    Case{"fault", 11, 1, {{16, 8, 0xf7001234}}, {{12, 4, 0xf7001234}}},
                    Case{"bounds", 11, 3, {{16, 8, 1}, {32, 8, 2}, {40, 8, 3}}, {{12, 4, 1}, {20, 4, 2}, {24, 4, 3}}},
                    Case{"key", 11, 4, {{16, 8, 1}, {32, 4, 9}}, {{12, 4, 1}, {20, 4, 9}}},
                    Case{"memory error", 7, 5, {{16, 8, 1}, {24, 2, 12}}, {{12, 4, 1}, {16, 2, 12}}},
                    Case{"child",
                         17,
                         1,
                         {{16, 4, 70}, {20, 4, 5}, {24, 4, 3}, {32, 8, 100}, {40, 8, 200}},
                         {{12, 4, 70}, {16, 4, 5}, {20, 4, 3}, {24, 4, 100}, {28, 4, 200}}},
                    Case{"poll", 29, 1, {{16, 8, 0x41}, {24, 4, 6}}, {{12, 4, 0x41}, {16, 4, 6}}},
                    Case{"poll of another number", 40, 2, {{16, 8, 0x41}, {24, 4, 6}}, {{12, 4, 0x41}, {16, 4, 6}}},
                    Case{"sigio", 29, -5, {{16, 8, 0x41}, {24, 4, 6}}, {{12, 4, 0x41}, {16, 4, 6}}},
                    Case{"seccomp",
                         31,
                         1,
                         {{16, 8, 0x8000}, {24, 4, 39}, {28, 4, 0x40000003}},
                         {{12, 4, 0x8000}, {16, 4, 39}, {20, 4, 0x40000003}}},
                    Case{"unknown", 40, 60, {{100, 8, ~0ULL}}, {}}),
    [](const auto& row) {
        std::string name = row.param.name;
        std::ranges::replace(name, ' ', '_');
        return name;
    });

}  // namespace
}  // namespace hvgdb::gdbserver
