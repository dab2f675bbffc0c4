// SPDX-License-Identifier: GPL-2.0-or-later
// What a hook's handle, its events and the server share; for Hooks' own files only.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "osi/hooks.hpp"

namespace hvgdb::osi {

/// Any thread.
class HookHandle::State {
  public:
    void enable(bool wanted);
    void remove();
    [[nodiscard]] bool exists() const;
    [[nodiscard]] bool enabled() const;
    [[nodiscard]] std::uint64_t hits() const;
    [[nodiscard]] std::optional<VirtAddr> address() const;

    /// Ends with the hook.
    void subscribed(Subscription subscription);
    /// Whether it is the first.
    [[nodiscard]] bool note(const event::Mapped& mapped);
    [[nodiscard]] std::optional<event::Mapped> mapped() const;
    void arm(VirtAddr address, emulator::SiteHandle site);

  private:
    mutable std::mutex mutex_;
    std::vector<Subscription> subscriptions_;
    std::optional<event::Mapped> mapped_;
    std::optional<VirtAddr> address_;
    emulator::SiteHandle site_;
    bool enabled_ = true;
    bool removed_ = false;
};

}  // namespace hvgdb::osi
