/* The C program of docs/languages.md: keeps a line in a file that did not exist before. */

#include <stdio.h>
#include <stdlib.h>

int main(void) {
    char path[4096], line[64] = "";
    snprintf(path, sizeof path, "%s/notes.txt", getenv("TMPDIR"));
    FILE *file = fopen(path, "w+x");
    if (!file) return perror(path), 1;
    fputs("kept in memory\n", file);
    rewind(file);
    printf("%s: %s", path, fgets(line, sizeof line, file));
    return fclose(file) || remove(path);
}
