/* Releases, acquires and fences of the pair. */
#include "explain/explain_orders.h"

#include "explain/try_repairs.h"
#include "memory/memory_models.h"
#include "vrrl/run/opcode.h"

enum { ROWS = 4 };

static uint32_t rows_of(const struct explainer *x, uint32_t slot, bool signals)
{
    const struct repair whole = {.edited = x->whole};
    return repair_rows(&whole, slot, signals);
}

/* An operation of a slot of the pair. */
struct ordered {
    struct twins in;
    uint32_t row;
    bool release;
};

static bool order_all(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct ordered *w = p->what;
    vrrl_repair_part *part = &p->parts[0];
    bool can = !w->in.cut;
    (void)err;
    for (uint32_t i = 0; can && i < w->in.count; i++)
        can = w->release ? repair_release(r, w->in.slots[i], w->row, &part->opcode, &part->becomes)
                         : repair_acquire(r, w->in.slots[i], w->row, &part->opcode, &part->becomes);
    return can;
}

static vrrl_code try_orders(struct explainer *x, uint32_t position, bool release, vrrl_error *err)
{
    struct ordered what = {.in = repairs_twins(x, position), .release = release};
    uint32_t rows = rows_of(x, what.in.slots[0], release);
    vrrl_code code = VRRL_OK;
    for (; code == VRRL_OK && what.row < rows; what.row++) {
        struct proposal p = {
            .make = order_all,
            .what = &what,
            .kind = release ? VRRL_REPAIR_RELEASE : VRRL_REPAIR_ACQUIRE,
            .parts = {repairs_part(x, VRRL_REPAIR_FORM_ORDERS, position, VRRL_NO_INDEX)}};
        p.parts[0].row = what.row;
        code = repairs_try(x, &p, err);
    }
    return code;
}

/* ---- Fences ----------------------------------------------------------------------------------- */

/* A slot of the pair, and where in it a fence could stand. */
struct place {
    struct twins in;
    uint32_t position;
    uint32_t row; /* before operation `row`, from 0; as many as there are: behind the last */
};

/* One fence in each of `count` places. */
struct fences {
    const struct place *at;
    uint32_t count, opcode;
};

static bool fence_in_all(struct repair *r, const struct place *at, uint32_t opcode)
{
    bool can = !at->in.cut;
    for (uint32_t i = 0; can && i < at->in.count; i++)
        can = repair_fence(r, at->in.slots[i], at->row, opcode);
    return can;
}

static bool put_fences(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct fences *f = p->what;
    bool can = true;
    (void)err;
    for (uint32_t i = 0; can && i < f->count; i++)
        can = f->at[i].row <= repair_rows(r, f->at[i].in.slots[0], false) &&
              fence_in_all(r, &f->at[i], f->opcode);
    return can;
}

static vrrl_code try_fence(struct explainer *x, const struct place *at, uint32_t count,
                           uint32_t opcode, vrrl_error *err)
{
    const struct fences what = {.at = at, .count = count, .opcode = opcode};
    struct proposal p = {.make = put_fences,
                         .what = &what,
                         .kind = VRRL_REPAIR_FENCE,
                         .part_count = count,
                         .places = count};
    for (uint32_t i = 0; i < count; i++) {
        bool last = at[i].row >= rows_of(x, at[i].in.slots[0], false);
        p.parts[i] = repairs_part(x, last ? VRRL_REPAIR_FORM_FENCE_LAST : VRRL_REPAIR_FORM_FENCE,
                                  at[i].position, VRRL_NO_INDEX);
        p.parts[i].row = at[i].row;
        p.parts[i].opcode = opcode;
    }
    return repairs_try(x, &p, err);
}

/* A release before what tells others, an acquire behind what was told: between the operations of a slot,
 * and, of those that help, also between the slot and the next or the one before. */
static vrrl_code try_one_sided(struct explainer *x, struct place at, uint32_t opcode,
                               vrrl_error *err)
{
    uint32_t rows = rows_of(x, at.in.slots[0], false),
             outer = opcode == VRRL_OPCODE_FENCE_RELEASE ? rows : 0;
    vrrl_code code = VRRL_OK;
    for (at.row = 1; code == VRRL_OK && at.row < rows && at.row < ROWS; at.row++)
        code = try_fence(x, &at, 1, opcode, err);
    at.row = outer;
    x->quiet = true;
    if (code == VRRL_OK && rows > 0)
        code = try_fence(x, &at, 1, opcode, err);
    x->quiet = false;
    return code;
}

/* One, of those that help: which of the two stores and which loads is not known. */
static vrrl_code try_strongest(struct explainer *x, struct place at, bool *helps, vrrl_error *err)
{
    uint32_t rows = rows_of(x, at.in.slots[0], false);
    vrrl_code code = VRRL_OK;
    x->quiet = true;
    for (at.row = 0; code == VRRL_OK && at.row <= rows && at.row < ROWS; at.row++)
        if (rows > 0) {
            code = try_fence(x, &at, 1, VRRL_OPCODE_FENCE_SEQ_CST, err);
            *helps = *helps || x->helped;
        }
    x->quiet = false;
    return code;
}

/* What store buffers need: one in each, between what it stores and what it loads. The slots may be a
 * part of that: then it is behind the first and before the second. The first combination is told in any
 * case, and of the others one that helps. */
static vrrl_code try_both(struct explainer *x, struct place first, struct place second,
                          vrrl_error *err)
{
    uint32_t rows[2] = {rows_of(x, first.in.slots[0], false),
                        rows_of(x, second.in.slots[0], false)},
             told = 0;
    struct place both[2] = {first, second};
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 1; i <= rows[0] && i < ROWS; i++)
        for (uint32_t k = 1; k <= rows[1] && k < ROWS; k++) {
            if (code != VRRL_OK || (x->quiet && repairs_helping(x) > told))
                continue;
            both[0].row = i;
            both[1].row = k % rows[1]; /* the one before all of it comes last */
            code = try_fence(x, both, 2, VRRL_OPCODE_FENCE_SEQ_CST, err);
            told = x->quiet ? told : repairs_helping(x);
            x->quiet = true;
        }
    x->quiet = false;
    return code;
}

static vrrl_code try_fences(struct explainer *x, vrrl_error *err)
{
    const vrrl_explain_result *res = x->result;
    struct place first = {.in = repairs_twins(x, res->first), .position = res->first};
    struct place second = {.in = repairs_twins(x, res->second), .position = res->second};
    bool helps = false;
    vrrl_code code = VRRL_OK;
    if (memory_models[res->setup.model].orders)
        code = try_one_sided(x, first, VRRL_OPCODE_FENCE_RELEASE, err);
    if (code == VRRL_OK && memory_models[res->setup.model].orders)
        code = try_one_sided(x, second, VRRL_OPCODE_FENCE_ACQUIRE, err);
    if (code == VRRL_OK)
        code = try_strongest(x, first, &helps, err);
    if (code == VRRL_OK)
        code = try_strongest(x, second, &helps, err);
    return code == VRRL_OK && !helps ? try_both(x, first, second, err) : code;
}

/* ---- Both ------------------------------------------------------------------------------------- */

vrrl_code repair_by_orders(struct explainer *x, vrrl_error *err)
{
    const vrrl_explain_result *r = x->result;
    vrrl_code code = VRRL_OK;
    if (r->setup.model == VRRL_MEMORY_SC)
        return VRRL_OK;
    if (memory_models[r->setup.model].orders)
        code = try_orders(x, r->first, true, err);
    if (code == VRRL_OK && memory_models[r->setup.model].orders)
        code = try_orders(x, r->second, false, err);
    return code == VRRL_OK ? try_fences(x, err) : code;
}
