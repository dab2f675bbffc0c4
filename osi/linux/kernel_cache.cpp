// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/kernel_cache.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "emulator/hex.hpp"
#include "osi/linux/kallsyms.hpp"
#include "osi/linux/kernel_record.hpp"

namespace hvgdb::osi {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".json";

std::optional<KernelBuild> build_in(std::string_view file_name) {
    constexpr std::size_t kIdDigits = 2 * BuildId{}.size();
    if (file_name.size() < kIdDigits + 1 + kSuffix.size() || !file_name.ends_with(kSuffix) ||
        file_name[kIdDigits] != '-') {
        return std::nullopt;
    }
    const auto id = decode_hex(file_name.substr(0, kIdDigits));
    file_name.remove_suffix(kSuffix.size());
    const auto offset = parse_hex(file_name.substr(kIdDigits + 1));
    if (!id || !offset) {
        return std::nullopt;
    }
    KernelBuild build{.offset = *offset};
    std::ranges::copy(*id, build.id.begin());
    return build;
}

/// Nothing when it cannot be read, or is longer than any that we write.
std::optional<std::string> file_text(const fs::path& file) {
    constexpr std::size_t kLongest = 1u << 20;
    std::ifstream stream(file, std::ios::binary);
    std::string text(kLongest, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return stream.eof() && !text.empty() ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace

std::optional<LocatedKernel> KernelCache::recall(GuestMemory& memory, const KernelImage& image) const {
    const AddressSpaceReader reader(memory, image.root);
    const auto build = matching_build(reader, image.text);
    const auto text = build ? file_text(file_of(*build)) : std::nullopt;
    auto record = text ? parse_record(*text, image.text) : std::nullopt;
    if (!record || read_banner(reader, record->addresses) != record->banner || !record->layout.missing().empty()) {
        return std::nullopt;
    }
    auto symbols = Kallsyms::load(reader, image.text, record->kallsyms);
    if (!symbols) {
        return std::nullopt;
    }
    LocatedKernel kernel;
    kernel.image = image;
    kernel.banner = std::move(record->banner);
    kernel.build = build;
    kernel.layout = record->layout;
    kernel.addresses = record->addresses;
    kernel.symbols = *std::move(symbols);
    kernel.types_origin = std::move(record->types_origin);
    kernel.kallsyms = record->kallsyms;
    kernel.warm = true;
    use_own_page_tables(memory, kernel);
    return kernel;
}

void KernelCache::remember(const LocatedKernel& kernel) const {
    if (!kernel.build || !kernel.kallsyms) {
        return;
    }
    const fs::path file = file_of(*kernel.build);
    const fs::path unfinished = file.string() + "." + std::to_string(getpid());
    std::error_code error;
    fs::create_directories(folder_, error);
    std::ofstream stream(unfinished, std::ios::binary | std::ios::trunc);
    stream << record_text(
        KernelRecord{kernel.banner, kernel.types_origin, kernel.layout, kernel.addresses, *kernel.kallsyms},
        kernel.image.text);
    stream.close();
    if (stream) {
        fs::rename(unfinished, file, error);
    }
    if (!stream || error) {
        fs::remove(unfinished, error);
    }
}

std::optional<KernelBuild> KernelCache::matching_build(const MemoryReader& kernel, VirtAddr text) const {
    constexpr unsigned kMostFiles = 1024;
    std::error_code error;
    unsigned seen = 0;
    for (fs::directory_iterator file(folder_, error), end; !error && file != end && seen < kMostFiles;
         file.increment(error), ++seen) {
        const auto build = build_in(file->path().filename().string());
        BuildId id{};
        if (build && kernel.fill(VirtAddr{text.value + build->offset}, id) && id == build->id) {
            return build;
        }
    }
    return std::nullopt;
}

fs::path KernelCache::file_of(const KernelBuild& build) const {
    return folder_ / (encode_hex(build.id) + "-" + hex_number(build.offset) + std::string(kSuffix));
}

}  // namespace hvgdb::osi
