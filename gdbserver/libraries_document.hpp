// SPDX-License-Identifier: GPL-2.0-or-later
// What the dynamic linker has loaded, for gdb's `info sharedlibrary` (GDB manual, "Library List Format for SVR4
// Targets").
#pragma once

#include <span>
#include <string>

#include "osi/os.hpp"

namespace hvgdb::gdbserver {

/// `libraries` as Os::libraries() tells them.
[[nodiscard]] std::string libraries_document(std::span<const osi::Library> libraries);

}  // namespace hvgdb::gdbserver
