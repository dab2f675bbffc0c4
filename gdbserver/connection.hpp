// SPDX-License-Identifier: GPL-2.0-or-later
// One client's socket: a reader and a writer.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace hvgdb::gdbserver {

using StreamSocket = boost::asio::generic::stream_protocol::socket;

/// Lives as long as its coroutines run. The server's thread only.
class Connection : public std::enable_shared_from_this<Connection> {
  public:
    struct Events {
        std::function<void(std::string_view bytes)> received;
        std::function<void()> closed;  ///< once: nothing is received any more; what was sent still goes out
    };

    /// Above this much unsent output nothing more is read from the client.
    static constexpr std::size_t kHighWater = std::size_t{1} << 20;
    /// How long a closed connection may take to send what is left.
    static constexpr auto kDrainTime = std::chrono::seconds(2);

    Connection(StreamSocket socket, Events events);

    void start();
    void send(std::string_view bytes);
    /// Reads nothing more; closes when everything is sent.
    void close();

  private:
    boost::asio::awaitable<void> read();
    boost::asio::awaitable<void> write();
    void finish();

    StreamSocket socket_;
    Events events_;
    std::string queue_;
    std::size_t writing_ = 0;  ///< bytes taken from the queue that are not sent yet
    boost::asio::steady_timer output_ready_;
    boost::asio::steady_timer output_drained_;
    boost::asio::steady_timer drain_limit_;
    bool closing_ = false;
};

}  // namespace hvgdb::gdbserver
