/* What may help against a deadlock, by its wait-for graph. */
#include "explain/try_repairs.h"

#include "edit/edit_copy.h"
#include "program/batch_view.h"

#include <string.h>

/* All that wait for the same in vain; returns how many. */
static uint32_t lower_alike(const struct explainer *x, struct repair *r, const vrrl_root *root)
{
    const vrrl_stuck *stuck = &x->result->stuck;
    uint32_t lowered = 0;
    for (uint32_t i = 0; i < stuck->root_count; i++) {
        const vrrl_root *other = &stuck->roots[i];
        if (other->kind == root->kind && other->wait_word == root->wait_word &&
            other->wait_value == root->wait_value && explain_is_slot(x, other->slot))
            lowered +=
                repair_threshold(r, repairs_slot(x, other->slot), repair_word(r, root->wait_word),
                                 (uint32_t)root->attainable);
    }
    return lowered;
}

static vrrl_code try_threshold(struct explainer *x, const vrrl_root *root, vrrl_error *err)
{
    const vrrl_program *p = x->whole.program;
    char name[VRRL_DEFECT_NAME_MAX], waits[VRRL_DEFECT_NAME_MAX];
    struct repair r;
    bool can;
    if (root->attainable == 0)
        return VRRL_OK;
    vrrl_code code = repairs_begin(x, &r, &can, err);
    if (!can)
        return code;
    vrrl_program_word_name(p, root->wait_word, name, sizeof name);
    slot_name(p, x->result->outcome.epoch, root->slot, waits, sizeof waits);
    uint32_t lowered = lower_alike(x, &r, root);
    if (lowered == 1)
        code = repairs_judge(x, &r.edited, VRRL_REPAIR_THRESHOLD, err,
                             "%.100s waits for %.100s >= %llu instead of %u: all that its signals "
                             "make",
                             waits, name, (unsigned long long)root->attainable, root->wait_value);
    else if (lowered > 1)
        code = repairs_judge(x, &r.edited, VRRL_REPAIR_THRESHOLD, err,
                             "%.100s and %u more wait for %.100s >= %llu instead of %u: all that "
                             "its signals make",
                             waits, lowered - 1, name, (unsigned long long)root->attainable,
                             root->wait_value);
    repair_free(&r);
    return code;
}

/* What lacks, signalled by a slot of the batch as its last. */
static vrrl_code try_signal(struct explainer *x, const vrrl_root *root, uint32_t by,
                            vrrl_error *err)
{
    const vrrl_program *p = x->whole.program;
    uint32_t lacks = root->wait_value - (uint32_t)root->attainable;
    char name[VRRL_DEFECT_NAME_MAX], who[VRRL_DEFECT_NAME_MAX];
    struct repair r;
    bool can;
    vrrl_code code = repairs_begin(x, &r, &can, err);
    if (!can)
        return code;
    vrrl_program_word_name(p, root->wait_word, name, sizeof name);
    slot_name(p, x->result->outcome.epoch, by, who, sizeof who);
    if (repair_add_signal(&r, repairs_slot(x, by), repair_word(&r, root->wait_word), lacks))
        code = repairs_judge(x, &r.edited, VRRL_REPAIR_SIGNAL, err,
                             "%.100s signals %.100s by %u, too", who, name, lacks);
    repair_free(&r);
    return code;
}

static bool is_waiting(const vrrl_stuck *stuck, uint32_t slot)
{
    for (uint32_t i = 0; i < stuck->root_count; i++)
        if (stuck->roots[i].slot == slot)
            return true;
    return false;
}

/* A wait for more than all signals make: for less, or another signal. */
static vrrl_code repair_unreachable(struct explainer *x, const vrrl_root *root, vrrl_error *err)
{
    enum { SIGNALLERS_TRIED = 8 };
    const vrrl_program *p = x->whole.program;
    const vrrl_batch *batch = &p->batches[p->epochs[x->result->outcome.epoch].batch];
    if (root->kind != VRRL_ROOT_UNREACHABLE || root->attainable >= root->wait_value ||
        root->slot >= batch->count)
        return VRRL_OK;
    vrrl_code code = try_threshold(x, root, err);
    x->quiet = true;
    for (uint32_t i = 0, tried = 0; code == VRRL_OK && i < batch->count && tried < SIGNALLERS_TRIED;
         i++) {
        if (is_waiting(&x->result->stuck, i) || !repairs_may(x))
            continue;
        code = try_signal(x, root, i, err);
        tried++;
    }
    x->quiet = false;
    return code;
}

static vrrl_code try_residents(struct explainer *x, vrrl_error *err)
{
    struct edited all;
    uint32_t workers = x->oracle.options.setup.workers, queues = x->whole.program->model.queues;
    bool few = workers ? workers < queues : x->whole.program->model.resident != 0;
    if (x->whole.program->model.kind == VRRL_MODEL_POOL || !few)
        return VRRL_OK;
    vrrl_code code = edited_copy(&x->whole, &all, err);
    if (code != VRRL_OK)
        return code;
    all.program->model.resident = 0;
    x->oracle.options.setup.workers = 0;
    code = repairs_judge(x, &all, VRRL_REPAIR_RESIDENT, err, "all %u queues run at a time", queues);
    x->oracle.options.setup.workers = workers;
    edited_free(&all);
    return code;
}

/* Of a cycle: `behind` waits for its turn, and `before`, which is in front of it, for what comes of that:
 * it goes behind it. */
static vrrl_code try_queue_order(struct explainer *x, uint32_t before, uint32_t behind,
                                 vrrl_error *err)
{
    const vrrl_program *p = x->whole.program;
    const vrrl_batch *batch = &p->batches[p->epochs[x->result->outcome.epoch].batch];
    char waits[VRRL_DEFECT_NAME_MAX], makes[VRRL_DEFECT_NAME_MAX];
    struct edited moved;
    if (before >= behind || behind >= batch->count)
        return VRRL_OK;
    vrrl_code code = edited_copy(&x->whole, &moved, err);
    if (code != VRRL_OK)
        return code;
    vrrl_slot *slots = moved.program->slots + batch->first, slot = slots[before];
    memmove(slots + before, slots + before + 1, (behind - before) * sizeof *slots);
    slots[behind] = slot;
    slot_name(p, x->result->outcome.epoch, before, waits, sizeof waits);
    slot_name(p, x->result->outcome.epoch, behind, makes, sizeof makes);
    code = repairs_judge(x, &moved, VRRL_REPAIR_ORDER, err, "%.100s behind %.100s in queue %u",
                         waits, makes, slot.queue);
    edited_free(&moved);
    return code;
}

static vrrl_code break_cycle(struct explainer *x, const vrrl_root *root, vrrl_error *err)
{
    enum { TURNS_TRIED = 4 };
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0, tried = 0; i < root->cycle_length && tried < TURNS_TRIED; i++) {
        if (root->cycle[i].waits != VRRL_WAIT_TURN || code != VRRL_OK || !repairs_may(x))
            continue;
        code = try_queue_order(x, root->cycle[(i + 1) % root->cycle_length].slot,
                               root->cycle[i].slot, err);
        tried++;
    }
    return code;
}

vrrl_code repair_deadlock(struct explainer *x, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < 1 && i < x->result->stuck.root_count; i++)
        code = repair_unreachable(x, &x->result->stuck.roots[i], err);
    for (uint32_t i = 0; code == VRRL_OK && i < x->result->stuck.root_count && i < 4; i++)
        code = break_cycle(x, &x->result->stuck.roots[i], err);
    return code == VRRL_OK ? try_residents(x, err) : code;
}
