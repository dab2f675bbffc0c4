// SPDX-License-Identifier: GPL-2.0-or-later
// Where the members that we use are in the structures of one kernel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "osi/linux/type_source.hpp"

namespace hvgdb::osi {

/// The rows of kernel_fields.def.
enum class Field : std::uint16_t {
#define FIELD(id, structure, path, need) id,
#define STRUCTURE(name, need)
#include "osi/linux/kernel_fields.def"
#undef FIELD
#undef STRUCTURE
    count
};

/// Structures whose own size matters.
enum class Structure : std::uint8_t {
#define FIELD(id, structure, path, need)
#define STRUCTURE(name, need) name,
#include "osi/linux/kernel_fields.def"
#undef FIELD
#undef STRUCTURE
    count
};

struct FieldSpec {
    std::string_view structure;
    std::string_view path;
    bool required = false;
};

/// The row of a field.
[[nodiscard]] const FieldSpec& spec(Field field);
[[nodiscard]] std::string_view name(Structure structure);

/// A value; default: nothing is there.
class Layout {
  public:
    static constexpr std::size_t kFields = static_cast<std::size_t>(Field::count);
    static constexpr std::size_t kStructures = static_cast<std::size_t>(Structure::count);

    Layout() = default;
    [[nodiscard]] static Layout from(const TypeSource& types);

    [[nodiscard]] bool has(Field field) const { return present_[index(field)]; }
    /// What is absent has offset and size 0.
    [[nodiscard]] const Member& operator[](Field field) const { return members_[index(field)]; }
    [[nodiscard]] std::uint64_t size_of(Structure structure) const {
        return sizes_[static_cast<std::size_t>(structure)];
    }
    /// "task_struct.pid", ...: what is required and absent. A kernel's layout is usable when this is empty.
    [[nodiscard]] std::vector<std::string> missing() const;

    void set(Field field, const Member& member);
    void set(Structure structure, std::uint64_t size) { sizes_[static_cast<std::size_t>(structure)] = size; }

    friend bool operator==(const Layout&, const Layout&) = default;

  private:
    static constexpr std::size_t index(Field field) { return static_cast<std::size_t>(field); }

    std::array<Member, kFields> members_{};
    std::array<bool, kFields> present_{};
    std::array<std::uint64_t, kStructures> sizes_{};
};

}  // namespace hvgdb::osi
