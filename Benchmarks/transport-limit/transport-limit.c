/* The bare limit of the way to the broker: a plain librabbitmq loop that pushes the same message over mutual TLS and waits
 * for confirms, with a window of messages in flight. No queue of our own, no Swift, nothing but the library.
 *
 *     make -C Benchmarks/transport-limit
 *     transport-limit --host H --port P --vhost V --queue Q --ca CA --cert CERT --key KEY
 *                     (--body FILE | --size BYTES) [--count N] [--window N]
 *
 * Signs in by certificate, declares the queue as durable, empties it before and deletes it afterwards unless --keep is
 * given, and publishes persistent messages with `mandatory`. --body repeats one file, --size a filler. Prints one line of
 * JSON: messages, bytes, seconds, messages_per_second, bytes_per_second, cpu_seconds (this process alone). */

#define _GNU_SOURCE
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../broker.h"

static amqp_bytes_t read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail("cannot open", path);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    if (size < 0) fail("cannot read", path);
    amqp_bytes_t bytes = amqp_bytes_malloc((size_t)size);
    if (!bytes.bytes || fread(bytes.bytes, 1, (size_t)size, file) != (size_t)size) fail("cannot read", path);
    fclose(file);
    return bytes;
}

static amqp_bytes_t filler(size_t size) {
    amqp_bytes_t bytes = amqp_bytes_malloc(size ? size : 1);
    if (!bytes.bytes) fail("out of memory", "filler");
    memset(bytes.bytes, 'x', size);
    bytes.len = size;
    return bytes;
}

/* Reads frames, waiting for the first one if asked to, and returns the highest tag confirmed so far. */
static uint64_t read_confirms(amqp_connection_state_t connection, uint64_t confirmed, int may_wait) {
    struct timeval patience = {may_wait ? 60 : 0, 0};
    amqp_frame_t frame;
    for (;;) {
        int status = amqp_simple_wait_frame_noblock(connection, &frame, &patience);
        if (status == AMQP_STATUS_TIMEOUT && !may_wait) break;
        check(status, "waiting for confirms");
        if (frame.frame_type != AMQP_FRAME_METHOD) continue;
        if (frame.payload.method.id != AMQP_BASIC_ACK_METHOD)
            fail("unexpected method", amqp_method_name(frame.payload.method.id));
        /* Tags are confirmed in order by one classic queue, so the highest one counts. */
        amqp_basic_ack_t *ack = frame.payload.method.decoded;
        if (ack->delivery_tag > confirmed) confirmed = ack->delivery_tag;
        may_wait = 0;
        patience.tv_sec = 0;
    }
    amqp_maybe_release_buffers(connection);
    return confirmed;
}

int main(int argc, char **argv) {
    const char *host = "localhost", *vhost = "/", *queue = "transport-limit";
    const char *ca = NULL, *cert = NULL, *key = NULL;
    int port = 5671, keep = 0;
    uint64_t count = 1000, window = 8;
    amqp_bytes_t body = amqp_empty_bytes;

    static const struct option options[] = {
        {"host", required_argument, NULL, 'h'},  {"port", required_argument, NULL, 'p'},
        {"vhost", required_argument, NULL, 'v'}, {"queue", required_argument, NULL, 'q'},
        {"ca", required_argument, NULL, 'a'},    {"cert", required_argument, NULL, 'c'},
        {"key", required_argument, NULL, 'k'},   {"body", required_argument, NULL, 'b'},
        {"size", required_argument, NULL, 's'},  {"count", required_argument, NULL, 'n'},
        {"window", required_argument, NULL, 'w'}, {"keep", no_argument, NULL, 'K'}, {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (option) {
        case 'h': host = optarg; break;
        case 'p': port = atoi(optarg); break;
        case 'v': vhost = optarg; break;
        case 'q': queue = optarg; break;
        case 'a': ca = optarg; break;
        case 'c': cert = optarg; break;
        case 'k': key = optarg; break;
        case 'b': body = read_file(optarg); break;
        case 's': body = filler(strtoull(optarg, NULL, 10)); break;
        case 'n': count = strtoull(optarg, NULL, 10); break;
        case 'w': window = strtoull(optarg, NULL, 10); break;
        case 'K': keep = 1; break;
        default: return 64;
        }
    }
    if (!ca || !cert || !key || !body.bytes || count == 0 || window == 0) {
        fprintf(stderr, "transport-limit: needs --ca, --cert, --key, and --body or --size\n");
        return 64;
    }

    amqp_connection_state_t connection = connect_to_broker(host, port, vhost, ca, cert, key);
    amqp_queue_declare(connection, CHANNEL, amqp_cstring_bytes(queue), 0, 1, 0, 0, amqp_empty_table);
    check_reply(amqp_get_rpc_reply(connection), "declaring the queue");
    amqp_queue_purge(connection, CHANNEL, amqp_cstring_bytes(queue));
    check_reply(amqp_get_rpc_reply(connection), "emptying the queue");
    amqp_confirm_select(connection, CHANNEL);
    check_reply(amqp_get_rpc_reply(connection), "asking for confirms");

    amqp_basic_properties_t properties = {0};
    properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG;
    properties.content_type = amqp_cstring_bytes("application/json");
    properties.delivery_mode = AMQP_DELIVERY_PERSISTENT;
    properties.message_id = amqp_cstring_bytes("transport-limit");

    double start = seconds(CLOCK_MONOTONIC), cpu_start = seconds(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t published = 0, confirmed = 0;
    while (confirmed < count) {
        if (published < count && published - confirmed < window) {
            check(amqp_basic_publish(connection, CHANNEL, amqp_empty_bytes, amqp_cstring_bytes(queue), 1, 0, &properties, body),
                  "publishing");
            published += 1;
            confirmed = read_confirms(connection, confirmed, 0);
        } else {
            confirmed = read_confirms(connection, confirmed, 1);
        }
    }
    double time = seconds(CLOCK_MONOTONIC) - start, cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;

    if (!keep) amqp_queue_delete(connection, CHANNEL, amqp_cstring_bytes(queue), 0, 0);
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection);

    double bytes = (double)body.len * (double)count;
    printf("{\"messages\": %llu, \"bytes\": %.0f, \"seconds\": %.6f, \"messages_per_second\": %.1f, "
           "\"bytes_per_second\": %.0f, \"cpu_seconds\": %.6f}\n",
           (unsigned long long)count, bytes, time, count / time, bytes / time, cpu);
    return 0;
}
