// SPDX-License-Identifier: GPL-2.0-or-later
// The structures of a kernel from its BTF.
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
#include "osi/linux/btf_blob.hpp"
#include "osi/linux/type_source.hpp"

namespace hvgdb::osi {

/// Types are read where they stand when they are asked for; kept are only their places and the names of structures and
/// enumerations. The blob may be nonsense, or lead in circles: every look-up ends soon, at worst with nothing. Of
/// several structures with one name the first counts. Pointers have 8 bytes.
class Btf final : public TypeSource {
  public:
    /// What follows the blob does not matter. `bad_argument` when it is no BTF, or holds a type whose record's length
    /// nobody knows.
    [[nodiscard]] static Expected<std::unique_ptr<Btf>> parse(Bytes blob, std::string origin = "BTF in guest memory");

    [[nodiscard]] std::optional<Member> member(std::string_view structure, std::string_view path) const override;
    [[nodiscard]] std::optional<std::uint64_t> size_of(std::string_view structure) const override;
    [[nodiscard]] std::string_view origin() const override { return origin_; }
    /// How many types there are.
    [[nodiscard]] std::size_t size() const { return places_.size() - 1; }

  private:
    using TypeId = std::uint32_t;  // 0: void

    struct Record;
    struct Name {
        std::uint32_t hash = 0;
        TypeId id = 0;
        friend auto operator<=>(const Name&, const Name&) = default;
    };
    struct Place {
        std::uint64_t bits = 0;  // from the start of the structure
        unsigned bit_count = 0;
        TypeId type = 0;
    };

    Btf(Bytes blob, std::string origin) : blob_(std::move(blob)), origin_(std::move(origin)) {}

    [[nodiscard]] Expected<void> index();
    [[nodiscard]] std::optional<std::uint64_t> record_size(const Record& record) const;
    [[nodiscard]] std::uint32_t word(std::size_t place) const;
    [[nodiscard]] std::string_view text(std::uint32_t offset) const;
    [[nodiscard]] Record record_at(std::size_t place) const;
    [[nodiscard]] std::optional<Record> record(TypeId id) const;
    [[nodiscard]] std::optional<Record> stripped(TypeId id) const;
    /// A structure, or else an enumeration.
    [[nodiscard]] std::optional<Record> called(std::string_view name, bool structure) const;
    [[nodiscard]] std::optional<Member> enumerator(const Record& enumeration, std::string_view name) const;
    [[nodiscard]] std::optional<std::uint64_t> type_size(TypeId id, unsigned depth = 0) const;
    [[nodiscard]] std::optional<Place> find(const Record& structure, std::string_view name, unsigned& visits,
                                            unsigned depth = 0) const;
    [[nodiscard]] std::optional<Member> described(const Place& place) const;

    Bytes blob_;
    std::string origin_;
    BtfSections sections_;
    std::vector<std::uint32_t> places_;  // of each type's record in the type section
    std::vector<Name> named_;            // structures and enumerations, sorted
};

}  // namespace hvgdb::osi
