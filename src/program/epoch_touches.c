#include "program/epoch_touches.h"

#include "base/array.h"
#include "base/error.h"
#include "base/sorted.h"
#include "ops/plain.h"
#include "program/batch_view.h"
#include "program/word_values.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>
#include <string.h>

struct collector {
    const vrrl_program *program;
    const vrrl_batch *batch;
    const uint32_t *arena;
    struct epoch_touches *out;
    op_env env; /* to look, not to run */
    uint32_t args[VRRL_SLOT_WORDS_MAX];
    uint32_t slot;
    vrrl_code failed;
    vrrl_error *err;
};

static void add_touch(void *context, const struct declared_event *access)
{
    struct collector *c = context;
    struct epoch_touches *t = c->out;
    if (c->failed == VRRL_OK)
        c->failed = array_room(t->items, t->count, t->room, 1, c->err);
    if (c->failed == VRRL_OK)
        t->items[t->count++] = (struct slot_touch){.access = *access, .slot = c->slot};
}

/* A range that the ring does not have makes the slot fault: it waits for nothing. */
static void add_fence(void *context, uint32_t first, uint32_t count)
{
    struct collector *c = context;
    struct epoch_touches *t = c->out;
    uint32_t ring = c->program->geometry.ring_slots;
    if (first >= ring || count > ring || count == 0)
        return;
    if (c->failed == VRRL_OK)
        c->failed = array_room(t->fences, t->fence_count, t->fence_room, 1, c->err);
    if (c->failed == VRRL_OK)
        t->fences[t->fence_count++] =
            (struct slot_fence){.slot = c->slot, .first = first, .count = count};
}

static void add_fixed(void *context, uint32_t first, uint32_t count)
{
    struct collector *c = context;
    struct epoch_touches *t = c->out;
    if (c->failed == VRRL_OK)
        c->failed = array_room(t->fixed, t->fixed_count, t->fixed_room, 1, c->err);
    if (c->failed == VRRL_OK)
        t->fixed[t->fixed_count++] = (struct slot_fixed){.first = first, .count = count};
}

/* Whether it would do anything but end in FAULT. */
static bool may_run(struct collector *c, const vrrl_slot *slot)
{
    uint32_t count = c->program->geometry.slot_words - OP_SLOT_ARGS;
    memset(c->args, 0, count * sizeof *c->args);
    for (uint32_t i = 0; i < slot->arg_count && i < count; i++)
        c->args[i] = c->program->words[slot->args + i];
    return op_tenant_may_run(&c->env, slot->tenant) &&
           op_check(&c->env, slot->opcode, 0, count) == OP_GO;
}

static bool shuts_down(const struct collector *c)
{
    bool any = false;
    for (uint32_t i = 0; i < c->batch->count && !any; i++)
        any = c->program->slots[c->batch->first + i].opcode == VRRL_OPCODE_SHUTDOWN;
    return any;
}

static void collect_slot(struct collector *c)
{
    const vrrl_program *p = c->program;
    const vrrl_slot *slot = &p->slots[c->batch->first + c->slot];
    const struct footprint_memory memory = {.words = c->arena + p->layout.user_base,
                                            .base = p->layout.user_base,
                                            .count = p->geometry.user_words};
    const struct declared_event looks = {
        .kind = slot->opcode == VRRL_OPCODE_SHUTDOWN ? OPERATION_STORE : OPERATION_LOAD,
        .word = VRRL_WORD_SHUTDOWN,
        .count = 1,
        .from = DECLARED_NO_WORD};
    if (!may_run(c, slot))
        return;
    if (c->out->shuts_down)
        add_touch(c, &looks);
    footprint_of(slot->opcode, p->words + slot->args, slot->arg_count, &memory, add_touch, c);
    footprint_fences(slot->opcode, p->words + slot->args, slot->arg_count, add_fence, c);
    footprint_fixed(slot->opcode, p->words + slot->args, slot->arg_count, &memory, add_fixed, c);
}

static vrrl_code collect(struct collector *c)
{
    struct epoch_touches *t = c->out;
    t->shuts_down = shuts_down(c);
    t->first = malloc((c->batch->count + (size_t)1) * sizeof *t->first);
    c->env.slots = c->args;
    if (!t->first)
        return error_no_memory(c->err, 4 * (uint64_t)c->batch->count);
    for (c->slot = 0; c->slot < c->batch->count && c->failed == VRRL_OK; c->slot++) {
        t->first[c->slot] = t->count;
        collect_slot(c);
    }
    t->first[c->slot] = t->count;
    if (t->fixed_count > 0)
        qsort(t->fixed, t->fixed_count, sizeof *t->fixed, sorted_order);
    return c->failed;
}

/* ---- Words that say more --------------------------------------------------------------------- */

static void look_up(const vrrl_program *program, const uint32_t *arena, struct slot_touch *touch,
                    bool written)
{
    struct declared_event *a = &touch->access;
    touch->open = written || a->from >= program->layout.total_words;
    if (touch->open)
        return;
    if (a->waits) {
        touch->never = a->value > UINT32_MAX - arena[a->from];
        a->value += arena[a->from];
    } else {
        a->word += arena[a->from] % a->count;
        a->count = 1;
    }
}

static void leave_out_rest(struct epoch_touches *t, uint32_t condition)
{
    for (uint32_t i = condition + 1; i < t->first[t->items[condition].slot + 1]; i++)
        t->items[i].left_out = true;
}

/* A condition that cannot hold, whatever the order, leaves out what comes behind it. */
static vrrl_code look_up_all(const struct collector *c)
{
    struct epoch_touches *t = c->out;
    struct word_values values;
    vrrl_code code = word_values_create(c->program, c->arena, t, &values, c->err);
    for (uint32_t i = 0; code == VRRL_OK && i < t->count; i++) {
        const struct declared_event *a = &t->items[i].access;
        if (a->from != DECLARED_NO_WORD)
            look_up(c->program, c->arena, &t->items[i], word_values_is_written(&values, a->from));
        else if (a->ends && !word_values_may_hold(&values, i))
            leave_out_rest(t, i);
    }
    word_values_free(&values);
    return code;
}

/* ---- All of it ------------------------------------------------------------------------------- */

vrrl_code epoch_touches_create(const vrrl_program *program, uint32_t epoch, const uint32_t *arena,
                               struct epoch_touches *touches, vrrl_error *err)
{
    *touches = (struct epoch_touches){.items = NULL};
    struct collector c = {.program = program,
                          .batch = epoch_batch(program, epoch),
                          .arena = arena,
                          .out = touches,
                          .env = {.arena = (uint32_t *)arena, /* checks only read it */
                                  .geometry = program->geometry,
                                  .layout = program->layout},
                          .err = err};
    vrrl_code code = collect(&c);
    return code == VRRL_OK ? look_up_all(&c) : code;
}

void epoch_touches_free(struct epoch_touches *touches)
{
    free(touches->items);
    free(touches->first);
    free(touches->fences);
    free(touches->fixed);
    *touches = (struct epoch_touches){.items = NULL};
}
