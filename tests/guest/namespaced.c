/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * namespaced PROGRAM [ARGUMENT...]: runs a copy of /bin/PROGRAM as a container would: as process 1 of a pid namespace,
 * in a mount namespace whose root is a tmpfs of its own, under the name /bin/counter. The first line tells the
 * process's id in the guest's first namespace. Outside, /bin/counter is another file.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define ROOT "/tmp/container"
#define INSIDE "/bin/counter"

static void copy_file(const char* from, const char* to) {
    struct stat status;
    const int source = (int)need(open(from, O_RDONLY), from);
    const int target = (int)need(open(to, O_WRONLY | O_CREAT, 0755), to);
    need(fstat(source, &status), from);
    if (need(sendfile(target, source, NULL, (size_t)status.st_size), to) != status.st_size) {
        fprintf(stderr, "namespaced: %s was not copied whole\n", from);
        exit(1);
    }
    close(source);
    close(target);
}

static void build_root(const char* program) {
    char path[256];
    snprintf(path, sizeof path, "/bin/%s", program);
    mkdir(ROOT, 0755);
    need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "namespaced: private mounts");
    need(mount("container", ROOT, "tmpfs", 0, NULL), ROOT);
    need(mkdir(ROOT "/bin", 0755), ROOT "/bin");
    copy_file(path, ROOT INSIDE);
    need(chroot(ROOT), ROOT);
    need(chdir("/bin"), "namespaced: chdir");
}

int main(int argc, char** argv) {
    pid_t child;
    int status = 0, gate[2];
    char byte;

    if (argc < 2) {
        fprintf(stderr, "namespaced: what is to be run?\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    need(pipe(gate), "namespaced: pipe");
    need(unshare(CLONE_NEWPID | CLONE_NEWNS), "namespaced: unshare");
    child = (pid_t)need(fork(), "namespaced: fork");
    if (child == 0) {
        need(read(gate[0], &byte, 1), "namespaced: read"); /* its parent's line comes first */
        build_root(argv[1]);
        argv[1] = (char*)(unsigned long)INSIDE;
        execv(INSIDE, argv + 1);
        perror(INSIDE);
        return 1;
    }
    printf("namespaced ready pid=%d\n", (int)child);
    need(write(gate[1], "", 1), "namespaced: write");
    need(waitpid(child, &status, 0), "namespaced: waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
