/* The workloads of the benchmark as a module of preview 1: what `rust_tempfile.rs` of
 * `host-tests/bench-guests` does, in the same order, by the C library. The arguments are the
 * workload and how many times; the nanoseconds of its phases go to standard output. */

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DIRECTORY "/tmp/"
#define PREFIX ".tmp"
#define RANDOM 6
#define NAME (sizeof DIRECTORY + sizeof PREFIX + RANDOM)
#define PIECE (64 << 10)

/* The compiler is to take the bytes for used and changed. */
#define BLACK_BOX(bytes) __asm__ volatile("" : : "r"(bytes) : "memory")

static unsigned char piece[PIECE], content[PIECE];

/* Whether what was read is compared with what was written: only before the time is taken. */
static int compares;

static void end(const char *what) {
    perror(what);
    exit(1);
}

static void is(int holds, const char *what) {
    if (!holds)
        end(what);
}

static void is_same(size_t length) {
    BLACK_BOX(content);
    if (compares)
        is(memcmp(piece, content, length) == 0, "what was read is not what was written");
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * UINT64_C(1000000000) + time.tv_nsec;
}

static uint64_t drawn(void) {
    static uint64_t state;
    if (state == 0)
        is(getentropy(&state, sizeof state) == 0, "getentropy");
    state |= 1;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

/* A new name in the directory for temporary files. */
static void name(char *path) {
    static const char symbols[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    memcpy(path, DIRECTORY PREFIX, sizeof DIRECTORY PREFIX);
    char *at = path + sizeof DIRECTORY PREFIX - 1;
    for (uint64_t symbol = 0, random = drawn() >> 16; symbol < RANDOM; symbol++, random /= 62)
        *at++ = symbols[random % 62];
    *at = 0;
}

static int made(char *path) {
    name(path);
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    is(file >= 0, path);
    return file;
}

static int unnamed(void) {
    char path[NAME];
    int file = made(path);
    is(unlink(path) == 0, "unlink");
    return file;
}

static void put(int file, size_t length) {
    BLACK_BOX(piece);
    is(write(file, piece, length) == (ssize_t)length, "write");
}

static void get(int file, size_t length) {
    is(read(file, content, length) == (ssize_t)length, "read");
    is_same(length);
}

static void rewound(int file) {
    is(lseek(file, 0, SEEK_SET) == 0, "lseek");
}

static void anonymous(void) {
    int file = unnamed();
    put(file, 4096);
    rewound(file);
    get(file, 4096);
    is(close(file) == 0, "close");
}

static void named(void) {
    char path[NAME];
    int file = made(path);
    put(file, 4096);
    int again = open(path, O_RDONLY | O_CLOEXEC);
    is(again >= 0, path);
    get(again, 4096);
    is(close(again) == 0, "close");
    is(unlink(path) == 0, "unlink");
    is(close(file) == 0, "close");
}

static void removed(int parent, const char *path) {
    int file = openat(parent, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *directory = file < 0 ? NULL : fdopendir(file);
    is(directory != NULL, path);
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (entry->d_type == DT_DIR)
            removed(file, entry->d_name);
        else
            is(unlinkat(file, entry->d_name, 0) == 0, entry->d_name);
    }
    is(closedir(directory) == 0, "closedir");
    is(unlinkat(parent, path, AT_REMOVEDIR) == 0, path);
}

static void tree(void) {
    char path[NAME + sizeof "/branch0/leaf0"];
    name(path);
    is(mkdir(path, 0700) == 0, path);
    char *branch = path + strlen(path);
    memcpy(branch, "/branch0", sizeof "/branch0");
    char *leaf = branch + sizeof "/branch0" - 1;
    for (int number = 0; number < 10; number++) {
        leaf[-1] = '0' + number;
        *leaf = 0;
        is(mkdir(path, 0777) == 0, path);
        memcpy(leaf, "/leaf0", sizeof "/leaf0");
        for (int file = 0; file < 10; file++) {
            leaf[sizeof "/leaf0" - 2] = '0' + file;
            int opened = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
            is(opened >= 0, path);
            put(opened, 1024);
            is(close(opened) == 0, "close");
        }
    }
    *branch = 0;
    removed(AT_FDCWD, path);
}

/* Prints how long something took since, and takes the time anew. */
static uint64_t phase(uint64_t since) {
    uint64_t until = now();
    if (!compares)
        printf("%llu\n", (unsigned long long)(until - since));
    return now();
}

static void times(uint32_t n, void (*work)(void)) {
    uint64_t since = now();
    for (uint32_t time = 0; time < n; time++)
        work();
    phase(since);
}

static void stats(uint32_t n) {
    int file = unnamed();
    uint64_t since = now();
    for (uint32_t time = 0; time < n; time++) {
        struct stat stat;
        is(fstat(file, &stat) == 0, "fstat");
        BLACK_BOX(&stat);
    }
    phase(since);
    close(file);
}

/* Writes a piece again and again over the beginning of a file, and then reads it as often. */
static void pieces(uint32_t n, size_t length) {
    int file = unnamed();
    uint64_t since = now();
    for (uint32_t time = 0; time < n; time++) {
        rewound(file);
        put(file, length);
    }
    since = phase(since);
    for (uint32_t time = 0; time < n; time++) {
        rewound(file);
        get(file, length);
    }
    phase(since);
    close(file);
}

static void run(const char *workload, uint32_t n) {
    if (strcmp(workload, "anonymous") == 0)
        times(n, anonymous);
    else if (strcmp(workload, "named") == 0)
        times(n, named);
    else if (strcmp(workload, "tree") == 0)
        times(n, tree);
    else if (strcmp(workload, "stat") == 0)
        stats(n);
    else if (strncmp(workload, "piece-", 6) == 0 && atol(workload + 6) <= PIECE)
        pieces(n, atol(workload + 6));
    else
        end("unknown workload");
}

int main(int count, char **arguments) {
    if (count != 3)
        end("usage: WORKLOAD N");
    memset(piece, 'x', sizeof piece);
    /* Once beforehand: memory is touched. */
    compares = 1;
    run(arguments[1], 1);
    compares = 0;
    run(arguments[1], strtoul(arguments[2], NULL, 10));
    return 0;
}
