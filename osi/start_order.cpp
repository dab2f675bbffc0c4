// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/start_order.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace hvgdb::osi {

namespace {

constexpr char kSlash = '/';

/// The last part of a path, as the kernel names what is executed.
std::string_view last_part(std::string_view path) {
    return path.substr(path.rfind(kSlash) + 1);
}

/// The kernel appends it to the name of a file that has none any more.
std::string_view without_note(std::string_view path) {
    constexpr std::string_view kDeleted = " (deleted)";
    return path.ends_with(kDeleted) ? path.substr(0, path.size() - kDeleted.size()) : path;
}

/// Without "." and empty parts. Where ".." leads to only the guest knows: what is behind the last one is left, and
/// relative.
std::string plain_path(std::string_view path) {
    std::string plain;
    bool absolute = path.starts_with(kSlash);
    while (!path.empty()) {
        const auto part = path.substr(0, path.find(kSlash));
        path.remove_prefix(std::min(path.size(), part.size() + 1));
        if (part == "..") {
            plain.clear();
            absolute = false;
        } else if (!part.empty() && part != ".") {
            plain += kSlash;
            plain += part;
        }
    }
    return absolute || plain.empty() ? plain : plain.substr(1);
}

/// The same path, or one is relative and the end of the other.
bool ends_alike(std::string_view left, std::string_view right) {
    if (left.size() < right.size()) {
        std::swap(left, right);
    }
    if (right.empty() || !left.ends_with(right)) {
        return false;
    }
    const auto before = left.size() - right.size();
    return before == 0 || (!right.starts_with(kSlash) && left[before - 1] == kSlash);
}

/// The kernel gives an interpreter its own path, what the first line says behind that, and the script's path; up to
/// five interpreters may be scripts themselves (fs/binfmt_script.c, fs/exec.c).
bool is_script(const event::Started& started) {
    constexpr std::size_t kMostBefore = 11;
    const auto& arguments = started.arguments;
    if (arguments.empty() || last_part(arguments.front()) == last_part(started.invoked)) {
        return false;
    }
    const auto end = arguments.begin() + static_cast<std::ptrdiff_t>(std::min(arguments.size(), kMostBefore + 1));
    return std::find(arguments.begin() + 1, end, started.invoked) != end;
}

bool has_path(const event::Started& started, std::string_view program, bool script) {
    const auto wanted = plain_path(program);
    const auto path = plain_path(without_note(started.path));
    const auto invoked = plain_path(started.invoked);
    if (!script && ends_alike(path, wanted)) {
        return true;
    }
    const bool path_tells_folder = !script && !invoked.starts_with(kSlash) && ends_alike(path, invoked);
    return !path_tells_folder && ends_alike(invoked, wanted);
}

}  // namespace

bool is_start_of(const event::Started& started, std::string_view program) {
    program = without_note(program);
    const bool script = is_script(started);
    if (program.contains(kSlash)) {
        return has_path(started, program, script);
    }
    return !program.empty() &&
           (program == last_part(started.invoked) || (!script && program == last_part(without_note(started.path))));
}

}  // namespace hvgdb::osi
