// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "emulator/stub_link.hpp"
#include "emulator/target_description.hpp"
#include "emulator/types.hpp"

namespace hvgdb::emulator {

/// The registers of all vCPUs over the link, each asked for at most once between two calls of forget(). Also keeps
/// which vCPU QEMU's stub works on, as memory is read through that one's address space.
class StubRegisters {
  public:
    StubRegisters(StubLink& link, const TargetDescription& description, unsigned vcpu_count);

    [[nodiscard]] Expected<void> select(VcpuId vcpu);
    [[nodiscard]] Expected<Bytes> read_block(VcpuId vcpu);
    [[nodiscard]] Expected<void> write_block(VcpuId vcpu, std::span<const std::byte> block);
    [[nodiscard]] Expected<Bytes> read(VcpuId vcpu, unsigned number);
    [[nodiscard]] Expected<void> write(VcpuId vcpu, unsigned number, std::span<const std::byte> value);

    /// The values may have changed.
    void forget();
    /// QEMU has selected this vCPU by itself; nothing: any.
    void set_selected(std::optional<VcpuId> vcpu) { selected_ = vcpu; }

  private:
    [[nodiscard]] Expected<const RegisterInfo*> find(unsigned number) const;
    [[nodiscard]] Expected<Bytes> request_values(VcpuId vcpu, const std::string& packet, std::size_t size);

    StubLink& link_;
    const TargetDescription& description_;
    std::vector<std::optional<Bytes>> blocks_;
    std::map<std::pair<VcpuId, unsigned>, Bytes> singles_;
    std::optional<VcpuId> selected_;
};

}  // namespace hvgdb::emulator
