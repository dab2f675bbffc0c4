// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/profile/input_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hvgdb::osi {
namespace {

class XzDecoder {
  public:
    XzDecoder() { ready_ = lzma_stream_decoder(&stream_, kMemoryLimit, LZMA_CONCATENATED) == LZMA_OK; }
    XzDecoder(const XzDecoder&) = delete;
    XzDecoder& operator=(const XzDecoder&) = delete;
    ~XzDecoder() { lzma_end(&stream_); }

    [[nodiscard]] bool ready() const { return ready_; }
    lzma_stream& stream() { return stream_; }

  private:
    static constexpr std::uint64_t kMemoryLimit = std::uint64_t{256} << 20;

    lzma_stream stream_ = LZMA_STREAM_INIT;
    bool ready_ = false;
};

/// Files of /proc have no size: the file ends where reading does.
constexpr std::size_t kStep = std::size_t{1} << 20;

}  // namespace

HostFile::HostFile(const std::filesystem::path& file) : number_(open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}

HostFile::~HostFile() {
    if (number_ >= 0) {
        close(number_);
    }
}

Bytes read_start(const std::filesystem::path& file, std::size_t size) {
    const HostFile descriptor(file);
    Bytes bytes(size);
    const auto got = descriptor.number() < 0 ? -1 : read(descriptor.number(), bytes.data(), size);
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
}

Expected<Bytes> read_file(const std::filesystem::path& file) {
    const HostFile descriptor(file);
    struct stat status{};
    if (descriptor.number() < 0 || fstat(descriptor.number(), &status) != 0) {
        return fail(Errc::not_found, file.string() + ": " + std::strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(Errc::bad_argument, file.string() + ": no regular file");
    }
    Bytes bytes;
    for (std::size_t size = 0;;) {
        bytes.resize(std::max(size + kStep, static_cast<std::size_t>(status.st_size) + 1));
        if (bytes.size() > kMaxProfileFile + kStep) {
            return fail(Errc::bad_argument, file.string() + ": larger than 1 GiB");
        }
        const auto got = read(descriptor.number(), bytes.data() + size, bytes.size() - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail(Errc::fault, file.string() + ": " + std::strerror(errno));
        }
        size += static_cast<std::size_t>(got);
        if (got == 0) {
            bytes.resize(size);
            return bytes;
        }
    }
}

Expected<Bytes> unpack_xz(const Bytes& packed, const std::string& name) {
    XzDecoder decoder;
    if (!decoder.ready()) {
        return fail(Errc::unsupported, name + ": the xz decoder did not start");
    }
    auto& stream = decoder.stream();
    stream.next_in = reinterpret_cast<const std::uint8_t*>(packed.data());
    stream.avail_in = packed.size();
    Bytes bytes;
    for (std::size_t size = 0;;) {
        bytes.resize(std::max(2 * size, kStep));
        stream.next_out = reinterpret_cast<std::uint8_t*>(bytes.data() + size);
        stream.avail_out = bytes.size() - size;
        const auto state = lzma_code(&stream, LZMA_FINISH);
        size = bytes.size() - stream.avail_out;
        if (state == LZMA_STREAM_END) {
            bytes.resize(size);
            return bytes;
        }
        if (state != LZMA_OK) {
            return fail(Errc::bad_argument, name + ": damaged, or cut off (xz)");
        }
        if (size >= kMaxProfileFile) {
            return fail(Errc::bad_argument, name + ": larger than 1 GiB when unpacked");
        }
    }
}

}  // namespace hvgdb::osi
