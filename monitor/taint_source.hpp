// SPDX-License-Identifier: GPL-2.0-or-later
// What gets labels when it comes into a process, as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "emulator/taint/labels.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// Of bytes that have a position: one label for all, or each its own.
struct InputLabels {
    emulator::taint::Label label = 0;  ///< of the byte at position 0, if `positional`
    bool positional = false;
    friend bool operator==(const InputLabels&, const InputLabels&) = default;
};

struct TaintSource {
    /// What is read from a file. The position is that in the file, or where it has none the order of arrival.
    struct File {
        std::string path;  ///< absolute, or the last parts of one
    };
    /// What is read from a descriptor. The position is the order of arrival.
    struct Descriptor {
        std::uint32_t number = 0;
    };
    /// The arguments of programs that start. The position counts from the first byte of the first, their NULs with it.
    struct Arguments {
        std::string program;  ///< as in osi::StartOrder
    };
    std::variant<File, Descriptor, Arguments> what;
    std::optional<osi::ProcessId> process;  ///< nothing: whoever; not of arguments
    InputLabels labels;
};

/// Whose bytes are labelled, and how.
struct SourceRequest {
    std::optional<osi::ProcessId> process;
    bool any = false;  ///< whoever's, even when a process is selected
    InputLabels labels;
    friend bool operator==(const SourceRequest&, const SourceRequest&) = default;
};

}  // namespace hvgdb::monitor
