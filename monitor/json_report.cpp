// SPDX-License-Identifier: GPL-2.0-or-later
#include "monitor/json_report.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <string_view>
#include <variant>

#include "emulator/hex.hpp"
#include "monitor/json_values.hpp"

namespace hvgdb::monitor {

namespace {

namespace json = boost::json;

/// Appends JSON in which bytes beyond ASCII, which are only inside strings, become escapes.
void append_escaped(std::string& out, std::string_view piece) {
    const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
    while (!piece.empty()) {
        const auto plain =
            static_cast<std::size_t>(std::find_if_not(piece.begin(), piece.end(), is_plain) - piece.begin());
        out += piece.substr(0, plain);
        piece.remove_prefix(plain);
        if (!piece.empty()) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(piece.front()));
            piece.remove_prefix(1);
        }
    }
}

/// The text of a value; nothing when it is longer than kLongestJson.
std::optional<std::string> text_of(const json::value& value) {
    json::serializer serializer;
    serializer.reset(&value);
    std::string text;
    std::array<char, 65536> buffer{};
    while (!serializer.done()) {
        append_escaped(text, serializer.read(buffer.data(), buffer.size()));
        if (text.size() >= kLongestJson) {
            return std::nullopt;
        }
    }
    return text += '\n';
}

template <typename Value>
Expected<json::value> convert(const Expected<Value>& value) {
    return value ? Expected<json::value>(to_json(*value)) : std::unexpected(value.error());
}

/// A name that is not there is null, so that the others are still told.
Expected<json::value> symbols(osi::Os& os, const std::vector<SymbolQuery>& queries) {
    json::array all;
    for (const auto& query : queries) {
        const auto* name = std::get_if<std::string>(&query);
        const auto place = name != nullptr ? os.kernel_symbol(*name) : os.kernel_symbol_at(std::get<VirtAddr>(query));
        if (!place && place.error().code != Errc::not_found) {
            return std::unexpected(place.error());
        }
        all.push_back(place ? to_json(*place) : json::value(nullptr));
    }
    return all;
}

Expected<json::value> memory(osi::Os& os, const cmd::OsJson& wanted) {
    Bytes bytes(wanted.length);
    const auto count = os.read_memory(wanted.number, wanted.address, bytes);
    if (!count) {
        return std::unexpected(count.error());
    }
    bytes.resize(*count);
    return json::value{{"address", wanted.address.value}, {"data", encode_hex(bytes)}};
}

/// All of it or nothing.
Expected<json::value> file(osi::Os& os, const cmd::OsJson& wanted) {
    const auto file = os.open_file(wanted.number, wanted.path);
    if (!file) {
        return std::unexpected(file.error());
    }
    const std::uint64_t size = (*file)->status().size;
    if (size > kLongestMemory) {
        return fail(Errc::bad_argument, fmt::format("the file has more than {} bytes", kLongestMemory));
    }
    Bytes bytes(size);
    const auto count = (*file)->read(0, bytes);
    if (!count || *count != size) {
        return count ? fail(Errc::fault, "the file cannot be read whole") : std::unexpected(count.error());
    }
    json::object answer = to_json((*file)->status());
    answer["data"] = encode_hex(bytes);
    return answer;
}

/// A process that ended meanwhile has no mappings.
Expected<json::value> benchmark(osi::Os& os) {
    const auto start = std::chrono::steady_clock::now();
    const auto processes = os.processes();
    if (!processes) {
        return std::unexpected(processes.error());
    }
    std::size_t count = 0;
    for (const auto& process : *processes) {
        const auto mappings = os.mappings(process.pid);
        count += mappings ? mappings->size() : 0;
    }
    const std::chrono::nanoseconds taken = std::chrono::steady_clock::now() - start;
    return json::value{{"processes", processes->size()}, {"mappings", count}, {"nanoseconds", taken.count()}};
}

Expected<json::value> ask(osi::Os& os, const cmd::OsJson& wanted) {
    switch (wanted.topic) {
        case JsonTopic::facts:
            return convert(os.facts());
        case JsonTopic::processes:
            return convert(os.processes());
        case JsonTopic::modules:
            return convert(os.modules());
        case JsonTopic::benchmark:
            return benchmark(os);
        case JsonTopic::threads:
            return convert(os.threads(wanted.number));
        case JsonTopic::mappings:
            return convert(os.mappings(wanted.number));
        case JsonTopic::files:
            return convert(os.open_files(wanted.number));
        case JsonTopic::executable:
            return convert(os.executable(wanted.number));
        case JsonTopic::cwd:
            return convert(os.working_directory(wanted.number));
        case JsonTopic::arguments:
            return convert(os.arguments(wanted.number, osi::kMostProgramText));
        case JsonTopic::environment:
            return convert(os.environment(wanted.number));
        case JsonTopic::auxv:
            return convert(os.auxiliary_vector(wanted.number));
        case JsonTopic::registers:
            return convert(os.user_registers(wanted.number));
        case JsonTopic::current:
            return convert(os.current(VcpuId{wanted.number}));
        case JsonTopic::symbols:
            return symbols(os, wanted.symbols);
        case JsonTopic::memory:
            return memory(os, wanted);
        case JsonTopic::file:
            return file(os, wanted);
        case JsonTopic::taint:
        case JsonTopic::taint_stats:
            break;
    }
    return fail(Errc::bad_argument, "not about the operating system");
}

}  // namespace

std::string json_report(osi::Os& os, const cmd::OsJson& wanted) {
    const auto value = ask(os, wanted);
    if (!value) {
        return json_error(value.error());
    }
    return json_text(*value);
}

std::string json_text(const json::value& value) {
    auto text = text_of(value);
    return text ? *std::move(text)
                : json_error({Errc::bad_argument, fmt::format("the answer is longer than {} bytes", kLongestJson)});
}

std::string json_error(const Error& error) {
    return text_of(to_json(error)).value_or("{\"error\":\"\",\"code\":\"protocol\"}\n");
}

}  // namespace hvgdb::monitor
