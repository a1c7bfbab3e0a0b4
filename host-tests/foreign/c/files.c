/* Calls the C library on files and directories under TMPDIR, and prints a line for each answer.
   With the argument "full" it fills a small filesystem, and prints the answers at the limits. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Prints the outcome of a call. An outcome of -1 means that the call failed. */
static void say(const char *what, long outcome) {
  if (outcome == -1)
    printf("%s: %s\n", what, strerror(errno));
  else
    printf("%s: %ld\n", what, outcome);
}

static long opened(FILE *file) {
  if (!file)
    return -1;
  fclose(file);
  return 0;
}

static void say_content(const char *path) {
  char text[4096];
  FILE *file = fopen(path, "r");
  size_t length = file ? fread(text, 1, sizeof text, file) : 0;
  printf("%s is \"", path);
  for (size_t i = 0; i < length; i++)
    text[i] ? putchar(text[i]) : printf("\\0");
  printf("\"\n");
  if (file)
    fclose(file);
}

static int by_name(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

static void say_names(const char *path) {
  char *names[64];
  int count = 0;
  DIR *directory = opendir(path);
  if (!directory) {
    say(path, -1);
    return;
  }
  for (struct dirent *entry; (entry = readdir(directory));)
    if (count < 64 && strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
      names[count++] = strdup(entry->d_name);
  closedir(directory);
  qsort(names, count, sizeof *names, by_name);
  printf("%s holds", path);
  for (int i = 0; i < count; free(names[i++]))
    printf(" %s", names[i]);
  printf("\n");
}

static void streams(void) {
  char word[16] = "";
  FILE *file = fopen("streams", "w+x");
  say("written", fwrite("0123456789", 1, 10, file));
  say("ftell", ftell(file));
  say("fseek", fseek(file, 3, SEEK_SET));
  say("read", fread(word, 1, 4, file));
  say("the right ones", !strcmp(word, "3456"));
  fseek(file, -2, SEEK_END);
  say("printed", fprintf(file, "<%d>", 42));
  say("ftell", ftell(file));
  say("fseek before the beginning", fseek(file, -1, SEEK_SET));
  fseek(file, 4, SEEK_END);
  say("end", feof(file));
  say("put", fputc('!', file));
  say("flush", fflush(file));
  rewind(file);
  say("first", fgetc(file));
  say("back", ungetc('x', file));
  say("again", fgetc(file));
  say("close", fclose(file));
  say_content("streams");
  say("exclusive again", opened(fopen("streams", "wx")));
  say("none", opened(fopen("none", "r")));
  say("update none", opened(fopen("none", "r+")));
  file = fopen("streams", "a+");
  fputs("appended", file);
  rewind(file);
  fputs("twice", file);
  say("close", fclose(file));
  say_content("streams");
  say("truncated", opened(fopen("streams", "w")));
  say_content("streams");
  file = fopen("streams", "r");
  say("write what is open for reading", fputc('x', file) == EOF || fflush(file) ? -1 : 0);
  fclose(file);
  file = fopen("streams", "w");
  setvbuf(file, NULL, _IONBF, 0);
  for (int i = 0; i < 1000; i++)
    fprintf(file, "%d\n", i);
  fclose(file);
  struct stat status;
  stat("streams", &status);
  say("unbuffered lines", status.st_size);
  remove("streams");
}

static void descriptors(void) {
  char text[16] = "";
  int file = open("file", O_CREAT | O_EXCL | O_RDWR, 0600);
  say("open", file >= 0 ? 0 : -1);
  say("again", open("file", O_CREAT | O_EXCL | O_RDWR, 0600));
  say("write", write(file, "abcdef", 6));
  say("pwrite", pwrite(file, "XY", 2, 2));
  say("pread", pread(file, text, 4, 1));
  say("the right ones", !strcmp(text, "bXYe"));
  say("lseek", lseek(file, 0, SEEK_CUR));
  say("lseek to the end", lseek(file, 10, SEEK_END));
  say("lseek too far back", lseek(file, -20, SEEK_CUR));
  say("ftruncate", ftruncate(file, 3));
  say("write beyond", write(file, "z", 1));
  struct stat status;
  say("fstat", fstat(file, &status));
  say("size", status.st_size);
  say("regular", S_ISREG(status.st_mode));
  say("links", status.st_nlink);
  say_content("file");
  say("fsync", fsync(file));
  say("ftruncate to less than nothing", ftruncate(file, -1));
  int reader = open("file", O_RDONLY);
  say("write what is open for reading", write(reader, "x", 1));
  say("truncate what is open for reading", ftruncate(reader, 0));
  int writer = open("file", O_WRONLY | O_APPEND);
  say("read what is open for writing", read(writer, text, 1));
  say("append", write(writer, "end", 3));
  say("close", close(reader) | close(writer));
  say("unlink", unlink("file"));
  lseek(file, 0, SEEK_SET);
  say("read what is unlinked", read(file, text, 2));
  say("close", close(file));
  say("close again", close(file));
  say("open a directory for writing", open(".", O_WRONLY));
  say("open a file as a directory", open("../names/none", O_RDONLY | O_DIRECTORY));
}

/* Follows a growing file through one descriptor. */
static void following(void) {
  char text[16];
  int writer = open("log", O_CREAT | O_EXCL | O_WRONLY, 0600);
  int reader = open("log", O_RDONLY);
  for (int i = 0; i < 3; i++) {
    say("at the end", read(reader, text, sizeof text));
    say("write", write(writer, "record", 6));
    say("read when it has grown", read(reader, text, sizeof text));
  }
  close(reader);
  close(writer);
  remove("log");
}

static void say_same(const char *what, const struct stat *one, const struct stat *other) {
  say(what, one->st_ino == other->st_ino && one->st_dev == other->st_dev);
}

/* Changes a file in many ways, and prints after each if it is still the same file. */
static void watching(void) {
  struct stat before, after, directory;
  int file = open("watched", O_CREAT | O_EXCL | O_RDWR, 0600);
  fstat(file, &before);
  stat(".", &directory);
  write(file, "content", 7);
  fstat(file, &after);
  say_same("the same when written", &before, &after);
  ftruncate(file, 3);
  fstat(file, &after);
  say_same("the same when cut", &before, &after);
  struct timespec times[2] = {{1000000000, 5}, {981173106, 123456789}};
  futimens(file, times);
  stat("watched", &after);
  say_same("the same with other times", &before, &after);
  link("watched", "linked");
  rename("watched", "renamed");
  stat("linked", &after);
  say_same("the same by another name", &before, &after);
  stat("renamed", &after);
  say_same("the same when renamed", &before, &after);
  stat(".", &after);
  say_same("the directory is the same", &directory, &after);
  say("create", opened(fopen("watched", "w")));
  stat("watched", &after);
  say_same("the next of that name", &before, &after);
  DIR *listing = opendir(".");
  for (struct dirent *entry; (entry = readdir(listing));)
    if (!strcmp(entry->d_name, "renamed"))
      say("the same in the listing", entry->d_ino == before.st_ino);
  closedir(listing);
  close(file);
  remove("watched");
  remove("linked");
  remove("renamed");
}

static void names(void) {
  say("mkdir", mkdir("names", 0777));
  say("mkdir again", mkdir("names", 0777));
  say("mkdir in none", mkdir("none/names", 0777));
  opened(fopen("names/a", "w"));
  opened(fopen("names/b", "w"));
  say("rename", rename("names/a", "names/c"));
  say("rename none", rename("names/a", "names/d"));
  say("rename over", rename("names/b", "names/c"));
  say("rename over a directory", rename("names/c", "names"));
  say("rename into itself", rename("names", "names/names"));
  say_names("names");
  say("link", link("names/c", "names/linked"));
  say("link again", link("names/c", "names/linked"));
  struct stat one, other;
  stat("names/c", &one);
  stat("names/linked", &other);
  say("the same", one.st_ino == other.st_ino && one.st_dev == other.st_dev);
  say("links", one.st_nlink);
  say("symlink", symlink("c", "names/symbolic"));
  say("symlink again", symlink("d", "names/symbolic"));
  char target[16] = "";
  say("readlink", readlink("names/symbolic", target, sizeof target));
  say("the right one", !strcmp(target, "c"));
  say("readlink of a file", readlink("names/c", target, sizeof target));
  say("lstat", lstat("names/symbolic", &one));
  say("link", S_ISLNK(one.st_mode));
  say("stat", stat("names/symbolic", &one));
  say("file", S_ISREG(one.st_mode));
  say("loop", symlink("loop", "names/loop"));
  say("through the loop", open("names/loop", O_RDONLY));
  say("not followed", open("names/symbolic", O_RDONLY | O_NOFOLLOW));
  say("access", access("names/c", F_OK | R_OK | W_OK));
  say("access to none", access("names/none", F_OK));
  say("below a file", access("names/c/d", F_OK));
  struct timespec times[2] = {{1000000000, 5}, {981173106, 123456789}};
  say("utimensat", utimensat(AT_FDCWD, "names/c", times, 0));
  stat("names/c", &one);
  say("accessed", one.st_atim.tv_sec);
  say("modified", one.st_mtim.tv_sec);
  say("and nanoseconds", one.st_mtim.tv_nsec);
  say("rmdir what is full", rmdir("names"));
  say("rmdir of a file", rmdir("names/c"));
  say("unlink of a directory", unlink("names"));
  say("opendir of a file", opendir("names/c") ? 0 : -1);
  say_names("names");
  const char *all[] = {"names/c", "names/linked", "names/symbolic", "names/loop"};
  for (int i = 0; i < 4; i++)
    say(all[i], unlink(all[i]));
  say("rmdir", rmdir("names"));
  say("opendir of none", opendir("names") ? 0 : -1);
  char name[300];
  memset(name, 'n', sizeof name);
  name[256] = 0;
  say("too long a name", opened(fopen(name, "w")));
  name[255] = 0;
  say("the longest name", opened(fopen(name, "w")));
  say("remove", remove(name));
}

static void full(void) {
  static char piece[4096];
  memset(piece, 'x', sizeof piece);
  int file = open("full", O_CREAT | O_WRONLY, 0600);
  long pieces = 0;
  while (write(file, piece, sizeof piece) == sizeof piece)
    pieces++;
  say("write", -1);
  /* The limit is 256 KiB. A little of it is not used for content. */
  say("nearly all was written", pieces >= 60 && pieces <= 64);
  say("close", close(file));
  FILE *stream = fopen("other", "w");
  say("fwrite", fwrite(piece, 1, 100, stream));
  say("fclose", fclose(stream));
  say("unlink", unlink("full"));
  stream = fopen("other", "w");
  say("fwrite", fwrite(piece, 1, 100, stream));
  say("fclose", fclose(stream));
  file = open("other", O_WRONLY);
  say("ftruncate too far", ftruncate(file, 1 << 20));
  close(file);
  remove("other");
}

int main(int count, char **arguments) {
  const char *directory = getenv("TMPDIR");
  if (!directory || chdir(directory))
    return perror("TMPDIR"), 1;
  if (count > 1 && !strcmp(arguments[1], "full"))
    return full(), 0;
  char line[64] = "";
  while (fgets(line, sizeof line, stdin))
    printf("stdin: %s\n", line);
  streams();
  descriptors();
  following();
  watching();
  names();
  say_names(".");
  return 0;
}
