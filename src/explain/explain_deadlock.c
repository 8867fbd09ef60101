/* What may help against a deadlock, by its wait-for graph. */
#include "explain/explain_deadlock.h"

#include "explain/explain_pair.h"
#include "explain/try_repairs.h"
#include "program/batch_view.h"

#include <string.h>

/* All that wait for the same in vain. */
static bool lower_alike(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const vrrl_stuck *stuck = p->x->result->stuck;
    const vrrl_root *root = p->what;
    uint32_t lowered = 0;
    (void)err;
    for (uint32_t i = 0; i < stuck->root_count; i++) {
        const vrrl_root *other = &stuck->roots[i];
        if (other->kind == root->kind && other->wait_word == root->wait_word &&
            other->wait_value == root->wait_value && explain_is_slot(p->x, other->slot))
            lowered +=
                repair_threshold(r, repairs_slot(p->x, other->slot),
                                 repair_word(r, root->wait_word), (uint32_t)root->attainable);
    }
    p->parts[0].count = lowered;
    return lowered > 0;
}

static vrrl_code try_threshold(struct explainer *x, const vrrl_root *root, vrrl_error *err)
{
    struct proposal p = {
        .make = lower_alike,
        .what = root,
        .kind = VRRL_REPAIR_THRESHOLD,
        .parts = {repairs_part(x, VRRL_REPAIR_FORM_LESS, root->slot, VRRL_NO_INDEX)}};
    if (root->attainable == 0)
        return VRRL_OK;
    p.parts[0].value = root->attainable;
    p.parts[0].was = (uint32_t)root->wait_value;
    vrrl_program_word_name(x->whole.program, root->wait_word, p.parts[0].word,
                           sizeof p.parts[0].word);
    return repairs_try(x, &p, err);
}

/* What lacks, signalled by a slot of the batch as its last. */
struct new_signal {
    uint32_t by, word, amount;
};

static bool add_signal(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct new_signal *s = p->what;
    (void)err;
    return repair_add_signal(r, repairs_slot(p->x, s->by), repair_word(r, s->word), s->amount);
}

static vrrl_code try_signal(struct explainer *x, const vrrl_root *root, uint32_t by,
                            vrrl_error *err)
{
    const struct new_signal what = {.by = by,
                                    .word = root->wait_word,
                                    .amount = (uint32_t)(root->wait_value - root->attainable)};
    struct proposal p = {.make = add_signal,
                         .what = &what,
                         .kind = VRRL_REPAIR_SIGNAL,
                         .parts = {repairs_part(x, VRRL_REPAIR_FORM_SIGNAL, by, VRRL_NO_INDEX)}};
    p.parts[0].value = what.amount;
    vrrl_program_word_name(x->whole.program, what.word, p.parts[0].word, sizeof p.parts[0].word);
    return repairs_try(x, &p, err);
}

static bool is_waiting(const vrrl_stuck *stuck, uint32_t slot)
{
    for (uint32_t i = 0; i < stuck->root_count; i++)
        if (stuck->roots[i].slot == slot)
            return true;
    return false;
}

/* A wait for more than all signals make: for less, or another signal. Where no word can hold so much, no signal
 * helps. */
static vrrl_code repair_unreachable(struct explainer *x, const vrrl_root *root, vrrl_error *err)
{
    enum { SIGNALLERS_TRIED = 8 };
    const vrrl_program *p = x->whole.program;
    const vrrl_batch *batch = epoch_batch(p, x->result->outcome.epoch);
    if (root->kind != VRRL_ROOT_UNREACHABLE || root->attainable >= root->wait_value ||
        root->wait_value > UINT32_MAX || root->slot >= batch->count)
        return VRRL_OK;
    vrrl_code code = try_threshold(x, root, err);
    x->quiet = true;
    for (uint32_t i = 0, tried = 0; code == VRRL_OK && i < batch->count && tried < SIGNALLERS_TRIED;
         i++) {
        if (is_waiting(x->result->stuck, i))
            continue;
        code = try_signal(x, root, i, err);
        tried++;
    }
    x->quiet = false;
    return code;
}

static bool make_all_resident(struct repair *r, struct proposal *p, vrrl_error *err)
{
    (void)p;
    (void)err;
    r->edited.program->model.resident = 0;
    return true;
}

static vrrl_code try_residents(struct explainer *x, vrrl_error *err)
{
    uint32_t workers = x->oracle.options.setup.workers, queues = x->whole.program->model.queues;
    bool few = workers ? workers < queues : x->whole.program->model.resident != 0;
    struct proposal p = {.make = make_all_resident,
                         .kind = VRRL_REPAIR_RESIDENT,
                         .parts = {{.form = VRRL_REPAIR_FORM_RESIDENT, .value = queues}},
                         .plain = true};
    if (x->whole.program->model.kind == VRRL_MODEL_POOL || !few)
        return VRRL_OK;
    x->oracle.options.setup.workers = 0;
    vrrl_code code = repairs_try(x, &p, err);
    x->oracle.options.setup.workers = workers;
    return code;
}

/* Of a cycle: `behind` waits for its turn, and `before`, which is in front of it, for what comes of that:
 * it goes behind it. */
struct swapped {
    uint32_t before, behind;
};

static bool move_behind(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct swapped *w = p->what;
    vrrl_slot *slots = r->edited.program->slots + repairs_slot(p->x, 0), slot = slots[w->before];
    (void)err;
    memmove(slots + w->before, slots + w->before + 1, (w->behind - w->before) * sizeof *slots);
    slots[w->behind] = slot;
    return true;
}

static vrrl_code try_queue_order(struct explainer *x, uint32_t before, uint32_t behind,
                                 vrrl_error *err)
{
    const struct swapped what = {.before = before, .behind = behind};
    if (before >= behind || !explain_is_slot(x, behind))
        return VRRL_OK;
    struct proposal p = {.make = move_behind,
                         .what = &what,
                         .kind = VRRL_REPAIR_ORDER,
                         .parts = {repairs_part(x, VRRL_REPAIR_FORM_SWAPPED, before, behind)},
                         .plain = true};
    p.parts[0].value = x->whole.program->slots[repairs_slot(x, before)].queue;
    return repairs_try(x, &p, err);
}

static vrrl_code break_cycle(struct explainer *x, const vrrl_root *root, vrrl_error *err)
{
    enum { TURNS_TRIED = 4 };
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0, tried = 0; i < root->cycle_length && tried < TURNS_TRIED; i++) {
        if (root->cycle[i].waits != VRRL_WAIT_TURN || code != VRRL_OK)
            continue;
        code = try_queue_order(x, root->cycle[(i + 1) % root->cycle_length].slot,
                               root->cycle[i].slot, err);
        tried++;
    }
    return code;
}

vrrl_code repair_deadlock(struct explainer *x, vrrl_error *err)
{
    const vrrl_stuck *stuck = x->result->stuck;
    const uint32_t roots = stuck ? stuck->root_count : 0;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < 1 && i < roots; i++)
        code = repair_unreachable(x, &stuck->roots[i], err);
    for (uint32_t i = 0; code == VRRL_OK && i < 4 && i < roots; i++)
        code = break_cycle(x, &stuck->roots[i], err);
    return code == VRRL_OK ? try_residents(x, err) : code;
}
