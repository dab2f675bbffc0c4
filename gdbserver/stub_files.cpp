// SPDX-License-Identifier: GPL-2.0-or-later
// vFile packets: the guest's files, for reading (GDB manual, "Host I/O Packets").
#include <array>
#include <fmt/format.h>

#include "emulator/hex.hpp"
#include "gdbserver/machine_inferior.hpp"
#include "gdbserver/stub.hpp"

namespace hvgdb::gdbserver {

namespace {

constexpr osi::ProcessId kInit = 1;

// GDB manual, "Open Flags".
constexpr std::uint64_t kWriteOnly = 0x1;
constexpr std::uint64_t kReadWrite = 0x2;
constexpr std::uint64_t kAppend = 0x8;
constexpr std::uint64_t kCreate = 0x200;
constexpr std::uint64_t kTruncate = 0x400;
constexpr std::uint64_t kWriting = kWriteOnly | kReadWrite | kAppend | kCreate | kTruncate;

constexpr std::uint32_t kPermissions = 07777;

std::string failed(FileError error) {
    return fmt::format("F-1,{:x}", static_cast<unsigned>(error));
}

std::string with_attachment(std::string_view attachment) {
    return fmt::format("F{:x};", attachment.size()).append(attachment);
}

void append_big_endian(std::string& text, std::uint64_t value, unsigned size) {
    for (unsigned shift = 8 * size; shift > 0; shift -= 8) {
        text.push_back(static_cast<char>(value >> (shift - 8) & 0xff));
    }
}

/// A device's number as stat(2) gives it in 32 bits (include/linux/kdev_t.h, new_encode_dev).
std::uint32_t device_number(const osi::FileStatus& status) {
    constexpr std::uint32_t kLowMinor = 0xff;
    const auto minor = status.device_minor;
    return (minor & kLowMinor) | status.device_major << 8U | (minor & ~kLowMinor) << 12U;
}

// GDB manual, "struct stat".
std::string encode_status(const osi::FileStatus& status) {
    constexpr std::uint64_t kBlock = 4096;
    constexpr std::uint64_t kSector = 512;  // unit of st_blocks
    constexpr std::uint64_t kNoDevice = 0;
    const auto sectors = status.size / kSector + (status.size % kSector != 0 ? 1 : 0);
    const auto modified = static_cast<std::uint64_t>(status.modified);
    std::string text;
    for (const std::uint64_t value :
         {std::uint64_t{device_number(status)}, status.inode, std::uint64_t{status.mode}, std::uint64_t{status.links},
          std::uint64_t{status.uid}, std::uint64_t{status.gid}, kNoDevice}) {
        append_big_endian(text, value, 4);
    }
    for (const auto value : {status.size, kBlock, sectors}) {
        append_big_endian(text, value, 8);
    }
    for (const auto time : {modified, modified, modified}) {
        append_big_endian(text, time, 4);
    }
    return text;
}

std::string status_reply(const FileResult<osi::FileStatus>& status) {
    return status ? with_attachment(encode_status(*status)) : failed(status.error());
}

}  // namespace

/// Whose view of the files counts. The machine has none of its own; what it runs sees the first process's.
osi::ProcessId Stub::file_viewer() const {
    auto pid = session_.file_system;
    if (pid == 0 && session_.general) {
        pid = session_.general->pid;
    }
    return pid == 0 || pid == MachineInferior::kPid ? kInit : pid;
}

Stub::Reply Stub::run(const cmd::SelectFileSystem& command) {
    session_.file_system = command.pid;
    return "F0";
}

Stub::Reply Stub::run(const cmd::OpenFile& command) {
    if ((command.flags & kWriting) != 0) {
        return failed(FileError::read_only);
    }
    auto file = guest_files_.open(file_viewer(), command.path);
    if (!file) {
        return failed(file.error());
    }
    const auto descriptor = session_.files.add(*std::move(file));
    return descriptor ? fmt::format("F{:x}", *descriptor) : failed(descriptor.error());
}

Stub::Reply Stub::run(const cmd::CloseFile& command) {
    const auto closed = session_.files.close(command.descriptor);
    return closed ? "F0" : failed(closed.error());
}

Stub::Reply Stub::run(const cmd::ReadFile& command) {
    const auto file = session_.files.find(command.descriptor);
    if (!file) {
        return failed(file.error());
    }
    Bytes data(static_cast<std::size_t>(std::min<std::uint64_t>(command.count, kMaxPayload)));
    const auto count = (*file)->read(command.offset, data);
    if (!count) {
        return failed(file_error(count.error()));
    }
    data.resize(std::min(*count, data.size()));
    return with_attachment(as_text(data));
}

Stub::Reply Stub::run(const cmd::OpenFileStatus& command) {
    const auto file = session_.files.find(command.descriptor);
    return file ? status_reply((*file)->status()) : failed(file.error());
}

Stub::Reply Stub::run(const cmd::FileStatus& command) {
    return status_reply(guest_files_.status(file_viewer(), command.path, command.follow_link));
}

Stub::Reply Stub::run(const cmd::ReadLink& command) {
    const auto target = guest_files_.read_link(file_viewer(), command.path);
    return target ? with_attachment(*target) : failed(target.error());
}

Stub::Reply Stub::run(const cmd::FileFact& command) {
    using enum cmd::FileFact::Which;
    const auto status = guest_files_.status(file_viewer(), command.path, true);
    if (command.which == exists) {
        return status ? "F,1" : "F,0";
    }
    if (!status) {
        return failed(status.error());
    }
    return fmt::format("F{:x}", command.which == size ? status->size : status->mode & kPermissions);
}

Stub::Reply Stub::run(const cmd::OtherFileOperation&) {
    return failed(FileError::not_supported);
}

}  // namespace hvgdb::gdbserver
