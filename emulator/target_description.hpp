// SPDX-License-Identifier: GPL-2.0-or-later
// The machine's own register description, as QEMU's stub serves it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// One register, in the order of the `g` packet (GDB manual, "Target Description Format").
struct RegisterInfo {
    std::string name;
    std::string type;        ///< "int64", "code_ptr", "i387_ext", ... as described
    std::string feature;     ///< "org.gnu.gdb.i386.core", ...
    unsigned number = 0;     ///< the protocol's number, as in `p` and in stop replies
    std::size_t size = 0;    ///< bytes
    std::size_t offset = 0;  ///< bytes from the start of the `g` block, see TargetDescription::in_block()
};

/// Immutable once built. Values are in guest byte order.
class TargetDescription {
  public:
    TargetDescription() = default;

    /// `documents` maps annex names ("target.xml", "i386-64bit.xml", ...) to their text; "target.xml" is the root and
    /// names the others by xi:include. Fails with `protocol` when the documents do not parse, an included one is
    /// missing, or sizes are absurd (over 64 KiB for the whole block, over 8 KiB for one register).
    [[nodiscard]] static Expected<TargetDescription> parse(std::map<std::string, std::string> documents);

    [[nodiscard]] const std::map<std::string, std::string>& documents() const { return documents_; }
    [[nodiscard]] const std::string& architecture() const { return architecture_; }  ///< "i386:x86-64", "aarch64", ...
    [[nodiscard]] const std::vector<RegisterInfo>& registers() const { return registers_; }
    [[nodiscard]] std::size_t block_size() const { return block_size_; }  ///< bytes of a `g` block

    /// False for a register that can only be read and written by itself: on some architectures QEMU's block ends before
    /// those of optional features.
    [[nodiscard]] bool in_block(const RegisterInfo& info) const { return info.offset + info.size <= block_size_; }
    /// Shortens the block to its first `size` bytes. False, and nothing changes, when no register ends there.
    [[nodiscard]] bool limit_block(std::size_t size);

    [[nodiscard]] const RegisterInfo* find(std::string_view name) const;
    [[nodiscard]] const RegisterInfo* find(unsigned number) const;

    /// The registers a stop reply carries unasked: program counter, stack pointer, frame pointer (those that exist).
    [[nodiscard]] const std::vector<unsigned>& expedited() const { return expedited_; }
    [[nodiscard]] const RegisterInfo* program_counter() const;

  private:
    void choose_expedited();

    std::map<std::string, std::string> documents_;
    std::string architecture_;
    std::vector<RegisterInfo> registers_;
    std::vector<unsigned> expedited_;
    std::optional<unsigned> program_counter_;
    std::size_t block_size_ = 0;
};

}  // namespace hvgdb::emulator
