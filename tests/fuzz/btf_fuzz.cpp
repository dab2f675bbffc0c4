// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as BTF: it is taken or refused, and looking up whatever is looked up in a kernel ends. The input is the
// blob; besides the members of kernel_fields.def, those called a, b and c of a structure "s" are looked up.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "osi/linux/btf.hpp"
#include "osi/linux/layout.hpp"

namespace {

using namespace hvgdb::osi;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = std::as_bytes(std::span(data, size));
    const auto found = find_btf(input);
    require(!found || found->size() <= size);
    const auto btf = Btf::parse(hvgdb::Bytes(input.begin(), input.end()));
    if (!btf) {
        return 0;
    }
    require((*btf)->size() <= size / 12);
    const Layout layout = Layout::from(**btf);
    require(layout == Layout::from(**btf));
    for (const char* path : {"a", "b", "a.b", "b.a.b", "c.c.c.c"}) {
        const auto member = (*btf)->member("s", path);
        require(!member || (*btf)->size_of("s").has_value());
    }
    return 0;
}
