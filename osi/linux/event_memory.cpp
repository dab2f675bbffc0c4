// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/event_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>

#include "osi/guest_memory.hpp"
#include "osi/linux/task_facts.hpp"

namespace hvgdb::osi {

namespace {

/// Out of guest RAM, by page tables of choice.
class RamEventMemory final : public EventMemory {
  public:
    explicit RamEventMemory(const EventMemoryParts& parts)
        : root_(parts.root),
          kept_(parts.memory, parts.paging),
          new_(parts.memory, parts.paging, GuestMemory::kFew),
          kept_reader_(kept_, root_),
          new_reader_(new_, root_),
          lasting_(kept_reader_, parts.layout),
          kernel_(new_reader_, parts.layout) {}

    void arrive(emulator::VcpuContext& /*vcpu*/) override {}
    void renew() override { new_.forget(); }
    [[nodiscard]] const KernelMemory& lasting() override { return lasting_; }
    [[nodiscard]] const KernelMemory& kernel() override { return kernel_; }
    [[nodiscard]] const MemoryReader* user(VirtAddr mm) override {
        const auto translate = [&](VirtAddr address) { return new_.translate(root_, address); };
        const auto space = page_tables(kernel_, mm, translate);
        return space ? &user_reader_.emplace(new_, *space) : nullptr;
    }

  private:
    AddressSpace root_;
    GuestMemory kept_;
    GuestMemory new_;
    AddressSpaceReader kept_reader_;
    AddressSpaceReader new_reader_;
    std::optional<AddressSpaceReader> user_reader_;
    KernelMemory lasting_;
    KernelMemory kernel_;
};

/// The address space of the vCPU in the callback.
class VcpuReader final : public MemoryReader {
  public:
    emulator::VcpuContext* vcpu = nullptr;

    [[nodiscard]] std::size_t read(VirtAddr address, std::span<std::byte> out) const override {
        constexpr std::uint64_t kPage = 4096;
        std::size_t done = 0;
        while (vcpu != nullptr && done < out.size()) {
            const VirtAddr at{address.value + done};
            const auto size = std::min<std::uint64_t>(kPage - at.value % kPage, out.size() - done);
            if (at < address || !vcpu->read_memory(at, out.subspan(done, size))) {
                break;
            }
            done += size;
        }
        return done;
    }
};

class VcpuEventMemory final : public EventMemory {
  public:
    explicit VcpuEventMemory(const Layout& layout) : kernel_(reader_, layout) {}

    void arrive(emulator::VcpuContext& vcpu) override { reader_.vcpu = &vcpu; }
    void renew() override {}
    [[nodiscard]] const KernelMemory& lasting() override { return kernel_; }
    [[nodiscard]] const KernelMemory& kernel() override { return kernel_; }
    [[nodiscard]] const MemoryReader* user(VirtAddr /*mm*/) override { return &reader_; }

  private:
    VcpuReader reader_;
    KernelMemory kernel_;
};

}  // namespace

std::unique_ptr<EventMemory> make_event_memory(const EventMemoryParts& parts) {
    if (parts.memory.any_thread()) {
        return std::make_unique<RamEventMemory>(parts);
    }
    return std::make_unique<VcpuEventMemory>(parts.layout);
}

}  // namespace hvgdb::osi
