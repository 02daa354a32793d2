#ifndef C_OPENSSL_SHIM_H
#define C_OPENSSL_SHIM_H

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/engine.h>
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

// Engines are deprecated, but OpenSSL 3.0 as in Debian 12 has no other way to a PKCS#11 token.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"

/// Finds an engine by its name, loading it from the directory of engines if it must; null when there is none.
static inline ENGINE *_Nullable copenssl_engine(const char *_Nonnull name) {
    OPENSSL_init_crypto(OPENSSL_INIT_ENGINE_DYNAMIC, NULL);
    return ENGINE_by_id(name);
}

/// Gives an engine a setting; 1 when it takes it.
static inline int copenssl_engine_set(ENGINE *_Nonnull engine, const char *_Nonnull name, const char *_Nullable value) {
    return ENGINE_ctrl_cmd_string(engine, name, value, 0);
}

/// Makes an engine work; 1 when it does.
static inline int copenssl_engine_start(ENGINE *_Nonnull engine) { return ENGINE_init(engine); }

/// A key that stays where it is; it is signed with by asking the engine.
static inline EVP_PKEY *_Nullable copenssl_engine_key(ENGINE *_Nonnull engine, const char *_Nonnull name) {
    return ENGINE_load_private_key(engine, name, NULL, NULL);
}

#pragma clang diagnostic pop

#endif
