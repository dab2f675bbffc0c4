/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * blocked: threads that wait in known system calls, with known values in the registers which a system call keeps.
 * After its first line it prints one for each of these threads: its id, the call's number, and the planted values.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "planted.h"

/* wait_in below knows the places of the members. */
struct call {
    long number;
    long arguments[6];
};

struct waiter {
    const char* name;
    struct call call;
    struct planted planted;
    pid_t id;
};

long wait_in(const struct call* call, const struct planted* planted);

__asm__(
    ".globl wait_in\n"
    "wait_in:\n"
    "    push %rbx\n    push %rbp\n    push %r12\n    push %r13\n    push %r14\n    push %r15\n"
    "    mov %rsi, %rcx\n" LOAD_PLANTED
    "    mov %rdi, %r11\n"
    "    mov (%r11), %rax\n"
    "    mov 8(%r11), %rdi\n"
    "    mov 16(%r11), %rsi\n"
    "    mov 24(%r11), %rdx\n"
    "    mov 32(%r11), %r10\n"
    "    mov 40(%r11), %r8\n"
    "    mov 48(%r11), %r9\n"
    "    syscall\n"
    "    pop %r15\n    pop %r14\n    pop %r13\n    pop %r12\n    pop %rbp\n    pop %rbx\n"
    "    ret\n");

static pthread_barrier_t start_line;

static void* run(void* argument) {
    struct waiter* const waiter = argument;
    prctl(PR_SET_NAME, waiter->name);
    waiter->id = (pid_t)syscall(SYS_gettid);
    pthread_barrier_wait(&start_line);
    wait_in(&waiter->call, &waiter->planted);
    fprintf(stderr, "blocked: %s went on\n", waiter->name);
    exit(1);
}

int main(void) {
    static int word;
    static char buffer[16];
    static const struct timespec ages = {.tv_sec = 1000000};
    int ends[2];
    need(pipe(ends), "blocked: pipe");
    struct pollfd polled = {.fd = ends[0], .events = POLLIN};
    const long marks[3] = {0x4444, 0x5555, 0x6666}; /* in arguments that the call does not have */
    struct waiter waiters[] = {
        {.name = "in read", .call = {SYS_read, {ends[0], (long)buffer, 16, marks[0], marks[1], marks[2]}}},
        {.name = "in futex", .call = {SYS_futex, {(long)&word, 0 /* FUTEX_WAIT */, 0, 0, marks[1], marks[2]}}},
        {.name = "in nanosleep", .call = {SYS_nanosleep, {(long)&ages, 0, 0x3333, marks[0], marks[1], marks[2]}}},
        {.name = "in poll", .call = {SYS_poll, {(long)&polled, 1, -1, marks[0], marks[1], marks[2]}}},
        {.name = "in pause", .call = {SYS_pause, {0x1111, 0x2222, 0x3333, marks[0], marks[1], marks[2]}}},
    };
    const unsigned count = sizeof waiters / sizeof waiters[0];
    pthread_t id;
    unsigned i;

    setvbuf(stdout, NULL, _IOFBF, 0);
    pthread_barrier_init(&start_line, NULL, count + 1);
    for (i = 0; i < count; i++) {
        waiters[i].planted = plant(i);
        if (pthread_create(&id, NULL, run, &waiters[i]) != 0) {
            fprintf(stderr, "blocked: cannot start a thread\n");
            return 1;
        }
    }
    pthread_barrier_wait(&start_line);
    printf("blocked ready pid=%d\n", (int)getpid());
    for (i = 0; i < count; i++) {
        printf("tid=%d call=%ld ", (int)waiters[i].id, waiters[i].call.number);
        print_planted(&waiters[i].planted);
        printf("\n");
    }
    fflush(stdout);
    stay();
}
