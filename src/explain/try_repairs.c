/* Repairs, one at a time, each tried: does this failure still show? */
#include "explain/try_repairs.h"

#include "base/array.h"
#include "base/checksum.h"
#include "edit/edit_copy.h"
#include "edit/edit_epochs.h"
#include "edit/repair_epochs.h"
#include "explain/explain_alike.h"
#include "explain/explain_counters.h"
#include "explain/explain_deadlock.h"
#include "explain/explain_moves.h"
#include "explain/explain_orders.h"
#include "explain/explain_siblings.h"
#include "explain/explain_waits.h"
#include "explain/explain_words.h"
#include "host/host.h"
#include "memory/memory_models.h"
#include "program/batch_view.h"
#include "program/twins.h"
#include "run/run.h"
#include "verdict/try_schedules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- How much is tried ------------------------------------------------------------------------ */

enum { TRIES_MAX = 400, SLOT_RUNS_EACH = 100000 };
#define WORK_MAX                                                                                   \
    40000000u /* runs of slots, of all repairs together; of those in further places a quarter */

static bool is_over(struct explainer *x)
{
    bool late = limit_is_over(&x->oracle.limit);
    x->result->out_of_time = x->result->out_of_time || late;
    return late || x->tries >= TRIES_MAX || x->work >= (x->quiet ? WORK_MAX / 4 : WORK_MAX);
}

bool repairs_may(struct explainer *x)
{
    bool may = !is_over(x);
    x->result->repairs_left += !may;
    return may;
}

struct tried_program {
    uint8_t digest[32];
    bool helped;
};

/* Two ways to one program are one repair. *again: it was tried, and x->helped tells with what result. */
static vrrl_code note_tried(struct explainer *x, const vrrl_program *program, bool *again,
                            vrrl_error *err)
{
    struct tried_program now = {.helped = false};
    *again = false;
    vrrl_program_digest(program, now.digest);
    for (uint32_t i = 0; i < x->tried_count && !*again; i++) {
        *again = memcmp(x->tried[i].digest, now.digest, sizeof now.digest) == 0;
        x->helped = *again && x->tried[i].helped;
    }
    if (*again)
        return VRRL_OK;
    vrrl_code code = array_room(x->tried, x->tried_count, x->tried_room, 1, err);
    if (code == VRRL_OK)
        x->tried[x->tried_count++] = now;
    return code;
}

/* ---- Judging one ------------------------------------------------------------------------------ */

/* The same failure in the repaired program: by name, for a split moves positions; an operation more
 * changes the name of a slot without a label. */
static bool is_same(const struct explainer *x, const vrrl_defect *d, vrrl_repair_kind kind)
{
    const vrrl_run_outcome *o = &x->result->outcome;
    bool there = kind != VRRL_REPAIR_EPOCH && o->slot != VRRL_NO_INDEX &&
                 d->first.slot == o->slot && d->first.epoch == o->epoch;
    return d->first.kind == o->kind && (there || strcmp(d->name, x->result->name) == 0);
}

struct judged {
    const struct explainer *x;
    vrrl_repair *repair;
};

static void note_failure(void *context, const vrrl_defect *d)
{
    const struct judged *j = context;
    vrrl_repair *r = j->repair;
    if (is_same(j->x, d, r->kind))
        r->removes = false;
    else if (r->others++ == 0)
        snprintf(r->other, sizeof r->other, "%s at %.150s", vrrl_defect_kind_name(d->first.kind),
                 d->name);
}

/* In slot engines there is one cell, whatever models are asked for. */
static uint64_t cells_at_most(const vrrl_cells *of)
{
    uint64_t models = 0;
    for (uint32_t model = 0; model < VRRL_MEMORY_MODELS; model++)
        models += of->models >> model & 1;
    return models * (of->workers_last - of->workers_first + 1ull);
}

/* Over at least the cells in which the failure was found: the workers that it was found with, and two where
 * that was one, under all models, unless some were asked for. Schedules are dealt out to the cells in turn, so
 * that each has as many as the one that showed the failure had until it did. */
static vrrl_explore_options campaign_of(const struct explainer *x, const vrrl_program *program)
{
    const struct run_target_options *o = &x->oracle.options;
    bool alone = program->model.kind == VRRL_MODEL_POOL && o->setup.workers == 1;
    uint32_t models =
        x->options->failure.cells.models ? x->options->failure.cells.models : MEMORY_MODELS_ALL;
    vrrl_explore_options options = {
        .size = sizeof options,
        .setup = o->setup,
        .cells.models = models | 1u << o->setup.model,
        .cells.workers_first = o->setup.workers,
        .cells.workers_last =
            alone && x->options->failure.cells.workers_last != 1 ? 2 : o->setup.workers,
        .mutation = x->options->failure.mutation,
        .schedules = failure_schedules_for(program, SLOT_RUNS_EACH, x->schedules),
        .milliseconds = clock_left_ms(x->oracle.limit.deadline_ns),
        .stop = x->oracle.limit.stop,
        .stop_first = x->quiet};
    options.setup.model = VRRL_MEMORY_SC;
    options.setup.workers = 0;
    options.setup.in_flight = x->options->failure.setup.in_flight;
    options.setup.seed = x->oracle.seed;
    uint64_t least = x->found_after * cells_at_most(&options.cells);
    if (options.schedules < least)
        options.schedules = least;
    return options;
}

enum { WIDE_WORKERS = 8 };

static void note_same(void *context, const vrrl_defect *d)
{
    const struct judged *j = context;
    j->repair->removes = j->repair->removes && !is_same(j->x, d, j->repair->kind);
}

/* A pool's workers hand what they have seen from slot to slot: what seems to be mended with few of them may fail
 * where each slot has one of its own. Only this failure is looked for there, unless the caller says how many
 * workers there are. */
static vrrl_code explore_wide(struct explainer *x, const struct edited *repaired, vrrl_repair *r,
                              vrrl_error *err)
{
    const vrrl_program *p = repaired->program;
    vrrl_explore_options options = campaign_of(x, p);
    struct judged judged = {.x = x, .repair = r};
    struct tried_schedules tried = {.fails = note_same, .context = &judged};
    uint32_t workers = program_largest_batch(p);
    workers = workers < WIDE_WORKERS ? workers : WIDE_WORKERS;
    if (p->model.kind != VRRL_MODEL_POOL || options.setup.grain == VRRL_GRAIN_SLOT ||
        x->options->failure.cells.workers_last || x->options->failure.setup.workers ||
        workers <= options.cells.workers_last || limit_is_over(&x->oracle.limit))
        return VRRL_OK;
    options.cells.workers_first = options.cells.workers_last = workers;
    options.stop_first = false; /* another failure may come first */
    vrrl_code code = try_schedules(p, &options, &tried, err);
    x->work += (tried.schedules + 1) * program_work(p);
    if (!r->removes)
        r->schedules += tried.schedules;
    return code;
}

/* First the schedule that failed, as far as it makes sense there; then a campaign, and one with more workers. */
static vrrl_code explore(struct explainer *x, const struct edited *repaired, vrrl_repair *r,
                         vrrl_error *err)
{
    const vrrl_explore_options options = campaign_of(x, repaired->program);
    struct judged judged = {.x = x, .repair = r};
    struct tried_schedules tried = {.fails = note_failure, .context = &judged};
    struct oracle_result caught = {.runs = 0};
    bool found = false;
    x->oracle.schedules = 16;
    vrrl_code code = oracle_in(&x->oracle, repaired, &found, &caught, err);
    decisions_free(&caught.decisions);
    r->schedules = caught.runs;
    x->work += caught.runs * program_work(repaired->program);
    r->removes = !found;
    if (code != VRRL_OK || found)
        return code;
    code = try_schedules(repaired->program, &options, &tried, err);
    r->schedules = tried.schedules;
    r->cells = tried.cells;
    r->models = tried.models;
    r->models_done = tried.models & ~tried.models_open;
    r->complete = tried.complete;
    r->each_last = tried.each_last;
    r->miss_bound = tried.miss_bound;
    return code == VRRL_OK && r->removes ? explore_wide(x, repaired, r, err) : code;
}

/* The order of the list. */
enum rank { RANK_YES, RANK_HIDES, RANK_PART, RANK_NO };

static enum rank rank_of(const vrrl_repair *r)
{
    if (!r->removes)
        return RANK_NO;
    if (r->others > 0)
        return RANK_PART;
    return r->hides ? RANK_HIDES : RANK_YES;
}

uint32_t repairs_helping(const struct explainer *x)
{
    uint32_t count = 0;
    while (count < x->result->repair_count && rank_of(&x->result->repairs[count]) == RANK_YES)
        count++;
    return count;
}

bool repairs_found(const struct explainer *x)
{
    return repairs_helping(x) > 0;
}

static void name_slot(const struct explainer *x, uint32_t position, char out[VRRL_DEFECT_NAME_MAX])
{
    const vrrl_explain_result *r = x->result;
    if (r->pair && position == r->first)
        memcpy(out, r->first_name, VRRL_DEFECT_NAME_MAX);
    else if (r->pair && position == r->second)
        memcpy(out, r->second_name, VRRL_DEFECT_NAME_MAX);
    else
        slot_name(x->whole.program, r->outcome.epoch, position, out, VRRL_DEFECT_NAME_MAX);
}

vrrl_repair_part repairs_part(const struct explainer *x, vrrl_repair_form form, uint32_t slot,
                              uint32_t other)
{
    vrrl_repair_part part = {.form = form, .count = 1};
    if (slot != VRRL_NO_INDEX)
        name_slot(x, slot, part.slot);
    if (other != VRRL_NO_INDEX)
        name_slot(x, other, part.other);
    return part;
}

uint32_t repairs_slot(const struct explainer *x, uint32_t position)
{
    const vrrl_program *p = x->whole.program;
    return epoch_batch(p, x->result->outcome.epoch)->first + position;
}

struct twins repairs_twins(const struct explainer *x, uint32_t position)
{
    const vrrl_program *p = x->whole.program;
    uint32_t failing = epoch_row(p, x->result->outcome.epoch)->batch;
    struct twins t = {.slots = {repairs_slot(x, position)}, .count = 1};
    for (uint32_t b = 0; b < p->batch_count; b++) {
        uint32_t twin = b == failing ? VRRL_NO_INDEX : twin_in(p, failing, position, b);
        if (twin == VRRL_NO_INDEX)
            continue;
        t.cut = t.cut || t.count == TWINS_MAX;
        if (!t.cut)
            t.slots[t.count++] = twin;
    }
    return t;
}

/* ---- Keeping one ------------------------------------------------------------------------------ */

static vrrl_code keep_program(const struct explainer *x, const struct edited *repaired,
                              vrrl_repair *r, vrrl_error *err)
{
    struct edited copied;
    if (!x->options->keep)
        return VRRL_OK;
    vrrl_code code = edited_copy(repaired, &copied, err);
    if (code != VRRL_OK)
        return code;
    r->program = copied.program;
    copied.program = NULL;
    edited_free(&copied);
    return VRRL_OK;
}

/* Of those that help the ones in fewer places first. */
static bool comes_before(const vrrl_repair *a, const vrrl_repair *b)
{
    enum rank left = rank_of(a), right = rank_of(b);
    return left < right || (left == right && left == RANK_YES && a->places < b->places);
}

/* Behind those that are as good. The list is full: the last goes, if it is worse. */
static void put_in_order(vrrl_explain_result *to, const vrrl_repair *r)
{
    uint32_t at = to->repair_count;
    while (at > 0 && comes_before(r, &to->repairs[at - 1]))
        at--;
    if (to->repair_count == VRRL_REPAIRS_MAX) {
        to->repairs_untold++;
        if (at == VRRL_REPAIRS_MAX) {
            vrrl_program_free(r->program);
            return;
        }
        vrrl_program_free(to->repairs[--to->repair_count].program);
    }
    memmove(&to->repairs[at + 1], &to->repairs[at], (to->repair_count - at) * sizeof *r);
    to->repairs[at] = *r;
    to->repair_count++;
}

static vrrl_code judge(struct explainer *x, const struct edited *repaired, vrrl_repair *r,
                       vrrl_error *err)
{
    vrrl_code code = explore(x, repaired, r, err);
    bool cannot = code == VRRL_TOO_LARGE || code == VRRL_UNSUPPORTED || code == VRRL_REFUSED ||
                  code == VRRL_INVALID;
    x->tries++;
    x->result->repairs_tried++;
    x->work += (r->schedules + 1) * program_work(repaired->program);
    if (cannot)
        return VRRL_OK;
    x->helped = x->tried[x->tried_count - 1].helped = code == VRRL_OK && rank_of(r) == RANK_YES;
    if (code == VRRL_OK && r->removes && limit_is_over(&x->oracle.limit)) {
        /* What was cut short has not shown that it helps. */
        x->result->out_of_time = true;
        x->result->repairs_tried--;
        x->result->repairs_left++;
        return VRRL_OK;
    }
    if (code == VRRL_OK && x->quiet && rank_of(r) > RANK_HIDES) {
        x->result->repairs_untold++;
        return VRRL_OK;
    }
    if (code == VRRL_OK)
        code = keep_program(x, repaired, r, err);
    if (code == VRRL_OK)
        put_in_order(x->result, r);
    return code;
}

static vrrl_code judge_proposal(struct explainer *x, const struct edited *repaired,
                                const struct proposal *p, vrrl_error *err)
{
    vrrl_repair r = {.kind = p->kind,
                     .part_count = p->part_count ? p->part_count : 1,
                     .miss_bound = 1,
                     .hides = p->hides,
                     .places = p->places ? p->places : 1};
    bool again;
    memcpy(r.parts, p->parts, sizeof r.parts);
    vrrl_code code = note_tried(x, repaired->program, &again, err);
    if (code != VRRL_OK || again)
        return code;
    if (x->options->progress) {
        vrrl_explain_progress progress = {.repair = &r, .done = x->tries};
        x->options->progress(x->options->progress_context, &progress);
    }
    return judge(x, repaired, &r, err);
}

/* ---- Where the reference ends ----------------------------------------------------------------- */

struct ending {
    const vrrl_program *program;
    vrrl_host *host;
    uint64_t hash;
    bool ended;
};

static vrrl_code keep_host(void *context, vrrl_host *host, vrrl_error *err)
{
    (void)err;
    ((struct ending *)context)->host = host;
    return VRRL_OK;
}

static vrrl_code note_words(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    struct ending *e = context;
    const vrrl_program *p = e->program;
    const uint32_t *arena = vrrl_host_arena(e->host);
    (void)err;
    e->ended = result->verdict == VRRL_VERDICT_COMPLETE;
    for (uint32_t i = 0; i < p->region_count; i++)
        if (p->regions[i].compare != VRRL_COMPARE_IGNORE)
            e->hash = 31 * e->hash + checksum_xxh3(arena + p->regions[i].first_word,
                                                   4 * (size_t)p->regions[i].words);
    return VRRL_OK;
}

static vrrl_code find_ending(const vrrl_program *program, struct ending *e, vrrl_error *err)
{
    vrrl_run_options options = {.size = sizeof options, .workers = 1};
    vrrl_verdict verdict;
    *e = (struct ending){.program = program};
    const vrrl_sink sink = {.context = e, .observe = note_words};
    vrrl_code code = vrrl_driver_find("reference", &options.driver, err);
    if (code == VRRL_OK)
        code = vrrl_program_run(program, &options, &sink, keep_host, &verdict, err);
    return code;
}

/* What changes what slots do may take the failure away by leaving out what fails. Where the reference is
 * right, it must come to the same observed words with the repair. */
static vrrl_code ends_alike(const struct explainer *x, const vrrl_program *repaired, bool *alike,
                            vrrl_error *err)
{
    struct ending before, after;
    *alike = true;
    if (x->oracle.signature.reference != VRRL_DEFECT_NONE)
        return VRRL_OK;
    vrrl_code code = find_ending(x->whole.program, &before, err);
    if (code == VRRL_OK)
        code = find_ending(repaired, &after, err);
    *alike = code == VRRL_OK && after.ended && before.hash == after.hash;
    return code == VRRL_NO_MEMORY ? code : VRRL_OK;
}

/* ---- The bracket ------------------------------------------------------------------------------- */

/* A program with opcodes that the table does not have is left as it is: *can is false then, too. */
static vrrl_code begin_copy(const struct explainer *x, const struct proposal *p, struct repair *r,
                            bool *can, vrrl_error *err)
{
    const struct repair_room room = {.flags = 16, .rows = p->rows ? p->rows : 4};
    *r = (struct repair){.spare = 0};
    vrrl_code code =
        p->plain ? edited_copy(&x->whole, &r->edited, err) : repair_begin(&x->whole, &room, r, err);
    *can = code == VRRL_OK;
    return code == VRRL_UNSUPPORTED ? VRRL_OK : code;
}

vrrl_code repairs_try(struct explainer *x, struct proposal *p, vrrl_error *err)
{
    struct repair r;
    bool can = repairs_may(x), alike = true;
    x->helped = false;
    p->x = x;
    p->code = VRRL_OK;
    if (!can)
        return VRRL_OK;
    vrrl_code code = begin_copy(x, p, &r, &can, err);
    if (!can)
        return code;
    can = p->make(&r, p, err);
    code = p->code;
    if (can && p->acts)
        code = ends_alike(x, r.edited.program, &alike, err);
    if (can && code == VRRL_OK && alike)
        code = judge_proposal(x, &r.edited, p, err);
    x->result->repairs_untold += can && code == VRRL_OK && !alike;
    repair_free(&r);
    return code;
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

static bool split_one(struct repair *r, struct proposal *p, uint32_t batch, vrrl_error *err)
{
    struct edited split;
    p->code = repair_split(&r->edited, batch, p->x->before, &split, err);
    if (p->code != VRRL_OK)
        return false;
    edited_free(&r->edited);
    r->edited = split;
    return true;
}

/* The batch of the epoch that fails, and all that are the same. */
static bool split_all(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const vrrl_program *whole = p->x->whole.program;
    uint32_t failing = epoch_row(whole, p->x->result->outcome.epoch)->batch;
    bool can = split_one(r, p, failing, err);
    for (uint32_t b = 0; can && b < whole->batch_count; b++)
        if (b != failing && is_same_batch(whole, failing, b))
            can = split_one(r, p, b, err);
    return can;
}

static vrrl_code try_boundary(struct explainer *x, vrrl_error *err)
{
    struct proposal p = {
        .make = split_all,
        .kind = VRRL_REPAIR_EPOCH,
        .parts = {repairs_part(x, VRRL_REPAIR_FORM_BOUNDARY, x->result->first, x->result->second)},
        .plain = true,
        .hides = true};
    bool can = x->before && epochs_are_one_by_one(x->whole.program);
    return can ? repairs_try(x, &p, err) : VRRL_OK;
}

/* ---- All of them ------------------------------------------------------------------------------- */

/* Those that change the two slots; then those that change what the program does with a word, or an
 * order, wherever it does; last what only keeps the two apart. */
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
    x->quiet = true;
    if (code == VRRL_OK)
        code = repair_counters(x, err);
    if (code == VRRL_OK && !repairs_found(x))
        code = repair_low_waits(x, err);
    if (code == VRRL_OK)
        code = repair_words(x, err);
    if (code == VRRL_OK)
        code = repair_moves(x, err);
    x->quiet = false;
    if (code == VRRL_OK && !repairs_found(x))
        code = repair_alike_slots(x, err);
    if (code == VRRL_OK && r->pair)
        code = try_boundary(x, err);
    free(x->tried);
    x->tried = NULL;
    return code;
}

const char *vrrl_repair_kind_name(vrrl_repair_kind kind)
{
    static const char *const names[] = {"wait",   "release",   "acquire",  "fence",
                                        "epoch",  "threshold", "resident", "order",
                                        "signal", "reset",     "move",     "if"};
    return names[kind];
}
