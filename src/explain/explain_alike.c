/* The same repair in all slots that are alike: a line in a `repeat` is many slots, and to mend one of them
 * leaves the failure to the others. */
#include "explain/explain_alike.h"

#include "explain/explain_waits.h"
#include "explain/try_repairs.h"
#include "memory/memory_models.h"
#include "program/batch_view.h"
#include "vrrl/run/opcode.h"

#include <string.h>

enum { ROWS = 6, TRIES_MAX = 80 };

/* "put" and "[0]" of "put[0]". */
static const char *split_name(const struct explainer *x, uint32_t position, char *name, size_t size)
{
    slot_name(x->whole.program, x->result->outcome.epoch, position, name, size);
    char *at = strchr(name, '[');
    return at ? at : name + strlen(name);
}

/* With its twins of other batches. */
static void join(struct alike *a, const struct twins *twins)
{
    a->cut = a->cut || twins->cut || a->count + twins->count > ALIKE_MAX;
    for (uint32_t i = 0; i < twins->count && !a->cut; i++)
        a->slots[a->count++] = twins->slots[i];
}

static void add_slot(const struct explainer *x, const struct repair *whole, struct groups *g,
                     uint32_t position)
{
    char name[VRRL_DEFECT_NAME_MAX];
    const struct twins twins = repairs_twins(x, position);
    uint32_t slot = twins.slots[0], rows = repair_rows(whole, slot, false);
    size_t length = (size_t)(split_name(x, position, name, sizeof name) - name);
    for (uint32_t i = 0; i < g->count; i++) {
        struct alike *a = &g->list[i];
        if (strlen(a->stem) == length && memcmp(a->stem, name, length) == 0 &&
            repair_alike(whole, a->slots[0], slot)) {
            join(a, &twins);
            return;
        }
    }
    if (g->count == GROUPS_MAX || rows == 0)
        return;
    struct alike *a = &g->list[g->count++];
    *a = (struct alike){.rows = rows};
    memcpy(a->stem, name, length);
    join(a, &twins);
}

vrrl_repair_part repairs_group_part(const struct alike *a, vrrl_repair_form form)
{
    vrrl_repair_part part = {.form = form, .count = a->count};
    memcpy(part.slot, a->stem, sizeof part.slot);
    return part;
}

void repairs_groups(const struct explainer *x, struct groups *g)
{
    const vrrl_program *p = x->whole.program;
    const struct repair whole = {.edited = x->whole};
    uint32_t slots = epoch_batch(p, x->result->outcome.epoch)->count;
    for (uint32_t i = 0; i < slots && i < ALIKE_MAX; i++)
        add_slot(x, &whole, g, i);
}

/* ---- Orders ----------------------------------------------------------------------------------- */

/* What is done to an operation of each slot of a group, and to a place in it. */
struct in_group {
    const struct alike *group;
    uint32_t row;
    bool release;
    uint32_t opcode, word;
};

static bool order_group(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct in_group *w = p->what;
    vrrl_repair_part *part = &p->parts[0];
    bool can = !w->group->cut;
    (void)err;
    for (uint32_t i = 0; can && i < w->group->count; i++)
        can = w->release
                  ? repair_release(r, w->group->slots[i], w->row, &part->opcode, &part->becomes)
                  : repair_acquire(r, w->group->slots[i], w->row, &part->opcode, &part->becomes);
    return can;
}

static vrrl_code try_order(struct explainer *x, const struct alike *a, uint32_t row, bool release,
                           vrrl_error *err)
{
    const struct in_group what = {.group = a, .row = row, .release = release};
    struct proposal p = {.make = order_group,
                         .what = &what,
                         .kind = release ? VRRL_REPAIR_RELEASE : VRRL_REPAIR_ACQUIRE,
                         .parts = {repairs_group_part(a, VRRL_REPAIR_FORM_ORDERS)},
                         .places = a->count};
    p.parts[0].row = row;
    return repairs_try(x, &p, err);
}

static bool fence_group(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct in_group *w = p->what;
    bool can = !w->group->cut;
    (void)err;
    for (uint32_t i = 0; can && i < w->group->count; i++)
        can = repair_fence(r, w->group->slots[i], w->row, w->opcode);
    return can;
}

static vrrl_code try_group_fence(struct explainer *x, const struct alike *a, uint32_t row,
                                 uint32_t opcode, vrrl_error *err)
{
    const struct in_group what = {.group = a, .row = row, .opcode = opcode};
    vrrl_repair_form form = row < a->rows ? VRRL_REPAIR_FORM_FENCES : VRRL_REPAIR_FORM_FENCES_LAST;
    struct proposal p = {.make = fence_group,
                         .what = &what,
                         .kind = VRRL_REPAIR_FENCE,
                         .parts = {repairs_group_part(a, form)}};
    p.parts[0].row = row;
    p.parts[0].opcode = opcode;
    return repairs_try(x, &p, err);
}

static bool is_over(struct explainer *x, struct groups *g)
{
    bool over = g->tries >= TRIES_MAX || !repairs_may(x);
    g->tries += !over;
    return over;
}

static vrrl_code try_orders(struct explainer *x, struct groups *g, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < g->count; i++)
        for (uint32_t row = 0; row < g->list[i].rows && row < ROWS; row++)
            for (int release = 0; release < 2 && code == VRRL_OK && !is_over(x, g); release++)
                code = try_order(x, &g->list[i], row, release != 0, err);
    return code;
}

static vrrl_code try_fences(struct explainer *x, struct groups *g, vrrl_error *err)
{
    static const uint32_t opcodes[] = {VRRL_OPCODE_FENCE_SEQ_CST, VRRL_OPCODE_FENCE_RELEASE,
                                       VRRL_OPCODE_FENCE_ACQUIRE};
    uint32_t kinds = memory_models[x->result->setup.model].orders ? 3 : 1;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < g->count; i++)
        for (uint32_t row = 0; row <= g->list[i].rows && row < ROWS; row++)
            for (uint32_t k = 0; k < kinds && code == VRRL_OK && !is_over(x, g); k++)
                code = try_group_fence(x, &g->list[i], row, opcodes[k], err);
    return code;
}

/* ---- Flags ------------------------------------------------------------------------------------ */

static bool has_name(const struct explainer *x, uint32_t position, const char *stem, size_t length,
                     const char *index)
{
    char name[VRRL_DEFECT_NAME_MAX];
    const char *at = split_name(x, position, name, sizeof name);
    return (size_t)(at - name) == length && memcmp(name, stem, length) == 0 &&
           strcmp(at, index) == 0;
}

/* "take[1]" to "put[1]". */
static uint32_t counterpart(const struct explainer *x, uint32_t count, const char *stem,
                            size_t length, const char *index)
{
    uint32_t i = 0;
    while (i < count && !has_name(x, i, stem, length, index))
        i++;
    return i < count ? i : VRRL_NO_INDEX;
}

/* As the pair, so all that are called like it with another index: each has a flag of its own. */
static bool flag_all(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct explainer *x = p->x;
    const vrrl_explain_result *res = x->result;
    char first[VRRL_DEFECT_NAME_MAX], second[VRRL_DEFECT_NAME_MAX], name[VRRL_DEFECT_NAME_MAX];
    size_t of_first = (size_t)(split_name(x, res->first, first, sizeof first) - first);
    size_t of_second = (size_t)(split_name(x, res->second, second, sizeof second) - second);
    const vrrl_program *program = x->whole.program;
    uint32_t slots = epoch_batch(program, res->outcome.epoch)->count, pairs = 0;
    bool can = true;
    for (uint32_t i = 0; can && i < slots; i++) {
        const char *index = split_name(x, i, name, sizeof name);
        uint32_t other = counterpart(x, slots, second, of_second, index);
        if (!has_name(x, i, first, of_first, index) || other == VRRL_NO_INDEX)
            continue;
        uint32_t flag = repair_flag(r, "a new flag", err);
        can = flag != VRRL_NO_INDEX && repairs_handshake(x, r, i, other, flag);
        pairs++;
    }
    p->parts[0].count = pairs;
    return can && pairs > 1;
}

static vrrl_code try_flags(struct explainer *x, vrrl_error *err)
{
    char first[VRRL_DEFECT_NAME_MAX], second[VRRL_DEFECT_NAME_MAX];
    const char *of_first = split_name(x, x->result->first, first, sizeof first);
    const char *of_second = split_name(x, x->result->second, second, sizeof second);
    struct proposal p = {
        .make = flag_all, .kind = VRRL_REPAIR_WAIT, .parts = {{.form = VRRL_REPAIR_FORM_FLAGS}}};
    if (*of_first == '\0' || strcmp(of_first, of_second) != 0)
        return VRRL_OK;
    memcpy(p.parts[0].slot, first, (size_t)(of_first - first));
    memcpy(p.parts[0].other, second, (size_t)(of_second - second));
    return repairs_try(x, &p, err);
}

/* ---- Signals ---------------------------------------------------------------------------------- */

/* Of a wait for more than all signals make: each of a group adds one. */
static bool signal_by_group(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct in_group *w = p->what;
    bool can = !w->group->cut;
    (void)err;
    for (uint32_t i = 0; can && i < w->group->count; i++)
        can = repair_add_signal(r, w->group->slots[i], repair_word(r, w->word), 1);
    return can;
}

static vrrl_code try_group_signal(struct explainer *x, const struct alike *a, uint32_t word,
                                  vrrl_error *err)
{
    const struct in_group what = {.group = a, .word = word};
    struct proposal p = {.make = signal_by_group,
                         .what = &what,
                         .kind = VRRL_REPAIR_SIGNAL,
                         .parts = {repairs_group_part(a, VRRL_REPAIR_FORM_SIGNALS)}};
    vrrl_program_word_name(x->whole.program, word, p.parts[0].word, sizeof p.parts[0].word);
    return repairs_try(x, &p, err);
}

static vrrl_code try_signals(struct explainer *x, struct groups *g, vrrl_error *err)
{
    const vrrl_stuck *stuck = x->result->stuck;
    vrrl_code code = VRRL_OK;
    if (!stuck || stuck->root_count == 0 || stuck->roots[0].kind != VRRL_ROOT_UNREACHABLE)
        return VRRL_OK;
    for (uint32_t i = 0; i < g->count; i++)
        if (g->list[i].count > 1 && code == VRRL_OK && !is_over(x, g))
            code = try_group_signal(x, &g->list[i], stuck->roots[0].wait_word, err);
    return code;
}

/* ---- All of them ------------------------------------------------------------------------------ */

vrrl_code repair_alike_slots(struct explainer *x, vrrl_error *err)
{
    struct groups g = {.count = 0};
    vrrl_code code = VRRL_OK;
    x->quiet = true;
    if (x->result->pair)
        code = try_flags(x, err);
    repairs_groups(x, &g);
    if (code == VRRL_OK)
        code = try_signals(x, &g, err);
    if (code == VRRL_OK && memory_models[x->result->setup.model].orders)
        code = try_orders(x, &g, err);
    if (code == VRRL_OK && x->result->setup.model != VRRL_MEMORY_SC && !repairs_found(x))
        code = try_fences(x, &g, err);
    x->quiet = false;
    return code;
}
