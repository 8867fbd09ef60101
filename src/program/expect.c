#include "program/expect.h"

#include "program/program_rooms.h"

static bool holds(const vrrl_program *program, const vrrl_expectation *expectation, uint32_t found)
{
    for (uint32_t i = 0; i < expectation->value_count; i++)
        if (program->words[expectation->values + i] == found)
            return true;
    return false;
}

bool expectation_is_of(const vrrl_expectation *expectation, uint32_t epoch)
{
    return epoch >= expectation->epoch && epoch - expectation->epoch < expectation->epochs;
}

/* The first that may be of an epoch: those before it are of earlier ones. */
static uint32_t first_of(const vrrl_program *program, uint32_t epoch)
{
    uint32_t low = 0, high = program->rooms->expectations_mixed ? 0 : program->expectation_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const vrrl_expectation *e = &program->expectations[middle];
        if (e->epoch < epoch && !expectation_is_of(e, epoch))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t expectations_check(const vrrl_program *program, uint32_t epoch, const uint32_t *arena,
                            vrrl_expectation_failure *first)
{
    uint64_t failures = 0;
    bool mixed = program->rooms->expectations_mixed;
    for (uint32_t i = first_of(program, epoch); i < program->expectation_count; i++) {
        const vrrl_expectation *expectation = &program->expectations[i];
        if (!mixed && expectation->epoch > epoch)
            break;
        if (!expectation_is_of(expectation, epoch) ||
            holds(program, expectation, arena[expectation->word]))
            continue;
        if (failures++ == 0)
            *first = (vrrl_expectation_failure){
                .expectation = i, .epoch = epoch, .found = arena[expectation->word]};
    }
    return failures;
}

uint32_t expectations_in_all(const vrrl_program *program)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < program->expectation_count; i++)
        all += program->expectations[i].epochs;
    return all < UINT32_MAX ? (uint32_t)all : UINT32_MAX;
}
