#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

/// How often the current thread has asked for memory since it began; 0 at all times where another allocator is in use.
unsigned long allocations_of_this_thread(void);

/// For how many bytes in all; 0 where the other is.
unsigned long bytes_allocated_by_this_thread(void);

#endif
