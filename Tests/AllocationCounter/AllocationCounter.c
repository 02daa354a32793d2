/// Counts allocations by standing in front of glibc's own functions, to which it hands every call on.
#include "AllocationCounter.h"

#include <errno.h>
#include <stddef.h>

static __thread unsigned long allocations;
static __thread unsigned long bytes;

unsigned long allocations_of_this_thread(void) { return allocations; }

unsigned long bytes_allocated_by_this_thread(void) { return bytes; }

// A sanitizer brings an allocator of its own, and only glibc has these names for what lies below.
#if defined(__GLIBC__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t number, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static void count(size_t size) {
    allocations++;
    bytes += size;
}

void *malloc(size_t size) {
    count(size);
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count(number * size);
    return __libc_calloc(number, size);
}

void *realloc(void *memory, size_t size) {
    count(size);
    return __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count(size);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    count(size);
    void *result = __libc_memalign(alignment, size);
    if (result == NULL) return ENOMEM;
    *memory = result;
    return 0;
}

#endif
