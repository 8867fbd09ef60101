/* Repairs, one at a time, each tried: does this failure still show? */
#include "search/explain.h"

#include "base/clock.h"
#include "base/error.h"
#include "ops/mix_layout.h"
#include "programs/batch_view.h"
#include "programs/repair.h"
#include "programs/task_rows.h"
#include "vrrl/opcode.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Judging one ------------------------------------------------------------------------------ */

static bool out_of_time(struct explainer *x)
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

__attribute__((format(printf, 5, 6))) static vrrl_code judge(struct explainer *x,
                                                             const struct edited *repaired,
                                                             vrrl_repair_kind kind, vrrl_error *err,
                                                             const char *format, ...)
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
    if (code == VRRL_OK)
        x->result->repair_count++;
    bool cannot = code == VRRL_TOO_LARGE || code == VRRL_UNSUPPORTED || code == VRRL_REFUSED ||
                  code == VRRL_INVALID;
    return cannot ? VRRL_OK : code;
}

/* ---- Waits ------------------------------------------------------------------------------------ */

/* Counters that a slot adds to, and what all of the batch add. */
struct counters {
    uint32_t words[8];
    uint64_t sums[8];
    uint32_t count;
    bool collecting;
};

static void collect_signals(void *context, const struct slot_access *access)
{
    struct counters *c = context;
    uint32_t i = 0;
    if (access->kind != ACCESS_SIGNAL)
        return;
    while (i < c->count && c->words[i] != access->first)
        i++;
    if (i == c->count) {
        if (!c->collecting || c->count == 8)
            return;
        c->words[c->count] = access->first;
        c->sums[c->count++] = 0;
    }
    if (!c->collecting)
        c->sums[i] += access->value;
}

static struct counters counters_of(const vrrl_program *p, const vrrl_batch *batch, uint32_t slot)
{
    struct counters c = {.collecting = true};
    slot_footprint(p, &p->slots[batch->first + slot], collect_signals, &c);
    c.collecting = false;
    for (uint32_t i = 0; i < batch->count; i++)
        slot_footprint(p, &p->slots[batch->first + i], collect_signals, &c);
    return c;
}

/* What it holds when the epoch begins, in the first of its kind. */
static uint64_t initial_value(const vrrl_program *p, uint32_t word)
{
    uint32_t base = p->layout.user_base;
    return word >= base && word - base < p->geometry.user_words ? p->initial[word - base] : 0;
}

static vrrl_code wait_for(struct explainer *x, uint32_t word, uint64_t value, vrrl_error *err)
{
    const vrrl_explain_result *res = x->result;
    const vrrl_program *p = x->whole.program;
    uint32_t second = p->batches[p->epochs[res->outcome.epoch].batch].first + res->second;
    char name[VRRL_DEFECT_NAME_MAX];
    struct repair r;
    if (value == 0 || value > UINT32_MAX)
        return VRRL_OK;
    vrrl_code code = repair_begin(&x->whole, &r, err);
    if (code != VRRL_OK)
        return code == VRRL_UNSUPPORTED ? VRRL_OK : code;
    vrrl_program_word_name(p, word, name, sizeof name);
    if (repair_add_wait(&r, second, repair_word(&r, word), (uint32_t)value))
        code = judge(x, &r.edited, VRRL_REPAIR_WAIT, err,
                     "%.100s waits for %.100s >= %u, which %.100s signals", res->second_name, name,
                     (uint32_t)value, res->first_name);
    repair_free(&r);
    return code;
}

static vrrl_code wait_for_flag(struct explainer *x, vrrl_error *err)
{
    const vrrl_explain_result *res = x->result;
    const vrrl_program *p = x->whole.program;
    uint32_t base = p->batches[p->epochs[res->outcome.epoch].batch].first;
    struct repair r;
    vrrl_code code = repair_begin(&x->whole, &r, err);
    if (code != VRRL_OK)
        return code == VRRL_UNSUPPORTED ? VRRL_OK : code;
    uint32_t flag = repair_flag(&r, "a new flag", err);
    if (flag != VRRL_NO_INDEX && repair_add_signal(&r, base + res->first, flag, 1) &&
        repair_add_wait(&r, base + res->second, flag, 1))
        code = judge(x, &r.edited, VRRL_REPAIR_WAIT, err,
                     "%.100s signals a new flag, and %.100s waits for it", res->first_name,
                     res->second_name);
    repair_free(&r);
    return code;
}

static vrrl_code try_waits(struct explainer *x, vrrl_error *err)
{
    const vrrl_explain_result *res = x->result;
    const vrrl_program *p = x->whole.program;
    const vrrl_batch *batch = &p->batches[p->epochs[res->outcome.epoch].batch];
    struct counters c = counters_of(p, batch, res->first);
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < c.count && !out_of_time(x); i++)
        code = wait_for(x, c.words[i], c.sums[i] + initial_value(p, c.words[i]), err);
    if (code == VRRL_OK && c.count == 0 && !out_of_time(x))
        code = wait_for_flag(x, err);
    return code;
}

/* ---- Orders and fences ------------------------------------------------------------------------ */

typedef bool (*strengthening)(struct repair *r, uint32_t slot, uint32_t row, const char **was,
                              const char **now);

static vrrl_code try_orders(struct explainer *x, uint32_t position, const char *name, bool release,
                            vrrl_error *err)
{
    const vrrl_program *p = x->whole.program;
    uint32_t slot = p->batches[p->epochs[x->result->outcome.epoch].batch].first + position;
    strengthening strengthen = release ? repair_release : repair_acquire;
    uint32_t rows = 1;
    vrrl_code code = VRRL_OK;
    for (uint32_t row = 0; code == VRRL_OK && row < rows && !out_of_time(x); row++) {
        struct repair r;
        const char *was, *now;
        code = repair_begin(&x->whole, &r, err);
        if (code != VRRL_OK)
            return code == VRRL_UNSUPPORTED ? VRRL_OK : code;
        rows = repair_rows(&r, slot, release);
        if (strengthen(&r, slot, row, &was, &now))
            code = judge(x, &r.edited, release ? VRRL_REPAIR_RELEASE : VRRL_REPAIR_ACQUIRE, err,
                         "%.100s: %s (operation %u) becomes %s", name, was, row + 1, now);
        repair_free(&r);
    }
    return code;
}

static vrrl_code try_fence_at(struct explainer *x, uint32_t slot, const char *name, uint32_t row,
                              uint32_t opcode, vrrl_error *err)
{
    struct repair r;
    vrrl_code code = repair_begin(&x->whole, &r, err);
    if (code != VRRL_OK)
        return code == VRRL_UNSUPPORTED ? VRRL_OK : code;
    uint32_t rows = repair_rows(&r, slot, false);
    if (row > 0 && row < rows && repair_fence(&r, slot, row, opcode))
        code = judge(x, &r.edited, VRRL_REPAIR_FENCE, err, "%.100s: %s before operation %u", name,
                     vrrl_opcode_name(opcode), row + 1);
    repair_free(&r);
    return code;
}

/* What store buffers need: in each of the two, between what it stores and what it loads. */
static vrrl_code try_both_fences(struct explainer *x, vrrl_error *err)
{
    const vrrl_explain_result *res = x->result;
    const vrrl_program *p = x->whole.program;
    uint32_t base = p->batches[p->epochs[res->outcome.epoch].batch].first;
    struct repair r;
    vrrl_code code = repair_begin(&x->whole, &r, err);
    if (code != VRRL_OK)
        return code == VRRL_UNSUPPORTED ? VRRL_OK : code;
    bool both = repair_rows(&r, base + res->first, false) > 1 &&
                repair_rows(&r, base + res->second, false) > 1;
    if (both && repair_fence(&r, base + res->first, 1, VRRL_OPCODE_FENCE_SEQ_CST) &&
        repair_fence(&r, base + res->second, 1, VRRL_OPCODE_FENCE_SEQ_CST))
        code = judge(x, &r.edited, VRRL_REPAIR_FENCE, err,
                     "FENCE_SEQ_CST before operation 2 of both %.100s and %.100s", res->first_name,
                     res->second_name);
    repair_free(&r);
    return code;
}

/* Between the operations of a packed slot: a release before what tells others, an acquire behind what
 * was told, the strongest where those say nothing. */
static vrrl_code try_fences(struct explainer *x, vrrl_error *err)
{
    enum { ROWS = 4 };
    const vrrl_explain_result *res = x->result;
    const vrrl_program *p = x->whole.program;
    uint32_t base = p->batches[p->epochs[res->outcome.epoch].batch].first;
    vrrl_code code = VRRL_OK;
    for (uint32_t row = 1; code == VRRL_OK && row < ROWS && !out_of_time(x); row++)
        code = try_fence_at(x, base + res->first, res->first_name, row, VRRL_OPCODE_FENCE_RELEASE,
                            err);
    for (uint32_t row = 1; code == VRRL_OK && row < ROWS && !out_of_time(x); row++)
        code = try_fence_at(x, base + res->second, res->second_name, row, VRRL_OPCODE_FENCE_ACQUIRE,
                            err);
    return code == VRRL_OK && !out_of_time(x) ? try_both_fences(x, err) : code;
}

/* ---- An epoch boundary ------------------------------------------------------------------------- */

static vrrl_code try_boundary(struct explainer *x, vrrl_error *err)
{
    struct edited split;
    if (!x->before || out_of_time(x))
        return VRRL_OK;
    vrrl_code code = repair_split(&x->whole, x->result->outcome.epoch, x->before, &split, err);
    if (code != VRRL_OK)
        return code;
    code = judge(x, &split, VRRL_REPAIR_EPOCH, err, "an epoch boundary between %.100s and %.100s",
                 x->result->first_name, x->result->second_name);
    edited_free(&split);
    return code;
}

/* ---- Deadlocks --------------------------------------------------------------------------------- */

static bool is_wait(uint32_t opcode)
{
    return opcode == VRRL_OPCODE_WAIT_GE || opcode == VRRL_OPCODE_WAIT_RELAXED;
}

/* Lowers a wait of the slot for the word; false: it has none that this knows. */
static bool set_threshold(struct edited *e, uint32_t slot, uint32_t word, uint32_t value)
{
    vrrl_program *p = e->program;
    struct task_rows rows;
    if (task_rows_of(p, &p->slots[slot], &rows)) {
        for (uint32_t i = 0; i < rows.counts[TASK_WAITS]; i++) {
            uint32_t *row = rows.rows[TASK_WAITS] + (size_t)MIX_WAIT_WORDS * i;
            if (row[0] == word) {
                row[1] = value;
                return true;
            }
        }
        return false;
    }
    uint32_t *args = p->words + p->slots[slot].args;
    if (!is_wait(p->slots[slot].opcode) || args[0] != word)
        return false;
    args[1] = value;
    return true;
}

static vrrl_code try_threshold(struct explainer *x, const vrrl_root *root, vrrl_error *err)
{
    const vrrl_program *p = x->whole.program;
    const vrrl_batch *batch = &p->batches[p->epochs[x->result->outcome.epoch].batch];
    struct edited lowered;
    char name[VRRL_DEFECT_NAME_MAX];
    if (root->kind != VRRL_ROOT_UNREACHABLE || root->attainable >= root->wait_value ||
        root->slot >= batch->count)
        return VRRL_OK;
    vrrl_code code = edited_copy(&x->whole, &lowered, err);
    if (code != VRRL_OK)
        return code;
    vrrl_program_word_name(p, root->wait_word, name, sizeof name);
    if (set_threshold(&lowered, batch->first + root->slot, root->wait_word,
                      (uint32_t)root->attainable))
        code = judge(x, &lowered, VRRL_REPAIR_THRESHOLD, err,
                     "%.100s waits for %.100s >= %llu instead of %u: all that its signals make",
                     x->result->name, name, (unsigned long long)root->attainable, root->wait_value);
    edited_free(&lowered);
    return code;
}

static vrrl_code try_residents(struct explainer *x, vrrl_error *err)
{
    struct edited all;
    uint32_t workers = x->hunt.options.workers, queues = x->whole.program->model.queues;
    bool few = workers ? workers < queues : x->whole.program->model.resident != 0;
    if (x->whole.program->model.kind == VRRL_MODEL_POOL || !few)
        return VRRL_OK;
    vrrl_code code = edited_copy(&x->whole, &all, err);
    if (code != VRRL_OK)
        return code;
    all.program->model.resident = 0;
    x->hunt.options.workers = 0;
    code = judge(x, &all, VRRL_REPAIR_RESIDENT, err, "all %u queues run at a time", queues);
    x->hunt.options.workers = workers;
    edited_free(&all);
    return code;
}

/* A slot that waits for one behind it in its own queue goes behind that one. */
static vrrl_code try_queue_order(struct explainer *x, const vrrl_root *root, vrrl_error *err)
{
    const vrrl_program *p = x->whole.program;
    const vrrl_batch *batch = &p->batches[p->epochs[x->result->outcome.epoch].batch];
    char waits[VRRL_DEFECT_NAME_MAX], makes[VRRL_DEFECT_NAME_MAX];
    struct edited moved;
    if (root->kind != VRRL_ROOT_CYCLE || root->cycle_length < 2)
        return VRRL_OK;
    uint32_t from = root->cycle[0].slot, to = root->cycle[1].slot;
    if (from >= to || to >= batch->count ||
        p->slots[batch->first + from].queue != p->slots[batch->first + to].queue ||
        p->model.kind == VRRL_MODEL_POOL)
        return VRRL_OK;
    vrrl_code code = edited_copy(&x->whole, &moved, err);
    if (code != VRRL_OK)
        return code;
    vrrl_slot *slots = moved.program->slots + batch->first, slot = slots[from];
    memmove(slots + from, slots + from + 1, (to - from) * sizeof *slots);
    slots[to] = slot;
    slot_name(p, x->result->outcome.epoch, from, waits, sizeof waits);
    slot_name(p, x->result->outcome.epoch, to, makes, sizeof makes);
    code = judge(x, &moved, VRRL_REPAIR_ORDER, err, "%.100s behind %.100s in queue %u", waits,
                 makes, slot.queue);
    edited_free(&moved);
    return code;
}

static vrrl_code repair_deadlock(struct explainer *x, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < 1 && i < x->result->stuck.root_count; i++)
        code = try_threshold(x, &x->result->stuck.roots[i], err);
    for (uint32_t i = 0; code == VRRL_OK && i < x->result->stuck.root_count && i < 4; i++)
        code = try_queue_order(x, &x->result->stuck.roots[i], err);
    return code == VRRL_OK ? try_residents(x, err) : code;
}

/* ---- All of them ------------------------------------------------------------------------------- */

vrrl_code explain_repairs(struct explainer *x, vrrl_error *err)
{
    vrrl_explain_result *r = x->result;
    if (r->outcome.kind == VRRL_DEFECT_DEADLOCK && !r->pair)
        return repair_deadlock(x, err);
    if (!r->pair)
        return VRRL_OK;
    vrrl_code code = try_waits(x, err);
    if (code == VRRL_OK)
        code = try_orders(x, r->first, r->first_name, true, err);
    if (code == VRRL_OK)
        code = try_orders(x, r->second, r->second_name, false, err);
    if (code == VRRL_OK)
        code = try_fences(x, err);
    if (code == VRRL_OK)
        code = try_boundary(x, err);
    return code;
}

const char *vrrl_repair_kind_name(vrrl_repair_kind kind)
{
    static const char *const names[] = {"wait",  "release",   "acquire",  "fence",
                                        "epoch", "threshold", "resident", "order"};
    return names[kind];
}
