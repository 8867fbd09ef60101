/* Exhaustive search of run targets, against every schedule there is, one after the other. */
#include "explore/exhaustive_program.h"

#include "program_text.h"
#include "vrrl/analysis/report.h"

enum { SCHEDULES_MAX = 400000, DEFECTS_MAX = 64, DEPTH_MAX = 512 };

/* A chooser that goes through all schedules: each run takes the next in lexical order. */
struct odometer {
    uint32_t digits[DEPTH_MAX], bounds[DEPTH_MAX], depth, used;
};

static uint32_t turn(struct odometer *o, uint32_t bound)
{
    assert_true(o->depth < DEPTH_MAX);
    if (o->depth == o->used)
        o->digits[o->used++] = 0;
    o->bounds[o->depth] = bound;
    return o->digits[o->depth++];
}

static void choose_next(void *context, const struct chooser_lane *lanes, uint32_t count,
                        uint32_t *at, uint32_t *option)
{
    *at = count > 1 ? turn(context, count) : 0;
    *option = lanes[*at].options > 1 ? turn(context, lanes[*at].options) : 0;
}

static bool advance(struct odometer *o)
{
    o->used = o->depth;
    o->depth = 0;
    while (o->used > 0 && o->digits[o->used - 1] + 1 == o->bounds[o->used - 1])
        o->used--;
    if (o->used == 0)
        return false;
    o->digits[o->used - 1]++;
    return true;
}

struct defects {
    vrrl_run_outcome found[DEFECTS_MAX];
    uint32_t count;
    uint64_t schedules;
};

/* But for the slot: which of two is the first that diverges depends on the order in which they ended,
 * and a search comes to each end by one order only. */
static bool same_end(const vrrl_run_outcome *a, const vrrl_run_outcome *b)
{
    return a->kind == b->kind && a->epoch == b->epoch && a->word == b->word;
}

static bool has(const struct defects *d, const vrrl_run_outcome *outcome)
{
    for (uint32_t i = 0; i < d->count; i++) {
        if (same_end(&d->found[i], outcome))
            return true;
    }
    return false;
}

static struct defects by_brute_force(struct run_target *s)
{
    struct odometer odometer = {0};
    struct defects d = {0};
    const struct chooser with = {.context = &odometer, .choose = choose_next};
    do {
        vrrl_run_outcome outcome;
        vrrl_error err = {0};
        assert_int_equal(run_target_run(s, &with, &outcome, &err), VRRL_OK);
        if (outcome.kind != VRRL_DEFECT_NONE && !has(&d, &outcome)) {
            assert_true(d.count < DEFECTS_MAX);
            d.found[d.count++] = outcome;
        }
        assert_true(d.schedules++ < SCHEDULES_MAX);
    } while (advance(&odometer));
    return d;
}

/* The schedule that comes with a defect shows it. */
static void check_choices(struct run_target *s, const struct exhaust_defect *defect)
{
    vrrl_run_outcome outcome;
    vrrl_error err = {0};
    struct exhaust_given given = {.choices = defect->choices, .count = defect->choice_count};
    const struct chooser with = {.context = &given, .choose = exhaust_choose_given};
    assert_int_equal(run_target_run(s, &with, &outcome, &err), VRRL_OK);
    assert_true(vrrl_outcome_same_defect(&outcome, &defect->first));
    assert_true(outcome.schedule == defect->first.schedule);
    assert_int_equal(given.next, given.count);
}

/* Returns how many defects there are. */
static uint32_t compare(const char *text, uint32_t workers, vrrl_memory_model model)
{
    vrrl_program *program = program_of(text);
    const struct run_target_options options = {
        .setup.grain = VRRL_GRAIN_OPERATION, .setup.model = model, .setup.workers = workers};
    struct run_target *s;
    struct exhaust_result result;
    vrrl_error err = {0};
    assert_int_equal(run_target_create(program, &options, &s, &err), VRRL_OK);
    struct defects brute = by_brute_force(s);
    assert_int_equal(
        exhaust(s, program, &(struct exhaust_request){.state_limit = 1000000}, &result, &err),
        VRRL_OK);
    assert_true(result.complete);
    assert_true(result.states > 0 && result.ends <= brute.schedules);
    struct defects found = {0};
    for (uint32_t i = 0; i < result.defect_count; i++) {
        const vrrl_run_outcome *first = &result.defects[i].first;
        assert_true(has(&brute, first));
        check_choices(s, &result.defects[i]);
        if (!has(&found, first))
            found.found[found.count++] = *first;
    }
    assert_int_equal(found.count, brute.count);
    exhaust_result_free(&result);
    run_target_destroy(s);
    vrrl_program_free(program);
    return brute.count;
}

static const char message_passing[] = "word data\nword flag\nword seen in observable\nepoch\n"
                                      "send: pack STORE_U32 42, data then SIGNAL flag, 1\n"
                                      "take: pack WAIT_GE flag, 1 then LOAD_U32 data, seen\nend\n";
static const char without_wait[] = "word data\nword seen in observable\nepoch\n"
                                   "STORE_U32 42, data\nLOAD_U32 data, seen\nend\n";
static const char wait_and_signal[] = "word a\nepoch\nWAIT_GE a, 1\nSIGNAL a, 1\nend\n";
static const char copied[] =
    "words a[2]\nwords b[2]\nepoch\nMEMCPY a, b, 2\nSTORE_U32 1, a[1]\nend\n";
static const char lost_update[] = "word a\nepoch\nMEMCPY a, a, 1\nATOMIC_ADD 1, a\nend\n";
static const char stuck_at_times[] =
    "word a\nword b\nepoch\nCOMPARE_SWAP a, 0, 2\nCOMPARE_SWAP a, 0, 1\n"
    "WAIT_GE a, 2\nend\n";
/* What epoch 0 leaves is not observed; what epoch 1 shows depends on it. */
static const char two_epochs[] =
    "word x\nword y\nobserve y\nepoch\nSTORE_U32 1, x\nSTORE_U32 2, x\n"
    "SIGNAL x, 5\nend\nepoch\nMEMCPY x, y, 1\nNOP\nend\n";

static void test_right(void **state)
{
    (void)state;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        assert_int_equal(compare(message_passing, 1, (vrrl_memory_model)model), 0);
        assert_int_equal(compare(wait_and_signal, 2, (vrrl_memory_model)model), 0);
    }
}

static void test_wrong(void **state)
{
    (void)state;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        vrrl_memory_model under = (vrrl_memory_model)model;
        assert_true(compare(stuck_at_times, 1, under) > 0);
        assert_true(compare(without_wait, 1, under) > 0);
        assert_true(compare(without_wait, 2, under) > 0);
    }
    assert_true(compare(copied, 2, VRRL_MEMORY_SC) > 0);
    assert_true(compare(lost_update, 2, VRRL_MEMORY_SC) > 0);
    assert_true(compare(lost_update, 2, VRRL_MEMORY_VIEW) > 0);
}

static void test_epochs(void **state)
{
    (void)state;
    assert_true(compare(two_epochs, 1, VRRL_MEMORY_SC) > 0);
    assert_true(compare(two_epochs, 1, VRRL_MEMORY_VIEW) > 0);
}

/* Too many states: it says so. */
static void test_limit(void **state)
{
    (void)state;
    vrrl_program *program = program_of(message_passing);
    const struct run_target_options options = {.setup.grain = VRRL_GRAIN_OPERATION,
                                               .setup.workers = 2};
    struct run_target *s;
    struct exhaust_result result;
    vrrl_error err = {0};
    assert_int_equal(run_target_create(program, &options, &s, &err), VRRL_OK);
    assert_int_equal(
        exhaust(s, program, &(struct exhaust_request){.state_limit = 20}, &result, &err), VRRL_OK);
    assert_false(result.complete);
    assert_in_range(result.states, 15, 25);
    exhaust_result_free(&result);
    assert_int_equal(
        exhaust(s, program,
                &(struct exhaust_request){.state_limit = 1000000, .limit.deadline_ns = 1}, &result,
                &err),
        VRRL_OK);
    assert_false(result.complete);
    exhaust_result_free(&result);
    run_target_destroy(s);
    vrrl_program_free(program);
}

/* Too many states to be remembered in what it may take: it says so before it takes more. */
static void test_memory_limit(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of("words x[8]\nepoch\nrepeat 8 as i\n"
                   "pack STORE_U32 1, x[i] then MEMCPY x[(i + 1) % 8], x[i], 1\n"
                   "end\nend\n");
    const vrrl_explore_options options = {.size = sizeof options,
                                          .strategy = VRRL_STRATEGY_EXHAUSTIVE,
                                          .cells.models = 1,
                                          .cells.workers_first = 3,
                                          .cells.workers_last = 3};
    for (uint32_t mib = 1; mib <= 4; mib *= 4) {
        vrrl_explore_options o = options;
        vrrl_explore_result *r;
        vrrl_error err = {0};
        char expected[128], *text = NULL;
        size_t size = 0;
        o.memory_mib = mib;
        o.schedules = mib == 4 ? 20000 : 0;
        assert_int_equal(vrrl_explore(program, &o, &r, &err), VRRL_OK);
        assert_false(r->complete);
        FILE *out = open_memstream(&text, &size);
        vrrl_report_explore(program, r, "test.mk", out);
        fclose(out);
        snprintf(expected, sizeof expected,
                 "one was stopped for want of memory: to remember more than %llu states of epoch 0 "
                 "takes 2 MiB",
                 (unsigned long long)r->states);
        assert_int_equal(r->states, mib == 4 ? 20000 : 16384);
        assert_int_equal(strstr(text, expected) != NULL, mib == 1);
        free(text);
        vrrl_explore_result_free(r);
    }
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right),        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_epochs),       cmocka_unit_test(test_limit),
        cmocka_unit_test(test_memory_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
