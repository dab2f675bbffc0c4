// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/connection.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <utility>

#include "gdbserver/log.hpp"

namespace hvgdb::gdbserver {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

// Replies are small and each is waited for; a client whose network died must be noticed some day.
void tune(StreamSocket& socket) {
    error_code ignored;
    const auto local = socket.local_endpoint(ignored);
    if (ignored || local.data()->sa_family == AF_UNIX) {
        return;
    }
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    socket.set_option(asio::detail::socket_option::integer<IPPROTO_TCP, TCP_KEEPIDLE>(30), ignored);
}

asio::steady_timer::time_point never() {
    return asio::steady_timer::time_point::max();
}

}  // namespace

Connection::Connection(StreamSocket socket, Events events)
    : socket_(std::move(socket)),
      events_(std::move(events)),
      output_ready_(socket_.get_executor(), never()),
      output_drained_(socket_.get_executor(), never()),
      drain_limit_(socket_.get_executor()) {
    tune(socket_);
}

void Connection::start() {
    const auto self = shared_from_this();
    const auto hold = [self](const std::exception_ptr& failure) {
        if (failure) {
            self->finish();
        }
    };
    asio::co_spawn(socket_.get_executor(), read(), hold);
    asio::co_spawn(socket_.get_executor(), write(), hold);
}

void Connection::send(std::string_view bytes) {
    queue_ += bytes;
    output_ready_.cancel();
}

// The end of the incoming half wakes the reader, and the writer may still send.
void Connection::close() {
    error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_receive, ignored);
    finish();
}

asio::awaitable<void> Connection::read() {
    std::array<char, 16384> buffer{};
    while (!closing_) {
        while (queue_.size() + writing_ > kHighWater && !closing_) {
            co_await output_drained_.async_wait(kNoThrow);
        }
        const auto [error, size] = co_await socket_.async_read_some(asio::buffer(buffer), kNoThrow);
        if (error || closing_) {
            break;
        }
        events_.received(std::string_view(buffer.data(), size));
    }
    finish();
}

asio::awaitable<void> Connection::write() {
    for (;;) {
        while (queue_.empty() && !closing_) {
            co_await output_ready_.async_wait(kNoThrow);
        }
        if (queue_.empty()) {
            break;
        }
        const auto piece = std::exchange(queue_, {});
        writing_ = piece.size();
        const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(piece), kNoThrow);
        writing_ = 0;
        output_drained_.cancel();
        if (error) {
            break;
        }
    }
    error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_both, ignored);
    socket_.close(ignored);
    drain_limit_.cancel();
}

void Connection::finish() {
    if (std::exchange(closing_, true)) {
        return;
    }
    drain_limit_.expires_after(kDrainTime);
    drain_limit_.async_wait([self = shared_from_this()](const error_code& error) {
        error_code ignored;
        if (!error) {
            self->socket_.close(ignored);
        }
    });
    output_ready_.cancel();
    output_drained_.cancel();
    if (const auto closed = std::exchange(events_.closed, {})) {
        closed();
    }
}

}  // namespace hvgdb::gdbserver
