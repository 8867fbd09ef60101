/* What search calls its enumerations, in commands and reports. */
#include "vrrl/analysis/explore.h"

#include "schedule/names.h"

#include "program/batch_view.h"

#include <stdio.h>

static const char *name_of(const char *const *names, uint32_t count, uint32_t index)
{
    return index < count ? names[index] : "?";
}

#define NAME_OF(names, index) name_of(names, sizeof(names) / sizeof *(names), (uint32_t)(index))

const char *vrrl_defect_kind_name(vrrl_defect_kind kind)
{
    static const char *const names[] = {"none",     "value",    "status",  "expect",
                                        "deadlock", "livelock", "shutdown"};
    return NAME_OF(names, kind);
}

bool vrrl_outcome_same_defect(const vrrl_run_outcome *a, const vrrl_run_outcome *b)
{
    return a->kind == b->kind && a->epoch == b->epoch && a->slot == b->slot && a->word == b->word;
}

void outcome_name(const vrrl_program *program, const vrrl_run_outcome *outcome, char *out,
                  size_t size)
{
    if (outcome->slot != VRRL_NO_INDEX)
        slot_name(program, outcome->epoch, outcome->slot, out, size);
    else if (outcome->word != VRRL_NO_INDEX)
        epoch_word_name(program, outcome->epoch, outcome->word, out, size);
    else
        snprintf(out, size, "epoch %u", outcome->epoch);
}
