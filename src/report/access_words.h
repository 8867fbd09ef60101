/* What an access does to a word, in a sentence. */
#ifndef VRRL_REPORT_ACCESS_WORDS_H
#define VRRL_REPORT_ACCESS_WORDS_H

#include "race/rules.h"

/* "reads", "writes" or "adds to". */
static inline const char *access_verb(vrrl_access_kind kind)
{
    return access_is_load(kind) ? "reads" : access_is_store(kind) ? "writes" : "adds to";
}

#endif
