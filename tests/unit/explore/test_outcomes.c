/*
 * Outcomes as a user of the library asks for them: litmus tests written as program files, and the
 * values that their words end up with over all schedules, held to the axioms of each model.
 */
#include "vrrl/analysis/schedule.h"

#include "litmus_axioms.h"
#include "litmus_table.h"
#include "program_text.h"

#include "base/random.h"

enum { PROGRAMS = 40, TEXT_MAX = 4096 };

/* ---- Litmus tests as program files ----------------------------------------------------------- */

typedef struct text {
    char at[TEXT_MAX];
    size_t used;
} text;

__attribute__((format(printf, 2, 3))) static void put(text *t, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    t->used += (size_t)vsnprintf(t->at + t->used, sizeof t->at - t->used, format, values);
    va_end(values);
    assert_true(t->used < sizeof t->at);
}

/* False where no opcode is the operation. `read` counts what was read, `swap` the compare-and-swaps,
 * whose two values are in memory. */
static bool put_operation(text *t, const struct operation *op, uint32_t *read, uint32_t *swap)
{
    char x = (char)('x' + op->location);
    switch (op->kind) {
    case OPERATION_LOAD:
        put(t, op->order ? "LOAD_ACQUIRE %c, r[%u]" : "MEMCPY %c, r[%u], 1", x, (*read)++);
        return true;
    case OPERATION_STORE:
        put(t, op->order ? "STORE_RELEASE %u, %c" : "STORE_U32 %u, %c", op->value, x);
        return true;
    case OPERATION_ADD:
        put(t, "FETCH_ADD %u, %c, r[%u]", op->value, x, (*read)++);
        return op->order == ORDER_RELAXED;
    case OPERATION_EXCHANGE:
        put(t, "EXCHANGE %u, %c, r[%u]", op->value, x, (*read)++);
        return op->order == ORDER_ACQ_REL;
    case OPERATION_CAS:
        put(t, "TRY_SWAP %c, v[%u], v[%u], r[%u]", x, op->expected, op->value, (*read)++);
        ++*swap;
        return op->order == ORDER_ACQ_REL;
    default:
        put(t, "%s",
            op->order == ORDER_SEQ_CST   ? "FENCE_SEQ_CST"
            : op->order == ORDER_ACQUIRE ? "FENCE_ACQUIRE"
            : op->order == ORDER_RELEASE ? "FENCE_RELEASE"
                                         : "FENCE_ACQUIRE then FENCE_RELEASE");
        return true;
    }
}

/* NULL where the test cannot be written. */
static vrrl_program *program_of_litmus(const litmus *l)
{
    text t = {.used = 0};
    uint32_t read = 0, swap = 0;
    bool can = true;
    put(&t, "slot_words 32\nworkers serial %u\nwords r[%u]\nwords v[4]\ninit v = 0, 1, 2, 3\n",
        l->threads, l->reads + 1);
    for (uint32_t i = 0; i < LITMUS_LOCATIONS; i++)
        put(&t, "word %c\n", (char)('x' + i));
    put(&t, "observe r ignore\nepoch\n");
    for (uint32_t thread = 0; thread < l->threads; thread++) {
        put(&t, "    pack ");
        for (uint32_t i = 0; i < l->count[thread]; i++) {
            put(&t, i ? " then " : "");
            can &= put_operation(&t, &l->ops[thread][i], &read, &swap);
        }
        put(&t, " on %u\n", thread);
    }
    put(&t, "end\n");
    return can ? program_of(t.at) : NULL;
}

static uint32_t word_named(const vrrl_program *p, const char *name)
{
    uint32_t first, count;
    assert_true(vrrl_program_find_words(p, name, &first, &count));
    return first;
}

static vrrl_explore_result *all_outcomes(const vrrl_program *p, const litmus *l, uint32_t jobs)
{
    uint32_t words[16], count = 0;
    for (uint32_t i = 0; i < l->reads; i++)
        words[count++] = word_named(p, "r") + i;
    for (uint32_t i = 0; i < l->locations; i++)
        words[count++] = word_named(p, (const char[]){(char)('x' + i), '\0'});
    const vrrl_explore_options options = {.size = sizeof options,
                                          .strategy = VRRL_STRATEGY_EXHAUSTIVE,
                                          .jobs = jobs,
                                          .outcome_words = words,
                                          .outcome_word_count = count};
    vrrl_explore_result *result;
    vrrl_error err = {0};
    if (vrrl_explore(p, &options, &result, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    assert_true(result->complete && !result->outcomes_left_out);
    return result;
}

static void check_against_axioms(const litmus *l, const vrrl_explore_result *r, const char *name)
{
    static outcome_set axioms, found;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        litmus_axioms(l, (vrrl_memory_model)model, &axioms);
        found.count = 0;
        for (uint32_t i = 0; i < r->outcome_count; i++) {
            const vrrl_explore_outcome *o = &r->outcomes[i];
            uint64_t outcome = 0;
            assert_int_equal(o->stopped, VRRL_DEFECT_NONE);
            assert_int_equal(o->value_count, l->reads + l->locations);
            for (uint32_t k = 0; k < o->value_count; k++)
                outcome = outcome_put(outcome, k, o->values[k]);
            if (o->counts[model] > 0)
                outcome_add(&found, outcome);
        }
        if (found.count != axioms.count ||
            memcmp(found.outcomes, axioms.outcomes, found.count * sizeof *found.outcomes) != 0)
            fail_msg("%s, model %d: %u outcomes of %u", name, model, found.count, axioms.count);
    }
}

/* Each outcome's string makes a run that ends so: told by an `expect` that only it breaks. */
static void check_strings(const vrrl_program *p, const vrrl_explore_result *r)
{
    for (uint32_t i = 0; i < r->outcome_count; i++) {
        vrrl_run_outcome outcome;
        vrrl_error err = {0};
        assert_non_null(r->outcomes[i].schedule);
        if (vrrl_schedule_run(p, r->outcomes[i].schedule, &outcome, &err) != VRRL_OK)
            fail_msg("%s", err.text);
        assert_int_equal(outcome.kind, VRRL_DEFECT_NONE);
        for (uint32_t m = 0; m < r->outcomes[i].setup.model; m++)
            assert_true(r->outcomes[i].counts[m] == 0);
    }
}

static void test_table(void **state)
{
    (void)state;
    uint32_t written = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
        litmus l = litmus_parse(rows[i].program);
        vrrl_program *p = program_of_litmus(&l);
        if (!p)
            continue;
        vrrl_explore_result *r = all_outcomes(p, &l, 1);
        check_against_axioms(&l, r, rows[i].name);
        check_strings(p, r);
        vrrl_explore_result_free(r);
        vrrl_program_free(p);
        written++;
    }
    print_message("%u of %u\n", written, (uint32_t)ROWS);
    assert_true(written > 2 * ROWS / 3);
}

static litmus random_litmus(uint64_t *random)
{
    static const uint8_t fences[] = {ORDER_ACQUIRE, ORDER_RELEASE, ORDER_ACQ_REL, ORDER_SEQ_CST};
    litmus l = {.threads = 2 + random_below(random, 3)};
    for (uint32_t left = 4 + random_below(random, 4); left > 0; left--) {
        struct operation op = {.kind = (uint8_t)random_below(random, 6),
                               .location = (uint16_t)random_below(random, 2),
                               .value = 1 + random_below(random, 2)};
        if (op.kind == OPERATION_LOAD || op.kind == OPERATION_STORE)
            op.order = random_below(random, 2)     ? ORDER_RELAXED
                       : op.kind == OPERATION_LOAD ? ORDER_ACQUIRE
                                                   : ORDER_RELEASE;
        else if (op.kind == OPERATION_CAS || op.kind == OPERATION_EXCHANGE)
            op.order = ORDER_ACQ_REL;
        else if (op.kind == OPERATION_FENCE)
            op = (struct operation){.kind = OPERATION_FENCE,
                                    .order = fences[random_below(random, 4)]};
        uint32_t t = random_below(random, l.threads);
        if (l.count[t] < 3)
            l.ops[t][l.count[t]++] = op;
    }
    for (uint32_t t = 0; t < l.threads; t++)
        if (l.count[t] == 0)
            l.ops[t][l.count[t]++] = (struct operation){.kind = OPERATION_STORE, .value = 1};
    litmus_finish(&l);
    return l;
}

static void test_random_programs(void **state)
{
    (void)state;
    const char *count = getenv("VRRL_LITMUS_PROGRAMS"), *seed = getenv("VRRL_LITMUS_SEED");
    uint32_t programs = count ? (uint32_t)atoi(count) : PROGRAMS;
    uint64_t random = seed ? (uint64_t)atoll(seed) : 5;
    for (uint32_t i = 0; i < programs; i++) {
        char name[32];
        litmus l = random_litmus(&random);
        snprintf(name, sizeof name, "program %u", i);
        vrrl_program *p = program_of_litmus(&l);
        assert_non_null(p);
        vrrl_explore_result *r = all_outcomes(p, &l, 1 + i % 2);
        check_against_axioms(&l, r, name);
        vrrl_explore_result_free(r);
        vrrl_program_free(p);
    }
}

/* ---- What else ends a run -------------------------------------------------------------------- */

static vrrl_explore_result *outcomes_of(const vrrl_program *p, vrrl_strategy strategy,
                                        const char *name)
{
    uint32_t word = word_named(p, name);
    const vrrl_explore_options options = {.size = sizeof options,
                                          .strategy = strategy,
                                          .schedules =
                                              strategy == VRRL_STRATEGY_EXHAUSTIVE ? 0 : 400,
                                          .cells.models = 1 << VRRL_MEMORY_SC,
                                          .outcome_words = &word,
                                          .outcome_word_count = 1};
    vrrl_explore_result *r;
    vrrl_error err = {0};
    if (vrrl_explore(p, &options, &r, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    return r;
}

/* One row with this value and what stopped the run. */
static const vrrl_explore_outcome *row_of(const vrrl_explore_result *r, uint32_t value,
                                          vrrl_defect_kind stopped)
{
    for (uint32_t i = 0; i < r->outcome_count; i++)
        if (r->outcomes[i].values[0] == value && r->outcomes[i].stopped == stopped)
            return &r->outcomes[i];
    fail_msg("no outcome %u", value);
    return NULL;
}

static const vrrl_strategy both[] = {VRRL_STRATEGY_EXHAUSTIVE, VRRL_STRATEGY_RANDOM};

static void test_deadlocks_are_told_apart(void **state)
{
    (void)state;
    vrrl_program *p = program_of("workers serial 2\nword x\nword go\nobserve x ignore\nepoch\n"
                                 "pack WAIT_GE go, 1 then STORE_U32 1, x on 0\n"
                                 "pack IF_EQ x, 0 then STORE_U32 1, go on 1\nend\n"
                                 "epoch\nprologue\nSTORE_U32 0, go\nend\n"
                                 "pack FETCH_ADD 1, x, go on 0\n"
                                 "pack WAIT_GE go, 1 then STORE_U32 7, x on 1\nend\n");
    for (uint32_t i = 0; i < 2; i++) {
        vrrl_explore_result *r = outcomes_of(p, both[i], "x");
        assert_int_equal(r->outcome_count, 1);
        assert_int_equal(row_of(r, 7, VRRL_DEFECT_NONE)->setup.model, VRRL_MEMORY_SC);
        vrrl_explore_result_free(r);
    }
    vrrl_program_free(p);
    p = program_of("word x\nword left\ninit left = 1\nobserve x ignore\nepoch\n"
                   "pack TAKE left then STORE_U32 3, x\npack TAKE left then STORE_U32 4, x\nend\n");
    for (uint32_t i = 0; i < 2; i++) {
        vrrl_explore_result *r = outcomes_of(p, both[i], "x");
        assert_int_equal(r->outcome_count, 2);
        row_of(r, 3, VRRL_DEFECT_DEADLOCK);
        row_of(r, 4, VRRL_DEFECT_DEADLOCK);
        vrrl_explore_result_free(r);
    }
    vrrl_program_free(p);
}

/* The epoch that fails is the last that runs; and workers that have left run no other. */
static void test_runs_that_end_early(void **state)
{
    (void)state;
    vrrl_program *p =
        program_of("word x\nword y\nobserve x\nobserve y ignore\nepoch\n"
                   "STORE_U32 1, x\nSTORE_U32 2, x\nend\nepoch\nSTORE_U32 9, x\nend\n");
    for (uint32_t i = 0; i < 2; i++) {
        vrrl_explore_result *r = outcomes_of(p, both[i], "x");
        assert_int_equal(r->outcome_count, 2);
        assert_true(row_of(r, 9, VRRL_DEFECT_NONE) && row_of(r, 1, VRRL_DEFECT_VALUE));
        vrrl_explore_result_free(r);
    }
    vrrl_program_free(p);
    p = program_of("word x\nword never\nobserve x ignore\nepoch\nSTORE_U32 1, x\nSHUTDOWN\n"
                   "WAIT_GE never, 1\nend\nepoch\nSTORE_U32 2, x\nend\n");
    for (uint32_t i = 0; i < 2; i++) {
        vrrl_explore_result *r = outcomes_of(p, both[i], "x");
        assert_int_equal(r->outcome_count, 2);
        assert_true(row_of(r, 0, VRRL_DEFECT_NONE) && row_of(r, 1, VRRL_DEFECT_NONE));
        vrrl_explore_result_free(r);
    }
    vrrl_program_free(p);
}

/* Schedules that were drawn: each is counted once, and by its model. */
static void test_counts(void **state)
{
    (void)state;
    vrrl_program *p = program_of("workers serial 2\nword x\nwords r[2]\nobserve r ignore\nepoch\n"
                                 "FETCH_ADD 1, x, r[0] on 0\nFETCH_ADD 1, x, r[1] on 1\nend\n");
    const uint32_t words[] = {word_named(p, "r"), word_named(p, "r[1]")};
    vrrl_explore_result *r[2];
    vrrl_error err = {0};
    for (uint32_t jobs = 1; jobs <= 2; jobs++) {
        const vrrl_explore_options options = {.size = sizeof options,
                                              .strategy = VRRL_STRATEGY_RANDOM,
                                              .schedules = 600,
                                              .jobs = jobs,
                                              .outcome_words = words,
                                              .outcome_word_count = 2};
        assert_int_equal(vrrl_explore(p, &options, &r[jobs - 1], &err), VRRL_OK);
    }
    assert_int_equal(r[0]->outcome_count, 2);
    for (uint32_t m = 0; m < 3; m++)
        assert_true(r[0]->outcomes[0].counts[m] + r[0]->outcomes[1].counts[m] == 200);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(r[0]->outcomes[i].values[0], i);
        assert_int_equal(r[0]->outcomes[i].values[1], 1 - i);
        assert_memory_equal(r[0]->outcomes[i].counts, r[1]->outcomes[i].counts, 24);
        assert_string_equal(r[0]->outcomes[i].schedule, r[1]->outcomes[i].schedule);
    }
    vrrl_explore_result_free(r[0]);
    vrrl_explore_result_free(r[1]);
    const uint32_t outside = p->layout.total_words;
    const vrrl_explore_options wrong = {
        .size = sizeof wrong, .outcome_words = &outside, .outcome_word_count = 1};
    assert_int_equal(vrrl_explore(p, &wrong, &r[0], &err), VRRL_INVALID);
    vrrl_program_free(p);
}

/* ---- Words by name --------------------------------------------------------------------------- */

static void test_words_by_name(void **state)
{
    (void)state;
    vrrl_program *p =
        program_of("memory 64\nword x\nwords y[4]\nwords pair[3] of 2\nword lone at 40\n"
                   "words `a.b[2]` of 2\nword obs in observable\nepoch\nend\n");
    static const struct {
        const char *name;
        uint32_t count;
    } sizes[] = {{"x", 1},          {"y", 4},          {"y[3]", 1},     {"pair", 6},
                 {"pair[1]", 2},    {"user", 64},      {"user[50]", 1}, {"observable", 16},
                 {"obs", 1},        {"pair[2].hi", 1}, {"a.b[2]", 2},   {"a.b[2].lo", 1},
                 {"DONE_COUNT", 1}, {"QUOTA[3]", 1}};
    static const char *const none[] = {"",
                                       "z",
                                       "y[4]",
                                       "y[-1]",
                                       "y[1",
                                       "y[1]2",
                                       "y.hi",
                                       "pair.lo",
                                       "x[0]]",
                                       "pair[3]",
                                       "y[99999999999999999999]",
                                       "user[64]",
                                       "a.b",
                                       "pair[1].mid"};
    uint32_t first, count;
    for (uint32_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        if (!vrrl_program_find_words(p, sizes[i].name, &first, &count))
            fail_msg("%s", sizes[i].name);
        assert_int_equal(count, sizes[i].count);
    }
    for (uint32_t i = 0; i < sizeof none / sizeof *none; i++)
        if (vrrl_program_find_words(p, none[i], &first, &count))
            fail_msg("\"%s\" is %u words at %u", none[i], count, first);
    /* What a word is called finds it again. */
    for (uint32_t w = p->layout.user_base; w < p->layout.user_base + 64; w++) {
        char name[VRRL_NAME_MAX];
        vrrl_program_word_name(p, w, name, sizeof name);
        if (!vrrl_program_find_words(p, name, &first, &count) || first != w || count != 1)
            fail_msg("%s", name);
    }
    vrrl_program_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_random_programs),
        cmocka_unit_test(test_deadlocks_are_told_apart),
        cmocka_unit_test(test_runs_that_end_early),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_words_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
