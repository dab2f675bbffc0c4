// SPDX-License-Identifier: GPL-2.0-or-later
// The words of osi/os.hpp as JSON. Strings are taken byte by byte, whatever they hold: only for json_report, which
// knows what to do with them.
#pragma once

#include <boost/json/value.hpp>
#include <vector>

#include "emulator/types.hpp"
#include "osi/os.hpp"

namespace hvgdb::monitor {

[[nodiscard]] boost::json::value to_json(const std::string& text);
[[nodiscard]] boost::json::value to_json(const osi::OsFacts& facts);  ///< an object
[[nodiscard]] boost::json::value to_json(const osi::Process& process);
[[nodiscard]] boost::json::value to_json(const osi::Thread& thread);
[[nodiscard]] boost::json::value to_json(const osi::Mapping& mapping);
[[nodiscard]] boost::json::value to_json(const osi::OpenFile& file);
[[nodiscard]] boost::json::value to_json(const osi::AuxiliaryEntry& entry);
[[nodiscard]] boost::json::value to_json(const osi::KernelModule& module);
[[nodiscard]] boost::json::value to_json(const osi::UserRegisters& registers);
[[nodiscard]] boost::json::value to_json(const osi::SymbolPlace& place);
[[nodiscard]] boost::json::value to_json(const osi::CurrentThread& current);
[[nodiscard]] boost::json::object to_json(const osi::FileStatus& status);
[[nodiscard]] boost::json::value to_json(const Error& error);

template <typename Value>
[[nodiscard]] boost::json::value to_json(const std::vector<Value>& values) {
    boost::json::array all;
    all.reserve(values.size());
    for (const auto& value : values) {
        all.push_back(to_json(value));
    }
    return all;
}

}  // namespace hvgdb::monitor
