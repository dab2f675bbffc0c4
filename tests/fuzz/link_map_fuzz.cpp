// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever a program's memory holds: the list of libraries ends, and has each entry once.
#include <cstdint>
#include <cstdlib>
#include <set>

#include "osi/linux/link_map.hpp"
#include "tests/fuzz/wrapped_memory.hpp"

namespace {

/// All of the address space, for a program's pointers of either size.
class ProgramMemory final : public hvgdb::osi::MemoryReader {
  public:
    explicit ProgramMemory(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
    [[nodiscard]] std::size_t read(hvgdb::VirtAddr address, std::span<std::byte> out) const override {
        return bytes_.read(hvgdb::VirtAddr{address.value | std::uint64_t{1} << 63}, out);
    }

  private:
    hvgdb::osi::WrappedMemory bytes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hvgdb::osi;
    constexpr std::uint64_t kHeaders = 0x1000;
    const ProgramMemory memory(std::span(data, size));
    for (const bool compat : {false, true}) {
        const AuxiliaryEntry vector[] = {
            {.type = 3, .value = kHeaders}, {.type = 4, .value = compat ? 32U : 56U}, {.type = 5, .value = 4}};
        const auto libraries = loaded_libraries(memory, vector, compat);
        std::set<std::uint64_t> entries;
        for (const auto& library : libraries) {
            if (!entries.insert(library.link_map.value).second) {
                std::abort();
            }
        }
        if (libraries.size() > kMostLibraries) {
            std::abort();
        }
    }
    return 0;
}
