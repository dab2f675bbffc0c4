// SPDX-License-Identifier: GPL-2.0-or-later
// LinuxOs: what the dynamic linker of a process loaded.
#include "osi/linux/link_map.hpp"
#include "osi/linux/linux_os.hpp"

namespace hvgdb::osi {

namespace {

class ProcessReader final : public MemoryReader {
  public:
    ProcessReader(Os& os, ProcessId pid) : os_(os), pid_(pid) {}
    [[nodiscard]] std::size_t read(VirtAddr address, std::span<std::byte> out) const override {
        return os_.read_memory(pid_, address, out).value_or(0);
    }

  private:
    Os& os_;
    ProcessId pid_;
};

}  // namespace

Expected<std::vector<Library>> LinuxOs::libraries(ProcessId pid) {
    const auto described = process(pid);
    const auto vector = described ? auxiliary_vector(pid) : std::unexpected(described.error());
    if (!vector) {
        return std::unexpected(vector.error());
    }
    return loaded_libraries(ProcessReader(*this, pid), *vector, described->compat);
}

}  // namespace hvgdb::osi
