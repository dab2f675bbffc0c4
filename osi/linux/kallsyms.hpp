// SPDX-License-Identifier: GPL-2.0-or-later
// The symbols that a running kernel knows of itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "emulator/types.hpp"
#include "osi/linux/kallsyms_addresses.hpp"
#include "osi/linux/kallsyms_names.hpp"
#include "osi/linux/kallsyms_places.hpp"
#include "osi/linux/symbol_source.hpp"
#include "osi/memory_reader.hpp"

namespace hvgdb::osi {

/// A copy of the tables, 3 to 5 MB for a distribution's kernel; names stay compressed. Any thread may read.
class Kallsyms final : public SymbolSource {
  public:
    /// Copies the tables and checks that they decode: every name, every token. `base` is where the image is now.
    /// Errc::bad_argument when they do not or are larger than any kernel's, Errc::fault when memory is missing.
    [[nodiscard]] static Expected<std::unique_ptr<Kallsyms>> load(const MemoryReader& kernel, VirtAddr base,
                                                                  const KallsymsPlaces& places);

    [[nodiscard]] std::vector<std::optional<VirtAddr>> find_all(std::span<const std::string_view> names) const override;
    [[nodiscard]] std::vector<Symbol> variants(std::string_view name, std::size_t limit) const override;
    /// Of several at one address the table's first, as the kernel itself prints it.
    [[nodiscard]] std::optional<Symbol> at_or_below(VirtAddr address) const override;
    [[nodiscard]] std::size_t size() const override { return names_.size(); }
    [[nodiscard]] std::string_view origin() const override { return "kallsyms in guest memory"; }

    /// In the table's order; nothing at and behind size().
    [[nodiscard]] std::optional<Symbol> at(std::size_t index) const;

  private:
    Kallsyms(Bytes storage, KallsymsNames names, KallsymsAddresses addresses);

    void sort_by_address();
    void find_percpu_range();
    [[nodiscard]] std::size_t ranked(std::size_t rank) const;
    [[nodiscard]] bool is_absolute(std::size_t index) const;
    /// How many symbols start at or below an address.
    [[nodiscard]] std::size_t rank_behind(VirtAddr address) const;
    [[nodiscard]] Symbol symbol(std::size_t index) const;

    Bytes storage_;  ///< what the two below show
    KallsymsNames names_;
    KallsymsAddresses addresses_;
    std::vector<std::uint32_t> by_address_;  ///< empty when the table itself is in that order
    VirtAddr percpu_start_;                  ///< from 6.15 on per-CPU symbols have link addresses, and in here
    VirtAddr percpu_end_;
};

}  // namespace hvgdb::osi
