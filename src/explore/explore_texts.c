#include "vrrl/analysis/schedule.h"

#include "explore/explore_texts.h"

#include "explore/defects.h"
#include "explore/shorten.h"
#include "schedule/names.h"
#include "schedule/schedule.h"
#include "schedule/schedule_run.h"
#include "schedule/schedule_string.h"

#include <stdlib.h>

enum { TEXTS_MAX = 1000 };
/* What shortening may take, in steps of operations; a step of a whole slot counts as SLOT_STEPS. */
enum { STEPS_EACH = 1000000, STEPS_ALL = 6000000, SLOT_STEPS = 10 };

struct texts {
    const struct campaign *plan;
    struct aggregate *aggregate;
    struct runner *runner;
    uint64_t steps; /* left */
};

/* ---- Shorter ones ------------------------------------------------------------------------------ */

/* What a shorter schedule must show, too. */
struct shown {
    const struct texts *texts;
    const struct run_target *target;
    vrrl_run_outcome *outcome;       /* a defect; or */
    const vrrl_explore_outcome *row; /* values at the end */
};

static bool shows_defect(void *context, const vrrl_run_outcome *now)
{
    const vrrl_run_outcome *o = ((const struct shown *)context)->outcome;
    return vrrl_outcome_same_defect(o, now) && o->other == now->other && o->found == now->found &&
           o->expected == now->expected && o->overwritten == now->overwritten;
}

static bool shows_values(void *context, const vrrl_run_outcome *now)
{
    const struct shown *s = context;
    const vrrl_explore_options *o = &s->texts->plan->options;
    uint32_t values[VRRL_OUTCOME_WORDS_MAX];
    (void)now;
    bool same = run_target_final(s->target, o->outcome_words, o->outcome_word_count, values) ==
                s->row->stopped;
    for (uint32_t i = 0; same && i < o->outcome_word_count; i++)
        same = values[i] == s->row->values[i];
    return same;
}

static vrrl_code enter(struct texts *x, const struct schedule *s, struct run_target **on,
                       vrrl_error *err)
{
    uint32_t cell = 0;
    while (cell + 1 < x->plan->cell_count &&
           (x->plan->cells[cell].target.setup.model != s->target.setup.model ||
            x->plan->cells[cell].target.setup.workers != s->target.setup.workers))
        cell++;
    vrrl_code code = runner_target(x->runner, cell, on, err);
    if (code == VRRL_OK)
        run_target_set_up(*on, &s->target.setup);
    return code;
}

/* The choices of a run of `s`, as its own. */
static vrrl_code list_choices(struct schedule *s, struct run_target *on, struct decisions *noted,
                              vrrl_error *err)
{
    struct schedule_maker maker = {0};
    vrrl_run_outcome outcome;
    struct chooser by;
    vrrl_code code = schedule_make(&maker, s, run_target_claims_of(on), &by, err);
    if (code == VRRL_OK) {
        struct decision_recorder recorder;
        const struct chooser recorded = decision_record(&recorder, &by, NULL, noted);
        code = run_target_run(on, &recorded, &outcome, err);
    }
    if (code == VRRL_OK)
        code = schedule_made(&maker, err);
    if (code == VRRL_OK && noted->exhausted)
        code = error_no_memory(err, noted->count * sizeof *noted->list);
    schedule_maker_free(&maker);
    return code;
}

/* The string, and the run that it stands for. */
static vrrl_code take_shorter(const struct schedule *shorter, struct run_target *on,
                              struct shown *shown, char **text, vrrl_error *err)
{
    vrrl_run_outcome outcome;
    char *written = NULL;
    vrrl_code code = schedule_write(shorter, &written, err);
    if (code == VRRL_OK)
        code = schedule_run(shorter, on, &outcome, err);
    if (code != VRRL_OK) {
        free(written);
        return code;
    }
    free(*text);
    *text = written;
    if (shown->outcome)
        *shown->outcome = outcome;
    return VRRL_OK;
}

static vrrl_code shorten(struct texts *x, struct schedule *s, struct shown *shown, char **text,
                         vrrl_error *err)
{
    uint64_t weight = s->target.setup.grain == VRRL_GRAIN_SLOT ? SLOT_STEPS : 1, spent = 0;
    uint64_t most = x->steps < STEPS_EACH ? x->steps : STEPS_EACH;
    struct run_target *on;
    struct decisions noted = {.list = NULL};
    struct shorten_request request = {.steps = most / weight,
                                      .limit = x->plan->limit,
                                      .context = shown,
                                      .shows = shown->outcome ? shows_defect : shows_values};
    vrrl_code code = enter(x, s, &on, err);
    if (code == VRRL_OK)
        code = list_choices(s, on, &noted, err);
    uint32_t count = noted.count;
    shown->target = request.target = on;
    if (code == VRRL_OK)
        code = schedule_shorten(&request, noted.list, &count, &spent, err);
    spent *= weight;
    x->steps -= spent < x->steps ? spent : x->steps;
    if (code == VRRL_OK && count < noted.count) {
        struct schedule shorter = *s;
        shorter.drawn = false;
        shorter.deviations = noted;
        shorter.deviations.count = count;
        code = take_shorter(&shorter, on, shown, text, err);
    }
    decisions_free(&noted);
    return code == VRRL_TOO_LARGE ? VRRL_OK : code;
}

static vrrl_code shorten_text(struct texts *x, struct shown *shown, char **text, vrrl_error *err)
{
    struct schedule s;
    if (!*text || x->steps == 0 || limit_is_over(&x->plan->limit))
        return VRRL_OK;
    vrrl_code code = schedule_read_planted(x->plan->program, *text, &s, err);
    if (code != VRRL_OK)
        return code;
    code = shorten(x, &s, shown, text, err);
    schedule_free(&s);
    return code;
}

/* ---- Defects ----------------------------------------------------------------------------------- */

/* By its string. */
static vrrl_code note_stuck(const vrrl_program *program, vrrl_defect *defect, vrrl_error *err)
{
    struct schedule s;
    vrrl_schedule_result *run;
    vrrl_code code = schedule_read_planted(program, defect->schedule, &s, err);
    if (code != VRRL_OK)
        return code;
    code = schedule_replay(program, &s, &run, err);
    schedule_free(&s);
    if (code != VRRL_OK)
        return code;
    if (vrrl_outcome_same_defect(&run->outcome, &defect->first)) {
        defect->verdict = run->diff->verdict_b;
        defect->stuck = run->diff->stuck;
        run->diff->stuck = NULL;
    }
    vrrl_schedule_result_free(run);
    return VRRL_OK;
}

static vrrl_code describe_defects(struct texts *x, vrrl_error *err)
{
    vrrl_explore_result *r = x->aggregate->result;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0, stuck = 0; code == VRRL_OK && i < r->defect_count; i++) {
        const struct aggregate_origin *origin = &x->aggregate->origins[i];
        vrrl_defect *defect = &r->defects[i];
        outcome_name(x->plan->program, &defect->first, defect->name, sizeof defect->name);
        if (x->plan->options.no_schedules)
            continue;
        if (origin->drawn && i < TEXTS_MAX)
            code = runner_schedule_text(x->runner, origin->index, &defect->schedule, err);
        struct shown shown = {.texts = x, .outcome = &defect->first};
        if (code == VRRL_OK)
            code = shorten_text(x, &shown, &defect->schedule, err);
        if (code == VRRL_OK && defect_is_stuck(defect->first.kind) && defect->schedule &&
            stuck++ < VRRL_STUCK_DEFECTS_MAX)
            code = note_stuck(x->plan->program, defect, err);
    }
    return code;
}

/* ---- Outcomes ---------------------------------------------------------------------------------- */

/* By values; then those that came to the end of the program first. */
static int by_values(const void *left, const void *right)
{
    const vrrl_explore_outcome *a = left, *b = right;
    for (uint32_t i = 0; i < a->value_count; i++)
        if (a->values[i] != b->values[i])
            return a->values[i] < b->values[i] ? -1 : 1;
    return (a->stopped > b->stopped) - (a->stopped < b->stopped);
}

static vrrl_code describe_outcomes(struct texts *x, vrrl_error *err)
{
    vrrl_explore_result *r = x->aggregate->result;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < r->outcome_count && i < TEXTS_MAX; i++) {
        const struct aggregate_origin *origin = &x->aggregate->outcome_origins[i];
        if (origin->drawn)
            code = runner_schedule_text(x->runner, origin->index, &r->outcomes[i].schedule, err);
        struct shown shown = {.texts = x, .row = &r->outcomes[i]};
        if (code == VRRL_OK)
            code = shorten_text(x, &shown, &r->outcomes[i].schedule, err);
    }
    if (r->outcome_count > 1)
        qsort(r->outcomes, r->outcome_count, sizeof *r->outcomes, by_values);
    return code;
}

vrrl_code explore_texts(const struct campaign *plan, struct aggregate *t, struct runner *r,
                        vrrl_error *err)
{
    struct texts x = {.plan = plan, .aggregate = t, .runner = r, .steps = STEPS_ALL};
    if (t->result->out_of_time || t->result->interrupted)
        x.steps = 0;
    vrrl_code code = describe_defects(&x, err);
    return code == VRRL_OK ? describe_outcomes(&x, err) : code;
}
