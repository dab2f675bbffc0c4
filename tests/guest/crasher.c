/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crasher HOW [STOP]: does something for which the kernel or itself sends it a signal, in crash(), called from
 * middle(). segv     writes to an address at which nothing is mapped (`address` in its first line) denied   writes to a
 * page that may only be read (`address`) handled  as segv, with a handler, which ends it with status 3 if the signal
 * tells that address illegal  executes an instruction that is none divide   divides by zero abort    calls abort() With
 * STOP = 1 it stops itself before that, until it gets SIGCONT.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"

#define PAGE 4096ul
#define HANDLED_STATUS 3

extern const char fault_here[];

static char* unmapped;
static char* read_only;
static volatile int steps;

static void handle(int number, siginfo_t* info, void* context) {
    (void)context;
    _exit(number == SIGSEGV && info->si_addr == unmapped ? HANDLED_STATUS : 1);
}

static void install_handler(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO;
    need(sigaction(SIGSEGV, &action, NULL), "crasher: sigaction");
}

static void map_pages(void) {
    char* const pages = mmap(NULL, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    need((long)pages, "crasher: mmap");
    need(munmap(pages + PAGE, PAGE), "crasher: munmap");
    read_only = pages;
    unmapped = pages + PAGE;
}

TARGET void write_to(char* address) {
    __asm__ volatile(".globl fault_here\nfault_here: movb $1, (%0)" : : "r"(address) : "memory");
}

TARGET void crash(const char* how) {
    if (strcmp(how, "segv") == 0 || strcmp(how, "handled") == 0) {
        write_to(unmapped);
    } else if (strcmp(how, "denied") == 0) {
        write_to(read_only);
    } else if (strcmp(how, "illegal") == 0) {
        __asm__ volatile("ud2");
    } else if (strcmp(how, "divide") == 0) {
        __asm__ volatile("divl %0" : : "r"(0), "a"(1), "d"(0));
    } else {
        abort();
    }
    steps = 1; /* so that the calls above are no jumps */
}

TARGET void middle(const char* how) {
    crash(how);
    steps = 2;
}

int main(int argc, char** argv) {
    const char* const how = argc > 1 ? argv[1] : "segv";

    setvbuf(stdout, NULL, _IOLBF, 0);
    map_pages();
    if (strcmp(how, "handled") == 0) {
        install_handler();
    }
    printf("crasher ready pid=%d address=0x%lx fault_here=0x%lx\n", (int)getpid(),
           (unsigned long)(strcmp(how, "denied") == 0 ? read_only : unmapped), (unsigned long)fault_here);
    stop_if(number_argument(argc, argv, 2, 0));
    middle(how);
    return 0;
}
