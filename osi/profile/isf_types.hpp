// SPDX-License-Identifier: GPL-2.0-or-later
// The types of an ISF document.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "osi/linux/type_source.hpp"
#include "osi/profile/type_path.hpp"

namespace hvgdb::osi {

/// A view: the document must outlive it. What is not as it should be is absent.
class IsfTypes final : public TypeSource {
  public:
    explicit IsfTypes(const boost::json::object& document) : document_(document) {}

    [[nodiscard]] std::optional<Member> member(std::string_view structure, std::string_view path) const override;
    [[nodiscard]] std::optional<std::uint64_t> size_of(std::string_view structure) const override;
    [[nodiscard]] std::string_view origin() const override { return "ISF"; }

  private:
    using Object = boost::json::object;

    [[nodiscard]] const Object* section(std::string_view name, std::string_view key) const;
    [[nodiscard]] const Object* structure_of(const Object* type) const;
    [[nodiscard]] std::optional<Step<const Object*>> find(const Object* structure, std::string_view name,
                                                          unsigned depth, unsigned& visits) const;
    [[nodiscard]] std::optional<std::uint64_t> size_of_type(const Object* type, unsigned depth) const;

    const Object& document_;
};

}  // namespace hvgdb::osi
