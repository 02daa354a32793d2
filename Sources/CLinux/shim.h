// Calls of Linux that the module Glibc of Swift leaves out. No header of the system is included, because its types would then
// belong to this module.
#ifndef CLINUX_SHIM_H
#define CLINUX_SHIM_H

extern int eventfd(unsigned int count, int flags);
extern int pipe2(int descriptors[2], int flags);
extern int prlimit64(int process, int resource, const void *limit, void *old);

// A limit of a process, as prlimit64(2) takes it.
struct clinux_limit {
    unsigned long long soft;
    unsigned long long hard;
};

// A counter to wake poll(2) with, which does not block; closed in programs that are started.
static inline int clinux_eventfd(void) { return eventfd(0, 02000000 /* EFD_CLOEXEC */ | 04000 /* EFD_NONBLOCK */); }

// A pipe whose ends are closed in programs that are started, also in those that another thread starts at this moment.
static inline int clinux_pipe(int descriptors[2]) { return pipe2(descriptors, 02000000 /* O_CLOEXEC */); }

// Reads, and with `limit` sets, how many descriptors a process may have; 0 is this process.
static inline int clinux_descriptor_limit(int process, const struct clinux_limit *limit, struct clinux_limit *old) {
    return prlimit64(process, 7 /* RLIMIT_NOFILE */, limit, old);
}

#endif
