// SPDX-License-Identifier: GPL-2.0-or-later
// How sinks are spoken of. All texts are printable.
#pragma once

#include <optional>
#include <string>

#include "emulator/taint/sink_table.hpp"
#include "emulator/types.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// "label {3}", "labels {3, 7..9}".
[[nodiscard]] std::string label_list_text(const emulator::taint::LabelList& labels);

/// "the target depends on labels {3, 7..9}"
[[nodiscard]] std::string decision_text(const emulator::taint::SinkHit& hit);

/// How many of its registers a system call of Linux uses: an emulator::taint::ArgumentCount.
[[nodiscard]] unsigned argument_count(std::uint64_t number, bool wide);

/// "do_exit+0x10" of kernel code, "/bin/cat+0x1176" (the offset in the file) of a process's; empty: not known.
[[nodiscard]] std::string code_text(osi::Os* os, std::optional<osi::ProcessId> process, VirtAddr pc);

}  // namespace hvgdb::monitor
