// What glibc tells its allocator, which the module Glibc of Swift leaves out.
#include <malloc.h>
