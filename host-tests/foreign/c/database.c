/* Runs SQLite on databases under TMPDIR, and prints a line for each answer. With the argument
   "full" it fills a small filesystem, and prints the answers at the limits. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sqlite3.h"

/* The names of SQLite's filesystem layers, and its ways to end a journal. */
static const char *const LAYERS[] = {"unix-none", "unix-dotfile"};
static const char *const JOURNALS[] = {"DELETE", "TRUNCATE", "PERSIST"};

static int print_row(void *unused, int count, char **values, char **names) {
  (void)unused;
  (void)names;
  for (int i = 0; i < count; i++)
    printf(" %s", values[i] ? values[i] : "NULL");
  return 0;
}

/* Runs statements. Prints them, their rows, and the error if they fail. */
static int run(sqlite3 *database, const char *statements) {
  printf("%s:", statements);
  int outcome = sqlite3_exec(database, statements, print_row, NULL, NULL);
  if (outcome)
    printf(" %d, %s", outcome, sqlite3_errmsg(database));
  printf("\n");
  return outcome;
}

/* Stands in for fchmod, which WASI lacks. SQLite calls it if a new file's mode is not the requested
   one. */
static int fchmod_of_wasi(int descriptor, unsigned mode) {
  (void)descriptor;
  (void)mode;
  return 0;
}

static int by_name(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

/* Prints the files of a folder with their lengths. */
static void print_files(const char *path) {
  char *names[64], whole[512];
  int count = 0;
  DIR *directory = opendir(path);
  for (struct dirent *entry; directory && (entry = readdir(directory));)
    if (count < 64 && strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
      names[count++] = strdup(entry->d_name);
  if (directory)
    closedir(directory);
  qsort(names, count, sizeof *names, by_name);
  printf("files:");
  for (int i = 0; i < count; free(names[i++])) {
    snprintf(whole, sizeof whole, "%s/%s", path, names[i]);
    FILE *file = fopen(whole, "r");
    long length = file && !fseek(file, 0, SEEK_END) ? ftell(file) : -1;
    printf(" %s %ld", names[i], length);
    if (file)
      fclose(file);
  }
  printf("\n");
}

static sqlite3 *opened(const char *path, const char *layer) {
  sqlite3 *database = NULL;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  int outcome = sqlite3_open_v2(path, &database, flags, layer);
  if (outcome) {
    printf("open: %d, %s\n", outcome, sqlite3_errmsg(database));
    exit(1);
  }
  return database;
}

static void closed(sqlite3 *database) {
  printf("close: %d\n", sqlite3_close(database));
}

static const char COUNT[] = "SELECT count(*), sum(length(text)), sum(n * n) FROM things";

static void one(const char *folder, const char *layer, const char *journal) {
  char path[256], mode[64];
  snprintf(path, sizeof path, "%s/one.db", folder);
  snprintf(mode, sizeof mode, "PRAGMA journal_mode=%s", journal);
  printf("-- %s %s\n", layer, journal);
  sqlite3 *database = opened(path, layer);
  run(database, mode);
  /* Keep few pages in memory, so that transactions write to the file before they end. */
  run(database, "PRAGMA cache_size=10");
  run(database, "PRAGMA temp_store=FILE");
  run(database, "CREATE TABLE things(n INTEGER PRIMARY KEY, text TEXT NOT NULL)");
  run(database, "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000) "
                "INSERT INTO things SELECT n, printf('%08d', (n * 7919) % 3001) FROM c");
  run(database, COUNT);
  run(database, "CREATE INDEX by_text ON things(text)");
  run(database, "SELECT n, text FROM things WHERE text > '00002995' ORDER BY text");
  print_files(folder);

  run(database, "BEGIN");
  run(database, "UPDATE things SET text = text || text || text || text");
  run(database, "DELETE FROM things WHERE n % 3 = 0");
  run(database, COUNT);
  run(database, "SAVEPOINT inner");
  run(database, "DELETE FROM things");
  run(database, "ROLLBACK TO inner");
  run(database, COUNT);
  run(database, "ROLLBACK");
  run(database, COUNT);

  run(database, "INSERT INTO things VALUES(1, 'there already')");
  run(database, "DELETE FROM things WHERE n > 300");
  run(database, "PRAGMA freelist_count");
  run(database, "VACUUM");
  run(database, "PRAGMA freelist_count");
  run(database, "PRAGMA page_count");
  print_files(folder);
  /* Sort more than SQLite keeps in memory. */
  run(database, "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 40000) "
                "SELECT sum(length(t)), min(t), max(t) FROM (SELECT printf('%064d', (n * 7919) % "
                "40009) AS t FROM c ORDER BY t LIMIT 39000)");
  run(database, "PRAGMA integrity_check");
  closed(database);

  database = opened(path, layer);
  run(database, "PRAGMA integrity_check");
  run(database, COUNT);
  snprintf(mode, sizeof mode, "ATTACH '%s/two.db' AS two", folder);
  sqlite3_exec(database, mode, NULL, NULL, NULL);
  run(database, "BEGIN; CREATE TABLE two.others(n); INSERT INTO two.others SELECT n FROM things; "
                "UPDATE things SET text = 'both'; COMMIT");
  run(database, "SELECT count(*), sum(n) FROM two.others");
  run(database, "SELECT count(*) FROM things WHERE text = 'both'");
  closed(database);
  print_files(folder);
  snprintf(path, sizeof path, "%s/one.db", folder);
  printf("unlink: %d\n", unlink(path));
  snprintf(path, sizeof path, "%s/two.db", folder);
  printf("unlink: %d\n", unlink(path));
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s.db-journal", folder, i ? "two" : "one");
    unlink(path);
  }
  print_files(folder);
}

/* Fills the filesystem by one large transaction, then by many small ones. */
static void full(const char *folder, const char *layer) {
  char path[256];
  snprintf(path, sizeof path, "%s/full.db", folder);
  printf("-- %s\n", layer);
  sqlite3 *database = opened(path, layer);
  run(database, "PRAGMA cache_size=10");
  run(database, "CREATE TABLE things(n INTEGER PRIMARY KEY, text TEXT NOT NULL)");
  run(database, "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000) "
                "INSERT INTO things SELECT n, printf('%0100d', n) FROM c");
  run(database, COUNT);
  run(database, "INSERT INTO things SELECT n + 10000, zeroblob(2000) FROM things");
  run(database, COUNT);
  run(database, "PRAGMA integrity_check");
  run(database, "BEGIN");
  run(database, "UPDATE things SET text = text || zeroblob(2000)");
  printf("in a transaction: %d\n", !sqlite3_get_autocommit(database));
  run(database, "ROLLBACK");
  run(database, COUNT);
  int outcome = SQLITE_OK;
  int rows = 0;
  while (!outcome && rows < 100000) {
    outcome = sqlite3_exec(database, "INSERT INTO things(text) VALUES(zeroblob(900))", NULL, NULL, NULL);
    rows += !outcome;
  }
  printf("in the end: %d, %s\n", outcome, sqlite3_errmsg(database));
  sqlite3_stmt *count;
  sqlite3_prepare_v2(database, "SELECT count(*) FROM things", -1, &count, NULL);
  printf("a row: %d\n", sqlite3_step(count) == SQLITE_ROW);
  printf("all that were inserted: %d\n", sqlite3_column_int(count, 0) == 1000 + rows && rows > 50);
  sqlite3_finalize(count);
  run(database, "PRAGMA integrity_check");
  closed(database);
  database = opened(path, layer);
  run(database, "PRAGMA integrity_check");
  /* A journal in a file would have no room. */
  run(database, "PRAGMA journal_mode=MEMORY");
  run(database, "DROP TABLE things");
  run(database, "VACUUM");
  run(database, "PRAGMA journal_mode=DELETE");
  run(database, "CREATE TABLE smaller(n)");
  run(database, "INSERT INTO smaller VALUES(1), (2)");
  run(database, "SELECT sum(n) FROM smaller");
  closed(database);
  printf("unlink: %d\n", unlink(path));
}

int main(int count, char **arguments) {
  const char *folder = getenv("TMPDIR");
  sqlite3_vfs *files = sqlite3_vfs_find("unix");
  files->xSetSystemCall(files, "fchmod", (sqlite3_syscall_ptr)fchmod_of_wasi);
  for (int i = 0; i < 2; i++) {
    if (count > 1)
      full(folder, LAYERS[i]);
    else
      for (int j = 0; j < 3; j++)
        one(folder, LAYERS[i], JOURNALS[j]);
  }
}
