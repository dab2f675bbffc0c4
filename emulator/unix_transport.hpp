// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <string>

#include "emulator/stub_transport.hpp"

namespace hvgdb::emulator {

/// A unix stream socket. Raises no SIGPIPE.
class UnixTransport final : public Transport {
  public:
    /// `gone` when nobody listens at `path` (yet), `bad_argument` when the path does not fit a socket address.
    [[nodiscard]] static Expected<std::unique_ptr<UnixTransport>> connect(const std::string& path);
    /// Takes over a connected socket.
    explicit UnixTransport(int socket) : socket_(socket) {}
    ~UnixTransport() override;

    Expected<void> write(std::span<const std::byte> bytes, std::chrono::milliseconds limit) override;
    Expected<std::size_t> read(std::span<std::byte> out, std::chrono::milliseconds limit) override;
    int native_handle() const override { return socket_; }

  private:
    int socket_;
};

}  // namespace hvgdb::emulator
