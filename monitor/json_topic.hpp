// SPDX-License-Identifier: GPL-2.0-or-later
// What `osjson` can be asked for.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hvgdb::monitor {

enum class JsonTopic : std::uint8_t {
    facts,
    processes,
    modules,
    benchmark,
    threads,
    mappings,
    files,
    executable,
    cwd,
    arguments,
    environment,
    auxv,
    registers,
    current,
    symbols,
    memory,
    file,
    taint,
    taint_stats,
};

struct JsonTopicSpec {
    JsonTopic topic;
    std::string_view name;
};

/// In the order of JsonTopic.
inline constexpr std::array<JsonTopicSpec, 19> kJsonTopics{{
    {JsonTopic::facts, "facts"},
    {JsonTopic::processes, "processes"},
    {JsonTopic::modules, "modules"},
    {JsonTopic::benchmark, "benchmark"},
    {JsonTopic::threads, "threads"},
    {JsonTopic::mappings, "mappings"},
    {JsonTopic::files, "files"},
    {JsonTopic::executable, "executable"},
    {JsonTopic::cwd, "cwd"},
    {JsonTopic::arguments, "arguments"},
    {JsonTopic::environment, "environment"},
    {JsonTopic::auxv, "auxv"},
    {JsonTopic::registers, "registers"},
    {JsonTopic::current, "current"},
    {JsonTopic::symbols, "symbols"},
    {JsonTopic::memory, "memory"},
    {JsonTopic::file, "file"},
    {JsonTopic::taint, "taint"},
    {JsonTopic::taint_stats, "taint_stats"},
}};

[[nodiscard]] constexpr std::string_view name_of(JsonTopic topic) {
    return kJsonTopics[static_cast<std::size_t>(topic)].name;
}

static_assert(std::ranges::all_of(kJsonTopics, [](const JsonTopicSpec& row) {
    return &kJsonTopics[static_cast<std::size_t>(row.topic)] == &row;
}));

/// How many bytes of memory, or of a file, one answer carries.
inline constexpr std::uint32_t kLongestMemory = std::uint32_t{4} << 20;

}  // namespace hvgdb::monitor
