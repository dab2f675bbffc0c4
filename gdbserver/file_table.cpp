// SPDX-License-Identifier: GPL-2.0-or-later
#include "gdbserver/file_table.hpp"

#include <algorithm>

namespace hvgdb::gdbserver {

FileResult<unsigned> FileTable::add(std::unique_ptr<osi::GuestFile> file) {
    const auto place = std::ranges::find_if(files_, [](const auto& open) { return !open; });
    if (place == files_.end()) {
        return std::unexpected(FileError::too_many_open);
    }
    *place = std::move(file);
    return kFirst + static_cast<unsigned>(place - files_.begin());
}

FileResult<osi::GuestFile*> FileTable::find(std::uint64_t descriptor) const {
    if (descriptor < kFirst || descriptor - kFirst >= files_.size() || !files_[descriptor - kFirst]) {
        return std::unexpected(FileError::bad_descriptor);
    }
    return files_[descriptor - kFirst].get();
}

FileResult<void> FileTable::close(std::uint64_t descriptor) {
    if (const auto open = find(descriptor); !open) {
        return std::unexpected(open.error());
    }
    files_[descriptor - kFirst].reset();
    return {};
}

}  // namespace hvgdb::gdbserver
