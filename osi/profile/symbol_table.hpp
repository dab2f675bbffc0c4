// SPDX-License-Identifier: GPL-2.0-or-later
// Symbols from a file, in order of their addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/types.hpp"
#include "osi/linux/symbol_source.hpp"

namespace hvgdb::osi {

class SymbolTable final : public SymbolSource {
  public:
    static constexpr std::size_t kMaxSymbols = std::size_t{1} << 22;
    static constexpr std::size_t kLongestName = 1024;
    static constexpr std::size_t kMaxNames = std::size_t{1} << 30;  ///< bytes

    class Builder {
      public:
        /// False, and nothing changes, when the name is empty or too long, or there are too many.
        bool add(VirtAddr address, char type, std::string_view name);
        [[nodiscard]] std::size_t size() const { return entries_.size(); }
        /// Symbols at one address keep the order in which they were added.
        [[nodiscard]] std::unique_ptr<SymbolTable> finish(std::string origin) &&;

      private:
        friend class SymbolTable;
        struct Entry {
            std::uint64_t address = 0;
            std::uint32_t name = 0;
            std::uint16_t length = 0;
            char type = '?';
        };
        std::string names_;
        std::vector<Entry> entries_;
    };

    [[nodiscard]] std::vector<std::optional<VirtAddr>> find_all(std::span<const std::string_view> names) const override;
    [[nodiscard]] std::vector<Symbol> variants(std::string_view name, std::size_t limit) const override;
    [[nodiscard]] std::optional<Symbol> at_or_below(VirtAddr address) const override;
    [[nodiscard]] std::size_t size() const override { return entries_.size(); }
    [[nodiscard]] std::string_view origin() const override { return origin_; }

  private:
    using Entry = Builder::Entry;

    SymbolTable(Builder builder, std::string origin);

    [[nodiscard]] std::string_view name(const Entry& entry) const {
        return std::string_view(names_).substr(entry.name, entry.length);
    }
    [[nodiscard]] Symbol symbol(const Entry& entry) const;

    std::string names_;
    std::vector<Entry> entries_;
    std::string origin_;
    VirtAddr percpu_start_;  ///< no code or data is in here while the kernel runs
    VirtAddr percpu_end_;
};

/// Whether a symbol moves with the kernel. Others are absolute: per-CPU offsets up to 6.14, sizes, ...
[[nodiscard]] constexpr bool moves_with_kernel(VirtAddr address) {
    return (address.value >> 63) != 0;
}

}  // namespace hvgdb::osi
