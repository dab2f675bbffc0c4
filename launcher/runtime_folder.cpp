// SPDX-License-Identifier: GPL-2.0-or-later
#include "launcher/runtime_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace hvgdb::launcher {
namespace {

std::filesystem::path parent_folder() {
    // A socket's path has at most 107 bytes (unix(7)); a long TMPDIR must not take them.
    constexpr std::size_t kLongest = 60;
    for (const char* variable : {"XDG_RUNTIME_DIR", "TMPDIR"}) {
        const char* value = std::getenv(variable);
        if (value != nullptr && *value == '/' && std::strlen(value) <= kLongest &&
            std::filesystem::is_directory(value)) {
            return value;
        }
    }
    return "/tmp";
}

}  // namespace

Expected<RuntimeFolder> RuntimeFolder::create() {
    std::string path = (parent_folder() / "hvgdb-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) {
        return fail(Errc::bad_argument, "cannot make a folder " + path + ": " + std::strerror(errno));
    }
    return RuntimeFolder(path);
}

RuntimeFolder::~RuntimeFolder() {
    if (!path_.empty()) {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
}

}  // namespace hvgdb::launcher
