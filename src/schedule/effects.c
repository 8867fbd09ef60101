#include "schedule/effects.h"

#include "base/error.h"
#include "edit/edit_parts.h"
#include "program/batch_view.h"

#include <stdlib.h>
#include <string.h>

/* Words of user memory that some slot waits for. */
struct awaited {
    const vrrl_program *program;
    bool *is; /* by word of user memory */
};

static void note_awaited(void *context, const struct declared_event *access)
{
    const struct awaited *a = context;
    uint32_t at = access->word - a->program->layout.user_base;
    if (!access->waits || access->word < a->program->layout.user_base)
        return;
    for (uint32_t i = 0; i < access->count && at + i < a->program->geometry.user_words; i++)
        a->is[at + i] = true;
}

static vrrl_code find_awaited(const vrrl_program *p, struct awaited *a, vrrl_error *err)
{
    *a = (struct awaited){.program = p, .is = calloc(p->geometry.user_words + (size_t)1, 1)};
    if (!a->is)
        return error_no_memory(err, p->geometry.user_words);
    for (uint32_t i = 0; i < p->slot_count; i++)
        slot_footprint(p, &p->slots[i], note_awaited, a);
    return VRRL_OK;
}

struct signalled {
    uint32_t word;
    bool found;
};

static void look_for_signal(void *context, const struct declared_event *access)
{
    struct signalled *s = context;
    s->found = s->found || (access->signals && access->word == s->word);
}

static bool signals(const vrrl_program *p, uint32_t position, uint32_t word)
{
    struct signalled s = {.word = word};
    slot_footprint(p, epoch_slot(p, 0, position), look_for_signal, &s);
    return s.found;
}

/* An addition is one to whatever the word begins as: others may add to it before. */
static void keep_effects(const vrrl_program *from, const struct awaited *awaited, const bool *keep,
                         const struct trace *run, vrrl_program *to)
{
    for (uint32_t i = 0; i < run->count; i++) {
        const struct event *e = &run->list[i].event;
        uint32_t at = e->word - from->layout.user_base, position = run->list[i].event.slot;
        if (position >= epoch_batch(from, 0)->count || keep[position] || !e->writes || e->counts ||
            e->word < from->layout.user_base || at >= from->geometry.user_words ||
            (awaited->is[at] && signals(from, position, e->word)))
            continue;
        if (e->kind == OPERATION_ADD && e->what == EVENT_OPERATES)
            to->initial[at] += e->stored - e->read;
        else
            to->initial[at] = e->stored;
    }
}

vrrl_code freeze_slots(const struct edited *from, const bool *slots, const struct trace *run,
                       struct edited *out, vrrl_error *err)
{
    const vrrl_program *p = from->program;
    const vrrl_batch *batch = epoch_batch(p, 0);
    struct program_part *parts;
    struct awaited awaited;
    uint32_t count;
    vrrl_code code = program_parts(p, PARTS_SLOTS, &parts, &count, err);
    if (code != VRRL_OK)
        return code;
    code = find_awaited(p, &awaited, err);
    bool *keep = malloc(count + (size_t)1);
    if (code == VRRL_OK && !keep)
        code = error_no_memory(err, count);
    for (uint32_t i = 0; code == VRRL_OK && i < count; i++)
        keep[i] = parts[i].kind != PART_SLOT || slots[parts[i].at - batch->first];
    if (code == VRRL_OK)
        code = program_without(from, parts, keep, count, out, err);
    if (code == VRRL_OK)
        keep_effects(p, &awaited, slots, run, out->program);
    free(awaited.is);
    free(keep);
    free(parts);
    return code;
}
