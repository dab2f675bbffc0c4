// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/build_id.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace hvgdb::osi {

namespace {

using namespace std::string_view_literals;

/// Sizes of the name and of the id, NT_GNU_BUILD_ID, the name.
constexpr std::string_view kHead = "\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0"sv;

}  // namespace

std::optional<BuildIdPlace> find_build_id(std::span<const std::byte> notes) {
    std::optional<BuildIdPlace> found;
    std::size_t at = 0;
    while (const void* const hit = memmem(notes.data() + at, notes.size() - at, kHead.data(), kHead.size())) {
        at = static_cast<std::size_t>(static_cast<const std::byte*>(hit) - notes.data());
        const auto id = notes.subspan(at + kHead.size());
        if (at % 4 == 0 && id.size() >= BuildId{}.size()) {
            found = BuildIdPlace{.offset = at + kHead.size()};
            std::ranges::copy(id.first(found->id.size()), found->id.begin());
        }
        ++at;
    }
    return found;
}

}  // namespace hvgdb::osi
