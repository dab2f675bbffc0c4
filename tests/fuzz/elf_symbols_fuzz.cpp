// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever a file holds: a look-up ends, and has not read more of the file than it may.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "osi/elf_symbols.hpp"

namespace {

/// As long as it says, which may be more than there is: the input over and over again.
class FuzzedFile final : public hvgdb::osi::GuestFile {
  public:
    explicit FuzzedFile(std::span<const std::uint8_t> bytes) : bytes_(bytes) { status_.size = kSize; }
    [[nodiscard]] const hvgdb::osi::FileStatus& status() const override { return status_; }
    [[nodiscard]] hvgdb::Expected<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
        const auto count = std::min<std::uint64_t>(out.size(), kSize - std::min(offset, kSize));
        for (std::size_t done = 0; done < count;) {
            const auto at = static_cast<std::size_t>((offset + done) % bytes_.size());
            const auto size = std::min(static_cast<std::size_t>(count) - done, bytes_.size() - at);
            std::memcpy(out.data() + done, bytes_.data() + at, size);
            done += size;
        }
        bytes_read += count;
        return static_cast<std::size_t>(count);
    }
    std::uint64_t bytes_read = 0;

  private:
    static constexpr std::uint64_t kSize = std::uint64_t{256} << 10;
    std::span<const std::uint8_t> bytes_;
    hvgdb::osi::FileStatus status_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hvgdb::osi;
    if (size == 0) {
        return 0;
    }
    FuzzedFile file(std::span(data, size));
    auto elf = ElfFile::open(file);
    if (!elf) {
        return 0;
    }
    for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{0x1000}, ~std::uint64_t{0}}) {
        const auto bias = elf->bias_of_mapping(hvgdb::VirtAddr{0x7f00'0000'0000}, offset);
        if (bias && !elf->is_64_bit() && *bias >> 32 != 0) {
            std::abort();
        }
    }
    for (const char* name : {"main", "foo"}) {
        file.bytes_read = 0;
        const auto found = elf->symbol(name);
        if (file.bytes_read > kMostElfBytes || (!found && found.error().detail.empty())) {
            std::abort();
        }
    }
    return 0;
}
