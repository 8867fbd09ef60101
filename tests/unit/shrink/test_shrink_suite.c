/* Shrinking planted bugs: each is left 1-minimal, as far as that can be searched, comes back from its string in the
 * program as written and read again, and is no larger than what the bug needs, as worked out by hand. */
#include "base/random.h"
#include "edit/edit.h"
#include "edit/edit_copy.h"
#include "edit/edit_parts.h"
#include "graphs.h"
#include "program_text.h"
#include "vrrl/analysis/selftest.h"
#include "vrrl/analysis/shrink.h"
#include "vrrl/run/program_file.h"

struct sample {
    const char *name;
    uint32_t slots; /* at most: who must meet for the bug */
    uint32_t rows;  /* operations of packed slots, rows of tasks; at most */
};

/* A slot that is alone waits for what never comes. Two race for a word: where nothing orders them, what
 * is to order others goes; a wait that does not suffice stays. A slot of one operation is no packed one, and counts no row. */
static const struct sample samples[] = {
    {"lost-signal", 1, 0},    /* a wait */
    {"missing-signal", 1, 0}, /* a wait for one more than there is */
    {"dropped-wait", 2, 0},   /* a store, a read */
    {"flag-before-data", 2,
     4}, /* the same, and a flag in front of its data: a wait that is in vain */
    {"dropped-release", 2, 4},  /* data and flag; a wait that is needed, for weak memory alone */
    {"dropped-acquire", 2, 4},  /* shows it: without the wait it is another bug; a read */
    {"relay-too-early", 2, 0},  /* nor does a third party */
    {"missing-war-wait", 2, 0}, /* a read, and what overwrites it */
    {"increment-torn", 2, 2},   /* a change; a sum of what was read before it, stored */
    {"no-lock", 2, 5},          /* the same; and the lock that only one of them takes */
    {"dekker-without-fences", 2, 6}, /* each shuts a door, looks at the other's, enters */
    {"seqlock-no-odd", 2, 3},        /* a change; a read, a look at the number, what was read */
    {"task-missing-wait", 3, 5},     /* a write; a read of it that comes early; who shows that */
    {"queue-swapped", 2, 0},         /* a wait in front of its own signal */
    {"lock-order-swapped", 3, 0},    /* taken and given back; taken for good */
    {"queue-room-relaxed", 8, 8}, /* tickets that are drawn already: their numbers, without slots */
};
enum { SAMPLES = sizeof samples / sizeof *samples };

/* Those of which the search for something smaller does not come to its end. */
static bool stays_open(const char *name)
{
    return strcmp(name, "no-lock") == 0 || strcmp(name, "seqlock-no-odd") == 0 ||
           strcmp(name, "queue-room-relaxed") == 0;
}

static vrrl_program *planted_program(const vrrl_selftest *suite, const char *name)
{
    vrrl_program *program;
    vrrl_error err = {0};
    uint32_t at = vrrl_selftest_find(suite, name);
    if (at == VRRL_NO_INDEX)
        fail_msg("no case %s", name);
    assert_null(vrrl_selftest_at(suite, at)->mutation);
    assert_int_equal(vrrl_selftest_program(suite, at, &program, &err), VRRL_OK);
    return program;
}

static vrrl_program *written_and_read(const vrrl_program *program)
{
    char *text;
    size_t size;
    vrrl_program *again;
    vrrl_error err = {0};
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(vrrl_program_write(program, out, &err), VRRL_OK);
    assert_int_equal(fclose(out), 0);
    if (vrrl_program_parse(text, size, "shrunk.mk", &again, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    free(text);
    return again;
}

static void string_reproduces(const char *name, const vrrl_shrink_result *r)
{
    vrrl_program *again = written_and_read(r->program);
    vrrl_run_outcome outcome;
    vrrl_error err = {0};
    if (vrrl_schedule_run(again, r->schedule, &outcome, &err) != VRRL_OK)
        fail_msg("%s: %s", name, err.text);
    assert_true(vrrl_outcome_same_defect(&outcome, &r->outcome));
    assert_int_equal(outcome.found, r->outcome.found);
    assert_int_equal(again->slot_count, r->after.slots);
    vrrl_program_free(again);
}

/* What fails only in some schedules goes on so: a search that shares no code with the failure oracle sees both. */
static void goes_on_depending(const char *name, const vrrl_program *whole,
                              const vrrl_shrink_result *r)
{
    const vrrl_explore_options options = {.size = sizeof options,
                                          .setup.grain = VRRL_GRAIN_OPERATION,
                                          .cells.models = 1u << r->setup.model,
                                          .schedules = 400,
                                          .cells.workers_first = r->before.workers,
                                          .cells.workers_last = r->before.workers,
                                          .strategy = VRRL_STRATEGY_RANDOM};
    const vrrl_program *programs[2] = {whole, r->program};
    uint64_t failures[2], schedules[2];
    vrrl_error err = {0};
    for (int i = 0; i < 2; i++) {
        vrrl_explore_result *found;
        if (vrrl_explore(programs[i], &options, &found, &err) != VRRL_OK)
            fail_msg("%s: %s", name, err.text);
        failures[i] = found->total.failures;
        schedules[i] = found->total.schedules;
        vrrl_explore_result_free(found);
    }
    if (failures[0] < schedules[0] && failures[1] == schedules[1])
        fail_msg("%s: not every schedule failed, and now every one does", name);
}

static void planted_bugs_become_what_they_need(void **state)
{
    (void)state;
    vrrl_selftest *suite;
    vrrl_error err = {0};
    assert_int_equal(vrrl_selftest_create(&suite, &err), VRRL_OK);
    for (size_t i = 0; i < SAMPLES; i++) {
        const struct sample *s = &samples[i];
        vrrl_program *program = planted_program(suite, s->name);
        const vrrl_shrink_options options = {.size = sizeof options,
                                             .failure.setup.grain = VRRL_GRAIN_OPERATION,
                                             .failure.setup.seed = 1};
        vrrl_shrink_result *r;
        if (vrrl_shrink(program, &options, &r, &err) != VRRL_OK)
            fail_msg("%s: %s", s->name, err.text);
        if (r->after.slots > s->slots || r->after.rows > s->rows)
            fail_msg("%s: %u slots, %u rows are left, %u and %u are enough", s->name,
                     r->after.slots, r->after.rows, s->slots, s->rows);
        assert_true(r->tried);
        if (r->minimal == stays_open(s->name)) /* that it is so: tests/cli/shrink_minimal.sh */
            fail_msg("%s: %s proved to be 1-minimal", s->name, r->minimal ? "it is" : "it is not");
        string_reproduces(s->name, r);
        goes_on_depending(s->name, program, r);
        vrrl_shrink_result_free(r);
        vrrl_program_free(program);
    }
    vrrl_selftest_free(suite);
}

static vrrl_explore_result *first_failure(const vrrl_program *program)
{
    const vrrl_explore_options options = {
        .size = sizeof options, .setup.grain = VRRL_GRAIN_OPERATION, .stop_first = true};
    vrrl_explore_result *result;
    vrrl_error err = {0};
    assert_int_equal(vrrl_explore(program, &options, &result, &err), VRRL_OK);
    assert_true(result->defect_count > 0);
    return result;
}

/* From a string alone, which says nothing of other schedules; here the reference gets stuck, too. */
static void one_schedule_is_not_taken_for_all(void **state)
{
    (void)state;
    vrrl_selftest *suite;
    vrrl_error err = {0};
    assert_int_equal(vrrl_selftest_create(&suite, &err), VRRL_OK);
    vrrl_program *program = planted_program(suite, "lock-order-swapped");
    vrrl_explore_result *found = first_failure(program);
    const vrrl_shrink_options options = {.size = sizeof options,
                                         .failure.schedule = found->defects[0].schedule,
                                         .failure.setup.seed = 1};
    vrrl_shrink_result *r;
    assert_int_equal(vrrl_shrink(program, &options, &r, &err), VRRL_OK);
    assert_int_equal(r->after.slots, 3);
    goes_on_depending("lock-order-swapped", program, r);
    vrrl_shrink_result_free(r);
    vrrl_explore_result_free(found);
    vrrl_program_free(program);
    vrrl_selftest_free(suite);
}

/* ---- Random cuts ----------------------------------------------------------------------------- */

/* The program without one of its waits, taken at random. */
static void cut_a_wait(const vrrl_program *whole, uint64_t *seed, struct edited *cut)
{
    struct edited all;
    struct program_part *parts;
    uint32_t count, at;
    vrrl_error err = {0};
    assert_int_equal(edited_begin(whole, &all, &err), VRRL_OK);
    assert_int_equal(program_parts(whole, PARTS_ROWS, &parts, &count, &err), VRRL_OK);
    bool *keep = malloc(count);
    assert_non_null(keep);
    memset(keep, true, count);
    do
        at = random_below(seed, count);
    while (parts[at].kind != PART_WAIT);
    keep[at] = false;
    assert_int_equal(program_without(&all, parts, keep, count, cut, &err), VRRL_OK);
    free(keep);
    free(parts);
    edited_free(&all);
}

/* True: the cut shows; then two tasks are left, who race by themselves. */
static bool a_cut_leaves_two_tasks(const vrrl_program *cut, uint32_t number)
{
    const vrrl_explore_options search = {
        .size = sizeof search, .schedules = 300, .setup.seed = number + 1};
    const vrrl_explore_options all = {.size = sizeof all,
                                      .strategy = VRRL_STRATEGY_EXHAUSTIVE,
                                      .cells.models = 1u << VRRL_MEMORY_SC};
    vrrl_explore_result *found, *again;
    vrrl_shrink_result *r;
    vrrl_error err = {0};
    assert_int_equal(vrrl_explore(cut, &search, &found, &err), VRRL_OK);
    bool shows = found->defect_count > 0;
    for (uint32_t i = 0; i < found->defect_count && i < 3; i++) {
        const vrrl_shrink_options options = {.size = sizeof options,
                                             .failure.schedule = found->defects[i].schedule,
                                             .failure.setup.seed = 1};
        if (vrrl_shrink(cut, &options, &r, &err) != VRRL_OK)
            fail_msg("cut %u: %s", number, err.text);
        assert_true(r->minimal);
        assert_string_equal(r->name, found->defects[i].name);
        assert_int_equal(r->after.slots, 2);
        string_reproduces(r->name, r);
        assert_int_equal(vrrl_explore(r->program, &all, &again, &err), VRRL_OK);
        assert_true(again->complete && again->defect_count > 0);
        assert_true(again->cells[0].failures < again->cells[0].schedules);
        vrrl_explore_result_free(again);
        vrrl_shrink_result_free(r);
    }
    vrrl_explore_result_free(found);
    return shows;
}

static void random_cuts_leave_two_tasks(void **state)
{
    (void)state;
    const uint32_t cuts = 20;
    vrrl_program *whole = graph_program("toy-2l.json", NULL);
    uint64_t seed = 7;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < cuts; i++) {
        struct edited cut;
        cut_a_wait(whole, &seed, &cut);
        shown += a_cut_leaves_two_tasks(cut.program, i);
        edited_free(&cut);
    }
    assert_in_range(shown, cuts / 2, cuts); /* other waits order what others order as well */
    vrrl_program_free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_bugs_become_what_they_need),
        cmocka_unit_test(one_schedule_is_not_taken_for_all),
        cmocka_unit_test(random_cuts_leave_two_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
