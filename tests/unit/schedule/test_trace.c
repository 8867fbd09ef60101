/*
 * Traces of random runs of the examples: what a trace keeps of its decisions makes the same run again, kept whole
 * and as the deviations alone, which is how schedule strings keep them.
 */
#include "run_target_test.h"

#include "schedule/trace.h"

enum { SEEDS = 30 };

static const char *const names[] = {"message-passing", "lock-handoff", "layer-tasks",
                                    "pipelined-overtake", "counter-reset"};

static void trace_run(struct run_target *s, const struct chooser *by, struct trace *into)
{
    struct tracer t = {.by = by, .of = s, .into = into};
    const struct chooser with = tracer_chooser(&t);
    run_with(s, &with);
    assert_false(into->exhausted);
}

static void expect_same(const char *name, uint64_t seed, const struct trace *a,
                        const struct trace *b)
{
    uint32_t common = trace_common(a, b);
    if (a->count != b->count || common != a->count)
        fail_msg("%s, seed %llu: %u and %u steps, %u of them the same", name,
                 (unsigned long long)seed, a->count, b->count, common);
}

/* The deviations alone, as a list that a player follows by what each of them skips. */
static uint32_t deviations_of(const struct decisions *all, struct decision *list)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < all->count; i++)
        if (decision_deviates(&all->list[i]))
            list[count++] =
                decision_deviation(all->list[i].number, all->list[i].skip, all->list[i].option);
    return count;
}

static uint32_t compare_one(struct run_target *s, const char *name, uint64_t seed)
{
    static struct decision list[20000];
    uint64_t random = seed;
    const struct chooser by = {.context = &random, .choose = choose_at_random};
    struct decision_player again = {.list = NULL};
    struct trace first = {.list = NULL}, second = {.list = NULL};
    trace_run(s, &by, &first);
    assert_true(first.decisions.count <= sizeof list / sizeof list[0]);
    const struct decisions *all = &first.decisions;
    const struct chooser whole = decision_play(&again, all->list, all->count, NULL);
    trace_run(s, &whole, &second);
    expect_same(name, seed, &first, &second);
    uint32_t count = deviations_of(all, list);
    const struct chooser few = decision_play(&again, list, count, NULL);
    trace_run(s, &few, &second);
    expect_same(name, seed, &first, &second);
    assert_int_equal(again.misfits, 0);
    decision_player_free(&again);
    trace_free(&first);
    trace_free(&second);
    return count;
}

static void test_deviations_make_the_same_run(void **state)
{
    uint32_t deviations = 0;
    (void)state;
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
        vrrl_program *program = example(names[i]);
        for (vrrl_memory_model m = VRRL_MEMORY_SC; m < VRRL_MEMORY_MODELS; m++) {
            bool pool = program->model.kind == VRRL_MODEL_POOL;
            struct run_target *s = run_target_with(
                program, &(struct run_target_options){.setup.grain = VRRL_GRAIN_OPERATION,
                                                      .setup.model = m,
                                                      .setup.workers = pool ? 3 : 0,
                                                      .ask_always = true});
            for (uint64_t seed = 0; seed < SEEDS; seed++)
                deviations += compare_one(s, names[i], seed);
            run_target_destroy(s);
        }
        vrrl_program_free(program);
    }
    assert_true(deviations > 1000);
}

/* A tracer without a chooser takes what schedule strings call the default: nothing that it keeps deviates. */
static void test_the_default_does_not_deviate(void **state)
{
    (void)state;
    vrrl_program *program = example("lock-handoff");
    struct run_target *s = run_target_with(
        program, &(struct run_target_options){
                     .setup.grain = VRRL_GRAIN_OPERATION, .setup.workers = 3, .ask_always = true});
    struct trace run = {.list = NULL};
    trace_run(s, NULL, &run);
    assert_true(run.decisions.count > 0 && run.decisions.count <= run.count);
    for (uint32_t i = 0; i < run.decisions.count; i++)
        assert_false(decision_deviates(&run.decisions.list[i]));
    trace_free(&run);
    run_target_destroy(s);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deviations_make_the_same_run),
        cmocka_unit_test(test_the_default_does_not_deviate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
