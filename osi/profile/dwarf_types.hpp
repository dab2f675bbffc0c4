// SPDX-License-Identifier: GPL-2.0-or-later
// The types in DWARF debugging information.
#pragma once

#include <cstdint>
#include <elfutils/libdw.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "osi/linux/type_source.hpp"
#include "osi/profile/type_path.hpp"

namespace hvgdb::osi {

/// Knows the structures that kernel_fields.def names, and those only. For one thread.
class DwarfTypes final : public TypeSource {
  public:
    /// Looks through all compilation units: seconds for a kernel. Null when there is no DWARF. `elf` must outlive it.
    [[nodiscard]] static std::unique_ptr<DwarfTypes> open(Elf* elf);

    [[nodiscard]] std::optional<Member> member(std::string_view structure, std::string_view path) const override;
    [[nodiscard]] std::optional<std::uint64_t> size_of(std::string_view structure) const override;
    [[nodiscard]] std::string_view origin() const override { return "DWARF"; }

  private:
    struct Close {
        void operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }
    };

    explicit DwarfTypes(Dwarf* dwarf) : dwarf_(dwarf) {}

    void index();
    /// How many structures became known.
    std::size_t take_unit(Dwarf_Die& unit);

    std::unique_ptr<Dwarf, Close> dwarf_;
    std::map<std::string, std::optional<Dwarf_Die>, std::less<>> structures_;
};

}  // namespace hvgdb::osi
