// SPDX-License-Identifier: GPL-2.0-or-later
// Finding out about a kernel that was never seen before.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "emulator/types.hpp"
#include "osi/guest_memory.hpp"
#include "osi/linux/image_copy.hpp"
#include "osi/linux/locate.hpp"
#include "osi/linux/located_kernel.hpp"

namespace hvgdb::osi {

/// For one use.
class ColdSearch {
  public:
    ColdSearch(GuestMemory& memory, KernelImage image, const LocateOptions& options);

    [[nodiscard]] Expected<LocatedKernel> run();

  private:
    /// The constants, or when `what` does not find in them, the whole image; copied when first needed.
    template <typename What>
    auto search(What what) -> decltype(what(std::declval<const ImageCopy&>()));

    [[nodiscard]] Expected<void> find_symbols();
    [[nodiscard]] Expected<void> find_types();
    [[nodiscard]] Expected<void> use_types(const TypeSource& types);
    /// Where the kernel itself and the profile are silent: what the structures' contents tell.
    [[nodiscard]] Expected<void> infer();
    [[nodiscard]] Expected<void> find_banner();
    void find_build();
    /// "no kernel yet: ..." unless there is a banner in the image; then that kernel and `lack`.
    [[nodiscard]] std::unexpected<Error> unknown(std::string_view lack);

    GuestMemory& memory_;
    LocatedKernel kernel_;
    AddressSpaceReader reader_;
    const LocateOptions& options_;
    std::string lack_;  ///< why something has to be inferred
    std::optional<ImageCopy> constants_;
    std::optional<ImageCopy> whole_;
};

}  // namespace hvgdb::osi
