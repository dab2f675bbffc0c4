// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/listen_address.hpp"

#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <sys/un.h>

namespace hvgdb::gdbserver {

namespace {

constexpr std::string_view kDefaultHost = "127.0.0.1";

template <typename Number>
std::optional<Number> parse_decimal(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || text.starts_with('-')) {
        return std::nullopt;
    }
    return number;
}

Expected<ListenAddress> parse_unix(std::string_view path) {
    constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;
    if (path.empty()) {
        return fail(Errc::bad_argument, "unix: wants the path of a socket");
    }
    if (path.size() > kMaxPath) {
        return fail(Errc::bad_argument, fmt::format("the path of a unix socket is limited to {} characters", kMaxPath));
    }
    if (path.contains('\0')) {
        return fail(Errc::bad_argument, "a path has no zero byte");
    }
    return ListenAddress{ListenAddress::Unix{std::string(path)}};
}

Expected<ListenAddress> parse_inherited(std::string_view text) {
    const auto descriptor = parse_decimal<int>(text);
    if (!descriptor || *descriptor < 0) {
        return fail(Errc::bad_argument, "fd: wants the number of a listening socket");
    }
    return ListenAddress{ListenAddress::Inherited{*descriptor}};
}

Expected<ListenAddress> parse_tcp(std::string_view text) {
    const auto colon = text.rfind(':');
    auto host = colon == std::string_view::npos ? std::string_view{} : text.substr(0, colon);
    const auto port = parse_decimal<std::uint16_t>(text.substr(colon == std::string_view::npos ? 0 : colon + 1));
    if (!port) {
        return fail(Errc::bad_argument,
                    "expected HOST:PORT, [IPV6]:PORT, :PORT, unix:PATH or fd:NUMBER, with a port of 0 to 65535");
    }
    const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    if (!bracketed && host.find_first_of(":[]") != std::string_view::npos) {
        return fail(Errc::bad_argument, "an IPv6 address must be in brackets, as in [::1]:1234");
    }
    if (host.empty()) {
        host = kDefaultHost;
    }
    return ListenAddress{ListenAddress::Tcp{std::string(host), *port}};
}

}  // namespace

Expected<ListenAddress> ListenAddress::parse(std::string_view text) {
    if (text.starts_with("unix:")) {
        return parse_unix(text.substr(5));
    }
    if (text.starts_with("fd:")) {
        return parse_inherited(text.substr(3));
    }
    return parse_tcp(text);
}

std::string ListenAddress::text() const {
    if (const auto* tcp = std::get_if<Tcp>(&value)) {
        return tcp->host.contains(':') ? fmt::format("[{}]:{}", tcp->host, tcp->port)
                                       : fmt::format("{}:{}", tcp->host, tcp->port);
    }
    if (const auto* local = std::get_if<Unix>(&value)) {
        return "unix:" + local->path;
    }
    return fmt::format("fd:{}", std::get<Inherited>(value).descriptor);
}

}  // namespace hvgdb::gdbserver
