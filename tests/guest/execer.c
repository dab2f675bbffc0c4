/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * execer TIMES PATH [ARGUMENT...]: stops itself until it gets SIGCONT. Then it executes itself TIMES times, and then
 * PATH. execer thread PATH [ARGUMENT...]: the same, but PATH is executed by a second thread, while a third one sleeps.
 */
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest.h"

#define SELF "/bin/execer"
#define AGAIN "execer again" /* what it is called when it has stopped already */

static char** program;

static __attribute__((noreturn)) void execute(char** arguments, const char* path) {
    execv(path, arguments);
    perror(path);
    exit(1);
}

static void* execute_program(void* unused) {
    (void)unused;
    execute(program, program[0]);
}

static void* sleep_on(void* unused) {
    (void)unused;
    stay();
}

static __attribute__((noreturn)) void execute_from_thread(void) {
    pthread_t id;
    need(pthread_create(&id, NULL, sleep_on, NULL) == 0 ? 0 : -1, "execer: pthread_create");
    need(pthread_create(&id, NULL, execute_program, NULL) == 0 ? 0 : -1, "execer: pthread_create");
    stay();
}

static void execute_again(char** argv, unsigned long times) {
    static char left[24];
    snprintf(left, sizeof left, "%lu", times - 1);
    argv[0] = (char*)(unsigned long)AGAIN;
    argv[1] = left;
    execute(argv, SELF);
}

int main(int argc, char** argv) {
    if (argc < 3) {
        fprintf(stderr, "execer: what is to be executed?\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(argv[0], AGAIN) != 0) {
        printf("execer ready pid=%d\n", (int)getpid());
        stop_if(1);
    }
    program = argv + 2;
    if (strcmp(argv[1], "thread") == 0) {
        execute_from_thread();
    }
    if (number_argument(argc, argv, 1, 0) != 0) {
        execute_again(argv, number_argument(argc, argv, 1, 0));
    }
    execute(program, program[0]);
}
