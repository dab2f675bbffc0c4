// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace hvgdb::gdbserver {

/// As the text of an element or an attribute. What is no printable ASCII becomes `?`: names in the guest hold any
/// bytes, and a client refuses a whole document for one that is not UTF-8, or a control character.
[[nodiscard]] std::string escape_xml(std::string_view text);

}  // namespace hvgdb::gdbserver
