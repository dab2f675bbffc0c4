// SPDX-License-Identifier: GPL-2.0-or-later
// Accepts clients for a Stub, one at a time.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "emulator/types.hpp"
#include "gdbserver/listen_address.hpp"
#include "gdbserver/stub.hpp"

namespace hvgdb::gdbserver {

/// One endpoint. A client is refused by closing its connection at once while the stub has another one, from whichever
/// endpoint; when that is gone the next one may come, any number of times. The server's thread only, which is the one
/// that runs `io`.
class Server {
  public:
    /// Both must outlive the server; `io` may still have work of its when it is destroyed.
    /// `entry`: what a client finds here.
    Server(boost::asio::io_context& io, Stub& stub, Entry entry = {});
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    /// Once. Clients are accepted as soon as `io` runs. Takes an inherited socket over.
    void listen(Listener listener);
    /// Where it listens, with the real port; in the form ListenAddress::parse() reads.
    [[nodiscard]] std::string address() const;
    [[nodiscard]] bool has_client() const;
    /// Accepts no more, and lets the client go after it got what was sent to it.
    void close();

  private:
    class Endpoint;
    std::shared_ptr<Endpoint> endpoint_;
};

}  // namespace hvgdb::gdbserver
