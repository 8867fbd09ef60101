/* Why a kernel fails: the schedule reduced, what it did, what would mend it. */
#include "kernel/explained.h"

#include "base/options.h"
#include "base/result.h"
#include "kernel/finding.h"
#include "kernel/layout.h"
#include "kernel/shorten.h"
#include "kernel/trial.h"

#include <stdlib.h>
#include <string.h>

/* A few seconds. */
#define REDUCING_INSTRUCTIONS UINT64_C(50000000)

struct explaining {
    const struct kernel *kernel;
    struct campaign_options options;
    struct vrrl_kernel_explanation *out;
    struct kernel_trial *trial;
    struct shortened reduced;
    struct kernel_trace trace, sequential;
    struct handovers handovers;
};

static struct campaign_defect *shown(const struct explaining *x)
{
    return &x->out->shown->found.defects[0];
}

/* ---- The failure ----------------------------------------------------------------------------------- */

/* Looks for a schedule that fails. */
static vrrl_code find_failure(struct explaining *x, struct kernel_schedule *s, vrrl_error *err)
{
    struct campaign_result *found = &x->out->shown->found;
    x->options.stop_first = true;
    vrrl_code code = kernel_campaign(x->kernel, &x->options, found, err);
    if (code != VRRL_OK)
        return code;
    x->out->searched = found->schedules;
    return found->defect_count ? kernel_schedule_read(x->kernel, found->defects[0].schedule, s, err)
                               : VRRL_OK;
}

static vrrl_code reduce(struct explaining *x, const struct kernel_schedule *s, vrrl_error *err)
{
    struct vrrl_kernel_explanation *out = x->out;
    struct campaign_result *found = &out->shown->found;
    const struct shorten_limit limit = {.of_time = x->options.limit,
                                        .instructions = REDUCING_INSTRUCTIONS};
    struct kernel_options options = x->options.run;
    options.no_park = s->no_park;
    options.all_visible = s->all_visible;
    char *text = NULL;
    vrrl_code code = kernel_trial_create(x->kernel, &options, &x->trial, err);
    if (code == VRRL_OK)
        code = kernel_shorten(x->trial, s, &limit, &x->reduced, err);
    if (code == VRRL_OK)
        code = kernel_schedule_write(x->kernel, &x->reduced.schedule, &text, err);
    if (code != VRRL_OK)
        return code;
    campaign_result_free(found);
    found->defects[0] =
        (struct campaign_defect){.finding = x->reduced.finding, .schedule = text, .runs = 1};
    found->defect_count = 1;
    out->choices_before = x->reduced.before;
    out->choices = x->reduced.schedule.deviations.count;
    out->is_minimal = x->reduced.minimal;
    return VRRL_OK;
}

/* ---- What it did ----------------------------------------------------------------------------------- */

/* Of a race the word; of who waits, all of its buffer. */
static void watch(const struct explaining *x, struct kernel_trace *t)
{
    const struct kernel_finding *f = &shown(x)->finding;
    bool named = f->where.buffer != KERNEL_NONE || f->where.variable != KERNEL_NONE ||
                 (f->kind == KERNEL_FINDS_RACE && f->where.space == PTX_SPACE_SHARED);
    t->word = t->watched = t->watched_end = UINT64_MAX;
    if (!named)
        return;
    t->word = t->watched = trace_address(x->kernel, &f->where);
    t->watched_end = t->word == UINT64_MAX ? t->word : t->word + 4;
    for (uint32_t i = 0; f->kind == KERNEL_FINDS_DEADLOCK && i < x->kernel->region_count; i++) {
        const struct region *r = &x->kernel->regions[i];
        if (t->word >= r->at && t->word < r->at + r->bytes) {
            t->watched = r->at;
            t->watched_end = r->at + r->bytes;
        }
    }
}

static vrrl_code trace_both(struct explaining *x, vrrl_error *err)
{
    struct kernel_result run;
    struct kernel_schedule sequential = x->reduced.schedule;
    sequential.deviations = (struct decisions){.list = NULL};
    watch(x, &x->trace);
    watch(x, &x->sequential);
    kernel_trial_trace(x->trial, &x->trace);
    vrrl_code code = kernel_trial_run(x->trial, &x->reduced.schedule, &run, err);
    kernel_trial_trace(x->trial, &x->sequential);
    if (code == VRRL_OK)
        code = kernel_trial_run(x->trial, &sequential, &run, err);
    kernel_trial_trace(x->trial, NULL);
    return code == VRRL_OK && (x->trace.exhausted || x->sequential.exhausted)
               ? error_no_memory(err, 0)
               : code;
}

/* ---- Who could write --------------------------------------------------------------------------------- */

static bool is_same_writer(const struct word_writer *w, const struct kernel_side *side)
{
    return side_is_of_warp(&w->side, side) && w->side.place == side->place &&
           (side->host ||
            (w->side.function == side->function && w->side.instruction == side->instruction));
}

static bool is_waiting(const struct kernel_finding *f, const struct kernel_side *side)
{
    for (uint32_t i = 0; i < f->wait_count; i++)
        if (side_is_of_warp(&f->waits[i].side, side))
            return true;
    return f->waiting > f->wait_count && !side->host;
}

static void add_writers(struct explaining *x, const struct kernel_trace *t, bool failing)
{
    struct vrrl_kernel_explanation *out = x->out;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct kernel_event *e = &t->list[i];
        bool writes = e->kind == KERNEL_EVENT_WRITE || e->kind == KERNEL_EVENT_UPDATE;
        if (!writes || e->at >= t->watched_end || e->at + e->size <= t->watched)
            continue;
        bool of_word = e->at < t->word + 4 && t->word < e->at + e->size;
        uint32_t k = 0;
        while (k < out->writer_count && !is_same_writer(&out->writers[k], &e->side))
            k++;
        if (k == WRITERS_MAX)
            continue;
        if (k == out->writer_count)
            out->writers[out->writer_count++] =
                (struct word_writer){.side = e->side,
                                     .in_failing = failing,
                                     .waits = is_waiting(&shown(x)->finding, &e->side)};
        out->writers[k].is_of_word |= of_word;
    }
}

/* Those of the word itself, where there are any. */
static void keep_writers_of_word(struct vrrl_kernel_explanation *out)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < out->writer_count; i++)
        if (out->writers[i].is_of_word)
            out->writers[kept++] = out->writers[i];
    if (kept)
        out->writer_count = kept;
}

/* ---- All of it --------------------------------------------------------------------------------------- */

static bool is_mended_by_order(enum kernel_finding_kind kind)
{
    return kind == KERNEL_FINDS_RACE || kind == KERNEL_FINDS_UNINITIALISED ||
           kind == KERNEL_FINDS_VALUE || kind == KERNEL_FINDS_EXPECTATION ||
           kind == KERNEL_FINDS_DEADLOCK;
}

static vrrl_code find_repairs(struct explaining *x, uint32_t first, uint32_t last, vrrl_error *err)
{
    const struct kernel_finding *f = &shown(x)->finding;
    const struct failing_run run = {.kernel = x->kernel,
                                    .finding = f,
                                    .trace = &x->trace,
                                    .handovers = &x->handovers,
                                    .first = first,
                                    .last = last,
                                    .instructions =
                                        kernel_trial_sequential(x->trial)->instructions};
    vrrl_code code = VRRL_OK;
    if (!is_mended_by_order(f->kind))
        return VRRL_OK;
    x->out->has_repairs = true;
    /* Nothing was handed over: the accesses came the other way round than they are meant to. */
    if (f->kind == KERNEL_FINDS_RACE && x->handovers.count == 0) {
        handovers_free(&x->handovers);
        code = handovers_find_all(&x->trace, &x->handovers, err);
    }
    if (code != VRRL_OK)
        return code;
    return kernel_repairs_find(&run, &x->reduced.schedule, &x->options, &x->out->repairs, err);
}

static vrrl_code explain(struct explaining *x, const struct kernel_schedule *s, vrrl_error *err)
{
    uint32_t first, last;
    vrrl_code code = reduce(x, s, err);
    if (code == VRRL_OK)
        code = trace_both(x, err);
    if (code != VRRL_OK)
        return code;
    const struct kernel_finding *f = &shown(x)->finding;
    if (timeline_ends(&x->trace, f, &first, &last))
        code = handovers_find(&x->trace, first, last, &x->handovers, err);
    timeline_events_of(&x->trace, f, &x->handovers, first, last, &x->out->timeline);
    if (f->kind == KERNEL_FINDS_DEADLOCK && x->trace.word != UINT64_MAX) {
        add_writers(x, &x->trace, true);
        add_writers(x, &x->sequential, false);
        keep_writers_of_word(x->out);
    }
    return code == VRRL_OK ? find_repairs(x, first, last, err) : code;
}

static void end(struct explaining *x)
{
    shortened_free(&x->reduced);
    kernel_trial_destroy(x->trial);
    kernel_trace_free(&x->trace);
    kernel_trace_free(&x->sequential);
    handovers_free(&x->handovers);
}

vrrl_code vrrl_kernel_explain(const vrrl_kernel *kernel, const char *schedule,
                              const vrrl_kernel_options *options, vrrl_kernel_explanation **result,
                              vrrl_error *err)
{
    vrrl_kernel_options o;
    struct kernel_schedule s = {.kind = KERNEL_SCHEDULE_CHOICES};
    *result = NULL;
    vrrl_code code = OPTIONS_READ(vrrl_kernel_options, &o, options, err);
    if (code != VRRL_OK)
        return code;
    vrrl_kernel_explanation *out = result_create(sizeof *out, err);
    if (!out)
        return VRRL_NO_MEMORY;
    struct explaining x = {.kernel = kernel->input.kernel, .out = out};
    out->shown = result_create(sizeof *out->shown, err);
    code = out->shown ? kernel_campaign_options(&o, &x.options, err) : VRRL_NO_MEMORY;
    if (code == VRRL_OK) {
        out->shown->kernel = kernel;
        out->shown->is_replay = true;
        out->shown->wanted = 1;
        out->is_given = schedule != NULL;
        code = schedule ? kernel_schedule_read(x.kernel, schedule, &s, err)
                        : find_failure(&x, &s, err);
    }
    if (code == VRRL_OK && (schedule || out->shown->found.defect_count))
        code = explain(&x, &s, err);
    if (code == VRRL_NOT_FOUND) /* the schedule that was given does not fail */
        code = VRRL_OK;
    kernel_schedule_free(&s);
    end(&x);
    if (code == VRRL_OK)
        *result = out;
    else
        vrrl_kernel_explanation_free(out);
    return code;
}

const vrrl_kernel_result *vrrl_kernel_explained(const vrrl_kernel_explanation *explanation)
{
    return explanation->shown;
}

void vrrl_kernel_explanation_free(vrrl_kernel_explanation *explanation)
{
    if (!explanation)
        return;
    vrrl_kernel_result_free(explanation->shown);
    free(explanation);
}
