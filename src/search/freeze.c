#include "search/freeze.h"

#include "base/error.h"
#include "programs/batch_view.h"

#include <stdlib.h>
#include <string.h>

struct signalled {
    uint32_t word;
    bool found;
};

static void look_for_signal(void *context, const struct slot_access *access)
{
    struct signalled *s = context;
    s->found = s->found || (access->kind == ACCESS_SIGNAL && access->first == s->word);
}

static bool signals(const vrrl_program *p, uint32_t position, uint32_t word)
{
    struct signalled s = {.word = word};
    slot_footprint(p, epoch_slot(p, 0, position), look_for_signal, &s);
    return s.found;
}

/* An addition is one to whatever the word begins as: others may add to it before. */
static void keep_effects(const vrrl_program *from, uint32_t position, const trace *run,
                         vrrl_program *to)
{
    for (uint32_t i = 0; i < run->count; i++) {
        const sched_next *does = &run->list[i].does;
        uint32_t at = does->word - from->layout.user_base;
        if (run->list[i].slot != position || !does->writes || does->counts ||
            does->word < from->layout.user_base || at >= from->geometry.user_words ||
            signals(from, position, does->word))
            continue;
        if (does->kind == MEM_ADD && does->does == SCHED_OPERATES)
            to->initial[at] += does->stored - does->read;
        else
            to->initial[at] = does->stored;
    }
}

vrrl_code freeze_slot(const struct edited *from, uint32_t position, const trace *run,
                      struct edited *out, vrrl_error *err)
{
    const vrrl_program *p = from->program;
    struct program_part *parts;
    uint32_t count;
    vrrl_code code = program_parts(p, PARTS_SLOTS, &parts, &count, err);
    if (code != VRRL_OK)
        return code;
    bool *keep = malloc(count + (size_t)1);
    if (!keep)
        code = error_no_memory(err, count);
    for (uint32_t i = 0; code == VRRL_OK && i < count; i++)
        keep[i] = parts[i].kind != PART_SLOT ||
                  parts[i].at != p->batches[p->epochs[0].batch].first + position;
    if (code == VRRL_OK)
        code = program_without(from, parts, keep, count, out, err);
    if (code == VRRL_OK)
        keep_effects(p, position, run, out->program);
    free(keep);
    free(parts);
    return code;
}
