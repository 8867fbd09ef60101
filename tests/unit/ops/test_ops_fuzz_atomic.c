/* The same hostile operands against the bodies as C with atomics. */
#define FUZZ_ATOMIC
#include "test_ops_fuzz.c"
