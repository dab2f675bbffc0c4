// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace hvgdb {

/// One function for each type of a variant, for std::visit.
template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

}  // namespace hvgdb
