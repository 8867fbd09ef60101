/* Repairs, one at a time, each tried: does this failure still show? */
#include "search/explain_repairs.h"

#include "base/clock.h"
#include "base/error.h"
#include "programs/batch_view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Judging one ------------------------------------------------------------------------------ */

bool repairs_over(struct explainer *x)
{
    bool late = limit_is_over(&x->hunt.limit);
    x->result->out_of_time = x->result->out_of_time || late;
    return late || x->result->repair_count == VRRL_REPAIRS_MAX;
}

/* The same failure in the repaired program: by name, for a split moves positions; an operation more
 * changes the name of a slot without a label. */
static bool is_same(const struct explainer *x, const vrrl_defect *d, vrrl_repair_kind kind)
{
    const vrrl_run_outcome *o = &x->result->outcome;
    bool there = kind != VRRL_REPAIR_EPOCH && o->slot != VRRL_NO_INDEX &&
                 d->first.slot == o->slot && d->first.epoch == o->epoch;
    return d->first.kind == o->kind && (there || strcmp(d->name, x->result->name) == 0);
}

static void take_campaign(const struct explainer *x, const vrrl_explore_result *c, vrrl_repair *r)
{
    r->schedules += c->total.schedules;
    r->complete = c->complete;
    r->each_last = c->grain == VRRL_GRAIN_SLOT && c->held_of > 0 && c->held_slots == c->held_of;
    r->miss_bound = c->pct_schedules ? c->miss_bounds[1] : 1;
    for (uint32_t i = 0; i < c->defect_count; i++) {
        const vrrl_defect *d = &c->defects[i];
        if (is_same(x, d, r->kind))
            r->removes = false;
        else if (r->others++ == 0)
            snprintf(r->other, sizeof r->other, "%s at %.150s",
                     vrrl_defect_kind_name(d->first.kind), d->name);
    }
}

/* First the schedule that failed, as far as it makes sense there; then a campaign. */
static vrrl_code explore(struct explainer *x, const struct edited *repaired, vrrl_repair *r,
                         vrrl_error *err)
{
    const subject_options *o = &x->hunt.options;
    vrrl_explore_options options = {.grain = o->grain,
                                    .models = 1u << o->model,
                                    .workers_first = o->workers,
                                    .workers_last = o->workers,
                                    .unfinished = x->options->unfinished,
                                    .mutation = x->options->mutation,
                                    .stop = x->options->stop,
                                    .schedules = failure_schedules(repaired->program, x->schedules),
                                    .seed = x->hunt.seed ? x->hunt.seed : 1};
    vrrl_explore_result campaign;
    hunt_catch caught = {.runs = 0};
    bool found = false;
    x->hunt.schedules = 16;
    vrrl_code code = hunt_in(&x->hunt, repaired, &found, &caught, err);
    picks_free(&caught.picks);
    r->schedules = caught.runs;
    r->removes = !found;
    if (code != VRRL_OK || found)
        return code;
    code = vrrl_explore(repaired->program, &options, &campaign, err);
    if (code != VRRL_OK)
        return code;
    take_campaign(x, &campaign, r);
    vrrl_explore_result_free(&campaign);
    return VRRL_OK;
}

bool repairs_found(const struct explainer *x)
{
    const vrrl_explain_result *r = x->result;
    for (uint32_t i = 0; i < r->repair_count; i++)
        if (r->repairs[i].kind != VRRL_REPAIR_EPOCH && r->repairs[i].removes &&
            r->repairs[i].others == 0)
            return true;
    return false;
}

vrrl_code repairs_begin(const struct explainer *x, struct repair *r, bool *can, vrrl_error *err)
{
    const struct repair_room room = {.flags = 16, .rows = 4};
    vrrl_code code = repair_begin(&x->whole, &room, r, err);
    *can = code == VRRL_OK;
    return code == VRRL_UNSUPPORTED ? VRRL_OK : code;
}

uint32_t repairs_slot(const struct explainer *x, uint32_t position)
{
    const vrrl_program *p = x->whole.program;
    return p->batches[p->epochs[x->result->outcome.epoch].batch].first + position;
}

struct twins repairs_twins(const struct explainer *x, uint32_t position)
{
    const vrrl_program *p = x->whole.program;
    uint32_t failing = p->epochs[x->result->outcome.epoch].batch;
    struct twins t = {.slots = {repairs_slot(x, position)}, .count = 1};
    char name[VRRL_DEFECT_NAME_MAX], other[VRRL_DEFECT_NAME_MAX];
    batch_slot_name(p, failing, position, name, sizeof name);
    for (uint32_t b = 0; b < p->batch_count && t.count < TWINS_MAX; b++)
        for (uint32_t i = 0; b != failing && i < p->batches[b].count; i++) {
            batch_slot_name(p, b, i, other, sizeof other);
            if (strcmp(name, other) != 0)
                continue;
            t.slots[t.count++] = p->batches[b].first + i;
            break;
        }
    return t;
}

vrrl_code repairs_judge(struct explainer *x, const struct edited *repaired, vrrl_repair_kind kind,
                        vrrl_error *err, const char *format, ...)
{
    vrrl_repair *r = &x->result->repairs[x->result->repair_count];
    va_list arguments;
    *r = (vrrl_repair){.kind = kind, .miss_bound = 1};
    va_start(arguments, format);
    vsnprintf(r->text, sizeof r->text, format, arguments);
    va_end(arguments);
    if (x->options->progress) {
        vrrl_explain_progress progress = {.stage = r->text, .done = x->result->repair_count};
        x->options->progress(x->options->progress_context, &progress);
    }
    vrrl_code code = explore(x, repaired, r, err);
    if (limit_is_stopped(&x->hunt.limit)) /* nobody knows what it would have shown */
        x->result->out_of_time = true;
    else if (code == VRRL_OK && x->quiet && (!r->removes || r->others > 0))
        x->result->repairs_untold++;
    else if (code == VRRL_OK)
        x->result->repair_count++;
    bool cannot = code == VRRL_TOO_LARGE || code == VRRL_UNSUPPORTED || code == VRRL_REFUSED ||
                  code == VRRL_INVALID;
    return cannot ? VRRL_OK : code;
}

/* ---- An epoch boundary ------------------------------------------------------------------------- */

/* Slots of the same names in the same places, as a `repeat` of epochs makes them. */
static bool is_same_batch(const vrrl_program *p, uint32_t a, uint32_t b)
{
    char name[VRRL_DEFECT_NAME_MAX], other[VRRL_DEFECT_NAME_MAX];
    bool same = p->batches[a].count == p->batches[b].count;
    for (uint32_t i = 0; same && i < p->batches[a].count; i++) {
        batch_slot_name(p, a, i, name, sizeof name);
        batch_slot_name(p, b, i, other, sizeof other);
        same = strcmp(name, other) == 0;
    }
    return same;
}

/* In all such batches. */
static vrrl_code split_all(const struct explainer *x, struct edited *out, vrrl_error *err)
{
    const vrrl_program *p = x->whole.program;
    uint32_t failing = p->epochs[x->result->outcome.epoch].batch;
    vrrl_code code = repair_split(&x->whole, failing, x->before, out, err);
    for (uint32_t b = 0; code == VRRL_OK && b < p->batch_count; b++) {
        struct edited split;
        if (b == failing || !is_same_batch(p, failing, b))
            continue;
        code = repair_split(out, b, x->before, &split, err);
        edited_free(out);
        *out = split;
    }
    return code;
}

static vrrl_code try_boundary(struct explainer *x, vrrl_error *err)
{
    struct edited split;
    if (!x->before || repairs_over(x))
        return VRRL_OK;
    vrrl_code code = split_all(x, &split, err);
    if (code != VRRL_OK)
        return code;
    code = repairs_judge(x, &split, VRRL_REPAIR_EPOCH, err,
                         "an epoch boundary between %.100s and %.100s", x->result->first_name,
                         x->result->second_name);
    edited_free(&split);
    return code;
}

/* ---- All of them ------------------------------------------------------------------------------- */

vrrl_code explain_repairs(struct explainer *x, vrrl_error *err)
{
    vrrl_explain_result *r = x->result;
    vrrl_code code = VRRL_OK;
    if (r->outcome.kind == VRRL_DEFECT_DEADLOCK)
        code = repair_deadlock(x, err);
    if (code == VRRL_OK && r->pair)
        code = repair_by_waits(x, err);
    if (code == VRRL_OK && r->pair)
        code = repair_by_orders(x, err);
    if (code == VRRL_OK && r->pair)
        code = try_boundary(x, err);
    if (code == VRRL_OK && !repairs_found(x))
        code = repair_alike_slots(x, err);
    return code;
}

const char *vrrl_repair_kind_name(vrrl_repair_kind kind)
{
    static const char *const names[] = {"wait",      "release",  "acquire", "fence", "epoch",
                                        "threshold", "resident", "order",   "signal"};
    return names[kind];
}
