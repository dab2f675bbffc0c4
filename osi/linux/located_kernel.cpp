// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/located_kernel.hpp"

#include <algorithm>
#include <array>

namespace hvgdb::osi {

namespace {

constexpr std::string_view kBannerStart = "Linux version ";
constexpr std::size_t kLongestBanner = 512;

bool shows(const MemoryReader& memory, const LocatedKernel& kernel) {
    const auto banner = read_banner(memory, kernel.addresses);
    if (banner != kernel.banner) {
        return false;
    }
    BuildId id{};
    return !kernel.build ||
           (memory.fill(VirtAddr{kernel.image.text.value + kernel.build->offset}, id) && id == kernel.build->id);
}

}  // namespace

bool still_there(GuestMemory& memory, AddressSpace current, LocatedKernel& kernel) {
    for (const AddressSpace space : {current, isolation_twin(current)}) {
        if (shows(AddressSpaceReader(memory, space), kernel)) {
            kernel.image.root = space;
            use_own_page_tables(memory, kernel);
            return true;
        }
    }
    return false;
}

void use_own_page_tables(GuestMemory& memory, LocatedKernel& kernel) {
    const auto tables = kernel.addresses[KernelSymbol::page_tables];
    const auto banner = kernel.addresses[KernelSymbol::linux_banner];
    const auto place = tables ? memory.translate(kernel.image.root, *tables) : std::nullopt;
    if (!place || !banner) {
        return;
    }
    const AddressSpace own{place->value};
    if (memory.translate(own, *banner) == memory.translate(kernel.image.root, *banner)) {
        kernel.image.root = own;
    }
}

std::optional<std::string> read_banner(const MemoryReader& kernel, const KernelSymbols& addresses) {
    const auto address = addresses[KernelSymbol::linux_banner];
    auto banner = address ? kernel.text(*address, kLongestBanner) : std::nullopt;
    if (!banner || release_in(*banner).empty()) {
        return std::nullopt;
    }
    banner->resize(std::min(banner->size(), banner->find('\n')));
    return banner;
}

std::string_view release_in(std::string_view banner) {
    constexpr std::size_t kLongestRelease = 64;  // __NEW_UTS_LEN
    if (!banner.starts_with(kBannerStart)) {
        return {};
    }
    banner.remove_prefix(kBannerStart.size());
    const auto end = std::ranges::find_if(banner, [](char c) { return c <= ' ' || c > '~'; });
    return banner.substr(0, std::min<std::size_t>(static_cast<std::size_t>(end - banner.begin()), kLongestRelease));
}

}  // namespace hvgdb::osi
