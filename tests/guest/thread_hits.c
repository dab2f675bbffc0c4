/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * thread_hits THREADS N [STOP]: THREADS threads, one pinned to each CPU from 0 on, each call hit_me() N times.
 * A test with several vCPUs breaks in hit_me and checks that no hit is lost: THREADS * N stops, and the total printed.
 * With STOP = 1 it stops itself before that, until it gets SIGCONT.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "guest.h"

#define MAX_THREADS 64ul

static pthread_barrier_t start_line;
static unsigned long calls;
atomic_ulong total;

TARGET void hit_me(int thread) {
    (void)thread;
    atomic_fetch_add(&total, 1);
}

static void* run(void* argument) {
    const int thread = (int)(long)argument;
    unsigned long i;
    cpu_set_t cpus;

    CPU_ZERO(&cpus);
    CPU_SET((size_t)thread, &cpus);
    if (sched_setaffinity(0, sizeof cpus, &cpus) != 0) {
        perror("thread_hits: cannot pin a thread");
    }
    pthread_barrier_wait(&start_line);
    for (i = 0; i < calls; i++) {
        hit_me(thread);
    }
    return NULL;
}

int main(int argc, char** argv) {
    const unsigned long threads = number_argument(argc, argv, 1, 1);
    pthread_t ids[MAX_THREADS];
    unsigned long i, started;

    calls = number_argument(argc, argv, 2, 1);
    if (threads == 0 || threads > MAX_THREADS) {
        fprintf(stderr, "thread_hits: 1 to %lu threads\n", MAX_THREADS);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("thread_hits ready hit_me=0x%lx total=0x%lx pid=%d\n", (unsigned long)&hit_me, (unsigned long)&total,
           (int)getpid());
    stop_if(number_argument(argc, argv, 3, 0));
    started = now_us();
    pthread_barrier_init(&start_line, NULL, (unsigned)threads);
    for (i = 0; i < threads; i++) {
        if (pthread_create(&ids[i], NULL, run, (void*)i) != 0) {
            fprintf(stderr, "thread_hits: cannot start thread %lu\n", i);
            return 1;
        }
    }
    for (i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
    }
    printf("thread_hits done threads=%lu total=%lu elapsed_us=%lu\n", threads, atomic_load(&total), now_us() - started);
    return 0;
}
