// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/start_watch.hpp"

#include <algorithm>
#include <utility>

namespace hvgdb::gdbserver {

using emulator::Verdict;

void StartWatch::set_events(osi::Events* events) {
    subscription_.remove();
    events_ = events;
}

Expected<void> StartWatch::add(const osi::StartOrder& wanted, Purpose purpose) {
    if (events_ == nullptr) {
        return fail(Errc::unsupported, "starts of programs are not told here");
    }
    if (orders_.size() >= kMostOrders) {
        return fail(Errc::bad_argument, "too many programs are waited for");
    }
    if (!subscription_.exists()) {
        auto subscribed =
            events_->subscribe(osi::EventKind::started, {}, [mailbox = mailbox_, programs = programs_](const auto& it) {
                const auto& started = std::get<osi::event::Started>(it.what);
                const std::scoped_lock lock(programs->mutex);
                if (std::ranges::none_of(programs->names,
                                         [&](const auto& name) { return osi::is_start_of(started, name); })) {
                    return Verdict::go_on;
                }
                mailbox->put(it);
                return Verdict::stop;
            });
        if (!subscribed) {
            return std::unexpected(subscribed.error());
        }
        subscription_ = *std::move(subscribed);
    }
    if (std::ranges::none_of(orders_, [&](const Order& it) { return it.wanted == wanted && it.purpose == purpose; })) {
        orders_.push_back({.wanted = wanted, .purpose = purpose});
    }
    publish();
    return {};
}

std::optional<StartWatch::Order> StartWatch::take(const osi::event::Started& started) {
    const auto found =
        std::ranges::find_if(orders_, [&](const Order& it) { return osi::is_start_of(started, it.wanted.program); });
    if (found == orders_.end()) {
        return std::nullopt;
    }
    auto order = std::move(*found);
    orders_.erase(found);
    publish();
    return order;
}

void StartWatch::forget(Purpose purpose) {
    std::erase_if(orders_, [purpose](const Order& it) { return it.purpose == purpose; });
    publish();
}

void StartWatch::forget(const std::string& program) {
    std::erase_if(orders_, [&](const Order& it) { return it.wanted.program == program; });
    publish();
}

bool StartWatch::waits_for(Purpose purpose) const {
    return std::ranges::find(orders_, purpose, &Order::purpose) != orders_.end();
}

void StartWatch::publish() {
    {
        const std::scoped_lock lock(programs_->mutex);
        programs_->names.clear();
        for (const auto& order : orders_) {
            programs_->names.push_back(order.wanted.program);
        }
    }
    if (orders_.empty()) {
        subscription_.remove();
    }
}

}  // namespace hvgdb::gdbserver
