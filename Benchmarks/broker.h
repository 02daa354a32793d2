/* What the programs here that talk to a broker have in common: whatever fails ends them, and they sign in by certificate. */

#ifndef BROKER_H
#define BROKER_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <amqp.h>
#include <amqp_ssl_socket.h>

enum { CHANNEL = 1 };

static _Noreturn void fail(const char *what, const char *why) {
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, why);
    exit(1);
}

static void check(int status, const char *what) {
    if (status != AMQP_STATUS_OK) fail(what, amqp_error_string2(status));
}

static void check_reply(amqp_rpc_reply_t reply, const char *what) {
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
    if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) fail(what, amqp_error_string2(reply.library_error));
    fail(what, "refused by the broker");
}

static double seconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Connects over mutual TLS and opens CHANNEL. */
static amqp_connection_state_t connect_to_broker(const char *host, int port, const char *vhost, const char *ca,
                                                 const char *cert, const char *key) {
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_ssl_socket_new(connection);
    if (!socket) fail("cannot create", "TLS socket");
    check(amqp_ssl_socket_set_cacert(socket, ca), "loading the CA");
    check(amqp_ssl_socket_set_key(socket, cert, key), "loading the certificate and its key");
    check(amqp_socket_open(socket, host, port), "connecting");
    check_reply(amqp_login(connection, vhost, 0, AMQP_DEFAULT_FRAME_SIZE, 0, AMQP_SASL_METHOD_EXTERNAL, "."),
                "signing in");
    amqp_channel_open(connection, CHANNEL);
    check_reply(amqp_get_rpc_reply(connection), "opening a channel");
    return connection;
}

#endif
