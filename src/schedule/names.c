/* What search calls its enumerations, in commands and reports. */
#include "vrrl/analysis/explore.h"

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
