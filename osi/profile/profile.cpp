// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/profile/profile.hpp"

#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "emulator/hex.hpp"
#include "osi/linux/btf.hpp"
#include "osi/profile/elf_file.hpp"
#include "osi/profile/input_file.hpp"
#include "osi/profile/isf.hpp"
#include "osi/profile/kernelinfo.hpp"
#include "osi/profile/text_symbols.hpp"

namespace hvgdb::osi {
namespace {

struct Input {
    Bytes bytes;
    std::string file;   ///< for errors
    std::string name;   ///< for people: without folders
    std::string group;  ///< behind the last colon

    [[nodiscard]] std::string_view text() const { return as_text(bytes); }
    [[nodiscard]] bool begins(std::string_view magic) const { return text().starts_with(magic); }
};

std::string with_count(const SymbolSource& symbols) {
    return std::string(symbols.origin()) + " (" + std::to_string(symbols.size()) + " symbols)";
}

Expected<Profile> load_text(Input& input) {
    auto symbols = parse_symbol_text(input.text(), input.file, input.name);
    if (!symbols) {
        return std::unexpected(symbols.error());
    }
    auto description = with_count(**symbols);
    return Profile{.types = nullptr, .symbols = *std::move(symbols), .description = std::move(description)};
}

Expected<Profile> load_btf(Input& input) {
    auto types = Btf::parse(std::move(input.bytes), input.name + " (BTF)");
    if (!types) {
        return fail(types.error().code, input.file + ": " + types.error().detail);
    }
    return Profile{.types = *std::move(types), .symbols = nullptr, .description = input.name + " (BTF)"};
}

struct Foreign {
    std::string_view magic;
    std::string_view what;
};

/// What a user may well have at hand, and that has to be changed first.
constexpr std::array kForeign{
    Foreign{"\x1f\x8b", "compressed by gzip: unpack it first"},
    Foreign{"\x28\xb5\x2f\xfd", "compressed by zstd: unpack it first"},
    Foreign{"\x7f"
            "ELF",
            "an ELF file, compressed by xz: unpack it first"},
    Foreign{"BZh", "compressed by bzip2: unpack it first"},
    Foreign{"\xeb\x9f", "BTF of a big-endian kernel"},
    Foreign{"MZ", "a kernel to boot (bzImage): a vmlinux is needed"},
};

Expected<Profile> recognise(Input& input) {
    if (input.begins("\x9f\xeb")) {
        return load_btf(input);
    }
    for (const auto& foreign : kForeign) {
        if (input.begins(foreign.magic)) {
            return fail(Errc::unsupported, input.file + ": " + std::string(foreign.what));
        }
    }
    if (is_symbol_text(input.text())) {
        return load_text(input);
    }
    const auto first = input.text().find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && input.text()[first] == '{') {
        return parse_isf(input.text(), input.file);
    }
    if (is_kernelinfo(input.text())) {
        return parse_kernelinfo(input.text(), input.group, input.file);
    }
    return fail(Errc::bad_argument, input.file + ": neither symbols nor types of a kernel in a form that is known");
}

/// FILE, or FILE:GROUP when there is no file of that whole name.
std::pair<std::filesystem::path, std::string> split(const std::filesystem::path& given) {
    const std::string text = given.string();
    std::error_code error;
    for (auto colon = text.find(':'); !std::filesystem::exists(given, error) && colon != std::string::npos;
         colon = text.find(':', colon + 1)) {
        const std::filesystem::path file = text.substr(0, colon);
        if (std::filesystem::is_regular_file(file, error)) {
            return {file, text.substr(colon + 1)};
        }
    }
    return {given, {}};
}

}  // namespace

Expected<Profile> load_profile(const std::filesystem::path& given) {
    std::error_code ignored;
    const auto [path, group] = split(given);
    constexpr std::string_view kElf =
        "\x7f"
        "ELF";
    if (std::filesystem::is_regular_file(path, ignored) && as_text(read_start(path, kElf.size())) == kElf) {
        return load_elf(path);
    }
    auto bytes = read_file(path);
    if (!bytes) {
        return std::unexpected(bytes.error());
    }
    Input input{.bytes = *std::move(bytes), .file = path.string(), .name = path.filename().string(), .group = group};
    constexpr std::string_view kXz{
        "\xfd"
        "7zXZ\0",
        6};
    if (input.begins(kXz)) {
        auto unpacked = unpack_xz(input.bytes, input.file);
        if (!unpacked) {
            return std::unexpected(unpacked.error());
        }
        input.bytes = *std::move(unpacked);
    }
    return recognise(input);
}

}  // namespace hvgdb::osi
