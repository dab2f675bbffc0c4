// SPDX-License-Identifier: GPL-2.0-or-later
// What an instruction's result depends on: by the host, which runs it with changed inputs, and by our rules.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "tests/taint/cells.hpp"
#include "tests/taint/forms.hpp"
#include "tests/taint/native.hpp"

namespace hvgdb::emulator::taint {

/// For each cell after the instruction, the cells before it that it depends on.
using Dependencies = std::vector<CellSet>;

/// By the rules: each of these input cells has its own label.
[[nodiscard]] Dependencies ruled_dependencies(const Form& form, const CellSet& inputs);

struct Observed {
    Dependencies dependencies;
    CellSet inputs;     ///< that were changed one by one; of others nothing is known
    unsigned runs = 0;  ///< that did not fault; without any nothing is known
};
/// From so many random states.
[[nodiscard]] Observed observed_dependencies(NativeCpu& cpu, const Form& form, unsigned states, std::mt19937& random);

/// Addresses of the form's memory operands, in the order of Zydis' operands; 0 for operands that are none.
[[nodiscard]] std::vector<std::uint64_t> memory_operands(const Form& form);

}  // namespace hvgdb::emulator::taint
