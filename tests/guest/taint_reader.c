/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * taint_reader FILE [STOP]: reads the 64 bytes of FILE in several ways, 16 bytes each to a place of their own, and 16
 * bytes from a pipe that is descriptor 9. Then it writes some of them to FILE.out, descriptor 8. With STOP = 1 it stops
 * itself before that, until it gets SIGCONT. Afterwards it stays.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "guest.h"

#define SIZE 16
#define PAGE 4096
#define PART 5
#define PIPE 9
#define OUT 8
#define ELSEWHERE 40 /* where pread reads */

typedef unsigned char bytes[SIZE];

bytes by_read;
bytes by_copy;
bytes by_readv;
bytes by_pread;
bytes by_preadv;
bytes by_int80;
bytes by_pipe;
bytes by_socket;
bytes by_argument;
bytes clean = "clean all along";
unsigned char pages[2 * PAGE] __attribute__((aligned(PAGE)));

/* The optimiser must not see how much is copied. */
static volatile unsigned long size = SIZE;

static void whole(long result, const char* what) {
    if (need(result, what) != SIZE) {
        fprintf(stderr, "%s: %ld bytes\n", what, result);
        exit(1);
    }
}

/* The call of the 32-bit table, which 64-bit programs have, too. All pointers must be below 4 GiB. */
static long read32(int from, void* to, unsigned long count) {
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(3), "b"((long)from), "c"(to), "d"(count)
                     : "memory", "r8", "r9", "r10", "r11");
    return result;
}

static void read_file(const char* path) {
    const int file = (int)need(open(path, O_RDONLY), "taint_reader: open");
    struct iovec parts[2] = {{by_readv, PART}, {by_readv + PART, SIZE - PART}};
    struct iovec other[2] = {{by_preadv, SIZE - PART}, {by_preadv + SIZE - PART, PART}};
    whole(read(file, by_read, SIZE), "taint_reader: read");
    whole(readv(file, parts, 2), "taint_reader: readv");
    whole(pread(file, by_pread, SIZE, ELSEWHERE), "taint_reader: pread");
    whole(preadv(file, other, 2, 1), "taint_reader: preadv");
    whole(read32(file, by_int80, SIZE), "taint_reader: int $0x80");
    whole(read(file, pages + PAGE - SIZE / 2, SIZE), "taint_reader: read at a page's end");
    memcpy(by_copy, by_read, size);
    close(file);
}

/* In two halves. */
static void read_pipe(void) {
    int ends[2];
    need(pipe(ends), "taint_reader: pipe");
    need(dup2(ends[0], PIPE), "taint_reader: dup2");
    need(write(ends[1], clean, SIZE), "taint_reader: write");
    need(read(PIPE, by_pipe, SIZE / 2), "taint_reader: read from the pipe");
    need(read(PIPE, by_pipe + SIZE / 2, SIZE / 2), "taint_reader: read from the pipe");
}

/* By a look that leaves them there first. */
static void read_socket(void) {
    int ends[2];
    need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), "taint_reader: socketpair");
    need(dup2(ends[0], PIPE), "taint_reader: dup2");
    need(send(ends[1], clean, SIZE, 0), "taint_reader: send");
    need(recv(PIPE, by_socket, SIZE, MSG_PEEK), "taint_reader: recv");
    need(recv(PIPE, by_socket, SIZE, 0), "taint_reader: recv");
}

static void write_file(const char* path) {
    char name[256];
    struct iovec parts[2] = {{clean, SIZE}, {by_copy + 4, 4}};
    int file;
    snprintf(name, sizeof name, "%s.out", path);
    file = (int)need(open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600), "taint_reader: open to write");
    need(dup2(file, OUT), "taint_reader: dup2");
    need(write(OUT, clean, SIZE), "taint_reader: write");
    need(write(OUT, by_copy, SIZE), "taint_reader: write");
    need(writev(OUT, parts, 2), "taint_reader: writev");
}

int main(int argc, char** argv) {
    need(mlockall(MCL_CURRENT), "taint_reader: mlockall");
    memset(pages, 1, sizeof pages);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("taint_reader ready pid=%d\n", (int)getpid());
    stop_if(number_argument(argc, argv, 2, 0));
    memcpy(by_argument, argv[1], size);
    read_file(argv[1]);
    read_pipe();
    read_socket();
    write_file(argv[1]);
    printf("taint_reader done\n");
    stay();
}
