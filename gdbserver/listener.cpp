// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "gdbserver/descriptor.hpp"
#include "gdbserver/listen_address.hpp"

namespace hvgdb::gdbserver {

namespace {

std::unexpected<Error> cannot_listen(const ListenAddress& where, std::string_view why) {
    return fail(Errc::bad_argument, fmt::format("cannot listen on {}: {}", where.text(), why));
}

std::unexpected<Error> cannot_listen(const ListenAddress& where, int error) {
    return cannot_listen(where, std::generic_category().message(error));
}

Expected<ListenAddress> bound_address(int descriptor) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return fail(Errc::bad_argument, std::generic_category().message(errno));
    }
    std::array<char, INET6_ADDRSTRLEN> host{};
    if (address.ss_family == AF_UNIX) {
        const auto* local = reinterpret_cast<const sockaddr_un*>(&address);
        const auto room = std::min<std::size_t>(size, sizeof *local) - offsetof(sockaddr_un, sun_path);
        return ListenAddress{ListenAddress::Unix{std::string(local->sun_path, strnlen(local->sun_path, room))}};
    }
    if (address.ss_family == AF_INET) {
        const auto* inet = reinterpret_cast<const sockaddr_in*>(&address);
        ::inet_ntop(AF_INET, &inet->sin_addr, host.data(), host.size());
        return ListenAddress{ListenAddress::Tcp{host.data(), ntohs(inet->sin_port)}};
    }
    if (address.ss_family == AF_INET6) {
        const auto* inet = reinterpret_cast<const sockaddr_in6*>(&address);
        ::inet_ntop(AF_INET6, &inet->sin6_addr, host.data(), host.size());
        return ListenAddress{ListenAddress::Tcp{host.data(), ntohs(inet->sin6_port)}};
    }
    return fail(Errc::bad_argument, "neither a TCP nor a unix socket");
}

Expected<Listener> bind_and_listen(const sockaddr* address, socklen_t size, const ListenAddress& where) {
    Descriptor socket(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) {
        return cannot_listen(where, errno);
    }
    const int on = 1;
    const bool local = address->sa_family == AF_UNIX;
    if (!local) {
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    }
    if (::bind(socket.get(), address, size) != 0) {
        return cannot_listen(where, errno);
    }
    if (::listen(socket.get(), SOMAXCONN) != 0) {
        return cannot_listen(where, errno);
    }
    auto bound = bound_address(socket.get());
    if (!bound) {
        return cannot_listen(where, bound.error().detail);
    }
    return Listener(socket.release(), std::move(*bound), local);
}

Expected<Listener> listen_tcp(const ListenAddress& where, const ListenAddress::Tcp& tcp) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const auto port = std::to_string(tcp.port);
    if (const int error = ::getaddrinfo(tcp.host.c_str(), port.c_str(), &hints, &found); error != 0) {
        return cannot_listen(where, ::gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    // "localhost" is two addresses in an order that depends on the host; clients try IPv4 first.
    const auto* chosen = found;
    for (const auto* entry = found; entry != nullptr; entry = entry->ai_next) {
        if (entry->ai_family != AF_INET) {
            continue;
        }
        chosen = entry;
        break;
    }
    return bind_and_listen(chosen->ai_addr, chosen->ai_addrlen, where);
}

bool is_abandoned(const sockaddr_un& address) {
    struct stat status{};
    if (::lstat(address.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) {
        return false;
    }
    const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
           errno == ECONNREFUSED;
}

Expected<Listener> listen_unix(const ListenAddress& where, const ListenAddress::Unix& local) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (local.path.size() >= sizeof address.sun_path) {
        return cannot_listen(where, ENAMETOOLONG);
    }
    std::ranges::copy(local.path, address.sun_path);
    if (is_abandoned(address)) {
        ::unlink(address.sun_path);
    }
    return bind_and_listen(reinterpret_cast<const sockaddr*>(&address), sizeof address, where);
}

Expected<Listener> adopt(const ListenAddress& where, const ListenAddress::Inherited& inherited) {
    int listening = 0;
    socklen_t size = sizeof listening;
    if (::getsockopt(inherited.descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0) {
        return cannot_listen(where, errno);
    }
    if (listening == 0) {
        return cannot_listen(where, "that socket does not listen");
    }
    auto bound = bound_address(inherited.descriptor);
    if (!bound) {
        return cannot_listen(where, bound.error().detail);
    }
    ::fcntl(inherited.descriptor, F_SETFD, FD_CLOEXEC);
    return Listener(inherited.descriptor, std::move(*bound), false);
}

}  // namespace

Listener::Listener(int descriptor, ListenAddress bound, bool owns_path)
    : descriptor_(descriptor), bound_(std::move(bound)), owns_path_(owns_path) {}

Listener::Listener(Listener&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      bound_(std::move(other.bound_)),
      owns_path_(std::exchange(other.owns_path_, false)) {}

Listener& Listener::operator=(Listener&& other) noexcept {
    if (this == &other) {
        return *this;
    }
    close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    bound_ = std::move(other.bound_);
    owns_path_ = std::exchange(other.owns_path_, false);
    return *this;
}

Listener::~Listener() {
    close();
}

void Listener::close() {
    if (descriptor_ < 0) {
        return;
    }
    ::close(std::exchange(descriptor_, -1));
    if (owns_path_) {
        ::unlink(std::get<ListenAddress::Unix>(bound_.value).path.c_str());
    }
}

std::string Listener::gdb_target() const {
    if (const auto* local = std::get_if<ListenAddress::Unix>(&bound_.value)) {
        return local->path;
    }
    const auto& tcp = std::get<ListenAddress::Tcp>(bound_.value);
    return tcp.host == "127.0.0.1" || tcp.host == "0.0.0.0" ? fmt::format(":{}", tcp.port) : name();
}

void Listener::keep_across_exec() const {
    ::fcntl(descriptor_, F_SETFD, 0);
}

int Listener::release() {
    owns_path_ = false;
    return std::exchange(descriptor_, -1);
}

Expected<Listener> open_listener(const ListenAddress& address) {
    if (const auto* tcp = std::get_if<ListenAddress::Tcp>(&address.value)) {
        return listen_tcp(address, *tcp);
    }
    if (const auto* local = std::get_if<ListenAddress::Unix>(&address.value)) {
        return listen_unix(address, *local);
    }
    return adopt(address, std::get<ListenAddress::Inherited>(address.value));
}

}  // namespace hvgdb::gdbserver
