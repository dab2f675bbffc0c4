// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel made up in a test: memory in a few chunks, and types in a table.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "osi/linux/layout.hpp"
#include "osi/memory_reader.hpp"

namespace hvgdb::osi {

/// Bytes that exist only where the test has put some, so that every stray read is seen.
class FakeMemory final : public MemoryReader {
  public:
    [[nodiscard]] std::size_t read(VirtAddr address, std::span<std::byte> out) const override {
        ++reads;
        for (std::size_t done = 0; done < out.size(); ++done) {
            const auto found = bytes_.find(address.value + done);
            if (found == bytes_.end() || address.value + done < address.value) {
                return done;
            }
            out[done] = found->second;
        }
        return out.size();
    }

    void put(VirtAddr address, std::uint64_t value, std::size_t size = 8) {
        for (std::size_t i = 0; i < size; ++i) {
            bytes_[address.value + i] = static_cast<std::byte>(value >> (8 * i));
        }
    }
    /// With its final NUL.
    void put_text(VirtAddr address, std::string_view text) {
        for (std::size_t i = 0; i <= text.size(); ++i) {
            bytes_[address.value + i] = static_cast<std::byte>(i < text.size() ? text[i] : '\0');
        }
    }
    void put_zeros(VirtAddr address, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            bytes_[address.value + i] = std::byte{0};
        }
    }
    void unmap(VirtAddr address, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            bytes_.erase(address.value + i);
        }
    }

    mutable std::uint64_t reads = 0;

  private:
    std::map<std::uint64_t, std::byte> bytes_;
};

/// A layout in which the named fields stand one after the other, 8 bytes each but for those given another size.
/// Structures begin at offset 0; each field has 8-byte alignment.
class FakeLayout {
  public:
    FakeLayout& add(Field field, std::uint64_t size = 8, std::uint64_t element_size = 0) {
        auto& next = next_[std::string(spec(field).structure)];
        layout_.set(field,
                    Member{.offset = next, .size = size, .element_size = element_size == 0 ? size : element_size});
        next += (std::max<std::uint64_t>(size, 8) + 7) / 8 * 8;
        return *this;
    }
    /// Room before the structure's next field, for what it has of another structure.
    FakeLayout& skip(std::string_view structure, std::uint64_t size) {
        next_[std::string(structure)] += size;
        return *this;
    }
    FakeLayout& set(Structure structure, std::uint64_t size) {
        layout_.set(structure, size);
        return *this;
    }
    [[nodiscard]] const Layout& layout() const { return layout_; }
    /// Behind the structure's last field.
    [[nodiscard]] std::uint64_t size_of(std::string_view structure) const { return next_.at(std::string(structure)); }

  private:
    Layout layout_;
    std::map<std::string, std::uint64_t> next_;
};

}  // namespace hvgdb::osi
