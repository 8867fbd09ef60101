/* Explanations: the right pair, both orders, and for each repair the answer that is known. */
#include "graphs.h"
#include "held_schedule.h"
#include "program_text.h"
#include "said.h"
#include "vrrl/analysis/check.h"
#include "vrrl/analysis/explain.h"
#include "vrrl/analysis/report.h"
#include "vrrl/analysis/schedule.h"

static vrrl_explain_result *explained(const vrrl_program *program, uint32_t models)
{
    vrrl_explain_options options = {
        .size = sizeof options, .failure.setup.seed = 1, .failure.cells.models = models};
    vrrl_explain_result *result;
    vrrl_error err = {0};
    if (vrrl_explain(program, &options, &result, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    return result;
}

/* The one whose text that is the end of; else the first that has it. */
static const vrrl_repair *repair_with(const vrrl_explain_result *r, const char *text)
{
    for (uint32_t i = 0; i < r->repair_count; i++) {
        const char *at = strstr(said(&r->repairs[i]), text);
        if (at && strcmp(at, text) == 0 && !strstr(said(&r->repairs[i]), " and "))
            return &r->repairs[i];
    }
    for (uint32_t i = 0; i < r->repair_count; i++)
        if (strstr(said(&r->repairs[i]), text))
            return &r->repairs[i];
    fail_msg("no repair: %s", text);
    return NULL;
}

/* Message passing under release and acquire: each side must order, and it does not matter how. */
static void message_passing_needs_both_sides(void **state)
{
    (void)state;
    static const struct {
        const char *tells, *waits, *text;
        bool removes;
    } rows[] = {
        {"STORE_RELEASE", "WAIT_RELAXED", "WAIT_RELAXED (operation 1) becomes WAIT_GE", true},
        {"STORE_RELEASE", "WAIT_RELAXED", "FENCE_ACQUIRE before operation 2", true},
        {"STORE_RELEASE", "WAIT_RELAXED", "FENCE_RELEASE before operation 2", false},
        {"STORE_RELEASE", "WAIT_RELAXED", "LOAD_U32 (operation 2) becomes LOAD_ACQUIRE", false},
        {"STORE_U32", "WAIT_GE", "STORE_U32 (operation 2) becomes STORE_RELEASE", true},
        {"STORE_U32", "WAIT_GE", "STORE_U32 (operation 1) becomes STORE_RELEASE", false},
        {"STORE_U32", "WAIT_GE", "FENCE_RELEASE before operation 2", true},
        {"STORE_U32", "WAIT_GE", "FENCE_ACQUIRE before operation 2", false},
        {"STORE_U32", "WAIT_RELAXED", "WAIT_RELAXED (operation 1) becomes WAIT_GE", false},
        {"STORE_U32", "WAIT_RELAXED", "STORE_U32 (operation 2) becomes STORE_RELEASE", false},
        {"STORE_U32", "WAIT_RELAXED",
         "FENCE_SEQ_CST before operation 2 of writer and before operation 2 of reader", true},
        {"STORE_U32", "WAIT_RELAXED", "a new flag", true},
        {"STORE_U32", "WAIT_RELAXED", "an epoch boundary", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "word data\nword flag\nword seen in observable\nepoch\n"
                 "writer: pack STORE_U32 42, data then %s 1, flag\n"
                 "reader: pack %s flag, 1 then LOAD_U32 data, seen\nend\n",
                 rows[i].tells, rows[i].waits);
        vrrl_program *program = program_of(text);
        vrrl_explain_result *r = explained(program, 0);
        assert_int_equal(r->setup.model, VRRL_MEMORY_VIEW); /* sc and tso have no such failure */
        assert_string_equal(r->first_name, "writer");
        assert_string_equal(r->second_name, "reader");
        assert_string_equal(r->touched, "data");
        assert_int_equal(r->first_does, VRRL_TOUCH_WRITES);
        assert_int_equal(r->second_does, VRRL_TOUCH_READS);
        const vrrl_repair *repair = repair_with(r, rows[i].text);
        if (repair->removes != rows[i].removes)
            fail_msg("%s and %s: %s", rows[i].tells, rows[i].waits, said(repair));
        assert_true(!repair->removes || repair->complete);
        vrrl_explain_result_free(r);
        vrrl_program_free(program);
    }
}

/* Both runs can be shown again, and show what is said of them. */
static void both_orders_are_runs(void **state)
{
    (void)state;
    vrrl_program *program = example("missing-wait");
    vrrl_explain_result *r = explained(program, 0);
    vrrl_run_outcome outcome;
    vrrl_error err = {0};
    assert_string_equal(r->second_name, "reader[2]");
    assert_string_equal(r->word, "seen[2]");
    assert_int_equal(vrrl_schedule_run(program, r->failing.schedule, &outcome, &err), VRRL_OK);
    assert_true(vrrl_outcome_same_defect(&outcome, &r->outcome));
    assert_int_equal(vrrl_schedule_run(program, r->passing.schedule, &outcome, &err), VRRL_OK);
    assert_int_equal(outcome.kind, VRRL_DEFECT_NONE);
    const vrrl_timeline_slot *first = NULL, *second = NULL;
    for (uint32_t i = 0; i < r->passing.count; i++) {
        first = r->passing.slots[i].first ? &r->passing.slots[i] : first;
        second = r->passing.slots[i].second ? &r->passing.slots[i] : second;
    }
    assert_true(first && second && first->to < second->from);
    assert_true(repair_with(r, "waits for ready >= 1")->removes);
    vrrl_explain_result_free(r);
    vrrl_program_free(program);
}

/* A graph's repair is the one that the exact check names, which shares no code with this. */
static void the_wait_is_the_checks_repair(void **state)
{
    (void)state;
    static const char *const files[] = {"toy-2l.drop-wait-1.json", "toy-2l.drop-wait-2.json"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char wanted[64];
        vrrl_graph *graph = load_graph(files[i]);
        vrrl_program *program = lower_graph(graph, NULL);
        vrrl_check_result *check;
        vrrl_error err = {0};
        assert_int_equal(vrrl_check(graph,
                                    &(vrrl_check_options){.size = sizeof(vrrl_check_options)},
                                    &check, &err),
                         VRRL_OK);
        uint32_t counter, least;
        const char *at = strstr(check_said(graph, &check->races[0].repair), "waits for counter ");
        assert_non_null(at);
        assert_int_equal(sscanf(at, "waits for counter %u >= %u", &counter, &least), 2);
        vrrl_explain_result *r = explained(program, 0);
        const vrrl_repair *repair = repair_with(r, "waits for counter");
        assert_true(repair->removes);
        assert_int_equal(repair->others, 0);
        snprintf(wanted, sizeof wanted, "waits for counter %u (", counter);
        assert_non_null(strstr(said(repair), wanted));
        snprintf(wanted, sizeof wanted, ") >= %u, which", least);
        assert_non_null(strstr(said(repair), wanted));
        vrrl_check_result_free(check);
        vrrl_explain_result_free(r);
        vrrl_program_free(program);
        vrrl_graph_free(graph);
    }
}

/* A fence in front of a wait would be an effect before it, which no packed slot may have: the slot would
 * fault, the reference's as well, and nothing would fail. */
static void a_slot_that_would_fault_is_no_repair(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word data\nword flag\nword seen in observable\nepoch\n"
                                       "w: pack STORE_U32 42, data then ATOMIC_ADD 1, flag\n"
                                       "r: pack WAIT_GE flag, 1 then LOAD_U32 data, seen\nend\n");
    vrrl_explain_result *r = explained(program, 0);
    assert_true(r->repair_count > 5);
    for (uint32_t i = 0; i < r->repair_count; i++)
        assert_null(strstr(said(&r->repairs[i]), "before operation 1 of r"));
    vrrl_explain_result_free(r);
    vrrl_program_free(program);
}

static void deadlocks_have_repairs_of_their_own(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } rows[] = {{"residency", "all 3 queues run at a time"},
                {"swapped-queue", "consume behind produce in queue 1"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vrrl_program *program = example(rows[i].name);
        vrrl_explain_result *r = explained(program, 1u << VRRL_MEMORY_SC);
        assert_int_equal(r->outcome.kind, VRRL_DEFECT_DEADLOCK);
        const vrrl_repair *repair = repair_with(r, rows[i].text);
        assert_true(repair->removes);
        assert_int_equal(repair->others, 0);
        vrrl_explain_result_free(r);
        vrrl_program_free(program);
    }
    vrrl_program *over =
        program_of("word c\nepoch\nSIGNAL c, 1\nSIGNAL c, 1\nw: WAIT_GE c, 3\nend\n");
    vrrl_explain_result *r = explained(over, 1u << VRRL_MEMORY_SC);
    assert_true(repair_with(r, "w waits for c >= 2 instead of 3")->removes);
    vrrl_explain_result_free(r);
    vrrl_program_free(over);
}

/* A program, a repair that helps or does not, and the program as somebody would have mended it by hand:
 * all schedules of that are searched. What explain says must be what they show. */
static const struct mended {
    const char *text, *repair, *by_hand;
    bool removes;
} mended[] = {
    /* Slots of one operation: the fences stand between slots, not inside them. */
    {"workers serial 2\nword a\nword b\nword inside\nobserve inside order-only\nepoch\n"
     "queue 0\nsa: STORE_U32 1, a\nlb: pack IF_EQ b, 0 then ATOMIC_ADD 1, inside\nend\n"
     "queue 1\nsb: STORE_U32 1, b\nla: pack IF_EQ a, 0 then ATOMIC_ADD 1, inside\nend\n"
     "expect inside any of 0, 1\nend\n",
     "FENCE_SEQ_CST behind all of sb and before operation 1 of lb",
     "workers serial 2\nword a\nword b\nword inside\nobserve inside order-only\nepoch\n"
     "queue 0\nsa: STORE_U32 1, a\nlb: pack FENCE_SEQ_CST then IF_EQ b, 0 then ATOMIC_ADD 1, "
     "inside\nend\n"
     "queue 1\nsb: pack STORE_U32 1, b then FENCE_SEQ_CST\nla: pack IF_EQ a, 0 then ATOMIC_ADD 1, "
     "inside\nend\n"
     "expect inside any of 0, 1\nend\n",
     true},
    /* A flag that each epoch needs anew, for the same two slots of each. */
    {"word data\nwords seen[2] in observable\nepoch\nw: STORE_U32 1, data\n"
     "r: LOAD_U32 data, seen[0]\nend\nepoch\nw: STORE_U32 2, data\n"
     "r: LOAD_U32 data, seen[1]\nend\n",
     "w signals a new flag, and r waits for it",
     "word data\nword flag\nwords seen[2] in observable\nepoch\n"
     "w: pack STORE_U32 1, data then SIGNAL flag, 1\n"
     "r: pack WAIT_GE flag, 1 then LOAD_U32 data, seen[0]\nend\nepoch\n"
     "prologue\nSTORE_U32 0, flag\nend\n"
     "w: pack STORE_U32 2, data then SIGNAL flag, 1\n"
     "r: pack WAIT_GE flag, 1 then LOAD_U32 data, seen[1]\nend\n",
     true},
    {"word data\nwords seen[2] in observable\nepoch\nw: STORE_U32 1, data\n"
     "r: LOAD_U32 data, seen[0]\nend\nepoch\nw: STORE_U32 2, data\n"
     "r: LOAD_U32 data, seen[1]\nend\n",
     "an epoch boundary between w and r",
     "word data\nwords seen[2] in observable\nepoch\nw: STORE_U32 1, data\nend\nepoch\n"
     "r: LOAD_U32 data, seen[0]\nend\nepoch\nw: STORE_U32 2, data\nend\nepoch\n"
     "r: LOAD_U32 data, seen[1]\nend\n",
     true},
    /* The first epoch is well, the second is not: the passing run is one of both. */
    {"word ready\nword data\nwords seen[2] in observable\nepoch\n"
     "w: pack STORE_U32 1, data then SIGNAL ready, 1\n"
     "r: pack WAIT_GE ready, 1 then LOAD_U32 data, seen[0]\nend\n"
     "epoch\nx: STORE_U32 2, data\ny: LOAD_U32 data, seen[1]\nend\n"
     "epoch\nNOP\nend\n",
     "an epoch boundary between x and y",
     "word ready\nword data\nwords seen[2] in observable\nepoch\n"
     "w: pack STORE_U32 1, data then SIGNAL ready, 1\n"
     "r: pack WAIT_GE ready, 1 then LOAD_U32 data, seen[0]\nend\n"
     "epoch\nx: STORE_U32 2, data\nend\nepoch\ny: LOAD_U32 data, seen[1]\nend\n"
     "epoch\nNOP\nend\n",
     true},
    /* Two mailboxes of one line: a release in one leaves the other. */
    {"words data[2]\nwords flag[2]\nwords seen[2] in observable\nepoch\nrepeat 2 as i\n"
     "put[i]: pack STORE_U32 7, data[i] then ATOMIC_ADD 1, flag[i]\n"
     "get[i]: pack WAIT_GE flag[i], 1 then LOAD_U32 data[i], seen[i]\nend\nend\n",
     "all 2 slots put[...]: ATOMIC_ADD (operation 2) becomes SIGNAL",
     "words data[2]\nwords flag[2]\nwords seen[2] in observable\nepoch\nrepeat 2 as i\n"
     "put[i]: pack STORE_U32 7, data[i] then SIGNAL flag[i], 1\n"
     "get[i]: pack WAIT_GE flag[i], 1 then LOAD_U32 data[i], seen[i]\nend\nend\n",
     true},
    /* Two writers of one counter: a wait for both of them, in a packed slot, that lacks one. */
    {"word c\nwords x[2]\nwords out[2] in observable\nepoch\n"
     "a: pack STORE_U32 1, x[0] then SIGNAL c, 1\nb: STORE_U32 2, x[1]\n"
     "w: pack WAIT_GE c, 2 then MEMCPY x, out, 2\nexpect out == 1, 2\nend\n",
     "b signals c by 1, too",
     "word c\nwords x[2]\nwords out[2] in observable\nepoch\n"
     "a: pack STORE_U32 1, x[0] then SIGNAL c, 1\nb: pack STORE_U32 2, x[1] then SIGNAL c, 1\n"
     "w: pack WAIT_GE c, 2 then MEMCPY x, out, 2\nexpect out == 1, 2\nend\n",
     true},
    {"word c\nwords x[2]\nwords out[2] in observable\nepoch\n"
     "a: pack STORE_U32 1, x[0] then SIGNAL c, 1\nb: STORE_U32 2, x[1]\n"
     "w: pack WAIT_GE c, 2 then MEMCPY x, out, 2\nexpect out == 1, 2\nend\n",
     "w waits for c >= 1 instead of 2",
     "word c\nwords x[2]\nwords out[2] in observable\nepoch\n"
     "a: pack STORE_U32 1, x[0] then SIGNAL c, 1\nb: STORE_U32 2, x[1]\n"
     "w: pack WAIT_GE c, 1 then MEMCPY x, out, 2\nexpect out == 1, 2\nend\n",
     false}, /* no deadlock, and the second word comes too late */
    /* A cycle of three queues is cut where one of them is turned round. */
    {"workers serial 3\nwords go[3]\nepoch\nrepeat 3 as q\nqueue q\n"
     "wait[q]: WAIT_GE go[(q + 1) % 3], 1\ntell[q]: SIGNAL go[q], 1\nend\nend\nend\n",
     "wait[0] behind tell[0] in queue 0",
     "workers serial 3\nwords go[3]\nepoch\n"
     "queue 0\nSIGNAL go[0], 1\nWAIT_GE go[1], 1\nend\n"
     "queue 1\nWAIT_GE go[2], 1\nSIGNAL go[1], 1\nend\n"
     "queue 2\nWAIT_GE go[0], 1\nSIGNAL go[2], 1\nend\nend\n",
     true},
};

/* Whether any schedule fails, of all. */
static bool fails(const char *text)
{
    vrrl_program *program = program_of(text);
    vrrl_explore_options options = {
        .size = sizeof options, .strategy = VRRL_STRATEGY_EXHAUSTIVE, .setup.seed = 1};
    vrrl_explore_result *r;
    vrrl_error err = {0};
    if (vrrl_explore(program, &options, &r, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    assert_true(r->complete);
    bool failed = r->defect_count > 0;
    vrrl_explore_result_free(r);
    vrrl_program_free(program);
    return failed;
}

static void repairs_are_what_all_schedules_show(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mended / sizeof mended[0]; i++) {
        const struct mended *m = &mended[i];
        vrrl_program *program = program_of(m->text);
        vrrl_explain_result *r = explained(program, 0);
        const vrrl_repair *repair = repair_with(r, m->repair);
        bool removes = repair->removes && repair->others == 0;
        if (removes != m->removes)
            fail_msg("%s: %s", said(repair), removes ? "helps" : "does not");
        assert_true(fails(m->text));
        assert_int_equal(fails(m->by_hand), !m->removes);
        vrrl_explain_result_free(r);
        vrrl_program_free(program);
    }
}

/* Pictures fit a terminal, whatever the names are. */
static void pictures_fit(void **state)
{
    (void)state;
    static const char *const names[] = {"missing-wait", "missing-war-wait", "residency",
                                        "swapped-queue"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        vrrl_program *program = example(names[i]);
        vrrl_explain_result *r = explained(program, 1u << VRRL_MEMORY_SC);
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        vrrl_report_explain(program, r, "P.mk", true, out);
        fclose(out);
        bool drawn = false;
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
            drawn = drawn || strstr(line, "|[");
            for (const char *c = line; *c; c++)
                assert_in_range(*c, ' ', '~');
            if (!strstr(line, "--schedule"))
                assert_in_range(strlen(line), 0, 79);
        }
        assert_true(drawn);
        free(text);
        vrrl_explain_result_free(r);
        vrrl_program_free(program);
    }
}

static const vrrl_timeline_slot *shown(const vrrl_timeline *t, const char *name)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (strcmp(t->slots[i].name, name) == 0)
            return &t->slots[i];
    fail_msg("%s is not shown", name);
    return NULL;
}

/* A node is freed, and used again for what happens to be a harmless value, before it is read: that does
 * not fail, and is no good run. It is shown only where no other has the pair in its order, and then is
 * called what it is. */
static void a_lucky_run_is_not_good(void **state)
{
    (void)state;
    static const char text[] =
        "word node\nword copy\nword bad\nobserve bad order-only\nepoch\n"
        "prologue\nSTORE_U32 5, node\nend\n"
        "reader: pack MEMCPY node, copy, 1 then IF_EQ copy, 9 then ATOMIC_ADD 1, bad\n"
        "freer: STORE_U32 9, node\nreuser: STORE_U32 7, node\nexpect bad == 0\nend\n";
    uint32_t good = 0, lucky = 0, told = 0;
    vrrl_program *program = program_of(text);
    for (uint64_t seed = 1; seed <= 8; seed++) {
        const vrrl_explain_options options = {.size = sizeof options,
                                              .failure.setup.seed = seed,
                                              .failure.cells.models = 1u << VRRL_MEMORY_SC};
        vrrl_explain_result *r;
        vrrl_run_outcome outcome;
        vrrl_error err = {0};
        assert_int_equal(vrrl_explain(program, &options, &r, &err), VRRL_OK);
        assert_int_equal(vrrl_schedule_run(program, r->passing.schedule, &outcome, &err), VRRL_OK);
        assert_int_equal(outcome.kind, VRRL_DEFECT_NONE);
        const vrrl_timeline_slot *reader = shown(&r->passing, "reader");
        const vrrl_timeline_slot *freer = shown(&r->passing, "freer");
        assert_true((r->luck.kind != VRRL_LUCK_NONE) != (reader->from < freer->from));
        if (r->critical_step.good_count == 2 && r->critical_step.good[0].kind == VRRL_STEP_ENDS &&
            r->critical_step.good[1].kind == VRRL_STEP_BEGINS)
            assert_true(++told > 0 && reader->to <= freer->from);
        if (r->luck.kind != VRRL_LUCK_NONE) {
            assert_string_equal(r->luck.slots[0], "freer");
            assert_string_equal(r->luck.slots[1], "reader");
        }
        lucky += (r->luck.kind != VRRL_LUCK_NONE);
        good += (r->luck.kind == VRRL_LUCK_NONE);
        vrrl_explain_result_free(r);
    }
    vrrl_program_free(program);
    assert_true(good > 0 && lucky > 0 && told > 0);
}

/* The same where the reader goes by a condition, and where memory is weak: what it reads is old, and harmless.
 * The two whose order fails it are not told to be lucky. */
static void luck_is_judged_in_every_memory(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t models;
    } rows[] = {
        {"word node\nword bad\nobserve bad order-only\nepoch\n"
         "reader: pack IF_EQ node, 9 then ATOMIC_ADD 1, bad\n"
         "freer: STORE_U32 9, node\nreuser: STORE_U32 7, node\nexpect bad == 0\nend\n",
         1u << VRRL_MEMORY_SC},
        {"word node\nword copy\nword bad\nobserve bad order-only\nepoch\n"
         "prologue\nSTORE_U32 5, node\nend\n"
         "reader: pack MEMCPY node, copy, 1 then IF_EQ copy, 9 then ATOMIC_ADD 1, bad\n"
         "freer: STORE_U32 9, node\nreuser: STORE_U32 7, node\nexpect bad == 0\nend\n",
         1u << VRRL_MEMORY_TSO},
        {"word node\nword copy\nword bad\nobserve bad order-only\nepoch\n"
         "prologue\nSTORE_U32 5, node\nend\n"
         "reader: pack MEMCPY node, copy, 1 then IF_EQ copy, 9 then ATOMIC_ADD 1, bad\n"
         "freer: STORE_U32 9, node\nreuser: STORE_U32 7, node\nexpect bad == 0\nend\n",
         1u << VRRL_MEMORY_VIEW},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        vrrl_program *program = program_of(rows[i].text);
        for (uint64_t seed = 1; seed <= 8; seed++) {
            const vrrl_explain_options options = {.size = sizeof options,
                                                  .failure.setup.seed = seed,
                                                  .failure.cells.models = rows[i].models};
            vrrl_explain_result *r;
            vrrl_error err = {0};
            assert_int_equal(vrrl_explain(program, &options, &r, &err), VRRL_OK);
            const vrrl_timeline_slot *reader = shown(&r->passing, "reader");
            const vrrl_timeline_slot *freer = shown(&r->passing, "freer");
            if (r->luck.kind == VRRL_LUCK_NONE && reader->from > freer->from)
                fail_msg("program %zu, seed %llu: it reads what was freed, and passes", i,
                         (unsigned long long)seed);
            vrrl_explain_result_free(r);
        }
        vrrl_program_free(program);
    }
}

/* Of many that a reader came behind it is the one whose value it read. */
static void the_first_of_the_pair_wrote_what_was_read(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of("word d\nword seen in observable\nepoch\nr: LOAD_U32 d, seen\n"
                   "repeat 9 as i\nw[i]: STORE_U32 10 + i, d\nend\nend\n");
    char *schedule = held_schedule(program, 0);
    const vrrl_explain_options options = {
        .size = sizeof options, .failure.schedule = schedule, .failure.setup.seed = 1};
    vrrl_explain_result *r;
    vrrl_error err = {0};
    if (vrrl_explain(program, &options, &r, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    assert_int_equal(r->outcome.found, 18);
    assert_string_equal(r->first_name, "r");
    assert_string_equal(r->second_name, "w[8]");
    vrrl_explain_result_free(r);
    free(schedule);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_passing_needs_both_sides),
        cmocka_unit_test(both_orders_are_runs),
        cmocka_unit_test(a_lucky_run_is_not_good),
        cmocka_unit_test(luck_is_judged_in_every_memory),
        cmocka_unit_test(the_wait_is_the_checks_repair),
        cmocka_unit_test(a_slot_that_would_fault_is_no_repair),
        cmocka_unit_test(deadlocks_have_repairs_of_their_own),
        cmocka_unit_test(repairs_are_what_all_schedules_show),
        cmocka_unit_test(pictures_fit),
        cmocka_unit_test(the_first_of_the_pair_wrote_what_was_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
