// SPDX-License-Identifier: GPL-2.0-or-later
// FakeOs: files, libraries, and what is written.
#include <algorithm>
#include <array>
#include <utility>

#include "tests/support/fake_os.hpp"

namespace hvgdb::test {

namespace {

constexpr std::uint32_t kRegular = 0100644;
constexpr std::uint32_t kLink = 0120777;

class FakeFile final : public osi::GuestFile {
  public:
    explicit FakeFile(std::string text) : text_(std::move(text)), status_{.size = text_.size(), .mode = kRegular} {}
    [[nodiscard]] const osi::FileStatus& status() const override { return status_; }
    [[nodiscard]] Expected<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
        const auto start = std::min<std::size_t>(offset, text_.size());
        const auto count = std::min(out.size(), text_.size() - start);
        std::ranges::copy(std::as_bytes(std::span(text_)).subspan(start, count), out.begin());
        return count;
    }

  private:
    std::string text_;
    osi::FileStatus status_;
};

}  // namespace

Expected<void> FakeOs::write_user_register(osi::ThreadId tid, std::string_view name, std::span<const std::byte> value) {
    if (auto error = note(Call::write_user_register)) {
        return std::unexpected(*std::move(error));
    }
    if (!guest.registers.contains(tid)) {
        return fail(Errc::not_found, "no such thread");
    }
    written_registers_[{tid, std::string(name)}] = Bytes(value.begin(), value.end());
    return {};
}

Expected<void> FakeOs::raise_signal(osi::ThreadId tid, unsigned number) {
    if (auto error = note(Call::raise_signal)) {
        return std::unexpected(*std::move(error));
    }
    raised_signals_.emplace_back(tid, number);
    return {};
}

Expected<void> FakeOs::discard_signal(osi::ThreadId tid, unsigned number) {
    if (auto error = note(Call::discard_signal)) {
        return std::unexpected(*std::move(error));
    }
    discarded_signals_.emplace_back(tid, number);
    return {};
}

Expected<osi::SwitchedOutRegisters> FakeOs::switched_out_registers(osi::ThreadId tid) {
    if (auto error = note(Call::switched_out_registers)) {
        return std::unexpected(*std::move(error));
    }
    const auto found = guest.switched_out.find(tid);
    return found == guest.switched_out.end() ? fail(Errc::unsupported, "it is on a vCPU")
                                             : Expected<osi::SwitchedOutRegisters>(found->second);
}

Expected<void> FakeOs::write_memory(osi::ProcessId pid, VirtAddr address, std::span<const std::byte> data) {
    const auto found = find(Call::write_memory, pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    return (*found)->memory.write(address.value, data) ? Expected<void>()
                                                       : fail(Errc::fault, "nothing is mapped there");
}

Expected<std::optional<PhysAddr>> FakeOs::physical_address(osi::ProcessId pid, VirtAddr address) {
    const auto found = find(Call::physical_address, pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    std::array<std::byte, 1> byte{};
    return (*found)->memory.read(address.value, byte) == 1 ? std::optional(PhysAddr{address.value}) : std::nullopt;
}

Expected<PhysAddr> FakeOs::kernel_physical_address(VirtAddr address) {
    if (auto error = note(Call::kernel_physical_address)) {
        return std::unexpected(*std::move(error));
    }
    std::array<std::byte, 1> byte{};
    return guest.kernel_memory.read(address.value, byte) == 1
               ? Expected<PhysAddr>(PhysAddr{static_cast<std::uint32_t>(address.value)})
               : fail(Errc::fault, "nothing is mapped there");
}

Expected<osi::RegisterPlace> FakeOs::user_register_place(osi::ThreadId tid, std::string_view name) {
    if (auto error = note(Call::user_register_place)) {
        return std::unexpected(*std::move(error));
    }
    const auto found = guest.register_places.find({tid, std::string(name)});
    return found == guest.register_places.end() ? fail(Errc::not_found, "no such register")
                                                : Expected<osi::RegisterPlace>(found->second);
}

Expected<bool> FakeOs::set_executable(osi::ProcessId pid, VirtAddr address, bool executable) {
    const auto found = find(Call::set_executable, pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    const std::pair page{pid, address.value / 4096};
    return executable ? executable_pages_.insert(page).second : executable_pages_.erase(page) > 0;
}

Expected<std::vector<osi::Library>> FakeOs::libraries(osi::ProcessId pid) {
    const auto found = find(Call::libraries, pid);
    return found ? Expected<std::vector<osi::Library>>((*found)->libraries) : std::unexpected(found.error());
}

Expected<std::unique_ptr<osi::GuestFile>> FakeOs::open_file(osi::ProcessId pid, std::string_view path) {
    const auto found = find(Call::open_file, pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    const auto file = (*found)->contents.find(std::string(path));
    if (file == (*found)->contents.end()) {
        return fail(Errc::not_found, "no such file");
    }
    return std::make_unique<FakeFile>(file->second);
}

Expected<osi::FileStatus> FakeOs::file_status(osi::ProcessId pid, std::string_view path, bool follow_link) {
    const auto found = find(Call::file_status, pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    if (const auto link = (*found)->links.find(std::string(path)); link != (*found)->links.end() && !follow_link) {
        return osi::FileStatus{.size = link->second.size(), .mode = kLink};
    }
    const auto file = (*found)->contents.find(std::string(path));
    if (file == (*found)->contents.end()) {
        return fail(Errc::not_found, "no such file");
    }
    return osi::FileStatus{.size = file->second.size(), .mode = kRegular};
}

Expected<std::string> FakeOs::read_link(osi::ProcessId pid, std::string_view path) {
    const auto found = find(Call::read_link, pid);
    if (!found) {
        return std::unexpected(found.error());
    }
    const auto link = (*found)->links.find(std::string(path));
    if (link == (*found)->links.end()) {
        return fail((*found)->contents.contains(std::string(path)) ? Errc::bad_argument : Errc::not_found,
                    "no such link");
    }
    return link->second;
}

}  // namespace hvgdb::test
