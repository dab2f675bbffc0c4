/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * starts N [STOP [KIND]]: starts N programs, one after the other, of all kinds in turn or of one KIND. All are called
 * `started`, and end with the number of their kind. At the end it prints a line about each start, and how many ended
 * otherwise. With STOP = 1 it stops itself before the first start, until it gets SIGCONT.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define MAX_STARTS 10000ul
#define FOLDER "/starts"
#define FIXED FOLDER "/fixed/started"

static void in_namespaces(const char* path, char** arguments);
static void from_thread(const char* path, char** arguments);

static void plainly(const char* path, char** arguments) {
    execv(path, arguments);
}

/* `file` is what FOLDER/NAME/started is another name of; none: it is a script, or another kind's file. */
static const struct {
    const char* name;
    const char* file;
    const char* path;
    void (*execute)(const char* path, char** arguments);
} kinds[] = {
    {"fixed", "/bin/exits", FIXED, plainly},
    {"pie", "/bin/pie_exits", FOLDER "/pie/started", plainly},
    {"dynamic", "/bin/dynamic_exits", FOLDER "/dynamic/started", plainly},
    {"fixed_dynamic", "/bin/fixed_dynamic_exits", FOLDER "/fixed_dynamic/started", plainly},
    {"script", NULL, FOLDER "/script/started", plainly},
    {"compat", "/bin/compat_exits", FOLDER "/compat/started", plainly},
    {"namespaces", NULL, FOLDER "/namespaces/started", in_namespaces},
    {"thread", NULL, FIXED, from_thread},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

/* The parent's other thread is there all the time; this one becomes the leader. */
struct execution {
    const char* path;
    char** arguments;
};

static void* execute_here(void* argument) {
    const struct execution* const execution = argument;
    execv(execution->path, execution->arguments);
    return NULL;
}

static void from_thread(const char* path, char** arguments) {
    struct execution execution = {.path = path, .arguments = arguments};
    pthread_t id;
    need(pthread_create(&id, NULL, execute_here, &execution) == 0 ? 0 : -1, "starts: pthread_create");
    pthread_join(id, NULL);
}

/* The caller is the first process of a pid namespace already. */
static void in_namespaces(const char* path, char** arguments) {
    need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "starts: private mounts");
    need(mount(FOLDER "/fixed", FOLDER "/namespaces", NULL, MS_BIND, NULL), "starts: mount");
    execv(path, arguments);
}

static void write_script(const char* path) {
    FILE* const script = fopen(path, "w");
    need(script == NULL ? -1 : 0, path);
    fprintf(script, "#!/bin/busybox sh\nexit $1\n");
    need(fclose(script), path);
    need(chmod(path, 0755), path);
}

static void prepare(void) {
    unsigned long i;
    char path[128];

    need(mkdir(FOLDER, 0755), FOLDER);
    for (i = 0; i < KINDS; i++) {
        snprintf(path, sizeof path, FOLDER "/%s", kinds[i].name);
        need(mkdir(path, 0755), path);
        if (kinds[i].file != NULL && link(kinds[i].file, kinds[i].path) == -1 && errno != ENOENT) {
            perror(kinds[i].path);
            exit(1);
        }
        if (strcmp(kinds[i].name, "script") == 0) {
            write_script(kinds[i].path);
        }
    }
}

static pid_t fork_for(unsigned long kind) {
    const unsigned long flags = kinds[kind].execute == in_namespaces ? CLONE_NEWPID | CLONE_NEWNS : 0;
    return (pid_t)need(syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0), "starts: clone");
}

static pid_t start(unsigned long kind) {
    const pid_t child = fork_for(kind);
    if (child == 0) {
        char name[] = "started", status[8];
        char* arguments[] = {name, status, NULL};
        snprintf(status, sizeof status, "%lu", kind);
        kinds[kind].execute(kinds[kind].path, arguments);
        _exit(255);
    }
    return child;
}

/* The kinds that this guest has, or one of them. */
static unsigned long choose(const char* name, unsigned long chosen[KINDS]) {
    unsigned long i, count = 0;
    for (i = 0; i < KINDS; i++) {
        const int there = kinds[i].execute == in_namespaces || access(kinds[i].path, X_OK) == 0;
        if (there && (name == NULL || strcmp(name, kinds[i].name) == 0)) {
            chosen[count++] = i;
        }
    }
    if (count == 0) {
        fprintf(stderr, "starts: no such kind\n");
        exit(2);
    }
    return count;
}

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 1);
    static pid_t pids[MAX_STARTS];
    unsigned long chosen[KINDS], kinds_here, i, wrong = 0;

    if (count > MAX_STARTS) {
        fprintf(stderr, "starts: at most %lu\n", MAX_STARTS);
        return 2;
    }
    prepare();
    kinds_here = choose(argc > 3 ? argv[3] : NULL, chosen);
    setvbuf(stdout, NULL, _IOFBF, 0);
    printf("starts ready pid=%d kinds=%lu\n", (int)getpid(), kinds_here);
    fflush(stdout);
    stop_if(number_argument(argc, argv, 2, 0));
    for (i = 0; i < count; i++) {
        const unsigned long kind = chosen[i % kinds_here];
        int status = 0;
        pids[i] = start(kind);
        need(waitpid(pids[i], &status, 0), "starts: waitpid");
        wrong += !WIFEXITED(status) || (unsigned long)WEXITSTATUS(status) != kind;
    }
    for (i = 0; i < count; i++) {
        printf("start=%lu pid=%d kind=%s\n", i, (int)pids[i], kinds[chosen[i % kinds_here]].name);
    }
    printf("starts done count=%lu wrong=%lu\n", count, wrong);
    return wrong == 0 ? 0 : 1;
}
