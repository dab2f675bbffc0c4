/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_copy DEVICE: writes what the kernel tells in /proc to a serial line, again for each line it reads, and "copied
 * N" to its output after each. It stays the same process, so that what a copy tells and what did not change until the
 * next one was true all the time between.
 *
 * A copy is a row of records, name NUL length-in-decimal NUL bytes, ending with one whose name is empty.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "guest.h"

#define SYMBOLS 250ul

static FILE* line;
static char content[16 << 20];

static void record(const char* name, size_t length) {
    fprintf(line, "%s%c%zu%c", name, 0, length, 0);
    fwrite(content, 1, length, line);
}

static __attribute__((format(printf, 2, 3))) void path_of(char path[512], const char* format, ...) {
    va_list values;
    va_start(values, format);
    vsnprintf(path, 512, format, values);
    va_end(values);
}

/* How much of it was read, into content; a file that is not there is empty. */
static size_t read_file(const char* path) {
    const int file = open(path, O_RDONLY);
    size_t length = 0;
    ssize_t got;
    if (file == -1) {
        return 0;
    }
    while (length < sizeof content && (got = read(file, content + length, sizeof content - length)) > 0) {
        length += (size_t)got;
    }
    close(file);
    return length;
}

static void copy_file(const char* folder, const char* name) {
    char path[512];
    path_of(path, "%s/%s", folder, name);
    record(path + strlen("/proc/"), read_file(path));
}

static void copy_link(const char* folder, const char* name) {
    char path[512];
    ssize_t length;
    path_of(path, "%s/%s", folder, name);
    length = readlink(path, content, sizeof content);
    if (length >= 0) {
        record(path + strlen("/proc/"), (size_t)length);
    }
}

static void copy_inode(const char* folder, const char* name) {
    char path[512];
    struct stat status;
    path_of(path, "%s/%s", folder, name);
    if (stat(path, &status) == 0) {
        const int length = sprintf(content, "%lu", (unsigned long)status.st_ino);
        path_of(path, "%s/inode/%s", folder + strlen("/proc/"), name);
        record(path, (size_t)length);
    }
}

/* Calls `visit` for each entry of a folder whose name is a number. */
static void each_number(const char* folder, void (*visit)(const char* folder, const char* name)) {
    DIR* const entries = opendir(folder);
    struct dirent* entry;
    if (entries == NULL) {
        return;
    }
    while ((entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9') {
            visit(folder, entry->d_name);
        }
    }
    closedir(entries);
}

static void copy_thread(const char* folder, const char* name) {
    static const char* const files[] = {"status", "stat", "syscall", "comm", "maps"};
    char path[512];
    unsigned i;
    path_of(path, "%s/%s", folder, name);
    for (i = 0; i < sizeof files / sizeof files[0]; i++) {
        copy_file(path, files[i]);
    }
}

static void copy_descriptor(const char* folder, const char* name) {
    char other[512];
    copy_link(folder, name);
    copy_inode(folder, name);
    path_of(other, "%sinfo", folder);
    copy_file(other, name);
}

static void copy_process(const char* proc, const char* pid) {
    static const char* const files[] = {"status", "stat", "comm", "cmdline", "environ", "auxv"};
    static const char* const links[] = {"exe", "cwd", "root"};
    char folder[512], part[512];
    unsigned i;
    path_of(folder, "%s/%s", proc, pid);
    for (i = 0; i < sizeof files / sizeof files[0]; i++) {
        copy_file(folder, files[i]);
    }
    for (i = 0; i < sizeof links / sizeof links[0]; i++) {
        copy_link(folder, links[i]);
    }
    path_of(part, "%s/fd", folder);
    each_number(part, copy_descriptor);
    path_of(part, "%s/task", folder);
    each_number(part, copy_thread);
}

static const char* symbol_name(const char* row) {
    return strchr(strchr(row, ' ') + 1, ' ') + 1;
}

/* A module's name follows after a tab. */
static int by_name(const void* a, const void* b) {
    const char *one = symbol_name(*(char* const*)a), *other = symbol_name(*(char* const*)b);
    while (*one == *other && *one != '\0' && *one != '\t') {
        one++;
        other++;
    }
    return (*one == '\t' ? 0 : (unsigned char)*one) - (*other == '\t' ? 0 : (unsigned char)*other);
}

static int is_wanted(char* const rows[], size_t i, size_t count) {
    const int is_shared = by_name(&rows[i - 1], &rows[i]) == 0 || by_name(&rows[i], &rows[i + 1]) == 0;
    return !is_shared && (i % (count / SYMBOLS) == 0 || strchr(rows[i], '[') != NULL);
}

/* Of the names that only one symbol has: some SYMBOLS, evenly spread, and all of modules. */
static void copy_symbols(void) {
    static char* rows[1 << 20];
    static char chosen[2 * SYMBOLS * 600];
    const size_t length = read_file("/proc/kallsyms");
    size_t count = 0, size = 0, i;
    char *row, *rest = content;
    content[length < sizeof content ? length : sizeof content - 1] = '\0';
    while (count < sizeof rows / sizeof rows[0] && (row = strsep(&rest, "\n")) != NULL && *row != '\0') {
        rows[count++] = row;
    }
    qsort(rows, count, sizeof rows[0], by_name);
    for (i = 1; i + 1 < count && size + 600 < sizeof chosen; i++) {
        if (is_wanted(rows, i, count)) {
            size += (size_t)snprintf(chosen + size, sizeof chosen - size, "%s\n", rows[i]);
        }
    }
    memcpy(content, chosen, size);
    record("kallsyms", size);
}

static void open_line(const char* device) {
    struct termios settings;
    line = fopen(device, "w");
    if (line == NULL || tcgetattr(fileno(line), &settings) != 0) {
        perror(device);
        exit(1);
    }
    cfmakeraw(&settings);
    need(tcsetattr(fileno(line), TCSANOW, &settings), device);
}

int main(int argc, char** argv) {
    unsigned copies = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    open_line(argc > 1 ? argv[1] : "/dev/ttyS1");
    copy_symbols();
    do {
        each_number("/proc", copy_process);
        copy_file("/proc", "modules");
        copy_file("/proc", "uptime");
        record("", 0);
        fflush(line);
        tcdrain(fileno(line));
        printf("copied %u pid=%d\n", ++copies, (int)getpid());
    } while (getchar() == '\n');
    return 0;
}
