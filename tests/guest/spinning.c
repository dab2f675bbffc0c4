/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spinning THREADS: threads that run in user mode, with known values in their registers, and leave each other and the
 * rest of the guest enough time. After its first line it prints one for each of them: its id and the planted values.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "planted.h"

#define MAX_THREADS 64ul

struct spinner {
    struct planted planted;
    pid_t id;
};

extern const char spin_here[];
void spin(const struct planted* planted) __attribute__((noreturn));

__asm__(
    ".globl spin\n"
    ".globl spin_here\n"
    "spin:\n"
    "    mov %rdi, %rcx\n" LOAD_PLANTED
    "    lea 0x100(%rbx), %rax\n"
    "    lea 0x101(%rbx), %rdx\n"
    "    lea 0x102(%rbx), %rsi\n"
    "    lea 0x103(%rbx), %r8\n"
    "    lea 0x104(%rbx), %r9\n"
    "    lea 0x105(%rbx), %r10\n"
    "    lea 0x106(%rbx), %r11\n"
    "spin_here:\n"
    "    jmp spin_here\n");

static pthread_barrier_t start_line;

static void* run(void* argument) {
    struct spinner* const spinner = argument;
    prctl(PR_SET_NAME, "spinner");
    spinner->id = (pid_t)syscall(SYS_gettid);
    setpriority(PRIO_PROCESS, (id_t)spinner->id, 19);
    pthread_barrier_wait(&start_line);
    spin(&spinner->planted);
}

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 1);
    static struct spinner spinners[MAX_THREADS];
    unsigned i;

    if (count == 0 || count > MAX_THREADS) {
        fprintf(stderr, "spinning: 1 to %lu threads\n", MAX_THREADS);
        return 2;
    }
    setvbuf(stdout, NULL, _IOFBF, 0);
    pthread_barrier_init(&start_line, NULL, (unsigned)count + 1);
    for (i = 0; i < count; i++) {
        pthread_t id;
        spinners[i].planted = plant(64 + i);
        if (pthread_create(&id, NULL, run, &spinners[i]) != 0) {
            fprintf(stderr, "spinning: cannot start a thread\n");
            return 1;
        }
    }
    pthread_barrier_wait(&start_line);
    printf("spinning ready pid=%d spin_here=0x%lx\n", (int)getpid(), (unsigned long)spin_here);
    for (i = 0; i < count; i++) {
        const unsigned long rbx = spinners[i].planted.rbx;
        printf("tid=%d rax=0x%lx rdx=0x%lx rsi=0x%lx r8=0x%lx r9=0x%lx r10=0x%lx r11=0x%lx ", (int)spinners[i].id,
               rbx + 0x100, rbx + 0x101, rbx + 0x102, rbx + 0x103, rbx + 0x104, rbx + 0x105, rbx + 0x106);
        print_planted(&spinners[i].planted);
        printf("\n");
    }
    fflush(stdout);
    stay();
}
