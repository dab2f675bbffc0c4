/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pages: a process with one page of each kind, for a debugger to read and to write. Its first line tells their
 * addresses; then it stops itself until it gets SIGCONT. Its last line tells the first byte of each as it finds it, and
 * that of `forked` and `shared` as its child does, and that of the file whose first page is mapped three times.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define PAGE 4096ul
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)
#define PATH "/tmp/pages"

static volatile char* map(int protection, int flags, int file) {
    void* const page = mmap(NULL, PAGE, protection, flags, file, 0);
    if (page == MAP_FAILED) {
        perror("pages: mmap");
        exit(1);
    }
    return page;
}

static volatile char* filled(int flags, char byte) {
    volatile char* const page = map(PROT_READ | PROT_WRITE, flags, -1);
    memset((char*)page, byte, PAGE);
    return page;
}

static int filled_file(char byte) {
    char bytes[PAGE];
    const int file = (int)need(open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0600), PATH);
    memset(bytes, byte, PAGE);
    need(write(file, bytes, PAGE), PATH);
    return file;
}

/* Waits for a byte, and answers with the first bytes of two pages. */
static __attribute__((noreturn)) void be_child(const int* pipes, const volatile char* forked,
                                               const volatile char* shared) {
    char answer[2];
    need(read(pipes[0], answer, 1), "pages: read");
    answer[0] = *forked;
    answer[1] = *shared;
    need(write(pipes[1], answer, 2), "pages: write");
    _exit(0);
}

int main(void) {
    const int file = filled_file('F');
    volatile char* const cold = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, file);
    volatile char* const seen = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, file);
    volatile char* const copied = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, file);
    volatile char* const own = filled(ANONYMOUS, 'o');
    volatile char* const fixed = filled(ANONYMOUS, 'x');
    volatile char* const forked = filled(ANONYMOUS, 'k');
    volatile char* const shared = filled(MAP_SHARED | MAP_ANONYMOUS, 's');
    volatile char* const untouched = map(PROT_READ | PROT_WRITE, ANONYMOUS, -1);
    int to_child[2], from_child[2], pipes[2];
    char in_child[2], in_file;

    setvbuf(stdout, NULL, _IOLBF, 0);
    copied[1] = 'c';
    need(pipe(to_child), "pages: pipe");
    need(pipe(from_child), "pages: pipe");
    pipes[0] = to_child[0];
    pipes[1] = from_child[1];
    if (need(fork(), "pages: fork") == 0) {
        be_child(pipes, forked, shared);
    }
    own[1] = 'o'; /* a page of its own again after the fork */
    fixed[1] = 'x';
    copied[1] = 'c';
    need(mprotect((char*)fixed, PAGE, PROT_READ), "pages: mprotect");
    printf(
        "pages pid=%d cold=0x%lx seen=0x%lx copied=0x%lx own=0x%lx fixed=0x%lx forked=0x%lx shared=0x%lx "
        "untouched=0x%lx first=%d\n",
        (int)getpid(), (unsigned long)cold, (unsigned long)seen, (unsigned long)copied, (unsigned long)own,
        (unsigned long)fixed, (unsigned long)forked, (unsigned long)shared, (unsigned long)untouched, *seen);
    stop_if(1);
    need(write(to_child[1], "", 1), "pages: write");
    need(read(from_child[0], in_child, 2), "pages: read");
    need(pread(file, &in_file, 1, 0), PATH);
    printf("pages done own=%d fixed=%d forked=%d shared=%d copied=%d seen=%d file=%d child_forked=%d child_shared=%d\n",
           *own, *fixed, *forked, *shared, *copied, *seen, in_file, in_child[0], in_child[1]);
    return 0;
}
