#ifndef C_RABBITMQ_SHIM_H
#define C_RABBITMQ_SHIM_H

#include <sys/time.h>

// rabbitmq-c moved its headers in 0.12. Look for the new layout first: newer releases still
// ship <amqp.h>, but only as a forwarder that emits #warning.
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#elif __has_include(<amqp.h>)
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#else
#error "librabbitmq headers not found: install librabbitmq-dev"
#endif

#endif
