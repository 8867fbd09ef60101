/* Releases, acquires and fences of the pair. */
#include "explain/try_repairs.h"

#include "memory/memory_models.h"
#include "vrrl/run/opcode.h"

#include <stdio.h>

enum { ROWS = 4 };

typedef bool (*strengthening)(struct repair *r, uint32_t slot, uint32_t row, const char **was,
                              const char **now);

static vrrl_code try_orders(struct explainer *x, uint32_t position, const char *name, bool release,
                            vrrl_error *err)
{
    const struct twins in = repairs_twins(x, position);
    strengthening strengthen = release ? repair_release : repair_acquire;
    uint32_t rows = 1;
    vrrl_code code = VRRL_OK;
    for (uint32_t row = 0; code == VRRL_OK && row < rows; row++) {
        struct repair r;
        const char *was, *now;
        bool can;
        if (!repairs_may(x))
            break;
        code = repairs_begin(x, &r, &can, err);
        if (!can)
            return code;
        rows = repair_rows(&r, in.slots[0], release);
        can = !in.cut;
        for (uint32_t i = 0; can && i < in.count; i++)
            can = strengthen(&r, in.slots[i], row, &was, &now);
        if (can)
            code =
                repairs_judge(x, &r.edited, release ? VRRL_REPAIR_RELEASE : VRRL_REPAIR_ACQUIRE,
                              err, "%.100s: %s (operation %u) becomes %s", name, was, row + 1, now);
        repair_free(&r);
    }
    return code;
}

/* ---- Fences ----------------------------------------------------------------------------------- */

/* A slot of the pair, and where in it a fence could stand. */
struct place {
    struct twins in;
    uint32_t row; /* before operation `row`, from 0; as many as there are: behind the last */
    const char *name;
};

static const char *place_text(const struct place *at, uint32_t rows, char text[160])
{
    if (at->row < rows)
        snprintf(text, 160, "before operation %u of %.100s", at->row + 1, at->name);
    else
        snprintf(text, 160, "behind all of %.100s", at->name);
    return text;
}

static bool fence_in_all(struct repair *r, const struct place *at, uint32_t opcode)
{
    bool can = !at->in.cut;
    for (uint32_t i = 0; can && i < at->in.count; i++)
        can = repair_fence(r, at->in.slots[i], at->row, opcode);
    return can;
}

/* One fence in each of `count` places. */
static vrrl_code try_fence(struct explainer *x, const struct place *at, uint32_t count,
                           uint32_t opcode, vrrl_error *err)
{
    struct repair r;
    char texts[2][160] = {"", ""};
    bool can;
    vrrl_code code = repairs_begin(x, &r, &can, err);
    if (!can)
        return code;
    for (uint32_t i = 0; can && i < count; i++) {
        uint32_t rows = repair_rows(&r, at[i].in.slots[0], false);
        place_text(&at[i], rows, texts[i]);
        can = at[i].row <= rows && fence_in_all(&r, &at[i], opcode);
    }
    x->places = count;
    if (can)
        code =
            repairs_judge(x, &r.edited, VRRL_REPAIR_FENCE, err, "%s %s%s%s",
                          vrrl_opcode_name(opcode), texts[0], count > 1 ? " and " : "", texts[1]);
    repair_free(&r);
    return code;
}

static uint32_t rows_of(const struct explainer *x, uint32_t slot)
{
    const struct repair whole = {.edited = x->whole};
    return repair_rows(&whole, slot, false);
}

/* A release before what tells others, an acquire behind what was told: between the operations of a slot,
 * and, of those that help, also between the slot and the next or the one before. */
static vrrl_code try_one_sided(struct explainer *x, struct place at, uint32_t opcode,
                               vrrl_error *err)
{
    uint32_t rows = rows_of(x, at.in.slots[0]),
             outer = opcode == VRRL_OPCODE_FENCE_RELEASE ? rows : 0;
    vrrl_code code = VRRL_OK;
    for (at.row = 1; code == VRRL_OK && at.row < rows && at.row < ROWS; at.row++)
        if (repairs_may(x))
            code = try_fence(x, &at, 1, opcode, err);
    at.row = outer;
    x->quiet = true;
    if (code == VRRL_OK && rows > 0 && repairs_may(x))
        code = try_fence(x, &at, 1, opcode, err);
    x->quiet = false;
    return code;
}

/* One, of those that help: which of the two stores and which loads is not known. */
static vrrl_code try_strongest(struct explainer *x, struct place at, bool *helps, vrrl_error *err)
{
    uint32_t rows = rows_of(x, at.in.slots[0]);
    vrrl_code code = VRRL_OK;
    x->quiet = true;
    for (at.row = 0; code == VRRL_OK && at.row <= rows && at.row < ROWS; at.row++)
        if (rows > 0 && repairs_may(x)) {
            x->helped = false;
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
    uint32_t rows[2] = {rows_of(x, first.in.slots[0]), rows_of(x, second.in.slots[0])}, told = 0;
    struct place both[2] = {first, second};
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 1; i <= rows[0] && i < ROWS; i++)
        for (uint32_t k = 1; k <= rows[1] && k < ROWS; k++) {
            if (code != VRRL_OK || (x->quiet && repairs_helping(x) > told) || !repairs_may(x))
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
    struct place first = {.in = repairs_twins(x, res->first), .name = res->first_name};
    struct place second = {.in = repairs_twins(x, res->second), .name = res->second_name};
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
        code = try_orders(x, r->first, r->first_name, true, err);
    if (code == VRRL_OK && memory_models[r->setup.model].orders)
        code = try_orders(x, r->second, r->second_name, false, err);
    return code == VRRL_OK ? try_fences(x, err) : code;
}
