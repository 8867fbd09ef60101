/* What a program expects at the end of an epoch, of the oracle of the check. */
#ifndef VRRL_TEST_ORACLE_EXPECT_H
#define VRRL_TEST_ORACLE_EXPECT_H

#include "test.h"
#include "vrrl/run/program.h"

static inline bool oracle_expects(const vrrl_program *p, uint32_t epoch, const uint32_t *arena)
{
    bool holds = true;
    for (uint32_t i = 0; i < p->expectation_count; i++) {
        const vrrl_expectation *e = &p->expectations[i];
        bool any = epoch < e->epoch || epoch - e->epoch >= e->epochs;
        for (uint32_t k = 0; k < e->value_count; k++)
            any |= p->words[e->values + k] == arena[e->word];
        holds &= any;
    }
    return holds;
}

#endif
