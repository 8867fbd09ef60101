#include "program/expect.h"

static bool holds(const vrrl_program *program, const vrrl_expectation *expectation, uint32_t found)
{
    for (uint32_t i = 0; i < expectation->value_count; i++)
        if (program->words[expectation->values + i] == found)
            return true;
    return false;
}

uint64_t expectations_check(const vrrl_program *program, uint32_t epoch, const uint32_t *arena,
                            vrrl_expectation_failure *first)
{
    uint64_t failures = 0;
    for (uint32_t i = 0; i < program->expectation_count; i++) {
        const vrrl_expectation *expectation = &program->expectations[i];
        if (expectation->epoch != epoch || holds(program, expectation, arena[expectation->word]))
            continue;
        if (failures++ == 0)
            *first =
                (vrrl_expectation_failure){.expectation = i, .found = arena[expectation->word]};
    }
    return failures;
}
