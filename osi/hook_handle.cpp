// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/hook_state.hpp"

namespace hvgdb::osi {

void HookHandle::State::enable(bool wanted) {
    const std::lock_guard lock(mutex_);
    enabled_ = wanted;
    if (wanted) {
        site_.enable();
    } else {
        site_.disable();
    }
}

void HookHandle::State::remove() {
    const std::lock_guard lock(mutex_);
    removed_ = true;
    site_.remove();
    for (const auto& subscription : subscriptions_) {
        subscription.remove();
    }
}

bool HookHandle::State::exists() const {
    const std::lock_guard lock(mutex_);
    return !removed_ && (!address_ || site_.exists());
}

bool HookHandle::State::enabled() const {
    const std::lock_guard lock(mutex_);
    return !removed_ && (address_ ? site_.enabled() : enabled_);
}

std::uint64_t HookHandle::State::hits() const {
    const std::lock_guard lock(mutex_);
    return site_.hits();
}

std::optional<VirtAddr> HookHandle::State::address() const {
    const std::lock_guard lock(mutex_);
    return address_;
}

void HookHandle::State::subscribed(Subscription subscription) {
    const std::lock_guard lock(mutex_);
    subscriptions_.push_back(std::move(subscription));
}

bool HookHandle::State::note(const event::Mapped& mapped) {
    const std::lock_guard lock(mutex_);
    if (mapped_ || removed_) {
        return false;
    }
    mapped_ = mapped;
    return true;
}

std::optional<event::Mapped> HookHandle::State::mapped() const {
    const std::lock_guard lock(mutex_);
    return mapped_;
}

void HookHandle::State::arm(VirtAddr address, emulator::SiteHandle site) {
    const std::lock_guard lock(mutex_);
    address_ = address;
    site_ = std::move(site);
    if (removed_) {
        site_.remove();
    } else if (!enabled_) {
        site_.disable();
    }
}

void HookHandle::enable() const {
    if (const auto state = state_.lock()) {
        state->enable(true);
    }
}

void HookHandle::disable() const {
    if (const auto state = state_.lock()) {
        state->enable(false);
    }
}

void HookHandle::remove() const {
    if (const auto state = state_.lock()) {
        state->remove();
    }
}

bool HookHandle::exists() const {
    const auto state = state_.lock();
    return state != nullptr && state->exists();
}

bool HookHandle::enabled() const {
    const auto state = state_.lock();
    return state != nullptr && state->enabled();
}

std::uint64_t HookHandle::hits() const {
    const auto state = state_.lock();
    return state != nullptr ? state->hits() : 0;
}

std::optional<VirtAddr> HookHandle::address() const {
    const auto state = state_.lock();
    return state != nullptr ? state->address() : std::nullopt;
}

}  // namespace hvgdb::osi
