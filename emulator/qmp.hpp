// SPDX-License-Identifier: GPL-2.0-or-later
// The QEMU Machine Protocol, as far as we use it (QEMU manual, "QEMU Machine Protocol Specification").
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "emulator/types.hpp"

namespace hvgdb::emulator {

class Transport;

/// One client of a QMP socket. Blocks, with a time limit per command; the server's thread only.
class Qmp {
  public:
    /// Reads the greeting and leaves negotiation mode.
    [[nodiscard]] static Expected<Qmp> connect(std::unique_ptr<Transport> transport);
    Qmp(Qmp&&) noexcept;
    Qmp& operator=(Qmp&&) noexcept;
    Qmp(const Qmp&) = delete;
    Qmp& operator=(const Qmp&) = delete;
    ~Qmp();

    /// QEMU's run state by its QAPI name: "running", "prelaunch", "paused", "inmigrate", ...
    [[nodiscard]] Expected<std::string> run_state();
    /// What a command of QEMU's human monitor prints; lines end in CR LF, and complaints are printed too. At most 1
    /// MiB, `protocol` beyond.
    [[nodiscard]] Expected<std::string> human_monitor(std::string_view command_line);

  private:
    explicit Qmp(std::unique_ptr<Transport> transport);
    /// The next line that is no event. `protocol` on lines over 1 MiB.
    [[nodiscard]] Expected<std::string> read_line();
    /// The text of the `return` member. An `error` answer becomes `unsupported` with QEMU's description. `request` is a
    /// JSON object on one line.
    [[nodiscard]] Expected<std::string> ask(std::string request);

    std::unique_ptr<Transport> transport_;
    std::string received_;
};

}  // namespace hvgdb::emulator
