// SPDX-License-Identifier: GPL-2.0-or-later
// A guest's operating system out of values that the test sets.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
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
    std::vector<std::string> environment;
    std::vector<osi::AuxiliaryEntry> auxiliary_vector;
    std::vector<osi::OpenFile> files;
    FakeMemory memory;
};

/// What there is in it. The test changes it as it likes.
struct FakeGuest {
    osi::OsFacts facts;
    std::vector<FakeProcess> processes;  ///< in the order told; of two with the same number any may be found
    std::map<osi::ThreadId, osi::UserRegisters> registers;
    std::map<VcpuId, osi::CurrentThread> current;
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
        environment,
        auxiliary_vector,
        open_files,
        user_registers,
        modules,
        kernel_symbol,
        kernel_symbol_at,
        read_memory,
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
    [[nodiscard]] Expected<std::vector<std::string>> environment(osi::ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<osi::AuxiliaryEntry>> auxiliary_vector(osi::ProcessId pid) override;
    [[nodiscard]] Expected<std::vector<osi::OpenFile>> open_files(osi::ProcessId pid) override;
    [[nodiscard]] Expected<osi::UserRegisters> user_registers(osi::ThreadId tid) override;
    [[nodiscard]] Expected<std::vector<osi::KernelModule>> modules() override;
    [[nodiscard]] Expected<osi::SymbolPlace> kernel_symbol(std::string_view name) override;
    [[nodiscard]] Expected<osi::SymbolPlace> kernel_symbol_at(VirtAddr address) override;
    [[nodiscard]] Expected<std::size_t> read_memory(osi::ProcessId pid, VirtAddr address,
                                                    std::span<std::byte> out) override;

  private:
    /// Counts the call; the error that the test ordered, if any.
    [[nodiscard]] std::optional<Error> note(Call call);
    [[nodiscard]] Expected<FakeProcess*> find(Call call, osi::ProcessId pid);
    template <typename Value>
    [[nodiscard]] Expected<Value> member(Call call, osi::ProcessId pid, Value FakeProcess::* wanted);

    std::map<Call, unsigned> calls_;
    std::map<Call, Error> refusals_;
    std::optional<Error> refusal_;
    Error failure_;
    unsigned fail_in_ = 0;
    std::size_t last_found_ = 0;
};

}  // namespace hvgdb::test
