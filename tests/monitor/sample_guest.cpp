// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/monitor/sample_guest.hpp"

namespace hvgdb::monitor {

namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;

osi::Process process(osi::ProcessId pid, osi::ProcessId parent, std::string command, std::uint64_t milliseconds) {
    osi::Process made;
    made.pid = pid;
    made.parent = parent;
    made.namespace_pids = {pid};
    made.uid = made.effective_uid = made.gid = 0;
    made.command = std::move(command);
    made.state = 'S';
    made.start_time = milliseconds * kMillisecond;
    made.task = VirtAddr{0xffff'8880'0100'0000 + pid * 0x2000};
    return made;
}

osi::Process kernel_thread(osi::ProcessId pid, osi::ProcessId parent, std::string command) {
    auto made = process(pid, parent, std::move(command), 12);
    made.kernel_thread = true;
    made.state = 'I';
    return made;
}

osi::Process program(osi::ProcessId pid, osi::ProcessId parent, std::string command, std::uint64_t milliseconds) {
    auto made = process(pid, parent, std::move(command), milliseconds);
    made.space = AddressSpace{0x567'8000 + pid * 0x1000};
    return made;
}

osi::Mapping mapping(std::uint64_t start, std::uint64_t end, std::string_view rights, std::uint64_t offset,
                     std::string name) {
    osi::Mapping made;
    made.start = VirtAddr{start};
    made.end = VirtAddr{end};
    made.read = rights[0] == 'r';
    made.write = rights[1] == 'w';
    made.execute = rights[2] == 'x';
    made.shared = rights[3] == 's';
    made.offset = offset;
    made.inode = name.starts_with('/') ? 131'075 : 0;
    made.device_major = name.starts_with('/') ? 8 : 0;
    made.device_minor = name.starts_with('/') ? 1 : 0;
    made.name = std::move(name);
    return made;
}

void add_sshd(test::FakeGuest& guest) {
    auto& sshd = guest.add(program(812, 1, "sshd", 4812));
    sshd.process.threads = 2;
    sshd.process.namespace_pids = {812, 7};
    sshd.process.uid = 1000;
    sshd.process.state = 'R';
    sshd.threads[0].state = 'R';
    sshd.threads[0].vcpu = VcpuId{0};
    sshd.threads.push_back(sshd.threads[0]);
    sshd.threads[1].tid = 813;
    sshd.threads[1].state = 'S';
    sshd.threads[1].vcpu.reset();
    sshd.threads[1].cpu = 1;
    sshd.threads[1].task = VirtAddr{0xffff'8880'0168'0000};
    sshd.executable = "/usr/sbin/sshd";
    sshd.contents["/etc/motd"] = "hi\n";
    sshd.contents["/tmp/x (deleted)"] = "x";
    sshd.working_directory = "/";
    sshd.arguments = {"sshd:", "/usr/sbin/sshd", "-D", "[listener]", "0", "of", "10-100", "startups"};
    sshd.environment = {"LANG=C.UTF-8", "PATH=/usr/sbin:/usr/bin"};
    sshd.auxiliary_vector = {{3, 0x5555'5555'4040}, {6, 4096}};
    sshd.mappings = {
        mapping(0x5555'5555'4000, 0x5555'5557'a000, "r--p", 0, "/usr/sbin/sshd"),
        mapping(0x5555'5557'a000, 0x5555'5560'b000, "r-xp", 0x26000, "/usr/sbin/sshd"),
        mapping(0x5555'5562'f000, 0x5555'5565'0000, "rw-p", 0, "[heap]"),
        mapping(0x7fff'f7c0'0000, 0x7fff'f7c2'8000, "r--p", 0, "/usr/lib/x86_64-linux-gnu/libc.so.6"),
        mapping(0x7fff'f7c2'8000, 0x7fff'f7d8'd000, "r-xp", 0x28000, "/usr/lib/x86_64-linux-gnu/libc.so.6"),
        mapping(0x7fff'f7fa'0000, 0x7fff'f7fa'1000, "rw-s", 0, "/memfd:x (deleted)"),
        mapping(0x7fff'fffd'e000, 0x8000'0000'0000 - 0x1000, "rw-p", 0, "[stack]"),
    };
    sshd.files = {
        {.number = 0, .name = "/dev/null", .position = 0, .flags = 0100000, .inode = 5},
        {.number = 1, .name = "socket:[15077]", .position = 0, .flags = 02, .inode = 15'077},
        {.number = 14, .name = "/var/log/auth.log", .position = 51'234, .flags = 0102001, .inode = 131'090},
    };
    sshd.memory.map(0x5555'5555'4000, 0x1000);
    (void)sshd.memory.write(0x5555'5555'4000, std::as_bytes(std::span("\x7f"
                                                                      "ELF",
                                                                      4)));
}

void add_kernel(test::FakeGuest& guest) {
    guest.facts = {{"kernel", "Linux 6.12.107+deb13-cloud-amd64"},
                   {"image", "0xffffffff81000000, 41 MiB"},
                   {"structures", "the kernel's own type information (BTF), 121185 types"}};
    guest.modules = {
        {.name = "virtio_net", .base = VirtAddr{0xffff'ffff'c060'2000}, .size = 106'496, .users = 0, .state = "Live"},
        {.name = "ext4",
         .base = VirtAddr{0xffff'ffff'c045'8000},
         .size = 1'118'208,
         .users = std::nullopt,
         .state = "Loading"},
    };
    guest.symbols = {
        {.name = "_stext", .address = VirtAddr{0xffff'ffff'8100'0000}, .offset = 0, .module = ""},
        {.name = "do_exit", .address = VirtAddr{0xffff'ffff'810a'4b20}, .offset = 0, .module = ""},
        {.name = "ext4_sync_fs", .address = VirtAddr{0xffff'ffff'c045'9000}, .offset = 0, .module = "ext4"},
    };
}

}  // namespace

test::FakeGuest sample_guest() {
    test::FakeGuest guest;
    auto& systemd = guest.add(program(1, 0, "systemd", 10));
    systemd.executable = "/usr/lib/systemd/systemd";
    systemd.arguments = {"/sbin/init"};
    guest.add(kernel_thread(2, 0, "kthreadd"));
    guest.add(kernel_thread(17, 2, "kworker/0:1"));
    add_sshd(guest);
    auto& shell = guest.add(program(1001, 812, "bash", 61'250));
    shell.process.uid = 1000;
    shell.process.compat = true;
    shell.executable = "/usr/bin/bash";
    shell.arguments = {"-bash", "-c", "for i in $(seq 1 100000); do echo $i; done"};
    add_kernel(guest);
    guest.current = {{VcpuId{0}, {.tid = 812, .pid = 812, .user_mode = true}},
                     {VcpuId{1}, {.tid = 0, .pid = 0, .user_mode = false}}};
    osi::UserRegisters registers;
    registers.general[0] = 0xffff'ffff'ffff'ffda;
    registers.rip = 0x7fff'f7d0'1234;
    registers.cs = 0x33;
    registers.orig_rax = 0xffff'ffff'ffff'ffff;
    registers.xsave = Bytes(4, std::byte{0xab});
    registers.frame = VirtAddr{0xffff'c900'0001'3f58};
    guest.registers[812] = registers;
    return guest;
}

}  // namespace hvgdb::monitor
