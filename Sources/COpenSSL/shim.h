#ifndef C_OPENSSL_SHIM_H
#define C_OPENSSL_SHIM_H

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/txt_db.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Shims exist only for what Swift cannot see: function-like macros and C variadics. Each is prefixed `copenssl_`.

/// `XN_FLAG_RFC2253` is an expression over other macros.
static const unsigned long copenssl_name_rfc2253 = XN_FLAG_RFC2253;

/// Exchanges two directories at one moment; `renameat2` is hidden from Swift, and `syscall` is variadic.
static inline int copenssl_exchange(const char *_Nonnull one, const char *_Nonnull other) {
    return (int)syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, 2 /* RENAME_EXCHANGE */);
}

#endif
