/* A failure by the pairs that a check of the program tells of: each of the two as late as it can be, or as late as
 * it can end once it has begun. Of many slots schedules that are drawn seldom have just these two the other way
 * round. */
#include "failure/failure_pairs.h"

#include "base/clock.h"
#include "memory/memory_models.h"
#include "vrrl/analysis/check.h"

#include <stdlib.h>

enum { PAIRS_MAX = 8, WORKERS_MAX = 2, STEPS_MAX = 16 };

/* Who is held back in a run: it goes first until it has taken so many steps, and then when nobody else can. */
struct held {
    const struct run_target *of;
    struct chooser_claims claims;
    bool whole_slots, pool;
    bool reads_old; /* where it may read an older value it reads the oldest */
    uint32_t epoch, slot, steps;

    /* The run under way. */
    uint32_t now, lanes, taken, current;
};

static void begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct held *h = context;
    (void)slots;
    h->now = epoch;
    h->lanes = lanes;
    h->taken = h->current = 0;
}

/* The last of several workers is left to it, so that it knows nothing of what the others did but by what it reads. */
static bool is_reserved(const struct held *h, const struct chooser_lane *lane)
{
    return h->pool && h->lanes > 1 && lane->lane == h->lanes - 1;
}

/* The option by which the slot takes a step on a lane; VRRL_NO_INDEX: by none. */
static uint32_t its_option(const struct held *h, const struct chooser_lane *lane)
{
    if (h->whole_slots)
        return lane->lane == h->slot ? 0 : VRRL_NO_INDEX;
    uint32_t own = lane->options - lane->drains;
    if (lane->slot == h->slot)
        return h->reads_old && own > 0 ? own - 1 : 0;
    if (lane->slot != VRRL_NO_INDEX || own == 0)
        return VRRL_NO_INDEX;
    uint32_t claims = h->claims.option(h->claims.context, lane->lane, h->slot);
    return claims < own ? claims : VRRL_NO_INDEX;
}

/* Whether a lane can do something else than the slot's: *option. */
static bool goes_without_it(const struct held *h, const struct chooser_lane *lane, uint32_t *option)
{
    uint32_t its = its_option(h, lane);
    *option = its == 0 ? 1 : 0;
    return lane->slot != h->slot && !is_reserved(h, lane) && *option < lane->options;
}

/* The last lane on which it can, since that is the one that is reserved. */
static bool find_its(const struct held *h, const struct chooser_lane *lanes, uint32_t count,
                     uint32_t *at, uint32_t *option)
{
    for (uint32_t i = count; i-- > 0;) {
        uint32_t its = its_option(h, &lanes[i]);
        if (its == VRRL_NO_INDEX)
            continue;
        *at = i;
        *option = its;
        return true;
    }
    return false;
}

/* As by default, the lane that went last goes on, or the next one round and round: so a string of it is short. */
static bool find_another(const struct held *h, const struct chooser_lane *lanes, uint32_t count,
                         uint32_t *at, uint32_t *option)
{
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t with, lane = lanes[i].lane;
        uint32_t distance = lane >= h->current ? lane - h->current : lane + h->lanes - h->current;
        if (distance >= best || !goes_without_it(h, &lanes[i], &with))
            continue;
        best = distance;
        *at = i;
        *option = with;
    }
    return best != UINT32_MAX;
}

static void choose(void *context, const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                   uint32_t *option)
{
    struct held *h = context;
    if (h->now != h->epoch)
        return;
    bool its = h->taken < h->steps && find_its(h, lanes, count, at, option);
    h->taken += its;
    if (!its && !find_another(h, lanes, count, at, option))
        find_its(h, lanes, count, at, option);
    h->current = lanes[*at].lane;
}

/* ---- Runs ------------------------------------------------------------------------------------- */

struct pairs {
    struct failure_oracle *oracle;
    const struct edited *whole;
    const vrrl_program_check *check;
    struct run_target *target;
    struct oracle_result *caught;
    bool found, named; /* the check names some pair, which was tried */
    uint64_t runs;
};

static bool shows(const struct pairs *p)
{
    const struct failure_oracle *h = p->oracle;
    return h->any ? p->caught->outcome.kind != VRRL_DEFECT_NONE
                  : signature_is(&h->signature, p->whole, p->caught);
}

/* *ended: before it was held back. */
static vrrl_code run_held(struct pairs *p, struct held *held, bool *ended, vrrl_error *err)
{
    const struct chooser by = {.context = held, .begin = begin, .choose = choose};
    decisions_free(&p->caught->decisions);
    vrrl_code code = oracle_run(p->target, &by, p->caught, err);
    p->oracle->runs++;
    p->runs++;
    p->named = true;
    p->found = code == VRRL_OK && shows(p);
    *ended = held->taken < held->steps;
    if (code != VRRL_TOO_LARGE)
        return code;
    p->oracle->too_long++;
    return VRRL_OK;
}

static vrrl_code hold(struct pairs *p, uint32_t epoch, uint32_t slot, bool reads_old,
                      vrrl_error *err)
{
    const bool whole_slots = p->oracle->options.setup.grain == VRRL_GRAIN_SLOT;
    struct held held = {.of = p->target,
                        .claims = run_target_claims_of(p->target),
                        .whole_slots = whole_slots,
                        .pool = p->whole->program->model.kind == VRRL_MODEL_POOL,
                        .reads_old = reads_old,
                        .epoch = epoch,
                        .slot = slot};
    bool ended = false;
    vrrl_code code = VRRL_OK;
    for (; held.steps <= (whole_slots ? 0 : STEPS_MAX) && !ended && !p->found; held.steps++) {
        if (code != VRRL_OK || limit_is_over(&p->oracle->limit))
            break;
        code = run_held(p, &held, &ended, err);
    }
    return code;
}

static vrrl_code try_pair(struct pairs *p, uint32_t epoch, const vrrl_check_pair *pair,
                          vrrl_error *err)
{
    const bool reads_old = memory_models[p->oracle->options.setup.model].orders;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < 2; i++)
        for (uint32_t old = 0; old <= reads_old; old++)
            if (code == VRRL_OK && !p->found)
                code = hold(p, epoch, pair->tasks[1 - i], old, err);
    return code;
}

/* What the check tells of first. */
static vrrl_code try_pairs(struct pairs *p, vrrl_error *err)
{
    uint32_t left = PAIRS_MAX;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < p->check->count; i++) {
        const vrrl_epoch_check *item = &p->check->items[i];
        for (uint32_t r = 0; r < item->result->race_count; r++)
            if (code == VRRL_OK && !p->found && left-- > 0)
                code = try_pair(p, item->first_epoch, &item->result->races[r].pair, err);
            else
                return code;
    }
    return code;
}

/* Only where the reference does not fail: else any schedule shows a failure. */
static vrrl_code try_cell(struct pairs *p, const struct campaign_cell *cell, vrrl_error *err)
{
    struct failure_oracle *h = p->oracle;
    h->options = cell->target;
    h->options.until_ns = limit_runs_until(&h->limit);
    vrrl_code code = run_target_create(p->whole->program, &h->options, &p->target, err);
    if (code != VRRL_OK)
        return oracle_is_other(code) ? VRRL_OK : code;
    p->caught->reference = run_target_reference(p->target)->kind;
    p->caught->varies = p->caught->reference == VRRL_DEFECT_NONE;
    if (p->caught->varies)
        code = try_pairs(p, err);
    run_target_destroy(p->target);
    return code;
}

static vrrl_code try_cells(struct pairs *p, const struct campaign *plan, vrrl_memory_model end,
                           vrrl_error *err)
{
    const bool pool = p->whole->program->model.kind == VRRL_MODEL_POOL;
    vrrl_code code = VRRL_OK;
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < end; model++)
        for (uint32_t c = 0; c < plan->cell_count; c++) {
            const vrrl_setup *setup = &plan->cells[c].target.setup;
            bool few = !pool || setup->workers <= WORKERS_MAX;
            if (limit_is_over(&p->oracle->limit) || code != VRRL_OK || p->found)
                return code;
            if (setup->model == model && few)
                code = try_cell(p, &plan->cells[c], err);
        }
    return code;
}

vrrl_code failure_by_pairs(struct failure_oracle *h, const struct edited *whole,
                           const struct campaign *plan, vrrl_memory_model end,
                           struct oracle_result *caught, struct failure_by_pairs *result,
                           vrrl_error *err)
{
    struct pairs p = {.oracle = h, .whole = whole, .caught = caught};
    vrrl_program_check *check;
    vrrl_error ignored;
    *result = (struct failure_by_pairs){.found = false};
    if (limit_is_over(&h->limit))
        return VRRL_OK;
    const vrrl_program_check_options how = {.size = sizeof how,
                                            .milliseconds = clock_left_ms(h->limit.deadline_ns)};
    if (vrrl_check_program(whole->program, &how, &check, &ignored))
        return VRRL_OK; /* what the check has no room for, or does not know */
    p.check = check;
    vrrl_code code = try_cells(&p, plan, end, err);
    vrrl_program_check_free(check);
    *result = (struct failure_by_pairs){.found = p.found, .named = p.named, .runs = p.runs};
    return code;
}
