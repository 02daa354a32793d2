// How many events per second a plain loop over SQLite commits: the limit the store is measured against.
//
// Same table, index, page size and synchronisation as Sources/Store, rows as a syslog-like source makes them, and nothing
// else: no duplicates to detect, no names to look up, no other process.
//
//     cc -O2 -o store-limit store_limit.c -lsqlite3
//     ./store-limit DIRECTORY ROWS [ROWS_PER_COMMIT]
//
// Prints one JSON object. The database is made in DIRECTORY, which should be on the disk that matters, and removed at the end.

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static const char *schema =
    "PRAGMA page_size = 16384;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 2000;"
    "PRAGMA cache_size = -32768;"
    "PRAGMA temp_store = MEMORY;"
    "CREATE TABLE event ("
    " id INTEGER PRIMARY KEY, server INTEGER NOT NULL, time INTEGER NOT NULL, series INTEGER, number INTEGER, name TEXT,"
    " type INTEGER NOT NULL, status INTEGER NOT NULL, severity INTEGER NOT NULL, host INTEGER, host_name INTEGER,"
    " trigger_name INTEGER, brief TEXT NOT NULL, extended_info TEXT) STRICT;"
    "CREATE INDEX event_time ON event (time);";

static const char *insert =
    "INSERT INTO event (id, server, time, series, number, name, type, status, severity, host, host_name, trigger_name,"
    " brief, extended_info) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

static sqlite3 *db;

static void check(int status) {
    if (status == SQLITE_OK || status == SQLITE_DONE || status == SQLITE_ROW) return;
    fprintf(stderr, "store-limit: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run(const char *sql) { check(sqlite3_exec(db, sql, NULL, NULL, NULL)); }

static double seconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int make_brief(char *brief, size_t size, long long row) {
    return snprintf(
        brief, size,
        "%08lld 2026-01-02T03:04:05.678901+09:00 web%03lld app[%lld]: GET /api/v1/things/%lld 200 %lld bytes in %lld ms, "
        "cache miss, user agent ok",
        row, row % 250, 1000 + row % 7, row * 7919 % 100003, row * 31 % 65536, row % 997);
}

static void insert_row(sqlite3_stmt *statement, long long row) {
    char brief[256];
    int length = make_brief(brief, sizeof brief, row);
    sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_int64(statement, 2, 1);
    sqlite3_bind_int64(statement, 3, 1767225600000000000LL + row * 1000);
    sqlite3_bind_int64(statement, 4, 1);
    sqlite3_bind_int64(statement, 5, row);
    sqlite3_bind_int64(statement, 7, 2);
    sqlite3_bind_int64(statement, 8, 2);
    sqlite3_bind_int64(statement, 9, 0);
    sqlite3_bind_int64(statement, 10, 1 + row % 250);
    sqlite3_bind_int64(statement, 11, 1 + row % 250);
    sqlite3_bind_text(statement, 13, brief, length, SQLITE_STATIC);
    check(sqlite3_step(statement));
    check(sqlite3_reset(statement));
}

static void remove_database(const char *path) {
    char other[PATH_MAX];
    const char *suffixes[] = {"", "-wal", "-shm"};
    for (int index = 0; index < 3; index++) {
        snprintf(other, sizeof other, "%s%s", path, suffixes[index]);
        unlink(other);
    }
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "usage: store-limit DIRECTORY ROWS [ROWS_PER_COMMIT]\n");
        return 64;
    }
    long long rows = atoll(arguments[2]);
    long long rows_per_commit = count > 3 ? atoll(arguments[3]) : 10000;
    if (rows < 1 || rows_per_commit < 1) {
        fprintf(stderr, "store-limit: ROWS and ROWS_PER_COMMIT are positive numbers\n");
        return 64;
    }
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/store-limit-%d.sqlite", arguments[1], (int)getpid());
    check(sqlite3_open(path, &db));
    run(schema);
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v2(db, insert, -1, &statement, NULL));

    double start = seconds(CLOCK_MONOTONIC);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (long long row = 1; row <= rows;) {
        run("BEGIN IMMEDIATE");
        for (long long end = row + rows_per_commit; row < end && row <= rows; row++) insert_row(statement, row);
        run("COMMIT");
    }
    double elapsed = seconds(CLOCK_MONOTONIC) - start;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;

    sqlite3_finalize(statement);
    sqlite3_close(db);
    remove_database(path);
    printf(
        "{\"rows\": %lld, \"rows_per_commit\": %lld, \"seconds\": %.6f, \"cpu_seconds\": %.6f, \"rows_per_second\": %.0f}\n",
        rows, rows_per_commit, elapsed, cpu, (double)rows / elapsed);
    return 0;
}
