/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keeper FILE: keeps FILE's pages, mapped and locked in memory, until it is killed. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "guest.h"

int main(int argc, char** argv) {
    struct stat status;
    void* pages;
    int file;

    if (argc != 2) {
        fprintf(stderr, "usage: keeper FILE\n");
        return 2;
    }
    file = (int)need(open(argv[1], O_RDONLY), argv[1]);
    need(fstat(file, &status), argv[1]);
    pages = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0);
    need((long)pages, "keeper: mmap");
    need(mlock(pages, (size_t)status.st_size), "keeper: mlock");
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("keeper ready pid=%d address=0x%lx length=0x%lx\n", (int)getpid(), (unsigned long)pages,
           (unsigned long)status.st_size);
    stay();
}
