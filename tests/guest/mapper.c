/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mapper [N]: a process with mappings of all kinds, and N more (300) which alternate, so that the tree of them is deep.
 * `hidden` in its first line is a page without any permission, with the text HIDDEN in it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

#define PAGE 4096ul
#define HIDDEN "nobody may read this"
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)

static char* map(unsigned long length, int protection, int flags, int file, unsigned long offset) {
    void* const pages = mmap(NULL, length, protection, flags, file, (off_t)offset);
    if (pages == MAP_FAILED) {
        perror("mapper: mmap");
        exit(1);
    }
    return pages;
}

static int fresh_file(const char* path, unsigned long length) {
    const int file = (int)need(open(path, O_RDWR | O_CREAT, 0600), path);
    need(ftruncate(file, (off_t)length), path);
    return file;
}

static void map_files(void) {
    const char* const odd = "/tmp/gone file\nwith \xc3\xa9\\ ";
    const int gone = fresh_file(odd, 8 * PAGE);
    const int program = (int)need(open("/bin/busybox", O_RDONLY), "/bin/busybox");
    int memory;

    map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, gone, PAGE)[0] = 1;
    map(2 * PAGE, PROT_READ, MAP_PRIVATE, gone, 0);
    need(unlink(odd), odd);
    map(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fresh_file("/tmp/kept file\n\ttwo", PAGE), 0);
    map(16 * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, program, 16 * PAGE);
    map(PAGE, PROT_NONE, MAP_PRIVATE, program, 3 * PAGE);
    memory = (int)need(memfd_create("a memfd (deleted)", MFD_CLOEXEC), "mapper: memfd");
    need(ftruncate(memory, (off_t)(3 * PAGE)), "mapper: memfd");
    map(3 * PAGE, PROT_READ, MAP_SHARED, memory, 0);
    need(mkdir("/tmp/twice", 0700), "/tmp/twice");
    map(PAGE, PROT_READ, MAP_SHARED, fresh_file("/tmp/twice/one", PAGE), 0);
    need(rename("/tmp/twice/one", "/tmp/twice/two"), "/tmp/twice/two");
    close(gone);
}

static void map_memory(void) {
    const int id = (int)need(shmget(0x1234, 2 * PAGE, IPC_CREAT | 0600), "mapper: shmget");
    char* named;

    map(10 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)[5000] = 2;
    need((long)shmat(id, NULL, 0), "mapper: shmat");
    named = map(2 * PAGE, PROT_READ | PROT_WRITE, ANONYMOUS, -1, 0);
    prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, named, PAGE, "a name"); /* not every kernel can */
    map(PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, ANONYMOUS, -1, 0);
    map(PAGE, PROT_READ | PROT_WRITE, ANONYMOUS | MAP_GROWSDOWN | MAP_LOCKED, -1, 0);
}

static char* map_hidden(void) {
    char* const pages = map(3 * PAGE, PROT_READ | PROT_WRITE, ANONYMOUS, -1, 0);
    strcpy(pages + PAGE, HIDDEN);
    need(mprotect(pages + PAGE, PAGE, PROT_NONE), "mapper: mprotect");
    return pages + PAGE;
}

static void map_many(unsigned long count) {
    char* const pages = map((count + 1) * PAGE, PROT_READ | PROT_WRITE, ANONYMOUS, -1, 0);
    unsigned long page;
    for (page = 1; page < count; page += 2) {
        need(mprotect(pages + page * PAGE, PAGE, PROT_READ), "mapper: mprotect");
    }
}

int main(int argc, char** argv) {
    const unsigned long count = number_argument(argc, argv, 1, 300);
    char* hidden;

    setvbuf(stdout, NULL, _IOLBF, 0);
    need((long)sbrk((long)(4 * PAGE)), "mapper: sbrk");
    map_files();
    map_memory();
    hidden = map_hidden();
    map_many(count);
    printf("mapper ready pid=%d hidden=0x%lx hidden_length=%zu\n", (int)getpid(), (unsigned long)hidden, sizeof HIDDEN);
    stay();
}
