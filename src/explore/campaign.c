#include "explore/campaign.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/options.h"
#include "base/random.h"
#include "event/setup.h"
#include "explore/outcomes.h"
#include "memory/memory_models.h"
#include "program/batch_view.h"
#include "schedule/strategy.h"
#include "schedule/work_pool.h"

enum {
    DEFAULT_SCHEDULES = 10000,
    DEFAULT_STATES = 8000000,
    DEFAULT_WORKERS = 4,
    DEFAULT_DEPTH = 3,
    DEFAULT_BOUND = 2,
    CAPPED_EVERY = 3, /* of the rounds of schedules */
    CAPS_EACH = 8,    /* each number up to this, and then powers of two */
};

/* ---- Options --------------------------------------------------------------------------------- */

static vrrl_code check(const vrrl_explore_options *o, vrrl_error *err)
{
    if ((uint32_t)o->strategy >= VRRL_STRATEGIES || o->cells.models & ~(uint32_t)MEMORY_MODELS_ALL)
        return error_set(err, VRRL_INVALID, "Fix: use the enumerators of vrrl/analysis/explore.h.",
                         "strategy %u, models 0x%x", o->strategy, o->cells.models);
    if (o->setup.model != VRRL_MEMORY_SC || o->setup.workers != 0)
        return error_set(err, VRRL_INVALID,
                         "Fix: leave them 0; set models, workers_first and workers_last.",
                         "a campaign with a setup of one memory model and one number of workers");
    if (o->depth > STRATEGY_DEPTH_MAX)
        return error_set(err, VRRL_INVALID, "Fix: choose a smaller depth.",
                         "a depth of %u, of at most %d", o->depth, STRATEGY_DEPTH_MAX);
    if (o->bound > STRATEGY_BOUND_MAX)
        return error_set(err, VRRL_INVALID, "Fix: choose a smaller bound.",
                         "a bound of %u preemptions, of at most %d", o->bound, STRATEGY_BOUND_MAX);
    if (o->outcome_word_count > VRRL_OUTCOME_WORDS_MAX)
        return error_set(err, VRRL_INVALID, "Fix: ask for fewer words.",
                         "outcomes of %u words, of at most %d", o->outcome_word_count,
                         VRRL_OUTCOME_WORDS_MAX);
    if (o->jobs > WORK_POOL_JOBS_MAX)
        return error_set(err, VRRL_INVALID, "Fix: use fewer.", "%u processes, of at most %d",
                         o->jobs, WORK_POOL_JOBS_MAX);
    if (o->cells.workers_last > CAMPAIGN_WORKERS_MAX ||
        o->cells.workers_first > o->cells.workers_last ||
        (o->cells.workers_last > 0 && o->cells.workers_first == 0))
        return error_set(err, VRRL_INVALID, "Fix: choose a first and a last number, from 1 to 64.",
                         "workers %u to %u", o->cells.workers_first, o->cells.workers_last);
    return VRRL_OK;
}

/* A slot is a step where that is exact, unless only a weaker model is asked for. */
static vrrl_grain grain_of(const vrrl_program *program, const vrrl_explore_options *o)
{
    bool sc = o->cells.models == 0 || o->cells.models & 1 << VRRL_MEMORY_SC;
    if (o->setup.grain != VRRL_GRAIN_AUTO)
        return o->setup.grain;
    if (o->strategy == VRRL_STRATEGY_EXHAUSTIVE)
        return VRRL_GRAIN_OPERATION;
    return vrrl_program_is_symbolic(program) && sc ? VRRL_GRAIN_SLOT : VRRL_GRAIN_OPERATION;
}

static uint32_t models_of(const vrrl_explore_options *o)
{
    uint32_t models = o->cells.models ? o->cells.models : MEMORY_MODELS_ALL;
    return o->setup.grain == VRRL_GRAIN_SLOT ? models & 1 << VRRL_MEMORY_SC : models;
}

/* Queues are as many as the program says, and on as it says, unless told otherwise. In a pool a slot
 * that is a step meets no other: workers make no difference. */
static void choose_workers(const vrrl_program *program, vrrl_explore_options *o)
{
    uint32_t slots = program_largest_batch(program);
    bool pool = program->model.kind == VRRL_MODEL_POOL;
    if (pool && o->setup.grain == VRRL_GRAIN_SLOT) {
        o->cells.workers_first = o->cells.workers_last = 0;
    } else if (pool && o->cells.workers_last == 0) {
        o->cells.workers_first = 1;
        o->cells.workers_last = slots < 1 ? 1 : slots < DEFAULT_WORKERS ? slots : DEFAULT_WORKERS;
    }
}

/* All orders of whole slots: one worker of a pool runs them one after the other, in any order, and so do
 * queues of which one slot at a time may be under way. In a pipelined queue one that was admitted may be
 * overtaken before it runs: its slots overlap even so. */
static vrrl_code search_whole_slots(struct campaign *c, vrrl_error *err)
{
    vrrl_explore_options *o = &c->options;
    if (o->strategy != VRRL_STRATEGY_EXHAUSTIVE || o->setup.grain != VRRL_GRAIN_SLOT)
        return VRRL_OK;
    if (c->program->model.kind == VRRL_MODEL_PIPELINED)
        return error_set(err, VRRL_INVALID,
                         "Fix: use vrrl check, which is exact for task graphs, or steps of one "
                         "operation.",
                         "exhaustive search of whole slots knows no pipelined queues");
    c->whole = true;
    o->setup.grain = VRRL_GRAIN_OPERATION;
    o->setup.in_flight = c->program->model.kind == VRRL_MODEL_SERIAL;
    return VRRL_OK;
}

static vrrl_code fill_in(struct campaign *c, vrrl_error *err)
{
    const vrrl_program *program = c->program;
    vrrl_explore_options *o = &c->options;
    vrrl_code code = check(o, err);
    if (code != VRRL_OK)
        return code;
    for (uint32_t i = 0; i < o->outcome_word_count; i++)
        if (o->outcome_words[i] >= program->layout.total_words)
            return error_set(err, VRRL_INVALID, "Fix: ask for words of the program.",
                             "an outcome of word %u, of %u", o->outcome_words[i],
                             program->layout.total_words);
    o->setup.grain = grain_of(program, o);
    o->setup.seed = seed_of_option(o->setup.seed);
    o->cells.models = models_of(o);
    if (o->cells.models == 0)
        return error_set(err, VRRL_INVALID, "Fix: choose sc, or steps of one operation.",
                         "steps of a whole slot know one memory model, sc");
    code = setup_check(&o->setup, err);
    if (code != VRRL_OK)
        return code;
    choose_workers(program, o);
    if (o->schedules == 0 && o->strategy == VRRL_STRATEGY_EXHAUSTIVE)
        o->schedules = DEFAULT_STATES;
    else if (o->schedules == 0)
        o->schedules = o->milliseconds ? UINT64_MAX : DEFAULT_SCHEDULES;
    o->depth = o->depth ? o->depth : DEFAULT_DEPTH;
    o->bound = o->bound ? o->bound : DEFAULT_BOUND;
    o->jobs = o->jobs ? o->jobs : 1;
    return search_whole_slots(c, err);
}

/* ---- Cells ----------------------------------------------------------------------------------- */

static uint32_t lanes_of(const struct campaign *c, uint32_t workers)
{
    const vrrl_worker_model *model = &c->program->model;
    uint32_t on = workers ? workers : model->resident;
    if (model->kind == VRRL_MODEL_POOL)
        return workers;
    on = on && on < model->queues ? on : model->queues;
    return on * (model->kind == VRRL_MODEL_PIPELINED ? model->depth : 1);
}

/* Caps below this make a difference. A slot that is a step is never claimed beside another; and under
 * sc a pool that may do so much at a time is a pool of as many workers, which has a cell of its own. */
static uint32_t caps_below(const struct campaign *c, uint32_t workers, vrrl_memory_model model)
{
    bool pool = c->program->model.kind == VRRL_MODEL_POOL;
    if (c->options.setup.grain == VRRL_GRAIN_SLOT)
        return 0;
    return pool && model == VRRL_MEMORY_SC ? c->options.cells.workers_first : lanes_of(c, workers);
}

static void choose_caps(struct campaign *c)
{
    uint32_t below = 0;
    for (uint32_t i = 0; i < c->cell_count; i++) {
        const struct run_target_options *of = &c->cells[i].target;
        uint32_t here = caps_below(c, of->setup.workers, of->setup.model);
        below = here > below ? here : below;
    }
    for (uint32_t cap = 1; cap < below && c->cap_count < VRRL_CAPS_MAX;) {
        c->caps[c->cap_count++] = cap;
        cap = cap < CAPS_EACH ? cap + 1 : 2 * cap;
    }
    for (uint32_t i = 0; i < c->cell_count; i++) {
        struct campaign_cell *cell = &c->cells[i];
        uint32_t here = caps_below(c, cell->target.setup.workers, cell->target.setup.model);
        while (cell->cap_count < c->cap_count && c->caps[cell->cap_count] < here)
            cell->cap_count++;
    }
}

/* A cap that all lanes together stay below is none. */
static uint32_t fixed_cap(const struct campaign *c, uint32_t workers)
{
    return c->options.setup.in_flight < lanes_of(c, workers) ? c->options.setup.in_flight : 0;
}

static void add_cells(struct campaign *c)
{
    const vrrl_explore_options *o = &c->options;
    struct campaign_cell cell = {.target = {.setup = o->setup, .mutation = c->mutation}};
    vrrl_setup *setup = &cell.target.setup;
    for (uint32_t workers = o->cells.workers_first; workers <= o->cells.workers_last; workers++) {
        for (vrrl_memory_model model = VRRL_MEMORY_SC; model < VRRL_MEMORY_MODELS; model++) {
            if (!(o->cells.models & 1u << model))
                continue;
            setup->model = model;
            setup->workers = workers;
            setup->in_flight = fixed_cap(c, workers);
            c->active[c->active_count++] = c->cell_count;
            c->cells[c->cell_count++] = cell;
        }
    }
    if (o->setup.in_flight == 0)
        choose_caps(c);
}

/* A lane of the slot engine is one step: there is nothing to preempt. To let each slot in turn go
 * last shows every two that nothing orders in both orders, so most of the schedules are for that. */
static void choose_kinds(struct campaign *c)
{
    static const vrrl_strategy all[] = {VRRL_STRATEGY_RANDOM, VRRL_STRATEGY_PCT,
                                        VRRL_STRATEGY_STARVE, VRRL_STRATEGY_PREEMPT},
                               by_slot[] = {VRRL_STRATEGY_RANDOM, VRRL_STRATEGY_STARVE,
                                            VRRL_STRATEGY_STARVE, VRRL_STRATEGY_PCT,
                                            VRRL_STRATEGY_STARVE, VRRL_STRATEGY_STARVE};
    bool slots = c->options.setup.grain == VRRL_GRAIN_SLOT;
    const vrrl_strategy *mix = slots ? by_slot : all;
    bool mixed = c->options.strategy == VRRL_STRATEGY_MIX;
    c->kind_count = !mixed ? 1 : slots ? 6 : 4;
    c->starve_count = 0;
    for (uint32_t i = 0; i < c->kind_count; i++) {
        c->kinds[i] = mixed ? mix[i] : c->options.strategy;
        c->starve_count += c->kinds[i] == VRRL_STRATEGY_STARVE;
    }
    c->held_count = slots ? program_largest_batch(c->program) : 0;
}

/* A bug that is planted: steps of operations alone have it, and it is none that a reduction knows. */
static vrrl_code plant(struct campaign *c, vrrl_error *err)
{
    const vrrl_explore_options *o = &c->options;
    if (!o->mutation)
        return VRRL_OK;
    if (!step_mutation_parse(o->mutation, &c->mutation))
        return error_set(err, VRRL_INVALID, "Fix: see src/ops/mutation.h.", "'%s' is no mutation",
                         o->mutation);
    if (o->setup.grain != VRRL_GRAIN_OPERATION || o->strategy == VRRL_STRATEGY_EXHAUSTIVE)
        return error_set(err, VRRL_INVALID,
                         "Fix: ask for steps of operations, and for another strategy.",
                         "a mutation needs steps of operations and schedules that are drawn");
    return VRRL_OK;
}

vrrl_code campaign_plan(const vrrl_program *program, const vrrl_explore_options *options,
                        struct campaign *c, vrrl_error *err)
{
    *c = (struct campaign){.program = program};
    vrrl_code code = OPTIONS_READ(vrrl_explore_options, &c->options, options, err);
    if (code == VRRL_OK)
        code = fill_in(c, err);
    if (code == VRRL_OK)
        code = plant(c, err);
    if (code != VRRL_OK)
        return code;
    add_cells(c);
    choose_kinds(c);
    c->limit.stop = c->options.stop;
    if (c->options.milliseconds)
        c->limit.deadline_ns = clock_steady_ns() + c->options.milliseconds * 1000000ull;
    return VRRL_OK;
}

/* ---- Schedules ------------------------------------------------------------------------------- */

/* Of a schedule of starve, the slot that goes last. */
static uint32_t held_of(const struct campaign *c, uint64_t turn, uint32_t kind)
{
    uint64_t before = 0;
    for (uint32_t i = 0; i < kind; i++)
        before += c->kinds[i] == VRRL_STRATEGY_STARVE;
    uint64_t number = turn * c->starve_count + before;
    return c->kinds[kind] == VRRL_STRATEGY_STARVE && number < c->held_count ? (uint32_t)number
                                                                            : VRRL_NO_INDEX;
}

struct schedule_spec campaign_spec_of(const struct campaign *c, uint64_t index)
{
    const vrrl_explore_options *o = &c->options;
    uint64_t round = index / c->active_count, state = o->setup.seed;
    struct schedule_spec spec = {.cell = c->active[index % c->active_count], .held = VRRL_NO_INDEX};
    const struct campaign_cell *cell = &c->cells[spec.cell];
    spec.setup = cell->target.setup;
    spec.capped = cell->cap_count > 0 && round % CAPPED_EVERY == CAPPED_EVERY - 1;
    /* Those with a cap and those without are two series: each has every strategy in turn. */
    if (spec.capped)
        round /= CAPPED_EVERY;
    else if (cell->cap_count > 0)
        round -= round / CAPPED_EVERY;
    uint32_t kind = (uint32_t)(round % c->kind_count);
    round /= c->kind_count;
    if (spec.capped) {
        spec.setup.in_flight = c->caps[round % cell->cap_count];
        round /= cell->cap_count;
    }
    bool mixed = o->strategy == VRRL_STRATEGY_MIX;
    spec.strategy = c->kinds[kind];
    spec.depth = mixed ? (uint32_t)(round % o->depth) + 1 : o->depth;
    spec.bound = (uint32_t)(round % (o->bound + 1ull));
    spec.held = held_of(c, round, kind);
    state = random_next(&state) + index;
    spec.setup.seed = random_next(&state);
    return spec;
}
