// SPDX-License-Identifier: GPL-2.0-or-later
// The byte stream between us and QEMU's stub.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// A connected, ordered, reliable byte stream. Used by one thread. Closed by its destructor.
class Transport {
  public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    /// All of `bytes`, or `timeout` (then some of them may be on their way), or `gone`.
    [[nodiscard]] virtual Expected<void> write(std::span<const std::byte> bytes, std::chrono::milliseconds limit) = 0;
    /// Waits for the first byte only; returns how many there were, at least one. `timeout` when none came (with a limit
    /// of zero: when none is there now), `gone` when the other side closed.
    [[nodiscard]] virtual Expected<std::size_t> read(std::span<std::byte> out, std::chrono::milliseconds limit) = 0;
    /// A file descriptor to wait on for something to read, or -1.
    [[nodiscard]] virtual int native_handle() const = 0;
};

}  // namespace hvgdb::emulator
