#include "search/campaign.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/random.h"
#include "programs/batch_view.h"
#include "search/blocks.h"
#include "search/outcomes.h"
#include "search/strategy.h"

enum {
    DEFAULT_SCHEDULES = 10000,
    DEFAULT_STATES = 8000000,
    DEFAULT_WORKERS = 4,
    DEFAULT_DEPTH = 3,
    DEFAULT_BOUND = 2,
    ALL_MODELS = 1 << VRRL_MEMORY_SC | 1 << VRRL_MEMORY_TSO | 1 << VRRL_MEMORY_VIEW,
    QUEUE_CLAIMS = 2, /* a cap that leaves something to interleave */
};

/* ---- Options --------------------------------------------------------------------------------- */

static vrrl_code check(const vrrl_explore_options *o, vrrl_error *err)
{
    if (o->strategy > VRRL_STRATEGY_EXHAUSTIVE || o->grain > VRRL_GRAIN_SLOT ||
        o->models & ~(uint32_t)ALL_MODELS)
        return error_set(err, VRRL_INVALID, "Fix: use the enumerators of vrrl/search.h.",
                         "strategy %u, grain %u, models 0x%x", o->strategy, o->grain, o->models);
    if (o->strategy == VRRL_STRATEGY_EXHAUSTIVE && o->grain == VRRL_GRAIN_SLOT)
        return error_set(err, VRRL_INVALID,
                         "Fix: use vrrl check, which is exact for task graphs, or steps of one "
                         "operation.",
                         "exhaustive search takes steps of one memory operation");
    if (o->depth > STRATEGY_DEPTH_MAX)
        return error_set(err, VRRL_INVALID, "Fix: choose a smaller depth.",
                         "a depth of %u, of at most %d", o->depth, STRATEGY_DEPTH_MAX);
    if (o->bound > STRATEGY_BOUND_MAX)
        return error_set(err, VRRL_INVALID, "Fix: choose a smaller bound.",
                         "a bound of %u preemptions, of at most %d", o->bound, STRATEGY_BOUND_MAX);
    if (o->outcome_word_count > OUTCOME_WORDS_MAX)
        return error_set(err, VRRL_INVALID, "Fix: ask for fewer words.",
                         "outcomes of %u words, of at most %d", o->outcome_word_count,
                         OUTCOME_WORDS_MAX);
    if (o->jobs > BLOCKS_JOBS_MAX)
        return error_set(err, VRRL_INVALID, "Fix: use fewer.", "%u processes, of at most %d",
                         o->jobs, BLOCKS_JOBS_MAX);
    if (o->workers_last > CAMPAIGN_WORKERS_MAX || o->workers_first > o->workers_last ||
        (o->workers_last > 0 && o->workers_first == 0))
        return error_set(err, VRRL_INVALID, "Fix: choose a first and a last number, from 1 to 64.",
                         "workers %u to %u", o->workers_first, o->workers_last);
    return VRRL_OK;
}

/* A slot is a step where that is exact, unless only a weaker model is asked for. */
static vrrl_grain grain_of(const vrrl_program *program, const vrrl_explore_options *o)
{
    bool sc = o->models == 0 || o->models & 1 << VRRL_MEMORY_SC;
    if (o->grain != VRRL_GRAIN_AUTO)
        return o->grain;
    if (o->strategy == VRRL_STRATEGY_EXHAUSTIVE)
        return VRRL_GRAIN_OPERATION;
    return vrrl_program_is_symbolic(program) && sc ? VRRL_GRAIN_SLOT : VRRL_GRAIN_OPERATION;
}

static uint32_t models_of(const vrrl_explore_options *o)
{
    uint32_t models = o->models ? o->models : ALL_MODELS;
    return o->grain == VRRL_GRAIN_SLOT ? models & 1 << VRRL_MEMORY_SC : models;
}

/* Queues are as many as the program says, and on as it says, unless told otherwise. In a pool a slot
 * that is a step meets no other: workers make no difference. */
static void choose_workers(const vrrl_program *program, vrrl_explore_options *o)
{
    uint32_t slots = program_largest_batch(program);
    bool pool = program->model.kind == VRRL_MODEL_POOL;
    if (pool && o->grain == VRRL_GRAIN_SLOT) {
        o->workers_first = o->workers_last = 0;
    } else if (pool && o->workers_last == 0) {
        o->workers_first = 1;
        o->workers_last = slots < 1 ? 1 : slots < DEFAULT_WORKERS ? slots : DEFAULT_WORKERS;
    }
}

static vrrl_code fill_in(const vrrl_program *program, vrrl_explore_options *o, vrrl_error *err)
{
    vrrl_code code = check(o, err);
    if (code != VRRL_OK)
        return code;
    for (uint32_t i = 0; i < o->outcome_word_count; i++)
        if (o->outcome_words[i] >= program->layout.total_words)
            return error_set(err, VRRL_INVALID, "Fix: ask for words of the program.",
                             "an outcome of word %u, of %u", o->outcome_words[i],
                             program->layout.total_words);
    o->grain = grain_of(program, o);
    o->models = models_of(o);
    if (o->models == 0)
        return error_set(err, VRRL_INVALID, "Fix: choose sc, or steps of one operation.",
                         "steps of a whole slot know one memory model, sc");
    choose_workers(program, o);
    if (o->schedules == 0 && o->strategy == VRRL_STRATEGY_EXHAUSTIVE)
        o->schedules = DEFAULT_STATES;
    else if (o->schedules == 0)
        o->schedules = o->milliseconds ? UINT64_MAX : DEFAULT_SCHEDULES;
    o->depth = o->depth ? o->depth : DEFAULT_DEPTH;
    o->bound = o->bound ? o->bound : DEFAULT_BOUND;
    o->jobs = o->jobs ? o->jobs : 1;
    return VRRL_OK;
}

/* ---- Cells ----------------------------------------------------------------------------------- */

static void add_cell(campaign *c, uint32_t workers, vrrl_memory_model model, uint32_t claims)
{
    c->cells[c->cell_count++] = (campaign_cell){.subject = {.grain = c->options.grain,
                                                            .model = model,
                                                            .workers = workers,
                                                            .claims = claims,
                                                            .step_limit = c->options.step_limit,
                                                            .mutation = c->mutation},
                                                .row = c->row_count};
}

/* Where queues decide how many slots are under way, a cap on them makes runs that leave some behind
 * likelier; in a pool fewer workers do that. */
static bool caps_claims(const campaign *c)
{
    const vrrl_worker_model *model = &c->program->model;
    uint32_t depth = model->kind == VRRL_MODEL_PIPELINED ? model->depth : 1;
    return model->kind != VRRL_MODEL_POOL && c->options.grain == VRRL_GRAIN_OPERATION &&
           c->options.strategy != VRRL_STRATEGY_EXHAUSTIVE &&
           (uint64_t)model->queues * depth > QUEUE_CLAIMS;
}

static void add_cells(campaign *c)
{
    const vrrl_explore_options *o = &c->options;
    for (uint32_t workers = o->workers_first; workers <= o->workers_last; workers++) {
        for (uint32_t model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
            if (!(o->models & 1u << model))
                continue;
            add_cell(c, workers, (vrrl_memory_model)model, 0);
            if (caps_claims(c))
                add_cell(c, workers, (vrrl_memory_model)model, QUEUE_CLAIMS);
            c->row_count++;
        }
    }
    for (c->active_count = 0; c->active_count < c->cell_count; c->active_count++)
        c->active[c->active_count] = c->active_count;
}

/* A lane of the slot engine is one step: there is nothing to preempt. To let each slot in turn go
 * last shows every two that nothing orders in both orders, so most of the schedules are for that. */
static void choose_kinds(campaign *c)
{
    static const vrrl_strategy all[] = {VRRL_STRATEGY_RANDOM, VRRL_STRATEGY_PCT,
                                        VRRL_STRATEGY_STARVE, VRRL_STRATEGY_PREEMPT},
                               by_slot[] = {VRRL_STRATEGY_RANDOM, VRRL_STRATEGY_STARVE,
                                            VRRL_STRATEGY_STARVE, VRRL_STRATEGY_PCT,
                                            VRRL_STRATEGY_STARVE, VRRL_STRATEGY_STARVE};
    bool slots = c->options.grain == VRRL_GRAIN_SLOT;
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
static vrrl_code plant(campaign *c, vrrl_error *err)
{
    const vrrl_explore_options *o = &c->options;
    if (!o->mutation)
        return VRRL_OK;
    if (!step_mutation_parse(o->mutation, &c->mutation))
        return error_set(err, VRRL_INVALID, "Fix: see src/ops/mutation.h.", "'%s' is no mutation",
                         o->mutation);
    if (o->grain != VRRL_GRAIN_OPERATION || o->strategy == VRRL_STRATEGY_EXHAUSTIVE)
        return error_set(err, VRRL_INVALID,
                         "Fix: ask for steps of operations, and for another strategy.",
                         "a mutation needs steps of operations and schedules that are drawn");
    return VRRL_OK;
}

vrrl_code campaign_plan(const vrrl_program *program, const vrrl_explore_options *options,
                        campaign *c, vrrl_error *err)
{
    *c = (campaign){.program = program, .options = *options};
    vrrl_code code = fill_in(program, &c->options, err);
    if (code == VRRL_OK)
        code = plant(c, err);
    if (code != VRRL_OK)
        return code;
    add_cells(c);
    choose_kinds(c);
    c->limit.stop = options->stop;
    if (c->options.milliseconds)
        c->limit.deadline_ns = clock_steady_ns() + c->options.milliseconds * 1000000ull;
    return VRRL_OK;
}

/* ---- Schedules ------------------------------------------------------------------------------- */

/* Of a schedule of starve, the slot that goes last. */
static uint32_t held_of(const campaign *c, uint64_t turn, uint32_t kind)
{
    uint64_t before = 0;
    for (uint32_t i = 0; i < kind; i++)
        before += c->kinds[i] == VRRL_STRATEGY_STARVE;
    uint64_t number = turn * c->starve_count + before;
    return c->kinds[kind] == VRRL_STRATEGY_STARVE && number < c->held_count ? (uint32_t)number
                                                                            : VRRL_NO_INDEX;
}

campaign_turn campaign_turn_of(const campaign *c, uint64_t index)
{
    const vrrl_explore_options *o = &c->options;
    uint64_t round = index / c->active_count, turn = round / c->kind_count, state = o->seed;
    bool mixed = o->strategy == VRRL_STRATEGY_MIX;
    state = random_next(&state) + index;
    return (campaign_turn){.cell = c->active[index % c->active_count],
                           .strategy = c->kinds[round % c->kind_count],
                           .depth = mixed ? (uint32_t)(turn % o->depth) + 1 : o->depth,
                           .bound = (uint32_t)(turn % (o->bound + 1ull)),
                           .held = held_of(c, turn, (uint32_t)(round % c->kind_count)),
                           .seed = random_next(&state)};
}
