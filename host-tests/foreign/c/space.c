/* Asks its filesystem for usage and limits, as a module of preview 1, and clears it. */

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define USAGE(name) \
    __attribute__((import_module("scratch:space/usage@0.1.0"), import_name(name)))
#define FILES(name) \
    __attribute__((import_module("scratch:space/files@0.1.0"), import_name(name)))

/* The records of WIT, laid out by the canonical ABI. */
struct amounts {
    uint64_t bytes, metadata, nodes, handles;
};
struct amounts_allowed {
    uint64_t bytes, metadata, nodes;
    uint32_t handles, name, path;
    uint64_t file_size, soft;
};

USAGE("usage") void usage(struct amounts *);
USAGE("high-water") void high_water(struct amounts *);
USAGE("limits") void limits(struct amounts_allowed *);
USAGE("over-soft-limit") int over_soft_limit(void);
FILES("clear") int clear(void);

static void show(const char *when) {
    struct amounts now, most;
    usage(&now);
    high_water(&most);
    printf("%s: %llu bytes, %llu nodes, %llu handles, at most %llu bytes, over %d\n", when,
           (unsigned long long)now.bytes, (unsigned long long)now.nodes,
           (unsigned long long)now.handles, (unsigned long long)most.bytes, over_soft_limit());
    DIR *directory = opendir("/tmp");
    struct dirent *entry;
    while ((entry = readdir(directory)))
        if (entry->d_name[0] != '.')
            printf("  %s\n", entry->d_name);
    closedir(directory);
}

int main(void) {
    static char block[100 * 1024];
    char text[8] = {0};
    struct amounts_allowed allowed;
    /* A block of zeros would be a hole, and take no bytes. */
    memset(block, 1, sizeof block);
    limits(&allowed);
    printf("%llu bytes, soft %llu, names of %u\n", (unsigned long long)allowed.bytes,
           (unsigned long long)allowed.soft, allowed.name);
    show("at the start");
    int file = open("/tmp/large", O_CREAT | O_EXCL | O_RDWR, 0600);
    printf("write: %zd\n", write(file, block, sizeof block));
    printf("pwrite: %zd\n", pwrite(file, "kept", 4, 0));
    printf("rename: %d\n", rename("/tmp/seed", "/tmp/moved"));
    show("changed");
    printf("clear: %d\n", clear());
    show("begun anew");
    printf("pread: %zd %s\n", pread(file, text, 4, 0), text);
    close(file);
    show("closed");
    return 0;
}
