// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "gdbserver/connection.hpp"
#include "gdbserver/log.hpp"

namespace hvgdb::gdbserver {

namespace asio = boost::asio;
using boost::system::error_code;

/// Outlives the Server while its coroutine does; `stub_` is null from then on.
class Server::Endpoint : public std::enable_shared_from_this<Endpoint> {
  public:
    Endpoint(asio::io_context& io, Stub& stub, Entry entry)
        : io_(io), stub_(&stub), entry_(std::move(entry)), acceptor_(io), wait_limit_(io) {}

    void listen(Listener listener);
    [[nodiscard]] std::string address() const { return name_; }
    [[nodiscard]] bool has_client() const { return client_ != nullptr; }
    void close();
    void retire() {
        close();
        stub_ = nullptr;
    }

  private:
    using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

    static asio::awaitable<void> accept(std::shared_ptr<Endpoint> self);
    void welcome(StreamSocket socket);
    void received(std::string_view bytes);
    void lost();
    void limit_wait();

    asio::io_context& io_;
    Stub* stub_;
    Entry entry_;
    std::optional<Listener> listener_;  ///< for the sake of a unix socket's file
    std::string name_;
    Acceptor acceptor_;
    std::shared_ptr<Connection> client_;
    asio::steady_timer wait_limit_;
    std::optional<unsigned> limited_;  ///< the wait that it is for
};

void Server::Endpoint::listen(Listener listener) {
    const auto protocol = listener.is_unix() ? asio::generic::stream_protocol(AF_UNIX, 0)
                                             : asio::generic::stream_protocol(AF_INET, IPPROTO_TCP);
    name_ = listener.name();
    acceptor_.assign(protocol, ::dup(listener.descriptor()));
    listener_.emplace(std::move(listener));
    log().debug("listening on {}", name_);
    asio::co_spawn(io_, accept(shared_from_this()), asio::detached);
}

asio::awaitable<void> Server::Endpoint::accept(std::shared_ptr<Endpoint> self) {
    constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
    asio::steady_timer pause(self->io_);
    while (self->acceptor_.is_open()) {
        auto [error, socket] = co_await self->acceptor_.async_accept(kNoThrow);
        if (!error) {
            self->welcome(std::move(socket));
        } else if (self->acceptor_.is_open()) {
            log().warn("accepting a client: {}", error.message());
            pause.expires_after(std::chrono::milliseconds(100));  // out of descriptors, most likely
            co_await pause.async_wait(kNoThrow);
        }
    }
}

void Server::Endpoint::welcome(StreamSocket socket) {
    if (client_ || stub_ == nullptr || stub_->connected()) {
        log().warn("a second client was refused on {}", address());
        error_code ignored;
        socket.close(ignored);
        return;
    }
    log().info("a client connected to {}", address());
    const std::weak_ptr weak = shared_from_this();
    Connection::Events events;
    events.received = [weak](std::string_view bytes) {
        if (const auto self = weak.lock()) {
            self->received(bytes);
        }
    };
    events.closed = [weak] {
        if (const auto self = weak.lock()) {
            self->lost();
        }
    };
    client_ = std::make_shared<Connection>(std::move(socket), std::move(events));
    client_->start();
    stub_->connect(
        [client = std::weak_ptr(client_)](std::string_view bytes) {
            if (const auto connection = client.lock()) {
                connection->send(bytes);
            }
        },
        entry_);
    limit_wait();
}

void Server::Endpoint::received(std::string_view bytes) {
    if (stub_ == nullptr) {
        return;
    }
    stub_->receive(bytes);
    limit_wait();
    if (!stub_->flooded()) {
        return;
    }
    log().warn("the client sends without waiting; it is dropped");
    client_->close();
}

// Each wait has its own limit, which it keeps while it lasts.
void Server::Endpoint::limit_wait() {
    const auto wait = stub_ == nullptr ? std::nullopt : stub_->waits();
    if (!wait || limited_ == wait->number) {
        return;
    }
    limited_ = wait->number;
    wait_limit_.expires_after(wait->limit);
    wait_limit_.async_wait([weak = weak_from_this(), number = wait->number](const error_code& error) {
        const auto self = weak.lock();
        if (error || !self || self->stub_ == nullptr) {
            return;
        }
        const auto now = self->stub_->waits();
        if (now && now->number == number) {
            self->stub_->overdue();
            self->limit_wait();
        }
    });
}

void Server::Endpoint::lost() {
    client_.reset();
    wait_limit_.cancel();
    limited_.reset();
    log().info("the client of {} left", address());
    if (stub_ != nullptr) {
        stub_->disconnect();
    }
}

void Server::Endpoint::close() {
    error_code ignored;
    acceptor_.close(ignored);
    listener_.reset();
    if (const auto client = client_) {
        client->close();
    }
}

Server::Server(asio::io_context& io, Stub& stub, Entry entry)
    : endpoint_(std::make_shared<Endpoint>(io, stub, std::move(entry))) {}

Server::~Server() {
    endpoint_->retire();
}

void Server::listen(Listener listener) {
    endpoint_->listen(std::move(listener));
}
std::string Server::address() const {
    return endpoint_->address();
}
bool Server::has_client() const {
    return endpoint_->has_client();
}
void Server::close() {
    endpoint_->close();
}

}  // namespace hvgdb::gdbserver
