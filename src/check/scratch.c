#include "check/scratch.h"

#include "base/error.h"
#include "program/batch_view.h"

#include <stdlib.h>

enum { IS_SCRATCH = 1, WRITTEN = 2, TOLD = 4 };

vrrl_code scratch_create(const vrrl_program *program, struct scratch *s, vrrl_error *err)
{
    *s = (struct scratch){.marks = NULL};
    for (uint32_t i = 0; i < program->region_count; i++) {
        const vrrl_region *region = &program->regions[i];
        if (region->compare != VRRL_COMPARE_SCRATCH)
            continue;
        if (!s->marks && !(s->marks = calloc(program->layout.total_words, 1)))
            return error_no_memory(err, program->layout.total_words);
        for (uint32_t k = 0; k < region->words; k++)
            s->marks[region->first_word + k] |= IS_SCRATCH;
    }
    return VRRL_OK;
}

void scratch_free(struct scratch *s)
{
    free(s->marks);
    s->marks = NULL;
}

/* ---- What is written ------------------------------------------------------------------------- */

struct writes {
    struct scratch *scratch;
    uint32_t total; /* words of the arena */
};

static void mark_written(const struct writes *w, const struct declared_event *a)
{
    for (uint64_t k = a->word; k < (uint64_t)a->word + a->count && k < w->total; k++)
        w->scratch->marks[k] |= WRITTEN;
}

static void visit_prologue(void *context, const struct declared_event *access)
{
    if (access->kind == OPERATION_STORE)
        mark_written(context, access);
}

static void mark_prologue(struct writes *w, const vrrl_program *program, uint32_t epoch)
{
    const vrrl_epoch *e = epoch_row(program, epoch);
    for (uint32_t i = 0; i < e->prologue_count; i++)
        slot_footprint(program, &program->prologue[e->prologue_first + i], visit_prologue, w);
}

/* ---- What is read ---------------------------------------------------------------------------- */

static vrrl_code add_read(const vrrl_program *program, uint32_t epoch, uint32_t slot, uint32_t word,
                          vrrl_program_check *check, vrrl_error *err)
{
    if (check->unwritten_total++ >= VRRL_CHECK_DEFECTS_MAX)
        return VRRL_OK;
    if (!check->unwritten)
        check->unwritten = calloc(VRRL_CHECK_DEFECTS_MAX, sizeof *check->unwritten);
    if (!check->unwritten)
        return error_no_memory(err, VRRL_CHECK_DEFECTS_MAX * sizeof *check->unwritten);
    vrrl_unwritten_read *read = &check->unwritten[check->unwritten_count++];
    *read = (vrrl_unwritten_read){.epoch = epoch, .slot = slot, .word = word};
    slot_name(program, epoch, slot, read->name, sizeof read->name);
    vrrl_program_word_name(program, word, read->word_name, sizeof read->word_name);
    return VRRL_OK;
}

/* Each word once: it is the same mistake for whoever reads it next. */
static vrrl_code look_at(const struct writes *w, const vrrl_program *program, uint32_t epoch,
                         const struct slot_touch *touch, vrrl_program_check *check, vrrl_error *err)
{
    const struct declared_event *a = &touch->access;
    vrrl_code code = VRRL_OK;
    for (uint64_t k = a->word; !code && k < (uint64_t)a->word + a->count && k < w->total; k++) {
        if (w->scratch->marks[k] != IS_SCRATCH)
            continue;
        w->scratch->marks[k] |= TOLD;
        code = add_read(program, epoch, touch->slot, (uint32_t)k, check, err);
    }
    return code;
}

vrrl_code scratch_epoch(struct scratch *s, const vrrl_program *program, uint32_t epoch,
                        const struct epoch_touches *touches, vrrl_program_check *check,
                        vrrl_error *err)
{
    struct writes w = {s, program->layout.total_words};
    uint32_t slot = VRRL_NO_INDEX;
    bool certain = true; /* nothing before it in its slot may end that */
    vrrl_code code = VRRL_OK;
    if (!s->marks)
        return VRRL_OK;
    mark_prologue(&w, program, epoch);
    for (uint32_t i = 0; i < touches->count; i++)
        if (touches->items[i].access.kind == OPERATION_STORE)
            mark_written(&w, &touches->items[i].access);
    for (uint32_t i = 0; i < touches->count && !code; i++) {
        const struct slot_touch *touch = &touches->items[i];
        certain = touch->slot != slot || certain;
        slot = touch->slot;
        if (touch->access.kind != OPERATION_STORE && !touch->open && certain)
            code = look_at(&w, program, epoch, touch, check, err);
        certain &= !touch->access.ends;
    }
    return code;
}
