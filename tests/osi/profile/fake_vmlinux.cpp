// SPDX-License-Identifier: GPL-2.0-or-later
// Some of a kernel's structures, to be compiled with debugging information: what a vmlinux looks like to a reader.

struct list_head {
    list_head* next;
    list_head* prev;
};

typedef unsigned int kuid_t;

struct cred {
    union {
        long usage;
        int non_rcu;
    };
    kuid_t uid;
};

struct mm_struct;

struct task_struct {
    long state;
    list_head tasks;
    int pid;
    const int tgid;
    unsigned flags : 5;
    unsigned exit_state : 3;
    char comm[16];
    mm_struct* mm;
    struct {
        unsigned long sp;
        struct {
            unsigned long fsbase;
        };
    } thread;
};

struct mm_struct {
    struct {
        unsigned long start_brk;
        void* pgd;
        unsigned long saved_auxv[52];
    };
    unsigned long numbers[];
};

extern "C" {
task_struct init_task{
    .state = 0, .tasks = {}, .pid = 0, .tgid = 0, .flags = 0, .exit_state = 0, .comm = {}, .mm = nullptr, .thread = {}};
cred init_cred;
mm_struct init_mm;
static const int local_number = 1;
int _text();
int _text() {
    return local_number;
}
}

int main() {
    return _text() + init_task.pid + static_cast<int>(init_cred.uid) + (init_mm.pgd == nullptr ? 0 : 1);
}
