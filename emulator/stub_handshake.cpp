// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/stub_handshake.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include "emulator/hex.hpp"

namespace hvgdb::emulator {

namespace {

constexpr std::size_t kMinPacket = 0x200;
constexpr std::size_t kMaxPacket = std::size_t{256} << 10U;
constexpr std::size_t kMaxDocument = std::size_t{1} << 20U;
constexpr std::size_t kMaxDocuments = 64;
constexpr std::size_t kTransferSize = 0x8000;
constexpr std::string_view kIncludeTag = "<xi:include href=\"";
constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
constexpr unsigned kMaxVcpus = 4096;  // above QEMU's own limit on any machine

/// The value of `key=value` among the `;`-separated features.
std::string_view feature_value(std::string_view features, std::string_view key) {
    while (!features.empty()) {
        const auto end = std::min(features.find(';'), features.size());
        const auto feature = features.substr(0, end);
        if (feature.starts_with(key) && feature.size() > key.size() && feature[key.size()] == '=') {
            return feature.substr(key.size() + 1);
        }
        features.remove_prefix(std::min(end + 1, features.size()));
    }
    return {};
}

Expected<std::size_t> negotiate(StubLink& link) {
    // No multiprocess: its clusters are no processes. Nothing else either: what QEMU's stub can do it does unasked.
    const std::string_view request = "qSupported:qXfer:features:read+";
    const auto reply = link.request(request);
    if (!reply) {
        return std::unexpected(reply.error());
    }
    const auto size = parse_hex(feature_value(*reply, "PacketSize"));
    if (!size || *size < kMinPacket) {
        return unexpected_reply(request, *reply);
    }
    if (reply->find("qXfer:features:read+") == std::string::npos) {
        return fail(Errc::unsupported, "QEMU has no register description for this architecture");
    }
    return std::min<std::size_t>(*size, kMaxPacket);
}

Expected<std::string> read_document(StubLink& link, std::size_t packet_size, const std::string& annex) {
    const auto chunk = std::min(kTransferSize, packet_size - 64);
    std::string text;
    while (text.size() <= kMaxDocument) {
        const auto request = fmt::format("qXfer:features:read:{}:{:x},{:x}", annex, text.size(), chunk);
        const auto reply = link.request(request);
        if (!reply) {
            return std::unexpected(reply.error());
        }
        const bool last = reply->starts_with('l');
        if (!last && (!reply->starts_with('m') || reply->size() == 1)) {
            return unexpected_reply(request, *reply);
        }
        text.append(*reply, 1);
        if (last) {
            return text;
        }
    }
    return fail(Errc::protocol, fmt::format("{} has no end", annex));
}

/// The documents that `text` includes. Names with anything but harmless characters are left to the parser's complaint.
std::vector<std::string> included_names(std::string_view text) {
    std::vector<std::string> names;
    for (auto at = text.find(kIncludeTag); at != std::string_view::npos; at = text.find(kIncludeTag, at)) {
        at += kIncludeTag.size();
        const auto name = text.substr(at, text.substr(at).find('"'));
        if (!name.empty() && name.size() <= 128 && name.find_first_not_of(kNameCharacters) == std::string_view::npos) {
            names.emplace_back(name);
        }
    }
    return names;
}

Expected<TargetDescription> read_description(StubLink& link, std::size_t packet_size) {
    std::map<std::string, std::string> documents;
    std::vector<std::string> wanted{"target.xml"};
    while (!wanted.empty()) {
        const auto name = std::move(wanted.back());
        wanted.pop_back();
        if (documents.contains(name)) {
            continue;
        }
        if (documents.size() == kMaxDocuments) {
            return fail(Errc::protocol, "the target description has too many documents");
        }
        auto text = read_document(link, packet_size, name);
        if (!text) {
            return std::unexpected(text.error());
        }
        std::ranges::move(included_names(*text), std::back_inserter(wanted));
        documents.emplace(name, std::move(*text));
    }
    return TargetDescription::parse(std::move(documents));
}

/// QEMU numbers its threads from 1 in the order of the vCPUs, one or several in a reply.
Expected<unsigned> count_vcpus(StubLink& link) {
    std::string_view request = "qfThreadInfo";
    unsigned count = 0;
    while (true) {
        const auto reply = link.request(request);
        if (!reply) {
            return std::unexpected(reply.error());
        }
        if (*reply == "l" && count > 0) {
            return count;
        }
        if (!reply->starts_with('m')) {
            return unexpected_reply(request, *reply);
        }
        for (auto rest = std::string_view(*reply).substr(1); !rest.empty();) {
            const auto end = std::min(rest.find(','), rest.size());
            ++count;
            if (parse_hex(rest.substr(0, end)) != count || count > kMaxVcpus) {
                return unexpected_reply(request, *reply);
            }
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        if (reply->size() == 1) {
            return unexpected_reply(request, *reply);
        }
        request = "qsThreadInfo";
    }
}

Expected<unsigned> read_step_flags(StubLink& link) {
    const std::string_view request = "qqemu.sstep";
    const auto reply = link.request(request);
    if (!reply) {
        return std::unexpected(reply.error());
    }
    const auto flags = parse_hex(reply->starts_with("0x") ? std::string_view(*reply).substr(2) : *reply);
    if (!flags || *flags > 0xff) {
        return unexpected_reply(request, *reply);
    }
    return static_cast<unsigned>(*flags);
}

/// QEMU's `g` leaves out the registers of optional features on some architectures.
Expected<void> measure_block(StubLink& link, TargetDescription& description) {
    const auto reply = link.request("g");
    if (!reply) {
        return std::unexpected(reply.error());
    }
    if (is_error_reply(*reply) || reply->size() % 2 != 0 || !description.limit_block(reply->size() / 2)) {
        return unexpected_reply("g", *reply);
    }
    return {};
}

}  // namespace

Expected<StubGreeting> greet(StubLink& link) {
    StubGreeting greeting;
    const auto packet_size = negotiate(link);
    if (!packet_size) {
        return std::unexpected(packet_size.error());
    }
    greeting.packet_size = *packet_size;
    if (auto mode = link.command("Qqemu.PhyMemMode:0", Errc::unsupported); !mode) {
        return std::unexpected(mode.error());
    }
    auto description = read_description(link, *packet_size);
    if (!description) {
        return std::unexpected(description.error());
    }
    greeting.description = std::move(*description);
    if (auto measured = measure_block(link, greeting.description); !measured) {
        return std::unexpected(measured.error());
    }
    const auto count = count_vcpus(link);
    if (!count) {
        return std::unexpected(count.error());
    }
    greeting.vcpu_count = *count;
    const auto flags = read_step_flags(link);
    if (!flags) {
        return std::unexpected(flags.error());
    }
    greeting.step_flags = *flags;
    return greeting;
}

}  // namespace hvgdb::emulator
