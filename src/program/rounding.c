#include "program/rounding.h"

#include "base/error.h"
#include "program/batch_view.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>
#include <string.h>

struct flow {
    const vrrl_program *program;
    uint8_t *shows; /* by word: its last bits show */
    uint32_t words;
    bool changed;
};

static uint64_t end_within(const struct flow *f, uint32_t first, uint64_t count)
{
    return first + count < f->words ? first + count : f->words;
}

static bool any_shows(const struct flow *f, uint32_t first, uint64_t count)
{
    uint64_t end = end_within(f, first, count);
    return first < end && memchr(f->shows + first, 1, end - first);
}

static void mark(struct flow *f, uint32_t first, uint64_t count)
{
    uint64_t end = end_within(f, first, count);
    if (first >= end || !memchr(f->shows + first, 0, end - first))
        return;
    memset(f->shows + first, 1, end - first);
    f->changed = true;
}

/* What is compared exactly: observable words always are. */
static void mark_compared(struct flow *f)
{
    const vrrl_program *p = f->program;
    mark(f, VRRL_WORD_OBSERVABLE, p->geometry.observable_words);
    if (p->region_count == 0)
        mark(f, p->layout.user_base, p->geometry.user_words);
    for (uint32_t i = 0; i < p->region_count; i++)
        if (p->regions[i].compare == VRRL_COMPARE_EXACT)
            mark(f, p->regions[i].first_word, p->regions[i].words);
}

/* What slots go by: that they wait for a word, or decide by it, or that it tells a goal, a place or what to
 * do. */
static void mark_guides(struct flow *f, const struct epoch_touches *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const struct declared_event *a = &t->items[i].access;
        if (a->waits || a->decides)
            mark(f, a->word, a->count);
        if (a->from != DECLARED_NO_WORD)
            mark(f, a->from, 1);
    }
    for (uint32_t i = 0; i < t->fixed_count; i++)
        mark(f, t->fixed[i].first, t->fixed[i].count);
}

/* What a slot writes may follow from all that it reads. */
static void mark_sources(struct flow *f, const struct epoch_touches *t, uint32_t slot)
{
    bool shows = false;
    for (uint32_t i = t->first[slot]; i < t->first[slot + 1] && !shows; i++) {
        const struct declared_event *a = &t->items[i].access;
        bool writes = declared_writes(a);
        shows = writes && any_shows(f, a->word, a->count);
    }
    for (uint32_t i = t->first[slot]; i < t->first[slot + 1] && shows; i++) {
        const struct declared_event *a = &t->items[i].access;
        if (declared_reads(a) || declared_updates(a) || a->keeps)
            mark(f, a->word, a->count);
    }
}

/* What the host copies before an epoch. */
static void mark_copied(struct flow *f, const vrrl_epoch *epoch)
{
    for (uint32_t i = 0; i < epoch->prologue_count; i++) {
        const vrrl_slot *slot = &f->program->prologue[epoch->prologue_first + i];
        const uint32_t *args = f->program->words + slot->args;
        if (slot->opcode == VRRL_OPCODE_MEMCPY && slot->arg_count >= 3 &&
            any_shows(f, args[1], args[2]))
            mark(f, args[0], args[2]);
    }
}

/* Once over the epochs from `first` on; those in a row that have the same batch are one. What the host
 * copies before the first has been copied. */
static vrrl_code mark_epochs(struct flow *f, uint32_t first, const uint32_t *arena, vrrl_error *err)
{
    const vrrl_program *p = f->program;
    struct epoch_touches t = {.items = NULL};
    vrrl_code code = VRRL_OK;
    uint32_t row = (uint32_t)(epoch_row(p, first) - p->epochs);
    for (uint32_t i = row; code == VRRL_OK && i < p->epoch_rows; i++) {
        const vrrl_epoch *epoch = &p->epochs[i];
        if (i > row || first - epoch->first + 1 < epoch->times)
            mark_copied(f, epoch);
        if (i > row && epoch->batch == epoch[-1].batch)
            continue;
        code = epoch_touches_create(p, epoch->first, arena, &t, err);
        if (code == VRRL_OK) {
            mark_guides(f, &t);
            for (uint32_t s = p->batches[epoch->batch].count; s-- > 0;)
                mark_sources(f, &t, s);
        }
        epoch_touches_free(&t);
    }
    return code;
}

/* An addition of integers commutes with none that rounds. */
static void mark_added(struct flow *f, const struct epoch_touches *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const struct declared_event *a = &t->items[i].access;
        if (a->signals || (declared_updates(a) && !a->rounds))
            mark(f, a->word, a->count);
    }
}

vrrl_code rounding_settle(const vrrl_program *program, uint32_t epoch, const uint32_t *arena,
                          struct epoch_touches *touches, vrrl_error *err)
{
    struct flow f = {.program = program, .words = program->layout.total_words};
    vrrl_code code = VRRL_OK;
    bool any = false;
    for (uint32_t i = 0; i < touches->count && !any; i++)
        any = touches->items[i].access.rounds;
    if (!any)
        return VRRL_OK;
    f.shows = calloc(f.words + (size_t)1, 1);
    if (!f.shows)
        return error_no_memory(err, f.words);
    mark_compared(&f);
    do {
        f.changed = false;
        code = mark_epochs(&f, epoch, arena, err);
    } while (code == VRRL_OK && f.changed);
    mark_added(&f, touches);
    for (uint32_t i = 0; i < touches->count; i++) {
        struct declared_event *a = &touches->items[i].access;
        bool shows = any_shows(&f, a->word, a->count);
        touches->rounds |= a->rounds && !shows;
        a->rounds = a->rounds && shows;
    }
    free(f.shows);
    return code;
}
