// SPDX-License-Identifier: GPL-2.0-or-later
// Types of which only what kernel_fields.def names was kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "osi/linux/layout.hpp"
#include "osi/linux/type_source.hpp"

namespace hvgdb::osi {

class LayoutTypes final : public TypeSource {
  public:
    LayoutTypes(const Layout& layout, std::string origin) : layout_(layout), origin_(std::move(origin)) {}

    [[nodiscard]] std::optional<Member> member(std::string_view structure, std::string_view path) const override;
    [[nodiscard]] std::optional<std::uint64_t> size_of(std::string_view structure) const override;
    [[nodiscard]] std::string_view origin() const override { return origin_; }

    /// Whether any member is known.
    [[nodiscard]] bool empty() const;

  private:
    Layout layout_;
    std::string origin_;
};

}  // namespace hvgdb::osi
