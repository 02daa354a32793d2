#ifndef C_ZLIB_SHIM_H
#define C_ZLIB_SHIM_H

#include <zlib.h>

// Shims exist only for what Swift cannot see: function-like macros. Each is prefixed `czlib_`.

/// `inflateInit2`, which is a macro.
static inline int czlib_inflate_init(z_stream *_Nonnull stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}

#endif
