// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the known words somebody probably meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hvgdb::monitor {

/// How many characters must be inserted, deleted, replaced or swapped with their neighbour to make one word the other,
/// letter case aside ("optimal string alignment").
[[nodiscard]] std::size_t edit_distance(std::string_view one, std::string_view other);

/// The `known` words near `word`, nearest first and otherwise in the order given, at most `limit`. Near is one edit for
/// every three characters of the word, at least one; a word over 64 characters has no near ones.
[[nodiscard]] std::vector<std::string_view> near_misses(std::string_view word, std::span<const std::string_view> known,
                                                        std::size_t limit);

/// `(did you mean "a", "b" or "c"?)`; empty when there is nothing to propose.
[[nodiscard]] std::string did_you_mean(std::span<const std::string_view> proposals);

}  // namespace hvgdb::monitor
