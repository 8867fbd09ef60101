/* Words behind numbers, in reports. */
#ifndef VRRL_BASE_PLURAL_H
#define VRRL_BASE_PLURAL_H

#include <stdint.h>

/* What a noun ends in behind a number: "1 slot", "2 slots". */
static inline const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* "1 status", "2 statuses". */
static inline const char *plural_es(uint64_t count)
{
    return count == 1 ? "" : "es";
}

#endif
