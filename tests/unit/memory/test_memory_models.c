/*
 * The table of memory models: each row is whole, its name is known wherever a name is read, and the
 * engine runs programs under it, with all the outcomes of the models that it weakens.
 */
#include "vrrl/analysis/schedule.h"

#include "memory/memory_models.h"
#include "program_text.h"

static void test_rows_are_whole(void **state)
{
    (void)state;
    for (vrrl_memory_model m = VRRL_MEMORY_SC; m < VRRL_MEMORY_MODELS; m++) {
        const struct memory_model *row = &memory_models[m];
        const char *name = vrrl_memory_model_name(m);
        assert_true(row->needed && row->outcomes && row->peek && row->step);
        assert_true(*row->needed && strlen(name) >= 1 && strlen(name) <= 10);
        assert_null(strpbrk(name, ".:,| ")); /* a field of a schedule string, and of a list */
        assert_true(row->weakens <= m);
        assert_true(memory_model_has(m, m) && memory_model_has(m, row->weakens));
        assert_true(row->weakens == m || !memory_model_has(row->weakens, m));
        assert_false(!row->fit != !row->copy); /* what it keeps is copied where there is room */
    }
    assert_int_equal(memory_models[VRRL_MEMORY_SC].weakens, VRRL_MEMORY_SC);
    assert_true(memory_model_has(VRRL_MEMORY_VIEW, VRRL_MEMORY_SC));
    assert_false(memory_model_has(VRRL_MEMORY_TSO, VRRL_MEMORY_VIEW));
}

static void test_names_parse_back(void **state)
{
    (void)state;
    vrrl_memory_model found = VRRL_MEMORY_MODELS;
    for (vrrl_memory_model m = VRRL_MEMORY_SC; m < VRRL_MEMORY_MODELS; m++) {
        const char *name = vrrl_memory_model_name(m);
        assert_true(vrrl_memory_model_named(name, strlen(name), &found));
        assert_int_equal(found, m);
        assert_false(vrrl_memory_model_named(name, strlen(name) - 1, &found));
    }
    assert_false(vrrl_memory_model_named("", 0, &found));
    assert_false(vrrl_memory_model_named("scx", 3, &found));
    assert_string_equal(vrrl_memory_model_name(VRRL_MEMORY_MODELS), "?");
    assert_string_equal(vrrl_memory_model_name((vrrl_memory_model)-1), "?");
}

static vrrl_explore_result *explored(const vrrl_program *program, const vrrl_explore_options *o)
{
    vrrl_explore_result *r;
    vrrl_error err = {0};
    if (vrrl_explore(program, o, &r, &err))
        fail_msg("%s\n%s", err.text, err.fix);
    return r;
}

/* A failure under the model has a string that begins with its name, and runs again under it. */
static void test_schedule_strings_name_it(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word a\nword b\nepoch\n"
                                       "    STORE_U32 7, a\n    MEMCPY a, b, 1\nend\n");
    for (vrrl_memory_model m = VRRL_MEMORY_SC; m < VRRL_MEMORY_MODELS; m++) {
        const vrrl_explore_options o = {
            .size = sizeof o, .cells.models = 1u << m, .schedules = 200, .setup.seed = 1};
        vrrl_explore_result *r = explored(program, &o);
        vrrl_schedule_result *again;
        vrrl_error err = {0};
        char head[32];
        assert_true(r->defect_count > 0);
        assert_int_equal(r->defects[0].setup.model, m);
        snprintf(head, sizeof head, "v1:%s.", vrrl_memory_model_name(m));
        assert_memory_equal(r->defects[0].schedule, head, strlen(head));
        if (vrrl_schedule_replay(program, r->defects[0].schedule, &again, &err))
            fail_msg("%s\n%s", err.text, err.fix);
        assert_int_equal(again->setup.model, m);
        assert_true(vrrl_outcome_same_defect(&again->outcome, &r->defects[0].first));
        vrrl_schedule_result_free(again);
        vrrl_explore_result_free(r);
    }
    vrrl_program_free(program);
}

static const char *const litmus_programs[] = {
    "workers serial 2\nword x\nword y\nwords r[2]\nobserve r ignore\nepoch\n"
    "    pack STORE_U32 1, x then MEMCPY y, r[0], 1 on 0\n"
    "    pack STORE_U32 1, y then MEMCPY x, r[1], 1 on 1\nend\n",
    "workers serial 2\nword x\nword y\nwords r[2]\nobserve r ignore\nepoch\n"
    "    pack STORE_U32 1, x then STORE_U32 1, y on 0\n"
    "    pack MEMCPY y, r[0], 1 then MEMCPY x, r[1], 1 on 1\nend\n",
};

/* All outcomes of store buffering and of message passing, under all models at once. */
static void test_the_engine_steps_it(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof litmus_programs / sizeof *litmus_programs; i++) {
        vrrl_program *program = program_of(litmus_programs[i]);
        uint32_t first, count, words[2], found[VRRL_MEMORY_MODELS] = {0};
        assert_true(vrrl_program_find_words(program, "r", &first, &count));
        words[0] = first;
        words[1] = first + 1;
        const vrrl_explore_options o = {.size = sizeof o,
                                        .strategy = VRRL_STRATEGY_EXHAUSTIVE,
                                        .outcome_words = words,
                                        .outcome_word_count = 2};
        vrrl_explore_result *r = explored(program, &o);
        assert_true(r->complete);
        for (vrrl_memory_model m = VRRL_MEMORY_SC; m < VRRL_MEMORY_MODELS; m++) {
            vrrl_memory_model stronger = memory_models[m].weakens;
            for (uint32_t k = 0; k < r->outcome_count; k++) {
                const uint64_t *counts = r->outcomes[k].counts;
                found[m] += counts[m] > 0;
                if (counts[stronger] > 0 && counts[m] == 0)
                    fail_msg("program %u: %s shows %u %u, and %s does not", i,
                             vrrl_memory_model_name(stronger), r->outcomes[k].values[0],
                             r->outcomes[k].values[1], vrrl_memory_model_name(m));
            }
            assert_true(r->searched_through[m] && found[m] >= 3);
        }
        assert_true(found[VRRL_MEMORY_SC] == 3 && found[VRRL_MEMORY_VIEW] == 4);
        assert_int_equal(found[VRRL_MEMORY_TSO], i == 0 ? 4 : 3);
        vrrl_explore_result_free(r);
        vrrl_program_free(program);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_whole),
        cmocka_unit_test(test_names_parse_back),
        cmocka_unit_test(test_schedule_strings_name_it),
        cmocka_unit_test(test_the_engine_steps_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
