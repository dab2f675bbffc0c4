// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/xml.hpp"

namespace hvgdb::gdbserver {

std::string escape_xml(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '&':
                result += "&amp;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += c < ' ' || c > '~' ? '?' : c;
        }
    }
    return result;
}

}  // namespace hvgdb::gdbserver
