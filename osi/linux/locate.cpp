// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/locate.hpp"

#include <chrono>
#include <optional>
#include <utility>

#include "osi/linux/cold_search.hpp"
#include "osi/linux/kernel_cache.hpp"

namespace hvgdb::osi {

Expected<LocatedKernel> locate_kernel(GuestMemory& memory, AddressSpace current, const LocateOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    const auto timed = [&](LocatedKernel kernel) {
        kernel.took = std::chrono::steady_clock::now() - start;
        return kernel;
    };
    auto image = find_kernel_image(memory, current);
    if (!image) {
        return std::unexpected(image.error());
    }
    std::optional<KernelCache> cache;
    if (!options.cache_folder.empty() && !options.profile && !options.infer_structures) {
        cache.emplace(options.cache_folder);
        if (auto known = cache->recall(memory, *image)) {
            return timed(*std::move(known));
        }
    }
    auto found = ColdSearch(memory, *std::move(image), options).run();
    if (found && cache && !found->inferred) {
        cache->remember(*found);
    }
    return found ? Expected<LocatedKernel>(timed(*std::move(found))) : std::unexpected(found.error());
}

}  // namespace hvgdb::osi
