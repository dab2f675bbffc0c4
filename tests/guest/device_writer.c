/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device_writer [STOP]: copies the 16 bytes of `secret` into `copied` and `kept`, and has QEMU's firmware configuration
 * device write "QEMU" over four bytes of `copied` by DMA (docs/specs/fw_cfg.rst). Then it copies `copied` into
 * `read_back`. With STOP = 1 it stops itself before that, until it gets SIGCONT. Afterwards it stays.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>

#include "guest.h"

#define SIZE 16
#define PAGE 4096
#define WRITTEN 6 /* where in `copied` */

typedef unsigned char bytes[SIZE];

bytes secret = "0123456789abcdef";
bytes copied __attribute__((aligned(SIZE)));
bytes kept;
bytes read_back;

/* The device's, in big-endian order: an item's number and two flags, a length, a physical address. */
static struct {
    uint32_t control;
    uint32_t length;
    uint64_t address;
} request __attribute__((aligned(SIZE)));

/* The optimiser must not see how much is copied. */
static volatile unsigned long size = SIZE;

static uint64_t physical(const void* address) {
    const uint64_t page = (uint64_t)address / PAGE;
    uint64_t entry = 0;
    const int file = (int)need(open("/proc/self/pagemap", O_RDONLY), "device_writer: pagemap");
    need(pread(file, &entry, sizeof entry, (off_t)(page * sizeof entry)), "device_writer: pagemap");
    close(file);
    return (entry & 0x7fffffffffffff) * PAGE + (uint64_t)address % PAGE;
}

/* Item 0, the signature, of which there are four bytes. */
static void let_device_write(unsigned char* to) {
    const uint16_t port = 0x514;
    const uint64_t where = physical(&request);
    const uint32_t select_and_read = 0xa;
    need(iopl(3), "device_writer: iopl");
    request.length = __builtin_bswap32(4);
    request.address = __builtin_bswap64(physical(to));
    *(volatile uint32_t*)&request.control = __builtin_bswap32(select_and_read);
    outl(__builtin_bswap32((uint32_t)(where >> 32)), port);
    outl(__builtin_bswap32((uint32_t)where), port + 4);
    while (*(volatile uint32_t*)&request.control != 0) {
    }
}

int main(int argc, char** argv) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    need(mlockall(MCL_CURRENT), "device_writer: mlockall");
    printf("device_writer ready pid=%d\n", (int)getpid());
    stop_if(number_argument(argc, argv, 1, 0));
    memcpy(copied, secret, size);
    memcpy(kept, secret, size);
    let_device_write(copied + WRITTEN);
    memcpy(read_back, copied, size);
    printf("read %.16s\ndevice_writer done\n", (const char*)read_back);
    stay();
}
