// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/libraries_document.hpp"

#include <fmt/format.h>
#include <iterator>

#include "gdbserver/xml.hpp"

namespace hvgdb::gdbserver {

std::string libraries_document(std::span<const osi::Library> libraries) {
    if (libraries.empty()) {
        return "<library-list-svr4 version=\"1.0\"/>\n";
    }
    // The program itself is the first, and gdb wants no more than its place.
    auto text =
        fmt::format("<library-list-svr4 version=\"1.0\" main-lm=\"0x{:x}\">\n", libraries.front().link_map.value);
    for (const auto& library : libraries.subspan(1)) {
        if (!library.name.empty()) {
            fmt::format_to(std::back_inserter(text),
                           "<library name=\"{}\" lm=\"0x{:x}\" l_addr=\"0x{:x}\" l_ld=\"0x{:x}\" lmid=\"0x{:x}\"/>\n",
                           escape_xml(library.name), library.link_map.value, library.base.value, library.dynamic.value,
                           library.name_space.value);
        }
    }
    return text + "</library-list-svr4>\n";
}

}  // namespace hvgdb::gdbserver
