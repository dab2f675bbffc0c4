// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulator/target_description.hpp"

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <charconv>
#include <fmt/format.h>
#include <set>
#include <sstream>
#include <system_error>

#include "emulator/arch.hpp"

namespace hvgdb::emulator {

namespace {

using boost::property_tree::ptree;

constexpr std::size_t kMaxDocument = std::size_t{1} << 20U;
constexpr unsigned kMaxXmlDepth = 64;  // the XML reader recurses once a level
constexpr unsigned kMaxIncludes = 64;
constexpr unsigned kMaxNumber = 0xffff;
constexpr std::size_t kMaxRegister = std::size_t{8} << 10U;
constexpr std::size_t kMaxBlock = std::size_t{64} << 10U;

/// An upper bound: tags inside comments count too.
bool nests_too_deep(std::string_view xml) {
    unsigned depth = 0;
    for (auto at = xml.find('<'); at != std::string_view::npos && depth <= kMaxXmlDepth; at = xml.find('<', at + 1)) {
        const auto next = xml.substr(at + 1, 1);
        if (next == "/") {
            depth -= depth > 0 ? 1 : 0;
        } else if (next != "!" && next != "?") {
            const auto close = xml.find('>', at);
            depth += close != std::string_view::npos && xml[close - 1] == '/' ? 0 : 1;
        }
    }
    return depth > kMaxXmlDepth;
}

Expected<ptree> read_document(const std::string& name, const std::string& xml) {
    if (xml.size() > kMaxDocument || nests_too_deep(xml)) {
        return fail(Errc::protocol, fmt::format("{}: too large", name));
    }
    try {
        std::istringstream stream(xml);
        ptree tree;
        read_xml(stream, tree,
                 boost::property_tree::xml_parser::no_comments | boost::property_tree::xml_parser::trim_whitespace);
        return tree;
    } catch (const boost::property_tree::ptree_error& error) {
        return fail(Errc::protocol, fmt::format("{}: {}", name, error.what()));
    }
}

std::string attribute(const ptree& element, const char* name) {
    return element.get(ptree::path_type(std::string("<xmlattr>.") + name), std::string());
}

std::optional<unsigned> decimal(std::string_view text) {
    unsigned value = 0;
    const auto [stopped, error] = std::from_chars(text.begin(), text.end(), value);
    return error == std::errc{} && stopped == text.end() ? std::optional(value) : std::nullopt;
}

/// Collects architecture and registers from the root document and all it includes.
class Reader {
  public:
    explicit Reader(const std::map<std::string, std::string>& documents) : documents_(documents) {}

    Expected<void> read(const std::string& name) {
        const auto document = documents_.find(name);
        if (document == documents_.end()) {
            return fail(Errc::protocol, fmt::format("{} is missing in the target description", name));
        }
        if (++includes_ > kMaxIncludes) {
            return fail(Errc::protocol, "the target description includes too many documents");
        }
        const auto tree = read_document(name, document->second);
        if (!tree) {
            return std::unexpected(tree.error());
        }
        return read_elements(*tree);
    }

    std::string architecture;
    std::vector<RegisterInfo> registers;

  private:
    Expected<void> read_elements(const ptree& parent) {
        for (const auto& [tag, element] : parent) {
            Expected<void> done;
            if (tag == "target") {
                done = read_elements(element);
            } else if (tag == "architecture") {
                architecture = element.data();
            } else if (tag == "xi:include") {
                done = read(attribute(element, "href"));
            } else if (tag == "feature") {
                done = read_feature(element);
            }
            if (!done) {
                return done;
            }
        }
        return {};
    }

    Expected<void> read_feature(const ptree& feature) {
        const auto name = attribute(feature, "name");
        for (const auto& [tag, element] : feature) {
            if (tag != "reg") {
                continue;
            }
            if (auto added = add_register(name, element); !added) {
                return added;
            }
        }
        return {};
    }

    Expected<void> add_register(const std::string& feature, const ptree& element) {
        RegisterInfo info{.name = attribute(element, "name"), .type = attribute(element, "type"), .feature = feature};
        const auto number_text = attribute(element, "regnum");
        const auto number = number_text.empty() ? std::optional(next_number_) : decimal(number_text);
        const auto bits = decimal(attribute(element, "bitsize"));
        if (info.name.empty() || !number || *number > kMaxNumber || !bits || *bits == 0) {
            return fail(Errc::protocol, fmt::format("malformed register '{}' in {}", info.name, feature));
        }
        if (!numbers_.insert(*number).second) {
            return fail(Errc::protocol, fmt::format("register number {} is used twice", *number));
        }
        if (info.type.empty()) {
            info.type = "int";
        }
        info.number = *number;
        info.size = *bits / 8 + (*bits % 8 != 0 ? 1 : 0);
        block_size_ += info.size;
        if (info.size > kMaxRegister || block_size_ > kMaxBlock) {
            return fail(Errc::protocol, fmt::format("register '{}' is too large", info.name));
        }
        next_number_ = info.number + 1;
        registers.push_back(std::move(info));
        return {};
    }

    const std::map<std::string, std::string>& documents_;
    std::set<unsigned> numbers_;
    unsigned next_number_ = 0;
    unsigned includes_ = 0;
    std::size_t block_size_ = 0;
};

const RegisterInfo* first_of_type(const std::vector<RegisterInfo>& registers, std::string_view type) {
    const auto found = std::ranges::find(registers, type, &RegisterInfo::type);
    return found == registers.end() ? nullptr : &*found;
}

}  // namespace

Expected<TargetDescription> TargetDescription::parse(std::map<std::string, std::string> documents) {
    Reader reader(documents);
    if (auto read = reader.read("target.xml"); !read) {
        return std::unexpected(read.error());
    }
    if (reader.registers.empty()) {
        return fail(Errc::protocol, "the target description has no registers");
    }
    TargetDescription result;
    result.architecture_ = std::move(reader.architecture);
    result.registers_ = std::move(reader.registers);
    result.documents_ = std::move(documents);
    std::ranges::sort(result.registers_, {}, &RegisterInfo::number);
    for (auto& info : result.registers_) {
        info.offset = result.block_size_;
        result.block_size_ += info.size;
    }
    result.choose_expedited();
    return result;
}

void TargetDescription::choose_expedited() {
    const Arch* const arch = find_arch(architecture_);
    const auto* counter = arch == nullptr ? nullptr : find(arch->program_counter);
    const auto* stack = arch == nullptr ? nullptr : find(arch->stack_pointer);
    const auto* const frame = arch == nullptr ? nullptr : find(arch->frame_pointer);
    counter = counter != nullptr ? counter : first_of_type(registers_, "code_ptr");
    stack = stack != nullptr ? stack : first_of_type(registers_, "data_ptr");
    if (counter != nullptr) {
        program_counter_ = counter->number;
    }
    for (const auto* info : {counter, stack, frame}) {
        if (info != nullptr && std::ranges::find(expedited_, info->number) == expedited_.end()) {
            expedited_.push_back(info->number);
        }
    }
}

bool TargetDescription::limit_block(std::size_t size) {
    const auto ends_there = [size](const RegisterInfo& info) { return info.offset + info.size == size; };
    if (std::ranges::none_of(registers_, ends_there)) {
        return false;
    }
    block_size_ = size;
    return true;
}

const RegisterInfo* TargetDescription::find(std::string_view name) const {
    const auto found = std::ranges::find(registers_, name, &RegisterInfo::name);
    return found == registers_.end() ? nullptr : &*found;
}

const RegisterInfo* TargetDescription::find(unsigned number) const {
    const auto found = std::ranges::lower_bound(registers_, number, {}, &RegisterInfo::number);
    return found == registers_.end() || found->number != number ? nullptr : &*found;
}

const RegisterInfo* TargetDescription::program_counter() const {
    return program_counter_ ? find(*program_counter_) : nullptr;
}

}  // namespace hvgdb::emulator
