// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/unix_transport.hpp"

#include <algorithm>
#include <cerrno>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace hvgdb::emulator {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::unexpected<Error> lost(int error) {
    return fail(Errc::gone, fmt::format("QEMU's debug socket: {}", std::generic_category().message(error)));
}

Expected<void> wait_for(int socket, short event, Clock::time_point deadline) {
    while (true) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
        pollfd request{.fd = socket, .events = event, .revents = 0};
        const int ready = ::poll(&request, 1, static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, 60'000)));
        if (ready > 0) {
            return {};
        }
        if (ready == 0) {
            return fail(Errc::timeout, "QEMU's debug socket does not answer");
        }
        if (errno != EINTR) {
            return lost(errno);
        }
    }
}

bool would_block(int error) {
    return error == EAGAIN || error == EWOULDBLOCK;
}

}  // namespace

Expected<std::unique_ptr<UnixTransport>> UnixTransport::connect(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path) {
        return fail(Errc::bad_argument, fmt::format("'{}' is no usable socket path", path));
    }
    std::ranges::copy(path, address.sun_path);
    auto transport = std::make_unique<UnixTransport>(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (transport->socket_ < 0) {
        return lost(errno);
    }
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(transport->socket_, generic, sizeof address) != 0) {
        return fail(Errc::gone, fmt::format("{}: {}", path, std::generic_category().message(errno)));
    }
    return transport;
}

UnixTransport::~UnixTransport() {
    if (socket_ >= 0) {
        ::close(socket_);
    }
}

Expected<void> UnixTransport::write(std::span<const std::byte> bytes, milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(sent));
        } else if (would_block(errno)) {
            if (auto ready = wait_for(socket_, POLLOUT, deadline); !ready) {
                return ready;
            }
        } else if (errno != EINTR) {
            return lost(errno);
        }
    }
    return {};
}

Expected<std::size_t> UnixTransport::read(std::span<std::byte> out, milliseconds limit) {
    const auto deadline = Clock::now() + limit;
    while (true) {
        if (limit > milliseconds::zero()) {
            if (auto ready = wait_for(socket_, POLLIN, deadline); !ready) {
                return std::unexpected(ready.error());
            }
        }
        const auto got = ::recv(socket_, out.data(), out.size(), MSG_DONTWAIT);
        if (got > 0) {
            return static_cast<std::size_t>(got);
        }
        if (got == 0) {
            return fail(Errc::gone, "QEMU closed its debug socket");
        }
        if (would_block(errno) && limit <= milliseconds::zero()) {
            return fail(Errc::timeout, "nothing to read");
        }
        if (!would_block(errno) && errno != EINTR) {
            return lost(errno);
        }
    }
}

}  // namespace hvgdb::emulator
