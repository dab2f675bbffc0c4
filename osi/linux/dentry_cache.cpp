// SPDX-License-Identifier: GPL-2.0-or-later
#include "osi/linux/dentry_cache.hpp"

namespace hvgdb::osi {

namespace {

constexpr std::size_t kMaxName = 256;

}  // namespace

std::optional<std::string> dentry_name(const KernelMemory& kernel, const MemberBlock& dentry) {
    const std::uint64_t length = dentry.number(Field::dentry_name_length);
    const VirtAddr address = dentry.pointer(Field::dentry_name);
    if (length > kMaxName) {
        return std::nullopt;
    }
    // Shorter names are in the entry itself.
    const auto own = dentry.bytes(address, length);
    if (own.size() == length) {
        const std::string_view bytes(reinterpret_cast<const char*>(own.data()), own.size());
        return std::string(bytes.substr(0, bytes.find('\0')));
    }
    return is_kernel_pointer(address) ? kernel.memory().text(address, length) : std::nullopt;
}

DentryCache::DentryCache(const KernelMemory& kernel)
    : kernel_(kernel),
      is_ring_(kernel.has(Field::dentry_children_ring)),
      first_(is_ring_ ? Field::dentry_children_ring : Field::dentry_first_child),
      next_(is_ring_ ? Field::dentry_ring_next : Field::dentry_next_sibling),
      dentry_(kernel, {Field::dentry_parent, Field::dentry_name, Field::dentry_name_length, Field::dentry_inode,
                       Field::dentry_hash_pprev, next_}) {}

Expected<DentryCache::Entry> DentryCache::child(VirtAddr folder, std::string_view name, StepLimit& limit) {
    constexpr std::string_view kUnreadable = "the kernel's list of names in a folder cannot be read";
    const auto head = kernel_.place(folder, first_);
    auto node = kernel_.pointer(folder, first_);
    if (!head || !node || !kernel_.has(next_)) {
        return fail(Errc::fault, std::string(kUnreadable));
    }
    const VirtAddr end = is_ring_ ? *head : VirtAddr{};
    const std::uint64_t offset = kernel_.layout()[next_].offset;
    while (*node != end) {
        if (!limit.take()) {
            return fail(Errc::fault, "the kernel has too many names in memory to look through");
        }
        const VirtAddr dentry{node->value - offset};
        if (!is_kernel_pointer(*node) || !dentry_.read(dentry) || dentry_.pointer(Field::dentry_parent) != folder) {
            return fail(Errc::fault, std::string(kUnreadable));
        }
        const VirtAddr inode = dentry_.pointer(Field::dentry_inode);
        if (inode.value != 0 && is_called(name)) {
            return Entry{dentry, inode};
        }
        node = dentry_.pointer(next_);
    }
    return fail(Errc::not_found, "the guest's kernel has no such name in memory");
}

/// What has been deleted is in no hash chain any more, as is what is just being looked up (d_unhashed()).
bool DentryCache::is_called(std::string_view name) const {
    const bool unhashed = dentry_.has(Field::dentry_hash_pprev) && dentry_.number(Field::dentry_hash_pprev) == 0;
    return !unhashed && dentry_.number(Field::dentry_name_length) == name.size() &&
           dentry_name(kernel_, dentry_) == name;
}

std::optional<VirtAddr> DentryCache::parent(VirtAddr dentry) const {
    return kernel_.pointer(dentry, Field::dentry_parent);
}

std::optional<VirtAddr> DentryCache::inode(VirtAddr dentry) const {
    const auto found = kernel_.pointer(dentry, Field::dentry_inode);
    return found && is_kernel_pointer(*found) ? found : std::nullopt;
}

}  // namespace hvgdb::osi
