// SPDX-License-Identifier: GPL-2.0-or-later
// A part of a kernel's image, copied to be searched.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "emulator/types.hpp"
#include "osi/linux/kernel_image.hpp"

namespace hvgdb::osi {

/// What is not mapped, or no RAM, is zeros.
class ImageCopy {
  public:
    static constexpr std::uint64_t kLargest = 64u << 20;

    /// Of what can neither be written to nor executed, where a running kernel has its constants, its symbol table and
    /// its types among them. Nothing where the kernel does not tell them from the rest, as during its start.
    [[nodiscard]] static std::optional<ImageCopy> constants(GuestMemory& memory, const KernelImage& image);
    /// The image's first `kLargest` bytes.
    [[nodiscard]] static ImageCopy whole(GuestMemory& memory, const KernelImage& image);

    [[nodiscard]] VirtAddr base() const { return base_; }
    [[nodiscard]] std::span<const std::byte> bytes() const { return {bytes_.get(), size_}; }
    /// From one address to another; nothing unless all of it is here.
    [[nodiscard]] std::optional<std::span<const std::byte>> part(VirtAddr start, VirtAddr end) const;

  private:
    ImageCopy(VirtAddr base, std::size_t size);
    void copy(GuestMemory& memory, AddressSpace space, const ImageRange& range);

    VirtAddr base_;
    std::size_t size_ = 0;
    std::unique_ptr<std::byte[]> bytes_;
};

}  // namespace hvgdb::osi
