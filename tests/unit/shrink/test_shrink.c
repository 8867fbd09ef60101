/* Shrinking: what is left fails as the whole did, and fails no more without any part of it. */
#include "base/random.h"
#include "edit/edit.h"
#include "edit/edit_copy.h"
#include "edit/edit_parts.h"
#include "graphs.h"
#include "held_schedule.h"
#include "program_text.h"
#include "vrrl/analysis/explain.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/analysis/shrink.h"
#include "vrrl/run/program_file.h"

static vrrl_shrink_result *shrunk(const vrrl_program *program, uint32_t models)
{
    vrrl_shrink_options options = {
        .size = sizeof options, .failure.setup.seed = 1, .failure.cells.models = models};
    vrrl_shrink_result *result;
    vrrl_error err = {0};
    if (vrrl_shrink(program, &options, &result, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    return result;
}

enum found { FOUND_NEVER, FOUND_SOMETIMES, FOUND_ALWAYS };

/* Whether a campaign of its own, which shares no code with the failure oracle, finds the failure by name. */
static enum found explorer_finds(const vrrl_program *program, const vrrl_shrink_result *wanted)
{
    vrrl_explore_options options = {.size = sizeof options,
                                    .cells.models = 1u << wanted->setup.model,
                                    .setup.grain = wanted->setup.grain,
                                    .schedules = 1000,
                                    .cells.workers_first = wanted->after.workers,
                                    .cells.workers_last = wanted->after.workers};
    vrrl_explore_result *result;
    vrrl_error err = {0};
    if (vrrl_explore(program, &options, &result, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    bool found = false;
    for (uint32_t i = 0; i < result->defect_count; i++)
        found = found || (result->defects[i].first.kind == wanted->outcome.kind &&
                          strcmp(result->defects[i].name, wanted->name) == 0);
    enum found how = !found                                             ? FOUND_NEVER
                     : result->total.failures < result->total.schedules ? FOUND_SOMETIMES
                                                                        : FOUND_ALWAYS;
    vrrl_explore_result_free(result);
    return how;
}

static char *written(const vrrl_program *program)
{
    char *text;
    size_t size;
    vrrl_error err = {0};
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(vrrl_program_write(program, out, &err), VRRL_OK);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* Whether some slot waits for more than nothing: a wait that always holds is none, and what fails then
 * is another bug. */
static bool waits(const vrrl_program *program)
{
    static const char *const forms[] = {"waits ", "WAIT_GE "};
    char *text = written(program);
    bool found = false;
    for (size_t i = 0; i < 2; i++)
        for (const char *at = text; (at = strstr(at, forms[i])) != NULL; at++) {
            const char *end = at + strcspn(at, "\n");
            while (end[-1] != ' ')
                end--;
            const char *least = i == 0 ? end : strchr(at, ',') + 2;
            found = found || strtoul(least, NULL, 10) > 0;
        }
    free(text);
    return found;
}

/* The string reproduces it by itself, with all that it says. */
static void string_reproduces(const vrrl_shrink_result *r)
{
    vrrl_run_outcome outcome;
    vrrl_error err = {0};
    if (vrrl_schedule_run(r->program, r->schedule, &outcome, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, r->schedule);
    assert_true(vrrl_outcome_same_defect(&outcome, &r->outcome));
    assert_int_equal(outcome.found, r->outcome.found);
    /* And is where another shrink can begin, which has nothing left to do. */
    vrrl_shrink_options options = {
        .size = sizeof options, .failure.schedule = r->schedule, .failure.setup.seed = 1};
    vrrl_shrink_result *again;
    assert_int_equal(vrrl_shrink(r->program, &options, &again, &err), VRRL_OK);
    assert_int_equal(again->after.slots, r->after.slots);
    assert_int_equal(again->after.rows, r->after.rows);
    assert_string_equal(again->schedule, r->schedule);
    vrrl_shrink_result_free(again);
}

/* Of slots alone, which the names of failures are independent of. */
static void no_slot_can_go(const vrrl_shrink_result *r)
{
    struct edited all;
    struct program_part *parts;
    uint32_t count;
    vrrl_error err = {0};
    assert_int_equal(edited_begin(r->program, &all, &err), VRRL_OK);
    assert_int_equal(program_parts(r->program, PARTS_SLOTS, &parts, &count, &err), VRRL_OK);
    bool *keep = malloc(count + 1);
    for (uint32_t i = 0; i < count; i++) {
        struct edited less;
        memset(keep, true, count);
        keep[i] = false;
        assert_int_equal(program_without(&all, parts, keep, count, &less, &err), VRRL_OK);
        assert_true(explorer_finds(less.program, r) != FOUND_SOMETIMES ||
                    waits(less.program) != waits(r->program));
        edited_free(&less);
    }
    free(keep);
    free(parts);
    edited_free(&all);
}

static void a_forgotten_wait_leaves_two_slots(void **state)
{
    (void)state;
    vrrl_program *program = example("missing-wait");
    vrrl_shrink_result *r = shrunk(program, 0);
    assert_int_equal(r->before.slots, 5);
    assert_int_equal(r->after.slots, 2);
    assert_int_equal(r->outcome.kind, VRRL_DEFECT_VALUE);
    assert_string_equal(r->before_name, "reader[2]");
    assert_string_equal(r->name, "reader[2]");
    assert_true(r->minimal);
    assert_true(explorer_finds(r->program, r));
    string_reproduces(r);
    no_slot_can_go(r);
    vrrl_shrink_result_free(r);
    vrrl_program_free(program);
}

/* A deadlock stays one of the same kind: a cycle does not become a wait that nobody serves. */
static void deadlocks_keep_their_root(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t slots;
    } rows[] = {{"swapped-queue", 2}, {"residency", 3}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vrrl_program *program = example(rows[i].name);
        vrrl_shrink_result *r = shrunk(program, 0);
        assert_int_equal(r->outcome.kind, VRRL_DEFECT_DEADLOCK);
        assert_int_equal(r->after.slots, rows[i].slots);
        assert_true(r->minimal);
        vrrl_shrink_result_free(r);
        vrrl_program_free(program);
    }
}

static void values_of_every_schedule_keep_their_value(void **state)
{
    (void)state;
    vrrl_program *program = example("stale-counter");
    vrrl_shrink_result *r = shrunk(program, 1u << VRRL_MEMORY_SC);
    assert_int_equal(r->outcome.kind, VRRL_DEFECT_EXPECT);
    assert_int_equal(r->outcome.found, r->before_outcome.found);
    assert_true(r->after.slots > 0);
    vrrl_shrink_result_free(r);
    vrrl_program_free(program);
}

static void graphs_become_two_tasks(void **state)
{
    (void)state;
    static const struct {
        const char *file, *name;
        uint32_t most;
    } rows[] = {
        {"toy-2l.drop-wait-1.json", NULL, 2},
        {"toy-2l.drop-wait-2.json", NULL, 2},
        {"toy-2l.partial-wait-1.json", NULL, 3}, /* the wait stays, and who lets it through */
        {"toy-2l.wrong-counter-2.json", NULL, 2},
        {"toy-2l.overlap-1.json", NULL, 2},
        {"toy-2l.over-wait-1.json", NULL, 1},
        {"llama-3.2-1b.drop-wait-5.json.zst", "L14.q_proj[t5]", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vrrl_program *program = graph_program(rows[i].file, NULL);
        vrrl_shrink_result *r = shrunk(program, 0);
        assert_in_range(r->after.slots, 1, rows[i].most);
        assert_string_equal(r->name, r->before_name);
        if (rows[i].name)
            assert_string_equal(r->name, rows[i].name);
        assert_true(r->minimal);
        assert_true(explorer_finds(r->program, r));
        string_reproduces(r);
        no_slot_can_go(r);
        vrrl_shrink_result_free(r);
        vrrl_program_free(program);
    }
}

static bool writer_is_first(const vrrl_program *program)
{
    const vrrl_explain_options options = {.size = sizeof options,
                                          .failure.setup.seed = 1,
                                          .failure.cells.models = 1u << VRRL_MEMORY_SC};
    vrrl_explain_result *r;
    vrrl_error err = {0};
    assert_int_equal(vrrl_explain(program, &options, &r, &err), VRRL_OK);
    bool first = strcmp(r->first_name, "writer") == 0;
    assert_true(first || strcmp(r->second_name, "writer") == 0);
    vrrl_explain_result_free(r);
    return first;
}

/* A race among slots that have nothing to do with it. */
static void random_races(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (uint32_t i = 0; i < 15; i++) {
        char text[4096] = "word a\nword b\nwords other[8]\nword seen in observable\nepoch\n";
        uint32_t at = random_below(&seed, 6), with = random_below(&seed, 6);
        for (uint32_t k = 0; k < 6; k++) {
            char line[160];
            snprintf(line, sizeof line, "busy[%u]: pack STORE_U32 %u, other[%u] then SIGNAL b, 1\n",
                     k, k + 1, k);
            strcat(text, line);
            if (k == at)
                strcat(text, "writer: pack NOP then STORE_U32 7, a then SIGNAL b, 1\n");
            if (k == with)
                strcat(text, "reader: pack WAIT_GE b, 2 then LOAD_U32 a, seen\n");
        }
        strcat(text, "end\n");
        vrrl_program *program = program_of(text);
        vrrl_shrink_result *r = shrunk(program, 1u << VRRL_MEMORY_SC);
        assert_string_equal(r->name, "reader");
        /* Where the reader should come after the writer, its wait stays, and one that lets it through. */
        assert_int_equal(r->after.slots, writer_is_first(program) ? 3 : 2);
        assert_true(explorer_finds(r->program, r));
        string_reproduces(r);
        no_slot_can_go(r);
        vrrl_shrink_result_free(r);
        vrrl_program_free(program);
    }
}

static void written_has(const vrrl_shrink_result *r, const char *wanted)
{
    char *text = written(r->program);
    if (!strstr(text, wanted))
        fail_msg("no \"%s\" is left in\n%s", wanted, text);
    free(text);
}

/* A wait that orders too little is another bug than one that is not there. */
static void a_wait_that_does_not_suffice_stays(void **state)
{
    (void)state;
    static const struct {
        const char *text, *left[2];
        uint32_t slots;
    } rows[] = {
        {"word a\nword b\nword flag\nword s in observable\nworkers serial 3\nepoch\n"
         "w1: pack STORE_U32 1, a then SIGNAL flag, 1 on 0\n"
         "w2: pack STORE_U32 2, b then SIGNAL flag, 1 on 1\n"
         "r: pack WAIT_GE flag, 1 then LOAD_U32 b, s on 2\nend\n",
         {"WAIT_GE flag, 1", "SIGNAL flag, 1"},
         3},
        {"word a\nword flag\nword s in observable\nworkers serial 2\nepoch\n"
         "w: pack SIGNAL flag, 1 then STORE_U32 1, a on 0\n"
         "r: pack WAIT_GE flag, 1 then LOAD_U32 a, s on 1\nend\n",
         {"WAIT_GE flag, 1", "SIGNAL flag, 1"},
         2},
        {"word a\nword one\nword two\nword s in observable\nworkers serial 3\nepoch\n"
         "w: pack SIGNAL one, 1 then STORE_U32 1, a on 0\n"
         "relay: pack WAIT_GE one, 1 then SIGNAL two, 1 on 1\n"
         "r: pack WAIT_GE two, 1 then LOAD_U32 a, s on 2\nend\n",
         {"WAIT_GE one, 1", "WAIT_GE two, 1"},
         3},
        {"words d[3] of 2\nwords o[2] of 2\nword c\nworkers serial 4\nobserve o\nepoch\n"
         "repeat 3 as i\ntask w[i] on i\nwrites d[i]\nsignals c += 1\nend\nend\n"
         "task r on 3\nwaits c >= 2\nreads d[2]\nwrites o[0]\nend\nend\n",
         {"waits c >= 1", "signals c += 1"},
         3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vrrl_program *program = program_of(rows[i].text);
        vrrl_shrink_result *r = shrunk(program, 1u << VRRL_MEMORY_SC);
        written_has(r, rows[i].left[0]);
        written_has(r, rows[i].left[1]);
        assert_int_equal(r->after.slots, rows[i].slots);
        assert_true(r->minimal);
        vrrl_shrink_result_free(r);
        vrrl_program_free(program);
    }
}

/* Who brought every schedule to its value stays: memory does not begin as they left it. */
static void a_failure_of_every_schedule_keeps_who_wrote_its_word(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "word total\nword done\nword sum in observable\nworkers serial 2\nepoch\n"
        "tile: pack ATOMIC_ADD 4, total then SIGNAL done, 1 on 0\n"
        "take: pack WAIT_GE done, 1 then LOAD_U32 total, sum on 1\nexpect sum == 3\nend\n",
        "word total\nword done\nword sum in observable\nepoch\n"
        "tile: pack STORE_U32 4, total then SIGNAL done, 1\n"
        "take: pack WAIT_GE done, 1 then LOAD_U32 total, sum\nexpect sum == 3\nend\n",
    };
    static const char *const left[] = {"ATOMIC_ADD 4, total", "STORE_U32 4, total"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        vrrl_program *program = program_of(texts[i]);
        vrrl_shrink_result *r = shrunk(program, 1u << VRRL_MEMORY_SC);
        assert_int_equal(r->outcome.kind, VRRL_DEFECT_EXPECT);
        assert_int_equal(r->outcome.found, 4);
        written_has(r, left[i]);
        assert_int_equal(explorer_finds(r->program, r), FOUND_ALWAYS);
        vrrl_shrink_result_free(r);
        vrrl_program_free(program);
    }
}

/* The reference ends in the whole and not in what lacks the NOP: some schedules of both get stuck, and
 * others do not, and that is the failure. */
static void a_deadlock_does_not_keep_what_the_reference_needs(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of("workers serial 2\nword ready\nepoch\nidle: NOP on 0\n"
                   "send: SIGNAL ready, 1 on 0\nreset: STORE_U32 0, ready on 1\n"
                   "take: WAIT_GE ready, 1 on 1\nagain: STORE_U32 0, ready on 1\nend\n");
    vrrl_shrink_result *r = shrunk(program, 1u << VRRL_MEMORY_SC);
    assert_int_equal(r->outcome.kind, VRRL_DEFECT_DEADLOCK);
    assert_int_equal(r->after.slots, 3); /* `again` comes behind `take`, and only lowers the word */
    assert_true(r->minimal);
    vrrl_shrink_result_free(r);
    vrrl_program_free(program);
}

/* All hundred are needed for the value that is expected, or what they leave is. */
static void what_many_leave_is_there_from_the_start(void **state)
{
    (void)state;
    vrrl_program *program = program_of(
        "word count\nword tmp\nobserve count order-only\nepoch\n"
        "repeat 99 as i\na[i]: ATOMIC_ADD 1, count\nend\n"
        "bad: pack MEMCPY count, tmp, 1 then ATOMIC_ADD 1, tmp then MEMCPY tmp, count, 1\n"
        "expect count == 100\nend\n");
    vrrl_shrink_result *r = shrunk(program, 1u << VRRL_MEMORY_SC);
    assert_int_equal(r->outcome.kind, VRRL_DEFECT_EXPECT);
    assert_int_equal(r->after.slots, 2);
    assert_true(r->minimal);
    vrrl_shrink_result_free(r);
    vrrl_program_free(program);
}

static void programs_that_do_not_fail_are_not_shrunk(void **state)
{
    (void)state;
    vrrl_program *program = example("message-passing");
    vrrl_shrink_options options = {
        .size = sizeof options, .failure.setup.seed = 1, .failure.schedules = 50};
    vrrl_shrink_result *result;
    vrrl_error err = {0};
    assert_int_equal(vrrl_shrink(program, &options, &result, &err), VRRL_NOT_FOUND);
    assert_null(result);
    vrrl_program_free(program);
}

/* The same options give the same program; a limit of time gives one that fails at least. */
static void it_is_deterministic_and_can_be_stopped(void **state)
{
    (void)state;
    vrrl_program *program = graph_program("toy-2l.drop-wait-1.json", NULL);
    vrrl_shrink_result *a = shrunk(program, 0), *b = shrunk(program, 0);
    uint8_t x[32], y[32];
    vrrl_program_digest(a->program, x);
    vrrl_program_digest(b->program, y);
    assert_memory_equal(x, y, sizeof x);
    assert_int_equal(a->runs, b->runs);
    vrrl_shrink_result_free(b);
    vrrl_shrink_options options = {
        .size = sizeof options, .failure.setup.seed = 1, .milliseconds = 12};
    vrrl_error err = {0};
    if (vrrl_shrink(program, &options, &b, &err) == VRRL_OK) {
        assert_true(b->outcome.kind == VRRL_DEFECT_VALUE);
        assert_string_equal(b->name, a->name);
        vrrl_shrink_result_free(b);
    }
    vrrl_shrink_result_free(a);
    vrrl_program_free(program);
}

/* Each waits for the one behind it. Without any one thing of it another slot is what the rest waits for, in each
 * schedule, so that one of them tells; and where there are too many parts for even that, the report says so. */
static void a_cycle_takes_one_schedule_of_each_part(void **state)
{
    (void)state;
    vrrl_program *p = program_of("const N = 60\nwords f[N]\nepoch\nrepeat N as i\n"
                                 "pack WAIT_GE f[i], 1 then SIGNAL f[(i + 1) % N], 1\nend\nend\n");
    vrrl_shrink_options options = {.size = sizeof options};
    vrrl_shrink_result *r;
    vrrl_error err = {0};
    assert_int_equal(vrrl_shrink(p, &options, &r, &err), VRRL_OK);
    assert_int_equal(r->after.slots, 60);
    assert_true(r->tried && !r->out_of_work);
    assert_true(r->programs > 300 && r->runs < 3 * r->programs);
    vrrl_shrink_result_free(r);

    options.slot_runs = 70000; /* whether it always fails takes 61,000 */
    assert_int_equal(vrrl_shrink(p, &options, &r, &err), VRRL_OK);
    assert_true(r->out_of_work && !r->tried && !r->minimal);
    assert_in_range(r->slot_runs, 70000, 80000);
    vrrl_shrink_result_free(r);
    vrrl_program_free(p);
}

static void stop_at_once(void *context, const vrrl_shrink_progress *progress)
{
    (void)progress;
    *(bool *)context = true;
}

/* What is left is told, though its run has no string: here it is all, for it is stopped at once. */
static void what_is_left_may_take_a_longer_string(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of("words b[45000] of 2\nwords c[3000]\ninit c[0] = 16\nepoch\nrepeat 2500 as l\n"
                   "repeat 16 as k\ntask t[l][k]\nwaits c[l] >= 16\nreads b[l * 16:l * 16 + 16]\n"
                   "writes b[(l + 1) * 16 + k]\nsignals c[l + 1] += 1\nend\nend\nend\n"
                   "task x\nreads b[40000]\nwrites b[44999]\nend\nend\n");
    bool stop = false;
    const vrrl_shrink_options options = {.size = sizeof options,
                                         .failure.setup.seed = 1,
                                         .failure.schedules = 10,
                                         .stop = &stop,
                                         .progress = stop_at_once,
                                         .progress_context = &stop};
    vrrl_shrink_result *r;
    vrrl_error err = {0};
    if (vrrl_shrink(program, &options, &r, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    assert_null(r->schedule);
    assert_string_equal(r->name, "x");
    assert_int_equal(r->after.slots, program->slot_count);
    assert_true(r->interrupted);
    vrrl_shrink_result_free(r);
    vrrl_program_free(program);
}

/* Of many that store to one word it is the two that stored last, in the one order and in the other: whichever of
 * them the failure was found with, and however many others there are. */
static void of_all_that_race_the_last_two_are_left(void **state)
{
    (void)state;
    static const uint32_t held[] = {0, 1, 500, 697, 698};
    vrrl_program *program =
        program_of("word d\nepoch\nrepeat 700 as i\ns[i]: STORE_U32 i, d\nend\nend\n");
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++) {
        char *schedule = held_schedule(program, held[i]), wanted[32];
        const vrrl_shrink_options options = {.size = sizeof options,
                                             .failure.schedule = schedule,
                                             .failure.schedules = 12,
                                             .failure.setup.seed = 1};
        vrrl_shrink_result *r;
        vrrl_error err = {0};
        if (vrrl_shrink(program, &options, &r, &err) != VRRL_OK)
            fail_msg("%s %s", err.text, err.fix);
        snprintf(wanted, sizeof wanted, "s[%u]", held[i]);
        assert_int_equal(r->after.slots, 2);
        assert_string_equal(vrrl_program_text(r->program, r->program->slots[0].label), wanted);
        assert_string_equal(vrrl_program_text(r->program, r->program->slots[1].label), "s[699]");
        vrrl_shrink_result_free(r);
        free(schedule);
    }
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_forgotten_wait_leaves_two_slots),
        cmocka_unit_test(deadlocks_keep_their_root),
        cmocka_unit_test(values_of_every_schedule_keep_their_value),
        cmocka_unit_test(graphs_become_two_tasks),
        cmocka_unit_test(random_races),
        cmocka_unit_test(a_wait_that_does_not_suffice_stays),
        cmocka_unit_test(a_failure_of_every_schedule_keeps_who_wrote_its_word),
        cmocka_unit_test(a_deadlock_does_not_keep_what_the_reference_needs),
        cmocka_unit_test(what_many_leave_is_there_from_the_start),
        cmocka_unit_test(programs_that_do_not_fail_are_not_shrunk),
        cmocka_unit_test(it_is_deterministic_and_can_be_stopped),
        cmocka_unit_test(a_cycle_takes_one_schedule_of_each_part),
        cmocka_unit_test(what_is_left_may_take_a_longer_string),
        cmocka_unit_test(of_all_that_race_the_last_two_are_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
