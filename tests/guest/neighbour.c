/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * neighbour [PROCESSES]: processes (4) that keep the kernel busy for ever: each forks, touches fresh pages, yields and
 * calls getpid(), again and again. They end when the first one does.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define LENGTH (64ul * 4096)
#define CALLS 200

static void touch_pages(void) {
    char* const pages = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        perror("neighbour: mmap");
        exit(1);
    }
    memset(pages, 1, LENGTH);
    munmap(pages, LENGTH);
}

static void have_child(void) {
    const pid_t child = (pid_t)need(fork(), "neighbour: fork");
    if (child == 0) {
        _exit(0);
    }
    need(waitpid(child, NULL, 0), "neighbour: waitpid");
}

static __attribute__((noreturn)) void make_noise(void) {
    unsigned i;
    for (;;) {
        have_child();
        touch_pages();
        for (i = 0; i < CALLS; i++) {
            syscall(SYS_getpid);
            sched_yield();
        }
    }
}

int main(int argc, char** argv) {
    const unsigned long processes = number_argument(argc, argv, 1, 4);
    unsigned long i;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (i = 0; i < processes; i++) {
        if (need(fork(), "neighbour: fork") == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            make_noise();
        }
    }
    printf("neighbour ready pid=%d\n", (int)getpid());
    stay();
}
