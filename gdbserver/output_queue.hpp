// SPDX-License-Identifier: GPL-2.0-or-later
// What vCPUs print, on its way to the client's console.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace hvgdb::gdbserver {

/// Hands texts on in their order. The first one at once, those that follow it closely together: a packet and a waking
/// of the server's thread for each line would cost a guest that prints many a third of its speed.
class OutputQueue {
  public:
    /// Takes whole texts, one or several; called on the server's thread, never after this object's end.
    using Print = std::function<void(std::string_view)>;
    static constexpr std::chrono::milliseconds kInterval{10};
    /// Bytes that wait. What comes when there are more is lost.
    static constexpr std::size_t kMost = std::size_t{1} << 20;

    /// `io` is run by the server's thread, and must not run this object's work after its end.
    OutputQueue(boost::asio::io_context& io, Print print) : io_(io), timer_(io), print_(std::move(print)) {}
    OutputQueue(const OutputQueue&) = delete;
    OutputQueue& operator=(const OutputQueue&) = delete;
    ~OutputQueue() = default;

    /// Any thread.
    void add(std::string_view text);
    /// The server's thread: now, as before a stop is reported.
    void flush();

  private:
    using Clock = std::chrono::steady_clock;

    void come();

    boost::asio::io_context& io_;
    boost::asio::steady_timer timer_;
    Print print_;
    Clock::time_point flushed_;
    std::mutex mutex_;  ///< of what follows
    std::string text_;
    bool posted_ = false;  ///< the server's thread knows that there is some
};

}  // namespace hvgdb::gdbserver
