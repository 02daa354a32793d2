// Fills a store with events by the million, as if they had arrived over the last thirty days.
//
// The store is made by hatohol-server; here come names, hosts, places, spans, counters and events, just as the server would
// have written them, but without its promises: no journal, no synchronisation, so a crash leaves nothing of use.
//
//     cc -O2 -o events events.c -lsqlite3
//     ./events DATABASE ROWS [SERVER]
//
// What benchmarks look for: web000 to web249 in turn; `rare1` and `rare2` with fifty events each; one event in a hundred thousand
// says "disk full", twenty in all say "needle"; four in five are information, one in a thousand is critical.

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HOSTS = 250, RARE = 2, PLACES = HOSTS + RARE, STRETCHES = 30 * 144 + 2 };

static const int64_t second = 1000000000, stretch = 600LL * 1000000000, span = 30LL * 86400 * 1000000000;
static sqlite3 *db;

static void check(int status) {
    if (status == SQLITE_OK || status == SQLITE_DONE || status == SQLITE_ROW) return;
    fprintf(stderr, "events: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run(const char *sql) { check(sqlite3_exec(db, sql, NULL, NULL, NULL)); }

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
    return statement;
}

static void step(sqlite3_stmt *statement) {
    check(sqlite3_step(statement));
    check(sqlite3_reset(statement));
}

/// Numbers that look random and are the same each time (splitmix64).
static uint64_t mixed(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static int severity_of(int64_t row) {
    uint64_t dice = mixed((uint64_t)row) % 100000;
    return dice < 100 ? 4 : dice < 5000 ? 3 : dice < 15000 ? 2 : dice < 20000 ? 0 : 1;
}

static int place_of(int64_t row, int64_t rows) {
    int64_t every = rows / 100 > 0 ? rows / 100 : 1;
    if (row % every == every / 2) return HOSTS + (int)(row / every % RARE);
    return (int)(mixed((uint64_t)row * 7) % HOSTS);
}

static int64_t time_of(int64_t row, int64_t rows, int64_t now) {
    int64_t due = now - span + (int64_t)((double)span / (double)rows * (double)row);
    return due - (int64_t)(mixed((uint64_t)row * 13) % (uint64_t)(2 * second));
}

static void name_of(int place, char *name) {
    if (place < HOSTS) sprintf(name, "web%03d", place);
    else sprintf(name, "rare%d", place - HOSTS + 1);
}

/// Registers the hosts and their names; the numbers of all three tables are 1, 2, 3 …
static void write_places(int64_t server) {
    sqlite3_stmt *name = prepare("INSERT INTO name (id, text) VALUES (?, ?)");
    sqlite3_stmt *host = prepare("INSERT INTO host (id, server, key, name, state) VALUES (?1, ?2, ?3, ?3, 1)");
    sqlite3_stmt *place = prepare("INSERT INTO event_place (id, server, host, host_name) VALUES (?1, ?2, ?1, ?1)");
    for (int index = 0; index < PLACES; index++) {
        char text[32];
        name_of(index, text);
        sqlite3_bind_int64(name, 1, index + 1);
        sqlite3_bind_text(name, 2, text, -1, SQLITE_TRANSIENT);
        step(name);
        sqlite3_bind_int64(host, 1, index + 1);
        sqlite3_bind_int64(host, 2, server);
        sqlite3_bind_text(host, 3, text, -1, SQLITE_TRANSIENT);
        step(host);
        sqlite3_bind_int64(place, 1, index + 1);
        sqlite3_bind_int64(place, 2, server);
        step(place);
    }
    sqlite3_finalize(name);
    sqlite3_finalize(host);
    sqlite3_finalize(place);
}

static void write_events(int64_t rows, int64_t server, int64_t now, int64_t (*tally)[6]) {
    sqlite3_stmt *insert = prepare(
        "INSERT INTO event (id, server, time, series, number, type, status, severity, host, host_name, brief)"
        " VALUES (?, ?, ?, 1, ?, 2, 2, ?, ?, ?, ?)");
    int64_t needles = rows / 20 > 0 ? rows / 20 : 1, first = (now - span) / stretch - 1;
    for (int64_t row = 0; row < rows; row++) {
        int severity = severity_of(row), place = place_of(row, rows);
        int64_t time = time_of(row, rows, now);
        char brief[256];
        const char *what = row % needles == needles / 3                   ? "needle found in"
                           : mixed((uint64_t)row * 3) % 100000 == 0 ? "disk full on"
                                                                          : "cache miss for";
        int length = sprintf(brief, "app[%d]: GET /api/v1/things/%d %d, %d bytes in %d ms, %s shard %d",
                             (int)(1000 + row % 7), (int)(row * 7919 % 100003), severity > 2 ? 500 : 200,
                             (int)(row * 31 % 65536), (int)(row % 997), what, (int)(row % 64));
        sqlite3_bind_int64(insert, 1, row + 1);
        sqlite3_bind_int64(insert, 2, server);
        sqlite3_bind_int64(insert, 3, time);
        sqlite3_bind_int64(insert, 4, row + 1);
        sqlite3_bind_int(insert, 5, severity);
        sqlite3_bind_int(insert, 6, place + 1);
        sqlite3_bind_int(insert, 7, place + 1);
        sqlite3_bind_text(insert, 8, brief, length, SQLITE_STATIC);
        step(insert);
        tally[time / stretch - first][severity]++;
        if (row % 1000000 == 999999) run("COMMIT; BEGIN");
    }
    sqlite3_finalize(insert);
}

/// The entries of each place, one place after the other: appended, which is what makes it quick.
static void write_entries(int64_t rows, int64_t now) {
    int64_t count[PLACES + 1] = {0};
    for (int64_t row = 0; row < rows; row++) count[place_of(row, rows) + 1]++;
    for (int place = 0; place < PLACES; place++) count[place + 1] += count[place];
    uint32_t *sorted = malloc((size_t)rows * sizeof *sorted);
    if (sorted == NULL) exit(1);
    for (int64_t row = 0; row < rows; row++) sorted[count[place_of(row, rows)]++] = (uint32_t)row;
    sqlite3_stmt *insert = prepare("INSERT INTO event_at_place (place, time, event) VALUES (?, ?, ?)");
    for (int64_t index = 0; index < rows; index++) {
        int64_t row = sorted[index];
        sqlite3_bind_int64(insert, 1, place_of(row, rows) + 1);
        sqlite3_bind_int64(insert, 2, time_of(row, rows, now));
        sqlite3_bind_int64(insert, 3, row + 1);
        step(insert);
        if (index % 1000000 == 999999) run("COMMIT; BEGIN");
    }
    sqlite3_finalize(insert);
    free(sorted);
}

static void write_counters(int64_t rows, int64_t server, int64_t now, int64_t (*tally)[6]) {
    sqlite3_stmt *insert = prepare("INSERT INTO event_tally (bucket, server, severity, count) VALUES (?, ?, ?, ?)");
    int64_t first = (now - span) / stretch - 1;
    for (int index = 0; index < STRETCHES + 1; index++)
        for (int severity = 0; severity < 6; severity++) {
            if (tally[index][severity] == 0) continue;
            sqlite3_bind_int64(insert, 1, first + index);
            sqlite3_bind_int64(insert, 2, server);
            sqlite3_bind_int(insert, 3, severity);
            sqlite3_bind_int64(insert, 4, tally[index][severity]);
            step(insert);
        }
    sqlite3_finalize(insert);
    char sql[400];
    snprintf(sql, sizeof sql,
             "UPDATE counter SET value = %lld WHERE name IN ('event', 'place');"
             "INSERT INTO event_series (id, server, prefix, width) VALUES (1, %lld, 'generated', 12);"
             "INSERT INTO event_span (series, first, last) VALUES (1, 1, %lld)",
             (long long)rows, (long long)server, (long long)rows);
    run(sql);
}

int main(int count, char **arguments) {
    if (count < 3) {
        fprintf(stderr, "usage: events DATABASE ROWS [SERVER]\n");
        return 2;
    }
    int64_t rows = atoll(arguments[2]), server = count > 3 ? atoll(arguments[3]) : 1;
    int64_t now = (int64_t)time(NULL) * second;
    check(sqlite3_open_v2(arguments[1], &db, SQLITE_OPEN_READWRITE, NULL));
    run("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;"
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA foreign_keys = OFF; BEGIN");
    int64_t(*tally)[6] = calloc(STRETCHES + 2, sizeof *tally);
    if (tally == NULL) return 1;
    write_places(server);
    write_events(rows, server, now, tally);
    write_entries(rows, now);
    write_counters(rows, server, now, tally);
    run("COMMIT; PRAGMA journal_mode = WAL");
    check(sqlite3_close(db));
    return 0;
}
