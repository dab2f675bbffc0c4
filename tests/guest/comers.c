/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * comers N [MICROSECONDS [STOP]]: threads that come and go, N of them, one after the other, with a pause of
 * MICROSECONDS after each. Each calls in_thread() with its number from 0 on, and ends. With STOP = 1 it stops itself
 * before that, until it gets SIGCONT. At the end it prints how many there were, and the sum of their ids.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

volatile unsigned long came, ids;

TARGET void in_thread(unsigned long number) {
    came = came + 1;
    ids = ids + (unsigned long)syscall(SYS_gettid);
    (void)number;
}

static void* run(void* argument) {
    in_thread((unsigned long)argument);
    return NULL;
}

TARGET void all_gone(void) {
    came = came + 0;
}

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 1);
    const unsigned long pause_us = number_argument(argc, argv, 2, 0);
    unsigned long i;

    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("comers ready pid=%d\n", (int)getpid());
    stop_if(number_argument(argc, argv, 3, 0));
    for (i = 0; i < count; i++) {
        pthread_t id;
        need(pthread_create(&id, NULL, run, (void*)i) == 0 ? 0 : -1, "comers: pthread_create");
        need(pthread_join(id, NULL) == 0 ? 0 : -1, "comers: pthread_join");
        usleep((useconds_t)pause_us);
    }
    all_gone();
    printf("comers done came=%lu ids=%lu\n", came, ids);
    return 0;
}
