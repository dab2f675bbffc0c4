/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oddity KIND...: processes that are unlike others. With `all`, one of each kind. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"

#define SELF "/proc/self/exe"

static char** arguments;

static void* wait_as(void* name) {
    prctl(PR_SET_NAME, name);
    stay();
}

static void thread_named(const char* name) {
    pthread_t id;
    need(pthread_create(&id, NULL, wait_as, (void*)name) == 0 ? 0 : -1, "oddity: pthread_create");
}

static void be_parent_of_zombie(void) {
    const pid_t child = (pid_t)need(fork(), "oddity: fork");
    siginfo_t info;
    if (child == 0) {
        _exit(42);
    }
    need(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), "oddity: waitid");
}

static void* execute(void* unused) {
    (void)unused;
    execl(SELF, "oddity", "none", (char*)NULL);
    perror("oddity: exec");
    exit(1);
}

/* The thread that executes another program becomes its leader. */
static void execute_from_thread(void) {
    pthread_t id;
    thread_named("to vanish");
    need(pthread_create(&id, NULL, execute, NULL) == 0 ? 0 : -1, "oddity: pthread_create");
    stay();
}

static void lead_dead(void) {
    thread_named("left behind");
    pthread_exit(NULL);
}

static void bind_to(const char* what, const char* where) {
    need(mkdir(where, 0755), where);
    need(mount(what, where, NULL, MS_BIND, NULL), where);
}

static void live_inside(void) {
    const pid_t child = (pid_t)need(fork(), "oddity: fork");
    need(open("/busybox", O_RDONLY), "/busybox");
    if (child == 0) {
        execl("/busybox", "sleep", "1000000", (char*)NULL);
        _exit(1);
    }
}

/* The first process of namespaces of its own: `/` is a bind mount. */
static void live_in_jail(void) {
    need(unshare(CLONE_NEWPID | CLONE_NEWNS), "oddity: unshare");
    if (need(fork(), "oddity: fork") != 0) {
        return;
    }
    prctl(PR_SET_NAME, "in jail");
    need(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "oddity: private mounts");
    bind_to("/bin", "/tmp/jail");
    need(chroot("/tmp/jail"), "oddity: chroot");
    need(chdir("/"), "oddity: chdir");
    live_inside();
}

/* A tmpfs in a tmpfs, and an open file of what the second hides. */
static void live_under_mounts(void) {
    need(mkdir("/tmp/outer", 0755), "/tmp/outer");
    need(mount("outer", "/tmp/outer", "tmpfs", 0, NULL), "/tmp/outer");
    need(mkdir("/tmp/outer/inner", 0755), "/tmp/outer/inner");
    need(open("/tmp/outer/inner/hidden", O_RDWR | O_CREAT, 0600), "oddity: hidden");
    need(mount("inner", "/tmp/outer/inner", "tmpfs", 0, NULL), "/tmp/outer/inner");
    need(mkdir("/tmp/outer/inner/home", 0755), "oddity: home");
    need(chdir("/tmp/outer/inner/home"), "oddity: home");
    need(open("seen", O_RDWR | O_CREAT, 0600), "oddity: seen");
    bind_to("/tmp/outer/inner/home", "/tmp/outer/inner/bound");
    need(open("/tmp/outer/inner/bound/seen", O_RDONLY), "oddity: bound");
}

static void lose_folder(void) {
    need(mkdir("/tmp/lost", 0755), "/tmp/lost");
    need(chdir("/tmp/lost"), "/tmp/lost");
    need(rmdir("/tmp/lost"), "/tmp/lost");
}

static void be_named_oddly(void) {
    prctl(PR_SET_NAME, "a) S 1\n\xc3\xa9\\\xff");
    thread_named(") R (\t");
}

static void be_someone(void) {
    need(setresgid(100, 101, 102), "oddity: setresgid");
    need(setresuid(1000, 1001, 1002), "oddity: setresuid");
}

static void stop(void) {
    raise(SIGSTOP);
}

static void shorten_arguments(void) {
    char* const end = arguments[1] + strlen(arguments[1]);
    memset(arguments[0], 0, (size_t)(end - arguments[0]));
    strcpy(arguments[0], "short");
}

/* As setproctitle() does: over the end of the arguments, into the environment. */
static void lengthen_arguments(void) {
    const size_t length = strlen(arguments[0]) + strlen(arguments[1]) + 20;
    memset(arguments[0], 't', length);
    arguments[0][length] = '\0';
}

static void have_many_arguments(void) {
    static char long_one[9000];
    char* list[1003] = {"many arguments", "none", "", "a b", "line\nline", "\xff\x01", long_one};
    char* environment[] = {"EMPTY=", "=odd", "no equals", "LINES=a\nb", "BYTES=\xfe", NULL};
    unsigned i;
    memset(long_one, 'l', sizeof long_one - 1);
    for (i = 7; i < 1002; i++) {
        list[i] = "again";
    }
    execve(SELF, list, environment);
}

static void have_no_arguments(void) {
    char* const list[] = {"", "none", NULL};
    char* const environment[] = {NULL};
    execve(SELF, list, environment);
}

static void nothing(void) {}

static const struct {
    const char* name;
    void (*become)(void);
} kinds[] = {
    {"none", nothing},
    {"zombie", be_parent_of_zombie},
    {"executed", execute_from_thread},
    {"leaderless", lead_dead},
    {"jail", live_in_jail},
    {"mounts", live_under_mounts},
    {"lost", lose_folder},
    {"name", be_named_oddly},
    {"someone", be_someone},
    {"stopped", stop},
    {"shortened", shorten_arguments},
    {"lengthened", lengthen_arguments},
    {"arguments", have_many_arguments},
    {"noarguments", have_no_arguments},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

static void become(const char* name) {
    unsigned i;
    for (i = 0; i < KINDS; i++) {
        if (strcmp(name, kinds[i].name) == 0) {
            prctl(PR_SET_NAME, name);
            kinds[i].become();
            stay();
        }
    }
    fprintf(stderr, "oddity: no such kind: %s\n", name);
    exit(2);
}

int main(int argc, char** argv) {
    unsigned i;
    arguments = argv;
    if (argc < 2 || strcmp(argv[1], "all") != 0) {
        become(argc < 2 ? "" : argv[1]);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (i = 1; i < KINDS; i++) {
        if (need(fork(), "oddity: fork") == 0) {
            execl(SELF, "oddity", kinds[i].name, (char*)NULL);
            _exit(1);
        }
    }
    printf("oddity ready pid=%d\n", (int)getpid());
    stay();
}
