// SPDX-License-Identifier: GPL-2.0-or-later
// Where a server listens, and the socket that does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "emulator/types.hpp"

namespace hvgdb::gdbserver {

struct ListenAddress {
    struct Tcp {
        std::string host;        ///< a name or an address, without brackets
        std::uint16_t port = 0;  ///< 0: any free one
        friend bool operator==(const Tcp&, const Tcp&) = default;
    };
    struct Unix {
        std::string path;
        friend bool operator==(const Unix&, const Unix&) = default;
    };
    /// A socket that listens already, TCP or unix, inherited from the parent process.
    struct Inherited {
        int descriptor = -1;
        friend bool operator==(const Inherited&, const Inherited&) = default;
    };

    std::variant<Tcp, Unix, Inherited> value;

    /// `HOST:PORT`, `[IPV6]:PORT`, `:PORT` and `PORT` (both on 127.0.0.1: the protocol knows no passwords),
    /// `unix:PATH`, `fd:NUMBER`. Numbers are decimal. `bad_argument` for anything else.
    [[nodiscard]] static Expected<ListenAddress> parse(std::string_view text);
    /// In the form that parse() reads.
    [[nodiscard]] std::string text() const;
};

/// Owns a listening socket and, if it made one, a unix socket's file; both go with it.
class Listener {
  public:
    Listener(int descriptor, ListenAddress bound, bool owns_path);
    Listener(Listener&& other) noexcept;
    Listener& operator=(Listener&& other) noexcept;
    ~Listener();

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] bool is_unix() const { return std::holds_alternative<ListenAddress::Unix>(bound_.value); }
    /// Where it listens, with the real port, in the form ListenAddress::parse() reads.
    [[nodiscard]] std::string name() const { return bound_.text(); }
    /// What to type after gdb's `target remote`, shortest form.
    [[nodiscard]] std::string gdb_target() const;
    /// Lets a program that replaces this one inherit the socket.
    void keep_across_exec() const;
    /// Gives socket and file away.
    [[nodiscard]] int release();

  private:
    void close();

    int descriptor_;
    ListenAddress bound_;
    bool owns_path_;
};

/// Binds and listens, or takes an inherited socket over. A unix socket's file that nobody listens on any more is
/// replaced. `bad_argument` with the system's words when it cannot be. Blocks while a host name is looked up.
[[nodiscard]] Expected<Listener> open_listener(const ListenAddress& address);

}  // namespace hvgdb::gdbserver
