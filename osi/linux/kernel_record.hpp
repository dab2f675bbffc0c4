// SPDX-License-Identifier: GPL-2.0-or-later
// What is worth remembering of a kernel, as text for a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "emulator/types.hpp"
#include "osi/linux/kallsyms_places.hpp"
#include "osi/linux/kernel_symbols.hpp"
#include "osi/linux/layout.hpp"

namespace hvgdb::osi {

/// The same each time this build of the kernel runs, but for the addresses, which move with its image.
struct KernelRecord {
    std::string banner;
    std::string types_origin;
    Layout layout{};
    KernelSymbols addresses{};
    KallsymsPlaces kallsyms{};
    friend bool operator==(const KernelRecord&, const KernelRecord&) = default;
};

/// JSON. `text` is where the image starts.
[[nodiscard]] std::string record_text(const KernelRecord& record, VirtAddr text);

/// For an image that starts at `text`. Nothing when the text is damaged or was written by a program that knew other
/// fields and symbols.
[[nodiscard]] std::optional<KernelRecord> parse_record(std::string_view record, VirtAddr text);

}  // namespace hvgdb::osi
