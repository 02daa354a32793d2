/* Plays many arms on one connection: exchanges profiles for all of them, and lets some send putEvents as fast as they
 * are answered. As light as can be, so that what is measured is the server.
 *
 *     cc -O2 -o many_arms Benchmarks/many-arms/many_arms.c -lrabbitmq
 *     many_arms --host H --port P --vhost V --ca CA --cert CERT --key KEY --queue BASE --run N
 *               --arms N --sending N [--per-message N] [--in-flight N]
 *
 * The queue pairs are BASE0-S and BASE0-T, BASE1-S … . Says `ready` when all arms have exchanged profiles, and sends as
 * many events as each line on its standard input says. When every one is answered with SUCCESS it prints one line of
 * JSON: events, seconds, cpu_seconds (of this process alone). Stays connected until its standard input ends. Events of
 * different --run never have the same id. */

#define _GNU_SOURCE
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../broker.h"

enum { PREFIX = 26, DIGITS = 16, TIME = 24, LINES = 1009, HOSTS = 10, MOST_IN_FLIGHT = 32 };

struct arm {
    char outgoing[64];
    char incoming[64];
    int established;
    uint64_t sent;
};

/* Where an event's id and time stand in the message, to be overwritten for each message. */
struct place {
    size_t id;
    size_t time;
};

static amqp_connection_state_t connection;
static struct arm *arms;
static int arm_count = 1, sending = 1, in_flight = 128, run = 1;
static uint64_t per_message = 250;

static char *message;
static size_t message_length, message_number;
static struct place *places;

static void publish(const struct arm *arm, amqp_bytes_t body) {
    amqp_basic_properties_t properties = {0};
    properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG;
    properties.content_type = amqp_cstring_bytes("application/json");
    properties.delivery_mode = AMQP_DELIVERY_PERSISTENT;
    amqp_bytes_t queue = amqp_cstring_bytes(arm->outgoing);
    check(amqp_basic_publish(connection, CHANNEL, amqp_empty_bytes, queue, 0, 0, &properties, body), "publishing");
}

/* Makes the message that every arm sends, with places for what changes. */
static void make_message(void) {
    message = malloc(per_message * 512 + 512);
    places = calloc(per_message, sizeof *places);
    if (!message || !places) fail("out of memory", "message");
    char *end = message + sprintf(message, "{\"jsonrpc\":\"2.0\",\"method\":\"putEvents\",\"params\":{\"events\":[");
    for (uint64_t index = 0; index < per_message; index++) {
        unsigned long line = (unsigned long)(index % LINES);
        end += sprintf(end, "%s{\"eventId\":\"", index ? "," : "");
        places[index].id = (size_t)(end - message);
        end += sprintf(end, "%0*d-%0*d\",\"time\":\"", PREFIX, 0, DIGITS, 0);
        places[index].time = (size_t)(end - message);
        end += sprintf(end, "%0*d\",\"type\":\"UNKNOWN\",\"status\":\"UNKNOWN\",\"severity\":\"UNKNOWN\",", TIME, 0);
        end += sprintf(end, "\"hostId\":\"web%03lu\",\"hostName\":\"web%03lu\",\"brief\":\"", line % HOSTS,
                       line % HOSTS);
        end += sprintf(end,
                       "%08lu 2026-01-02T03:04:05.678901+09:00 web%03lu app[%lu]: GET /api/v1/things/%lu 200 %lu bytes "
                       "in %lu ms, cache miss, user agent ok\"}",
                       line, line % 250, 1000 + line % 7, line * 7919 % 100003, line * 31 % 65536, line % 997);
    }
    end += sprintf(end, "],\"lastInfo\":\"none yet\"},\"id\":");
    message_number = (size_t)(end - message);
    end += sprintf(end, "%09d}", 100000000);
    message_length = (size_t)(end - message);
}

static void write_digits(char *place, int width, uint64_t number) {
    for (int index = width - 1; index >= 0; index--, number /= 10) place[index] = (char)('0' + number % 10);
}

static void send_events(struct arm *arm) {
    struct timespec now;
    struct tm date;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &date);
    char prefix[PREFIX + 1], time[TIME + 1];
    snprintf(prefix, sizeof prefix, "01JZ%08d%014d", run, (int)(arm - arms));
    strftime(time, sizeof time, "%Y%m%d%H%M%S.", &date);
    write_digits(time + 15, 9, (uint64_t)now.tv_nsec);
    for (uint64_t index = 0; index < per_message; index++) {
        memcpy(message + places[index].id, prefix, PREFIX);
        write_digits(message + places[index].id + PREFIX + 1, DIGITS, ++arm->sent);
        memcpy(message + places[index].time, time, TIME);
    }
    write_digits(message + message_number, 9, 100000000 + arm->sent / per_message);
    publish(arm, (amqp_bytes_t){message_length, message});
}

/* Waits for the next message to any arm; its body stays valid until the next call. */
static struct arm *receive(amqp_envelope_t *envelope) {
    struct timeval patience = {60, 0};
    amqp_maybe_release_buffers(connection);
    check_reply(amqp_consume_message(connection, envelope, &patience, 0), "waiting for an answer");
    /* The consumer's tag is the number of the arm. */
    char tag[16] = {0};
    if (envelope->consumer_tag.len >= sizeof tag) fail("unexpected consumer", "too long a tag");
    memcpy(tag, envelope->consumer_tag.bytes, envelope->consumer_tag.len);
    int number = atoi(tag);
    if (number < 0 || number >= arm_count) fail("unexpected consumer", tag);
    return &arms[number];
}

static int says(const amqp_envelope_t *envelope, const char *word) {
    return memmem(envelope->message.body.bytes, envelope->message.body.len, word, strlen(word)) != NULL;
}

static void open_queues(const char *base) {
    for (int number = 0; number < arm_count; number++) {
        struct arm *arm = &arms[number];
        snprintf(arm->outgoing, sizeof arm->outgoing, "%s%d-S", base, number);
        snprintf(arm->incoming, sizeof arm->incoming, "%s%d-T", base, number);
        const char *queues[] = {arm->outgoing, arm->incoming};
        for (int index = 0; index < 2; index++) {
            amqp_queue_declare(connection, CHANNEL, amqp_cstring_bytes(queues[index]), 0, 1, 0, 0, amqp_empty_table);
            check_reply(amqp_get_rpc_reply(connection), "declaring a queue");
        }
        char tag[16];
        snprintf(tag, sizeof tag, "%d", number);
        amqp_basic_consume(connection, CHANNEL, amqp_cstring_bytes(arm->incoming), amqp_cstring_bytes(tag), 0, 1, 0,
                           amqp_empty_table);
        check_reply(amqp_get_rpc_reply(connection), "consuming");
    }
}

static void exchange_profiles(void) {
    static char call[] = "{\"jsonrpc\":\"2.0\",\"method\":\"exchangeProfile\","
                         "\"params\":{\"name\":\"many-arms\",\"procedures\":[\"exchangeProfile\"]},\"id\":77}";
    for (int number = 0; number < arm_count; number++) publish(&arms[number], amqp_cstring_bytes(call));
    for (int missing = arm_count; missing > 0;) {
        amqp_envelope_t envelope;
        struct arm *arm = receive(&envelope);
        if (says(&envelope, "\"result\"") && says(&envelope, "77") && !arm->established) {
            arm->established = 1;
            missing--;
        }
        amqp_destroy_envelope(&envelope);
    }
}

/* Sends so many events, in whole messages, and waits until all are answered; says how many that were. */
static uint64_t send_all(uint64_t events) {
    uint64_t published = 0, answered = 0;
    int window = in_flight / sending;
    if (window < 1) window = 1;
    if (window > MOST_IN_FLIGHT) window = MOST_IN_FLIGHT;
    for (int turn = 0; turn < window; turn++)
        for (int number = 0; number < sending && published < events; number++, published += per_message)
            send_events(&arms[number]);
    while (answered < published) {
        amqp_envelope_t envelope;
        struct arm *arm = receive(&envelope);
        int is_answer = says(&envelope, "\"result\"");
        if (is_answer && !says(&envelope, "\"SUCCESS\"")) fail("an arm was not answered", "SUCCESS");
        amqp_destroy_envelope(&envelope);
        if (!is_answer) continue;
        answered += per_message;
        if (published >= events) continue;
        send_events(arm);
        published += per_message;
    }
    return answered;
}

int main(int argc, char **argv) {
    const char *host = "localhost", *vhost = "/", *queue = "arm", *ca = NULL, *cert = NULL, *key = NULL;
    int port = 5671;
    static const struct option options[] = {
        {"host", required_argument, NULL, 'h'},      {"port", required_argument, NULL, 'p'},
        {"vhost", required_argument, NULL, 'v'},     {"queue", required_argument, NULL, 'q'},
        {"ca", required_argument, NULL, 'a'},        {"cert", required_argument, NULL, 'c'},
        {"key", required_argument, NULL, 'k'},       {"arms", required_argument, NULL, 'n'},
        {"sending", required_argument, NULL, 's'},
        {"per-message", required_argument, NULL, 'm'}, {"in-flight", required_argument, NULL, 'i'},
        {"run", required_argument, NULL, 'r'},       {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'h': host = optarg; break;
        case 'p': port = atoi(optarg); break;
        case 'v': vhost = optarg; break;
        case 'q': queue = optarg; break;
        case 'a': ca = optarg; break;
        case 'c': cert = optarg; break;
        case 'k': key = optarg; break;
        case 'n': arm_count = atoi(optarg); break;
        case 's': sending = atoi(optarg); break;
        case 'm': per_message = strtoull(optarg, NULL, 10); break;
        case 'i': in_flight = atoi(optarg); break;
        case 'r': run = atoi(optarg); break;
        default: return 64;
        }
    }
    if (!ca || !cert || !key || sending < 1 || arm_count < sending || per_message < 1 || per_message > 1000 ||
        strlen(queue) > 32 || run < 0 || run > 99999999) {
        fprintf(stderr, "many-arms: needs --ca, --cert, --key, and at least as many --arms as --sending\n");
        return 64;
    }
    arms = calloc((size_t)arm_count, sizeof *arms);
    if (!arms) fail("out of memory", "arms");
    make_message();

    connection = connect_to_broker(host, port, vhost, ca, cert, key);
    open_queues(queue);
    exchange_profiles();

    puts("ready");
    fflush(stdout);
    unsigned long long wanted;
    while (scanf("%llu", &wanted) == 1) {
        double start = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        uint64_t events = send_all(wanted);
        printf("{\"events\": %llu, \"seconds\": %.6f, \"cpu_seconds\": %.6f}\n", (unsigned long long)events,
               seconds(CLOCK_MONOTONIC) - start, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
        fflush(stdout);
    }
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection);
    return 0;
}
