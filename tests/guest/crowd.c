/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crowd [PER_KIND]: threads of four kinds, PER_KIND (5) of each: asleep, spinning, waiting for a futex, and blocked in
 * a read. Each waits in a function of its own. After the first line there is one for each thread: its id and its name.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

#define MAX_PER_KIND 32ul
#define NICEST 19

static int pipe_ends[2];
static volatile int futex_word;
volatile unsigned long turns;

TARGET void sleep_long(void) {
    static const struct timespec ages = {.tv_sec = 1000000};
    nanosleep(&ages, NULL);
}

TARGET void spin_round(void) {
    for (;;) {
        turns = turns + 1;
    }
}

TARGET void wait_for_futex(void) {
    syscall(SYS_futex, &futex_word, FUTEX_WAIT, 0, NULL);
}

TARGET void read_nothing(void) {
    char byte;
    need(read(pipe_ends[0], &byte, 1), "crowd: read");
}

static const struct {
    const char* name;
    void (*wait)(void);
} kinds[] = {{"sleeper", sleep_long}, {"spinner", spin_round}, {"waiter", wait_for_futex}, {"reader", read_nothing}};

#define KINDS (sizeof kinds / sizeof kinds[0])

struct member {
    unsigned long kind;
    pid_t id;
    char name[16];
};

static pthread_barrier_t start_line;

static void* run(void* argument) {
    struct member* const member = argument;
    prctl(PR_SET_NAME, member->name);
    member->id = (pid_t)syscall(SYS_gettid);
    setpriority(PRIO_PROCESS, (id_t)member->id, NICEST);
    pthread_barrier_wait(&start_line);
    kinds[member->kind].wait();
    fprintf(stderr, "crowd: %s went on\n", member->name);
    exit(1);
}

int main(int argc, char** argv) {
    const unsigned long per_kind = number_argument(argc, argv, 1, 5);
    static struct member members[KINDS * MAX_PER_KIND];
    unsigned long i;

    if (per_kind == 0 || per_kind > MAX_PER_KIND) {
        fprintf(stderr, "crowd: 1 to %lu of each kind\n", MAX_PER_KIND);
        return 2;
    }
    setvbuf(stdout, NULL, _IOFBF, 0);
    need(pipe(pipe_ends), "crowd: pipe");
    pthread_barrier_init(&start_line, NULL, (unsigned)(KINDS * per_kind) + 1);
    for (i = 0; i < KINDS * per_kind; i++) {
        pthread_t id;
        members[i].kind = i % KINDS;
        snprintf(members[i].name, sizeof members[i].name, "%s %lu", kinds[i % KINDS].name, i / KINDS);
        need(pthread_create(&id, NULL, run, &members[i]) == 0 ? 0 : -1, "crowd: pthread_create");
    }
    pthread_barrier_wait(&start_line);
    printf("crowd ready pid=%d\n", (int)getpid());
    for (i = 0; i < KINDS * per_kind; i++) {
        printf("tid=%d name=%s\n", (int)members[i].id, members[i].name);
    }
    fflush(stdout);
    stay();
}
