// SPDX-License-Identifier: GPL-2.0-or-later
// Waiting for programs to start.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "emulator/types.hpp"
#include "gdbserver/event_mailbox.hpp"
#include "osi/events.hpp"
#include "osi/start_order.hpp"

namespace hvgdb::gdbserver {

/// The server's thread only. The vCPU that starts an awaited program parks, and the event is in the mailbox. Nothing is
/// subscribed to while nothing is awaited.
class StartWatch {
  public:
    enum class Purpose : std::uint8_t {
        attach,         ///< to attach the process
        hold,           ///< to hold it until somebody attaches it, as this client wants
        hold_for_good,  ///< the same, whoever the client is
    };
    struct Order {
        osi::StartOrder wanted;
        Purpose purpose = Purpose::hold;
    };

    explicit StartWatch(std::shared_ptr<EventMailbox> mailbox) : mailbox_(std::move(mailbox)) {}
    ~StartWatch() { subscription_.remove(); }
    StartWatch(const StartWatch&) = delete;
    StartWatch& operator=(const StartWatch&) = delete;

    /// Null: none is known, and add() fails.
    void set_events(osi::Events* events);
    /// From the next Events::commit() on.
    [[nodiscard]] Expected<void> add(const osi::StartOrder& wanted, Purpose purpose);
    /// The first order that this start fulfils, which is none any more.
    [[nodiscard]] std::optional<Order> take(const osi::event::Started& started);
    void forget(Purpose purpose);
    void forget(const std::string& program);

    [[nodiscard]] bool waits_for(Purpose purpose) const;
    [[nodiscard]] const std::vector<Order>& orders() const { return orders_; }

  private:
    static constexpr std::size_t kMostOrders = 64;
    /// What the vCPUs look for.
    struct Programs {
        std::mutex mutex;
        std::vector<std::string> names;
    };

    void publish();

    std::shared_ptr<EventMailbox> mailbox_;
    osi::Events* events_ = nullptr;
    std::vector<Order> orders_;
    std::shared_ptr<Programs> programs_ = std::make_shared<Programs>();
    osi::Subscription subscription_;
};

}  // namespace hvgdb::gdbserver
