/* SPDX-License-Identifier: GPL-2.0-or-later */
/* opener: a process with open files of all kinds. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "guest.h"

#define DEEP_LEVELS 12

static int open_or_die(const char* path, int flags) {
    return (int)need(open(path, flags, 0640), path);
}

static void open_files(void) {
    const int sought = open_or_die("/tmp/sought", O_RDWR | O_CREAT | O_TRUNC);
    need(lseek(sought, 0x123456789al, SEEK_SET), "opener: lseek");
    need(write(open_or_die("/tmp/log file", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC), "four", 4), "/tmp/log file");
    open_or_die("/tmp/removed", O_RDWR | O_CREAT | O_EXCL);
    need(unlink("/tmp/removed"), "/tmp/removed");
    open_or_die("/tmp/new\nline \\ \t\xff\xc3\xa9", O_RDWR | O_CREAT | O_NONBLOCK | O_SYNC);
    need(mkdir("/tmp/a folder", 0755), "/tmp/a folder");
    open_or_die("/tmp/a folder", O_RDONLY | O_DIRECTORY);
    open_or_die("/bin/busybox", O_PATH);
    open_or_die("/proc/self/status", O_RDONLY);
    open_or_die("/sys/kernel", O_RDONLY | O_DIRECTORY);
    open_or_die("/dev/null", O_RDWR);
    open_or_die("/tmp", O_TMPFILE | O_RDWR);
    need(dup2(sought, 200), "opener: dup2");
}

/* A path of some thousand characters. */
static void open_deep(void) {
    char name[256];
    int level;
    memset(name, 'd', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    need(chdir("/tmp"), "/tmp");
    for (level = 0; level < DEEP_LEVELS; level++) {
        name[0] = (char)('a' + level);
        need(mkdir(name, 0755), "opener: mkdir");
        need(chdir(name), "opener: chdir");
    }
    open_or_die(name, O_RDWR | O_CREAT);
}

static void open_nameless(void) {
    const int set = (int)need(epoll_create1(EPOLL_CLOEXEC), "opener: epoll");
    const int event = (int)need(eventfd(3, EFD_NONBLOCK), "opener: eventfd");
    struct epoll_event wanted = {.events = EPOLLIN};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(4000)};
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sigset_t signals;
    int ends[2];

    need(epoll_ctl(set, EPOLL_CTL_ADD, event, &wanted), "opener: epoll_ctl");
    need(pipe2(ends, O_NONBLOCK), "opener: pipe");
    need(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), "opener: socketpair");
    need(bind(listener, (struct sockaddr*)&address, sizeof address), "opener: bind");
    need(listen(listener, 1), "opener: listen");
    need(timerfd_create(CLOCK_MONOTONIC, 0), "opener: timerfd");
    sigemptyset(&signals);
    need(signalfd(-1, &signals, 0), "opener: signalfd");
    need(inotify_init1(0), "opener: inotify");
    need(memfd_create("open memory", 0), "opener: memfd");
    need(syscall(SYS_pidfd_open, getpid(), 0), "opener: pidfd");
}

int main(void) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    open_files();
    open_deep();
    open_nameless();
    printf("opener ready pid=%d\n", (int)getpid());
    stay();
}
