// SPDX-License-Identifier: GPL-2.0-or-later
// The format string of a dprintf, as C knows it, without any printf of the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "emulator/instrumentation.hpp"

namespace hvgdb::gdbserver {

struct AgentConversion {
    char letter = 'd';      ///< d (also for i), u, x, X, o, c, s or p
    unsigned bits = 64;     ///< how much of the argument counts
    std::size_t width = 0;  ///< the least number of characters
    std::optional<std::size_t> precision;
    bool left = false;       ///< -
    bool zeros = false;      ///< 0
    bool plus = false;       ///< +
    bool space = false;      ///< a space where a sign would be
    bool alternate = false;  ///< #
};

class AgentFormat {
  public:
    static constexpr std::size_t kMaxOutput = 4096;  ///< bytes that all formats of one evaluation may write
    static constexpr std::size_t kMaxString = 1024;  ///< bytes of a guest's string
    static constexpr std::size_t kMaxWidth = 1024;   ///< also of a precision

    /// `text` is as in C source, escapes included. `long` and pointers have `long_bits` bits. Fails with `unsupported`
    /// for floating point, wide characters, `*` and `%n`, else with `bad_argument`.
    [[nodiscard]] static Expected<AgentFormat> parse(std::string_view text, std::size_t argument_count,
                                                     unsigned long_bits);

    /// Appends to `output` until that is kMaxOutput long; what does not fit is lost. `arguments` are as many as parse()
    /// was told, the first one last. Strings are read from guest memory; an unreadable one is named as such.
    void print(std::span<const std::uint64_t> arguments, emulator::VcpuContext& context, std::string& output) const;

    [[nodiscard]] std::size_t piece_count() const { return pieces_.size(); }

  private:
    using Piece = std::variant<std::string, AgentConversion>;

    std::vector<Piece> pieces_;
};

}  // namespace hvgdb::gdbserver
