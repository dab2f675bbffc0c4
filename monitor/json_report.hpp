// SPDX-License-Identifier: GPL-2.0-or-later
// The guest's operating system for scripts.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <string>

#include "emulator/types.hpp"
#include "monitor/command.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

/// A longer answer becomes an error.
inline constexpr std::size_t kLongestJson = std::size_t{16} << 20;

/// One line of JSON in printable ASCII, with a newline at its end. Fields are called as in osi/os.hpp; addresses and
/// other numbers are integers of up to 64 bits; what is absent is null. A byte of the guest's strings that is no
/// printable ASCII is the code point of the same number. Memory and XSAVE areas are hexadecimal strings. An error is
/// {"error": words, "code": an enumerator of Errc}.
[[nodiscard]] std::string json_report(osi::Os& os, const cmd::OsJson& wanted);
/// The same of a value; an error if it is too long.
[[nodiscard]] std::string json_text(const boost::json::value& value);
/// The same for an error which kept it from being asked.
[[nodiscard]] std::string json_error(const Error& error);

}  // namespace hvgdb::monitor
