// SPDX-License-Identifier: GPL-2.0-or-later
// The compressed names in a kernel's symbol table: each is a length and that many bytes, and each byte stands for one
// of 256 tokens. The first character of a name is the symbol's type (scripts/kallsyms.c).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hvgdb::osi {

using CompressedName = std::span<const std::byte>;

/// A view: the bytes must outlive it.
class KallsymsTokens {
  public:
    static constexpr std::size_t kCount = 256;
    static constexpr std::size_t kIndexSize = 2 * kCount;
    static constexpr std::size_t kLongestToken = 255;

    /// Nothing when the index does not name 256 strings inside the table.
    [[nodiscard]] static std::optional<KallsymsTokens> parse(std::span<const std::byte> table,
                                                             std::span<const std::byte> index);

    [[nodiscard]] std::string_view operator[](std::byte code) const { return tokens_[static_cast<std::size_t>(code)]; }

  private:
    std::array<std::string_view, kCount> tokens_;
};

/// Takes names one after the other out of bytes that may be anything.
class KallsymsNameWalk {
  public:
    /// `long_lengths`: a length of 128 and more takes two bytes, the low seven bits first.
    KallsymsNameWalk(std::span<const std::byte> bytes, bool long_lengths)
        : bytes_(bytes), long_lengths_(long_lengths) {}

    /// Nothing when the next name is empty or not all there.
    [[nodiscard]] std::optional<CompressedName> next() {
        std::size_t at = position_;
        if (at >= bytes_.size()) {
            return std::nullopt;
        }
        auto length = static_cast<std::size_t>(bytes_[at++]);
        if (long_lengths_ && length >= kLongLength) {
            if (at >= bytes_.size()) {
                return std::nullopt;
            }
            length = (length - kLongLength) | (static_cast<std::size_t>(bytes_[at++]) << 7);
        }
        if (length == 0 || length > bytes_.size() - at) {
            return std::nullopt;
        }
        position_ = at + length;
        return bytes_.subspan(at, length);
    }
    /// Where the next name begins.
    [[nodiscard]] std::size_t position() const { return position_; }

  private:
    static constexpr std::size_t kLongLength = 128;

    std::span<const std::byte> bytes_;
    bool long_lengths_;
    std::size_t position_ = 0;
};

/// A view: the bytes must outlive it.
class KallsymsNames {
  public:
    /// Names are cut off here; the kernel's limit is 512 (KSYM_NAME_LEN).
    static constexpr std::size_t kLongestName = 1024;

    /// Nothing when there are not that many names, or one has no type.
    [[nodiscard]] static std::optional<KallsymsNames> parse(std::span<const std::byte> bytes, std::uint32_t count,
                                                            bool long_lengths, const KallsymsTokens& tokens);

    struct Name {
        char type = '?';
        std::string text;
    };

    [[nodiscard]] std::size_t size() const { return count_; }
    /// `index` < size(), in the following two too.
    [[nodiscard]] CompressedName compressed(std::size_t index) const;
    [[nodiscard]] Name name(std::size_t index) const;
    [[nodiscard]] char type(std::size_t index) const { return types_[index]; }
    [[nodiscard]] Name expand(CompressedName name) const;

    [[nodiscard]] KallsymsNameWalk walk() const { return {bytes_, long_lengths_}; }
    [[nodiscard]] const KallsymsTokens& tokens() const { return tokens_; }

  private:
    /// Every 256th name's place is kept, as the kernel does.
    static constexpr std::size_t kMarkerStep = 256;

    KallsymsNames(std::span<const std::byte> bytes, bool long_lengths, const KallsymsTokens& tokens)
        : bytes_(bytes), long_lengths_(long_lengths), tokens_(tokens) {}

    std::span<const std::byte> bytes_;
    bool long_lengths_;
    KallsymsTokens tokens_;
    std::size_t count_ = 0;
    std::vector<std::uint32_t> markers_;
    std::vector<char> types_;
};

}  // namespace hvgdb::osi
