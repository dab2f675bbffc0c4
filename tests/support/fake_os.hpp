// SPDX-License-Identifier: GPL-2.0-or-later
// A guest's operating system out of values that the test sets.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "osi/os.hpp"
#include "tests/support/fake_machine.hpp"

namespace hvgdb::test {

struct FakeProcess {
    osi::Process process;
    std::vector<osi::Thread> threads;
    std::vector<osi::Mapping> mappings;
    std::string executable;
    std::string working_directory;
    std::vector<std::string> arguments;
    osi::AddressRange argument_area;
    std::vector<std::string> environment;
    std::vector<osi::AuxiliaryEntry> auxiliary_vector;
    std::vector<osi::OpenFile> files;
    FakeMemory memory;
    std::vector<osi::Library> libraries;
    std::map<std::string, std::string> contents;  ///< of files, by the path as this process sees it
    std::map<std::string, std::string> links;     ///< symbolic ones
};

/// What there is in it. The test changes it as it likes.
struct FakeGuest {
    osi::OsFacts facts;
    std::vector<FakeProcess> processes;  ///< in the order told; of two with the same number any may be found
    std::map<osi::ThreadId, osi::UserRegisters> registers;
    std::map<osi::ThreadId, osi::SwitchedOutRegisters> switched_out;
    std::map<std::pair<osi::ThreadId, std::string>, osi::RegisterPlace> register_places;
    std::map<VcpuId, osi::CurrentThread> current;
    FakeMemory kernel_memory;
    std::vector<osi::KernelModule> modules;
    std::vector<osi::SymbolPlace> symbols;  ///< `offset` does not count: an address belongs to the nearest below

    /// A process with one thread, its leader. The reference lasts until the next is added.
    FakeProcess& add(osi::Process process);
};

class FakeOs : public osi::Os {
  public:
    enum class Call {
        facts,
        processes,
        process,
        threads,
        current,
        mappings,
        executable,
        working_directory,
        arguments,
        argument_area,
        environment,
        auxiliary_vector,
        open_files,
        user_registers,
        modules,
        kernel_symbol,
        kernel_symbol_at,
        read_memory,
        write_user_register,
        write_memory,
        physical_address,
        libraries,
        set_executable,
        switched_out_registers,
        open_file,
        file_status,
        read_link,
        raise_signal,
        discard_signal,
        user_register_place,
        kernel_physical_address,
    };

    FakeGuest guest;

    // For the test: errors
    /// Every call fails; nothing: none does.
    void refuse(std::optional<Error> error) { refusal_ = std::move(error); }
    /// Every call of this kind fails.
    void refuse(Call call, Error error) { refusals_[call] = std::move(error); }
    /// The `nth` call from now (1: the next one) fails, once.
    void fail_call(unsigned nth, Error error);
    [[nodiscard]] bool failure_pending() const { return fail_in_ != 0; }

    // For the test: what was asked
    [[nodiscard]] unsigned calls() const;
    [[nodiscard]] unsigned calls(Call call) const;

    // Os
    [[nodiscard]] Expected<osi::OsFacts> facts() override;
    [[nodiscard]] Expected<std::vector<osi::Process>> processes() override;
    [[nodiscard]] Expected<osi::Process> process(osi::ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<osi::Thread>> threads(osi::ProcessId pid) override;
    [[nodiscard]] Expected<osi::CurrentThread> current(VcpuId vcpu) override;
    [[nodiscard]] Expected<std::vector<osi::Mapping>> mappings(osi::ProcessId pid) override;
    [[nodiscard]] Expected<std::string> executable(osi::ProcessId pid) override;
    [[nodiscard]] Expected<std::string> working_directory(osi::ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<std::string>> arguments(osi::ProcessId pid, std::size_t limit) override;
    [[nodiscard]] Expected<osi::AddressRange> argument_area(osi::ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<std::string>> environment(osi::ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<osi::AuxiliaryEntry>> auxiliary_vector(osi::ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<osi::OpenFile>> open_files(osi::ProcessId pid) override;
    [[nodiscard]] Expected<osi::UserRegisters> user_registers(osi::ThreadId tid) override;
    [[nodiscard]] Expected<osi::SwitchedOutRegisters> switched_out_registers(osi::ThreadId tid) override;
    [[nodiscard]] Expected<std::vector<osi::KernelModule>> modules() override;
    [[nodiscard]] Expected<osi::SymbolPlace> kernel_symbol(std::string_view name) override;
    [[nodiscard]] Expected<osi::SymbolPlace> kernel_symbol_at(VirtAddr address) override;
    [[nodiscard]] Expected<std::size_t> read_memory(osi::ProcessId pid, VirtAddr address,
                                                    std::span<std::byte> out) override;
    /// Notes it in written_registers().
    [[nodiscard]] Expected<void> write_user_register(osi::ThreadId tid, std::string_view name,
                                                     std::span<const std::byte> value) override;
    /// Of the guest's `register_places`.
    [[nodiscard]] Expected<osi::RegisterPlace> user_register_place(osi::ThreadId tid, std::string_view name) override;
    /// Noted in raised_signals() and discarded_signals().
    [[nodiscard]] Expected<void> raise_signal(osi::ThreadId tid, unsigned number) override;
    [[nodiscard]] Expected<void> discard_signal(osi::ThreadId tid, unsigned number) override;
    [[nodiscard]] Expected<void> write_memory(osi::ProcessId pid, VirtAddr address,
                                              std::span<const std::byte> data) override;
    /// The address itself where the process has memory.
    [[nodiscard]] Expected<std::optional<PhysAddr>> physical_address(osi::ProcessId pid, VirtAddr address) override;
    /// The address' lower 32 bits where the kernel has memory.
    [[nodiscard]] Expected<PhysAddr> kernel_physical_address(VirtAddr address) override;
    /// Pages of executable_pages() are changed by it.
    [[nodiscard]] Expected<bool> set_executable(osi::ProcessId pid, VirtAddr address, bool executable) override;
    [[nodiscard]] Expected<std::vector<osi::Library>> libraries(osi::ProcessId pid) override;
    [[nodiscard]] Expected<std::unique_ptr<osi::GuestFile>> open_file(osi::ProcessId pid,
                                                                      std::string_view path) override;
    [[nodiscard]] Expected<osi::FileStatus> file_status(osi::ProcessId pid, std::string_view path,
                                                        bool follow_link) override;
    [[nodiscard]] Expected<std::string> read_link(osi::ProcessId pid, std::string_view path) override;

    /// Which have been made executable; none is before.
    [[nodiscard]] const std::set<std::pair<osi::ProcessId, std::uint64_t>>& executable_pages() const {
        return executable_pages_;
    }
    [[nodiscard]] const std::map<std::pair<osi::ThreadId, std::string>, Bytes>& written_registers() const {
        return written_registers_;
    }
    using SignalOfThread = std::pair<osi::ThreadId, unsigned>;
    [[nodiscard]] const std::vector<SignalOfThread>& raised_signals() const { return raised_signals_; }
    [[nodiscard]] const std::vector<SignalOfThread>& discarded_signals() const { return discarded_signals_; }

  private:
    /// Counts the call; the error that the test ordered, if any.
    [[nodiscard]] std::optional<Error> note(Call call);
    [[nodiscard]] Expected<FakeProcess*> find(Call call, osi::ProcessId pid);
    template <typename Value>
    [[nodiscard]] Expected<Value> member(Call call, osi::ProcessId pid, Value FakeProcess::* wanted);

    std::set<std::pair<osi::ProcessId, std::uint64_t>> executable_pages_;
    std::map<std::pair<osi::ThreadId, std::string>, Bytes> written_registers_;
    std::vector<SignalOfThread> raised_signals_;
    std::vector<SignalOfThread> discarded_signals_;
    std::map<Call, unsigned> calls_;
    std::map<Call, Error> refusals_;
    std::optional<Error> refusal_;
    Error failure_;
    unsigned fail_in_ = 0;
    std::size_t last_found_ = 0;
};

}  // namespace hvgdb::test
