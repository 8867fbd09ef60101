/* Two observations of one epoch, written by hand: each kind of difference, what is excused, which
 * slot is the first, which pair changed places. */
#include "program_text.h"

#include "diff/diff.h"
#include "diff/epoch.h"
#include "run/observed.h"
#include "vrrl/analysis/report.h"

#include <math.h>

struct side {
    struct observer observer;
    uint32_t *arena;
};

static void refresh(struct side *s)
{
    state_update(&s->observer.state, s->arena);
    s->observer.observation.state = &s->observer.state;
}

/* An epoch in which every slot ended well, in publish order, each claimed after those before. */
static struct side make_side(const vrrl_program *program)
{
    struct side s = {0};
    struct observed_state state;
    vrrl_error err;
    assert_int_equal(observed_state_of(program, &state, &err), VRRL_OK);
    assert_int_equal(observer_create(&s.observer, &state, program->geometry.ring_slots, &err),
                     VRRL_OK);
    uint32_t count = program->batches[0].count + 1;
    assert_int_equal(observer_reserve(&s.observer, count, 64, 64, &err), VRRL_OK);
    struct observation *o = &s.observer.observation;
    for (uint32_t i = 0; i < count; i++)
        o->slots[i] = (struct slot_outcome){.index = i,
                                            .opcode = i + 1 < count ? program->slots[i].opcode : 7,
                                            .status = VRRL_STATUS_DONE,
                                            .claim_order = i + 1,
                                            .completion_order = i + 1,
                                            .claimed_after = i + 1,
                                            .result_fold = 100 + i,
                                            .order_fold = 200 + i};
    o->slot_count = count;
    s.arena = calloc(program->layout.total_words, sizeof *s.arena);
    assert_non_null(s.arena);
    return s; /* refresh() it where it has come to lie */
}

static void free_side(struct side *s)
{
    observer_free(&s->observer);
    free(s->arena);
}

static vrrl_diff_result diff(const vrrl_program *program, struct side *a, struct side *b)
{
    vrrl_diff_result result = {.slot = VRRL_NO_INDEX};
    vrrl_error err;
    refresh(a);
    refresh(b);
    assert_int_equal(
        diff_epoch(program, &a->observer.observation, &b->observer.observation, &result, &err),
        VRRL_OK);
    diff_finish(&result);
    return result;
}

/* A program, and two sides of it that are the same so far. */
struct pair {
    vrrl_program *program;
    struct side a, b;
    struct slot_outcome *slots_b;
};

static struct pair make_pair(const char *text)
{
    struct pair p = {.program = program_of(text)};
    p.a = make_side(p.program);
    p.b = make_side(p.program);
    p.slots_b = p.b.observer.observation.slots;
    return p;
}

static void free_pair(struct pair *p)
{
    free_side(&p->a);
    free_side(&p->b);
    vrrl_program_free(p->program);
}

#define COMPARE(p) diff((p).program, &(p).a, &(p).b)
#define USER(p, i) ((p).program->layout.user_base + (i))

static uint32_t bits(float value)
{
    uint32_t word;
    memcpy(&word, &value, sizeof word);
    return word;
}

/* The text of a result says `expected`. */
static void assert_says(const vrrl_program *program, const vrrl_diff_result *result,
                        const char *expected)
{
    const vrrl_report_side a = {"recording", "a", "", "recorded"},
                           b = {"replay", "b", "", "replayed"};
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    vrrl_report_diff(program, result, &a, &b, out);
    fclose(out);
    if (!strstr(text, expected))
        fail_msg("\"%s\" is not in:\n%s", expected, text);
    free(text);
}

/* ---- Each kind ------------------------------------------------------------------------------- */

static const char three_stores[] =
    "word x\nword y\nword z\nepoch\nfirst: STORE_U32 1, x\nSTORE_U32 2, y\nSTORE_U32 3, z\nend\n";

static void nothing_differs(void **state)
{
    (void)state;
    struct pair p = make_pair(three_stores);
    p.slots_b[1].worker = 9; /* who ran a slot, and when, is no difference */
    p.slots_b[1].completion_order = 77;
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.outcome, VRRL_OUTCOME_SAME);
    assert_int_equal(r.epochs_compared, 1);
    assert_int_equal(r.slots_compared, 3);
    free_pair(&p);
}

static void a_status(void **state)
{
    (void)state;
    struct pair p = make_pair(three_stores);
    p.slots_b[0].status = VRRL_STATUS_FAULT;
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.outcome, VRRL_OUTCOME_DIVERGED);
    assert_int_equal(r.difference, VRRL_DIFFERENCE_STATUS);
    assert_int_equal(r.slot, 0);
    assert_string_equal(r.slot_name, "first");
    assert_int_equal(r.status_a, VRRL_STATUS_DONE);
    assert_int_equal(r.status_b, VRRL_STATUS_FAULT);
    free_pair(&p);
}

static void a_value_that_is_overwritten_later(void **state)
{
    (void)state;
    struct pair p = make_pair(three_stores);
    p.slots_b[1].result_fold++;
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.difference, VRRL_DIFFERENCE_VALUE);
    assert_int_equal(r.slot, 1);
    assert_int_equal(r.slots_differing, 1);
    assert_int_equal(r.words_differing, 0);
    free_pair(&p);
}

static void a_value_with_its_words(void **state)
{
    (void)state;
    struct pair p = make_pair(three_stores);
    p.slots_b[2].result_fold++;
    p.a.arena[USER(p, 0)] = 5; /* in address order first; not what the slot writes */
    p.b.arena[USER(p, 2)] = 7;
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.difference, VRRL_DIFFERENCE_VALUE);
    assert_int_equal(r.words_differing, 2);
    assert_int_equal(r.word_count, 2);
    assert_string_equal(r.words[0].name, "z");
    assert_int_equal(r.words[0].value_a, 0);
    assert_int_equal(r.words[0].value_b, 7);
    assert_string_equal(r.words[1].name, "x");
    free_pair(&p);
}

static void memory_alone(void **state)
{
    (void)state;
    struct pair p = make_pair("words x[9]\nepoch\nNOP\nend\n");
    for (uint32_t i = 0; i < 9; i++)
        p.b.arena[USER(p, i)] = 1;
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.difference, VRRL_DIFFERENCE_MEMORY);
    assert_int_equal(r.slot, VRRL_NO_INDEX);
    assert_int_equal(r.words_differing, 9);
    assert_int_equal(r.word_count, VRRL_WORDS_MAX);
    assert_string_equal(r.words[3].name, "x[3]");
    free_pair(&p);
}

static void add_debug(struct side *s, uint32_t first, uint32_t second)
{
    struct observation *o = &s->observer.observation;
    o->debug[o->debug_count++] = (struct debug_record){{first, second}};
    o->debug_written++;
}

static void debug_logs_are_multisets(void **state)
{
    (void)state;
    struct pair p = make_pair(three_stores);
    add_debug(&p.a, 1, 0x100), add_debug(&p.a, 2, 3), add_debug(&p.a, 1, 2);
    add_debug(&p.b, 2, 3), add_debug(&p.b, 1, 2), add_debug(&p.b, 1, 0x100);
    observation_sort_debug(&p.a.observer.observation);
    observation_sort_debug(&p.b.observer.observation);
    assert_int_equal(COMPARE(p).outcome, VRRL_OUTCOME_SAME);
    p.b.observer.observation.debug[0].words[3] = 1;
    assert_int_equal(COMPARE(p).difference, VRRL_DIFFERENCE_DEBUG_LOG);
    free_pair(&p);
}

/* Which records a full log holds depends on the order of correct runs. */
static void a_full_debug_log_is_a_number(void **state)
{
    (void)state;
    struct pair p = make_pair(three_stores);
    add_debug(&p.a, 1, 1);
    add_debug(&p.b, 2, 2);
    p.a.observer.observation.debug_written = p.b.observer.observation.debug_written = 3;
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.outcome, VRRL_OUTCOME_SAME);
    assert_int_equal(r.debug_records_lost, 2);
    assert_says(p.program, &r, "debug log: no room for 2 records; compared by number alone");
    p.b.observer.observation.debug_written = 4;
    assert_int_equal(COMPARE(p).difference, VRRL_DIFFERENCE_DEBUG_LOG);
    free_pair(&p);
}

static void stuck_sides(void **state)
{
    (void)state;
    static const struct {
        vrrl_verdict a, b;
        vrrl_difference difference;
        vrrl_outcome outcome;
    } rows[] = {
        {VRRL_VERDICT_COMPLETE, VRRL_VERDICT_DEADLOCK, VRRL_DIFFERENCE_VERDICT, VRRL_OUTCOME_STUCK},
        {VRRL_VERDICT_DEADLOCK, VRRL_VERDICT_COMPLETE, VRRL_DIFFERENCE_VERDICT,
         VRRL_OUTCOME_DIVERGED},
        {VRRL_VERDICT_DEADLOCK, VRRL_VERDICT_DEADLOCK, VRRL_DIFFERENCE_NONE, VRRL_OUTCOME_STUCK},
        {VRRL_VERDICT_HANG, VRRL_VERDICT_DEADLOCK, VRRL_DIFFERENCE_VERDICT, VRRL_OUTCOME_STUCK},
        {VRRL_VERDICT_SHUTDOWN, VRRL_VERDICT_SHUTDOWN, VRRL_DIFFERENCE_NONE, VRRL_OUTCOME_STUCK},
    };
    struct pair p = make_pair(three_stores);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct observation *sides[] = {&p.a.observer.observation, &p.b.observer.observation};
        for (size_t s = 0; s < 2; s++) {
            sides[s]->verdict = s ? rows[i].b : rows[i].a;
            sides[s]->waiter_count = sides[s]->verdict != VRRL_VERDICT_COMPLETE;
            sides[s]->waiters[0] = (vrrl_waiter){1, VRRL_STATUS_PUBLISHED, 0, VRRL_NO_INDEX, 0, 0};
        }
        vrrl_diff_result r = COMPARE(p);
        assert_int_equal(r.difference, rows[i].difference);
        assert_int_equal(r.outcome, rows[i].outcome);
        assert_int_equal(r.stuck->root_count, 1);
        assert_int_equal(r.stuck->roots[0].slot, 1);
        if (rows[i].outcome == VRRL_OUTCOME_DIVERGED)
            assert_says(p.program, &r,
                        "DIVERGED  verdict   epoch 0   only the recording got stuck\n");
        diff_result_clear(&r);
    }
    free_pair(&p);
}

/* ---- Tolerances ------------------------------------------------------------------------------ */

static const char ulp_region[] = "words x[4]\nword y\nobserve x ulp 2\nobserve y\nepoch\n"
                                 "AXPY a=1.0, x=x, y=x, count=4\nSTORE_U32 1, y\nend\n";

static void units_in_the_last_place(void **state)
{
    (void)state;
    struct pair p = make_pair(ulp_region);
    p.slots_b[0].result_fold++;
    p.a.arena[USER(p, 1)] = bits(1.0f);
    p.b.arena[USER(p, 1)] = bits(1.0f) + 2;
    p.b.arena[USER(p, 2)] = bits(-0.0f); /* 0 and -0 are the same value */
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.outcome, VRRL_OUTCOME_SAME);
    assert_int_equal(r.tolerated_words, 2);
    assert_true(r.largest_ulp == 2);
    p.b.arena[USER(p, 1)] = bits(1.0f) + 3;
    r = COMPARE(p);
    assert_int_equal(r.difference, VRRL_DIFFERENCE_VALUE);
    assert_int_equal(r.slot, 0);
    p.b.arena[USER(p, 1)] = bits((float)NAN);
    assert_int_equal(COMPARE(p).outcome, VRRL_OUTCOME_DIVERGED);
    p.a.arena[USER(p, 1)] = bits((float)NAN) + 1; /* another NaN is a NaN */
    assert_int_equal(COMPARE(p).outcome, VRRL_OUTCOME_SAME);
    free_pair(&p);
}

/* What is tolerated excuses the slots that write it, and no others. */
static void exact_slots_are_not_excused(void **state)
{
    (void)state;
    struct pair p = make_pair(ulp_region);
    p.slots_b[0].result_fold++;
    p.slots_b[1].result_fold++;
    p.b.arena[USER(p, 1)] = 1;
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.difference, VRRL_DIFFERENCE_VALUE);
    assert_int_equal(r.slot, 1);
    assert_int_equal(r.slots_differing, 1);
    free_pair(&p);
}

/* A tolerated word of an earlier epoch excuses nothing in this one. */
static void tolerance_is_an_epochs_own(void **state)
{
    (void)state;
    struct pair p = make_pair(ulp_region);
    vrrl_diff_result r = {.tolerated_words = 5, .slot = VRRL_NO_INDEX};
    vrrl_error err;
    p.slots_b[1].result_fold++;
    refresh(&p.a);
    refresh(&p.b);
    assert_int_equal(
        diff_epoch(p.program, &p.a.observer.observation, &p.b.observer.observation, &r, &err),
        VRRL_OK);
    assert_int_equal(r.difference, VRRL_DIFFERENCE_VALUE);
    assert_int_equal(r.slot, 1);
    free_pair(&p);
}

static void root_mean_square(void **state)
{
    (void)state;
    struct pair p = make_pair("words x[100]\nobserve x relrmse 0.001\nepoch\nNOP\nend\n");
    for (uint32_t i = 0; i < 100; i++) {
        p.a.arena[USER(p, i)] = bits(1.0f);
        p.b.arena[USER(p, i)] = bits(i == 7 ? 1.005f : 1.0f); /* 0.0005 over the region */
    }
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.outcome, VRRL_OUTCOME_SAME);
    assert_int_equal(r.tolerated_words, 1);
    assert_true(r.largest_relrmse > 0.00049 && r.largest_relrmse < 0.00051);
    /* Equal bits are equal, whatever they are. */
    p.a.arena[USER(p, 50)] = p.b.arena[USER(p, 50)] = bits((float)NAN);
    p.a.arena[USER(p, 51)] = p.b.arena[USER(p, 51)] = bits((float)INFINITY);
    assert_int_equal(COMPARE(p).outcome, VRRL_OUTCOME_SAME);
    p.b.arena[USER(p, 51)] = bits(1.0f);
    assert_int_equal(COMPARE(p).difference, VRRL_DIFFERENCE_MEMORY);
    p.b.arena[USER(p, 51)] = bits((float)INFINITY);
    p.b.arena[USER(p, 7)] = bits(1.02f);
    assert_int_equal(COMPARE(p).difference, VRRL_DIFFERENCE_MEMORY);
    free_pair(&p);
}

/* The error of a region is one number for all of its words. */
static void a_large_region_that_differs_everywhere(void **state)
{
    (void)state;
    struct pair p = make_pair("words x[1000000]\nobserve x relrmse 0.1\nepoch\nNOP\nend\n");
    for (uint32_t i = 0; i < 1000000; i++) {
        p.a.arena[USER(p, i)] = bits(1.0f);
        p.b.arena[USER(p, i)] = bits(1.0f) + 1;
    }
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.outcome, VRRL_OUTCOME_SAME);
    assert_int_equal(r.tolerated_words, 1000000);
    free_pair(&p);
}

static void ignored_and_order_only(void **state)
{
    (void)state;
    struct pair p = make_pair("word x\nword y\nword z\nobserve x ignore\nobserve y order-only\n"
                              "observe z\nepoch\nSTORE_U32 1, x\nSTORE_U32 1, y\n"
                              "pack STORE_U32 1, x then STORE_U32 1, z\nend\n");
    p.slots_b[0].result_fold++;
    p.slots_b[1].result_fold++;
    p.slots_b[2].order_fold++;
    p.b.arena[USER(p, 0)] = 1;
    p.b.arena[USER(p, 1)] = 1;
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.outcome, VRRL_OUTCOME_SAME);
    assert_int_equal(r.order_only_slots, 1);
    assert_int_equal(r.order_only_words, 1);
    assert_int_equal(r.slots_differing, 0);
    /* It writes what is compared, too, and its one fold does not say which of them is another. */
    p.slots_b[2].result_fold++;
    assert_int_equal(COMPARE(p).outcome, VRRL_OUTCOME_SAME);
    p.b.arena[USER(p, 2)] = 1;
    r = COMPARE(p);
    assert_int_equal(r.difference, VRRL_DIFFERENCE_VALUE);
    assert_int_equal(r.slot, 2);
    p.slots_b[2].result_fold--;
    p.b.arena[USER(p, 2)] = 0;
    p.slots_b[0].status = VRRL_STATUS_FAULT; /* a status is never excused */
    assert_int_equal(COMPARE(p).difference, VRRL_DIFFERENCE_STATUS);
    free_pair(&p);
}

/* Sums of floats go through words that nobody looks at. */
static void intermediate_values_of_what_is_tolerated(void **state)
{
    (void)state;
    struct pair p = make_pair("words scratch[4]\nwords x[4]\nobserve x ulp 4\nepoch\n"
                              "AXPY a=1.0, x=x, y=scratch, count=4\n"
                              "AXPY a=1.0, x=scratch, y=x, count=4\nend\n");
    p.slots_b[0].result_fold++;
    assert_int_equal(COMPARE(p).difference, VRRL_DIFFERENCE_VALUE);
    p.slots_b[1].result_fold++;
    p.b.arena[USER(p, 5)] = 3;
    assert_int_equal(COMPARE(p).outcome, VRRL_OUTCOME_SAME);
    free_pair(&p);
}

static void pages_without_their_values(void **state)
{
    (void)state;
    struct pair p = make_pair(three_stores);
    refresh(&p.a);
    refresh(&p.b);
    uint8_t digest[DIGEST_BYTES] = {1};
    struct observed_state *s = &p.a.observer.state;
    uint32_t page = state_find_page(s, USER(p, 0) / VRRL_PAGE_WORDS);
    s->pages[page].kept = false;
    vrrl_diff_result r = {.slot = VRRL_NO_INDEX};
    vrrl_error err;
    assert_int_equal(
        diff_epoch(p.program, &p.a.observer.observation, &p.b.observer.observation, &r, &err),
        VRRL_OK);
    assert_int_equal(r.difference, VRRL_DIFFERENCE_NONE);
    assert_int_equal(r.pages_not_kept, 1);
    memcpy(s->pages[page].digest, digest, sizeof digest);
    r = (vrrl_diff_result){.slot = VRRL_NO_INDEX};
    assert_int_equal(
        diff_epoch(p.program, &p.a.observer.observation, &p.b.observer.observation, &r, &err),
        VRRL_OK);
    assert_int_equal(r.difference, VRRL_DIFFERENCE_MEMORY);
    assert_false(r.words[0].known);
    diff_finish(&r);
    assert_says(p.program, &r, "differs by digest; recorded value not kept");
    free_pair(&p);
}

/* ---- The first, and why ---------------------------------------------------------------------- */

static void the_first_by_the_order_of_side_b(void **state)
{
    (void)state;
    struct pair p = make_pair(three_stores);
    for (uint32_t i = 0; i < 3; i++) {
        p.slots_b[i].result_fold++;
        p.slots_b[i].completion_order = 3 - i;
        p.slots_b[i].claimed_after = 3 - i;
    }
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.slot, 2);
    assert_int_equal(r.slots_differing, 3);
    assert_true(r.is_first);
    free_pair(&p);
}

/* Each may have read what the other one has left: which of them differed first is not known. */
static void two_that_feed_each_other(void **state)
{
    (void)state;
    struct pair p = make_pair("word x\nword y\nepoch\nMEMCPY x, y, 1\nMEMCPY y, x, 1\nend\n");
    for (uint32_t i = 0; i < 2; i++) {
        p.slots_b[i].result_fold++;
        p.slots_b[i].completion_order = 1 + i;
        p.slots_b[i].claimed_after = 1;
    }
    assert_int_equal(COMPARE(p).slots_differing, 2);
    assert_false(COMPARE(p).is_first);
    p.slots_b[1].claimed_after = 2;
    assert_true(COMPARE(p).is_first);
    free_pair(&p);
}

/* A slot that signals from its body may end after the one that it fed. */
static void a_producer_that_ends_after_its_consumer(void **state)
{
    (void)state;
    struct pair p = make_pair("word x\nword y\nword ready\nepoch\n"
                              "pack STORE_U32 1, x then SIGNAL ready, 1\n"
                              "pack WAIT_GE ready, 1 then MEMCPY x, y, 1\nSTORE_U32 1, y\nend\n");
    p.slots_b[0].result_fold++;
    p.slots_b[1].result_fold++;
    p.slots_b[0].completion_order = 2;
    p.slots_b[0].claimed_after = 1;
    p.slots_b[1].completion_order = 1;
    p.slots_b[1].claimed_after = 1;
    assert_int_equal(COMPARE(p).slot, 0);
    p.slots_b[0].claimed_after = 2; /* claimed after the other had ended: it fed nothing */
    assert_int_equal(COMPARE(p).slot, 1);
    free_pair(&p);
}

static const char reader_and_writer[] =
    "word x\nword y\nword seen in observable\nepoch\nSTORE_U32 9, y\nwriter: STORE_U32 7, x\n"
    "reader: LOAD_U32 x, seen\nend\n";

static void a_reader_that_was_early(void **state)
{
    (void)state;
    struct pair p = make_pair(reader_and_writer);
    p.slots_b[2].result_fold++;
    p.slots_b[2].claimed_after = 1;    /* on side B before the writer had ended */
    p.slots_b[0].completion_order = 9; /* another that changed places, and touches nothing of it */
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.flip_count, 1);
    assert_string_equal(r.flips[0].slot_name, "reader");
    assert_string_equal(r.flips[0].other_name, "writer");
    assert_string_equal(r.flips[0].word_name, "x");
    assert_false(r.flips[0].both_write);
    assert_false(r.flips[0].early_in_a);
    free_pair(&p);
}

/* Additions are writes to whoever reads, too. */
static void a_reader_that_missed_an_addition(void **state)
{
    (void)state;
    struct pair p = make_pair("word x\nword seen in observable\nepoch\n"
                              "adder: ATOMIC_ADD 7, x\nreader: LOAD_U32 x, seen\nend\n");
    p.slots_b[1].result_fold++;
    p.slots_b[1].claimed_after = 1;
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.flip_count, 1);
    assert_string_equal(r.flips[0].other_name, "adder");
    free_pair(&p);
}

/* What stands behind a condition is done in some runs only: no run need have both stores. */
static void writers_that_changed_places(void **state)
{
    static const char *const firsts[] = {"STORE_U32 1, x", "pack IF_EQ y, 0 then STORE_U32 1, x"};
    (void)state;
    for (int may = 0; may < 2; may++) {
        char text[200];
        snprintf(text, sizeof text, "word x\nword y\nepoch\none: %s\ntwo: STORE_U32 2, x\nend\n",
                 firsts[may]);
        struct pair p = make_pair(text);
        p.b.arena[USER(p, 0)] = 1;
        p.a.arena[USER(p, 0)] = 2;
        p.slots_b[0].completion_order = 2;
        p.slots_b[1].completion_order = 1;
        vrrl_diff_result r = COMPARE(p);
        assert_int_equal(r.difference, VRRL_DIFFERENCE_MEMORY);
        assert_int_equal(r.flip_count, 1);
        assert_true(r.flips[0].both_write && r.flips[0].may == may);
        diff_finish(&r);
        assert_says(p.program, &r, may ? "one and two may write x" : "one and two both write x");
        free_pair(&p);
    }
}

static void no_order_no_reason(void **state)
{
    (void)state;
    struct pair p = make_pair(reader_and_writer);
    p.slots_b[2].result_fold++;
    for (uint32_t i = 0; i < 3; i++)
        p.slots_b[i].claim_order = 0; /* a backend that does not tell */
    vrrl_diff_result r = COMPARE(p);
    assert_int_equal(r.difference, VRRL_DIFFERENCE_VALUE);
    assert_int_equal(r.flip_count, 0);
    free_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_differs),
        cmocka_unit_test(a_status),
        cmocka_unit_test(a_value_that_is_overwritten_later),
        cmocka_unit_test(a_value_with_its_words),
        cmocka_unit_test(memory_alone),
        cmocka_unit_test(debug_logs_are_multisets),
        cmocka_unit_test(a_full_debug_log_is_a_number),
        cmocka_unit_test(stuck_sides),
        cmocka_unit_test(units_in_the_last_place),
        cmocka_unit_test(exact_slots_are_not_excused),
        cmocka_unit_test(tolerance_is_an_epochs_own),
        cmocka_unit_test(root_mean_square),
        cmocka_unit_test(a_large_region_that_differs_everywhere),
        cmocka_unit_test(ignored_and_order_only),
        cmocka_unit_test(intermediate_values_of_what_is_tolerated),
        cmocka_unit_test(pages_without_their_values),
        cmocka_unit_test(the_first_by_the_order_of_side_b),
        cmocka_unit_test(two_that_feed_each_other),
        cmocka_unit_test(a_producer_that_ends_after_its_consumer),
        cmocka_unit_test(a_reader_that_was_early),
        cmocka_unit_test(a_reader_that_missed_an_addition),
        cmocka_unit_test(writers_that_changed_places),
        cmocka_unit_test(no_order_no_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
