/*
 * How shrink and explain grow with the program: four times the slots must not cost eight times as much,
 * with as many schedules of each question. Where that were quadratic it would be sixteen times.
 */
#include "growth_test.h"
#include "program_text.h"

#include "vrrl/analysis/explain.h"
#include "vrrl/analysis/shrink.h"

enum { SCHEDULES = 12 };

/* A race of two in front of many that have nothing to do with it. */
static const char beside[] = "words m[%u]\nword d\nword seen\nepoch\nw: STORE_U32 7, d\n"
                             "r: MEMCPY d, seen, 1\nrepeat %u as i\nSTORE_U32 i, m[i]\nend\nend\n";
/* The same in serial queues. */
static const char queued[] =
    "workers serial 8\nwords m[%u]\nword d\nword seen\nepoch\nw: STORE_U32 7, d on 3\n"
    "r: MEMCPY d, seen, 1 on 5\nrepeat %u as i\nSTORE_U32 i, m[i] on i %% 8\nend\nend\n";
/* All add to a word, and one of them loses what others add meanwhile: all are needed for the value that
 * is expected. */
static const char counted[] =
    "const N = %u\nword count\nword tmp\nobserve count order-only\nepoch\n"
    "repeat N as i\na[i]: ATOMIC_ADD 1, count\nend\n"
    "bad: pack MEMCPY count, tmp, 1 then ATOMIC_ADD 1, tmp then MEMCPY tmp, count, 1\n"
    "expect count == %u + 1\nend\n";

/* Rounds behind a counter, whose last waits for one signal too few: who waits for the rounds before must
 * go on doing so, and some of each round with it. */
static const char rounds[] =
    "const R = %u / 8\nworkers serial 8\nword bar\nwords x[8] of R\nepoch\nrepeat 8 as q\nqueue q\n"
    "repeat R as r\ns[q][r]: pack WAIT_GE bar, r * 8 - r / (R - 1) then "
    "MEMCPY x[(q + 1) %% 8] + ((r + R - 1) %% R), x[q] + r, 1 then ATOMIC_ADD 1, x[q] + r then "
    "SIGNAL bar, 1\nend\nend\nend\nend\n";

/* The last waits for all but one of the signals, and reads what one of the others stores. */
static const char early[] =
    "const N = %u\nwords x[N]\nword f\nword seen in observable\nepoch\nrepeat N as i\n"
    "c[i]: pack STORE_U32 1, x[i] then SIGNAL f, 1\nend\n"
    "r: pack WAIT_GE f, N - 1 then LOAD_U32 x[N / 2], seen\nend\n";

/* Each of them races with each other. */
static const char racing[] = "word d\nepoch\nrepeat %u as i\ns[i]: STORE_U32 i, d\nend\nend\n";

/* Each waits for the one behind it: nothing can go, and all parts are tried, as far as the work goes. */
static const char cycle[] = "const N = %u\nwords f[N]\nepoch\nrepeat N as i\n"
                            "pack WAIT_GE f[i], 1 then SIGNAL f[(i + 1) %% N], 1\nend\nend\n";

static uint32_t slots_left(const vrrl_program *program)
{
    const vrrl_shrink_options options = {.size = sizeof options,
                                         .failure.setup.seed = 1,
                                         .failure.cells.models = 1u << VRRL_MEMORY_SC,
                                         .failure.schedules = SCHEDULES};
    vrrl_shrink_result *r;
    vrrl_error err = {0};
    if (vrrl_shrink(program, &options, &r, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    const uint32_t slots = r->after.slots;
    vrrl_shrink_result_free(r);
    return slots;
}

/* A race beside a chain, by one counter and by words. */
static const char behind_counter[] =
    "const N = %u\nword f\nword d\nword seen\nepoch\nrepeat N as i\n"
    "c[i]: pack WAIT_GE f, N - 1 - i then SIGNAL f, 1\nend\n"
    "w: STORE_U32 7, d\nr: MEMCPY d, seen, 1\nend\n";
static const char behind_words[] =
    "const N = %u\nwords f[N + 1]\ninit f[0] = 1\nword d\nword seen\nepoch\nrepeat N as i\n"
    "c[i]: pack WAIT_GE f[i], 1 then SIGNAL f[i + 1], 1\nend\n"
    "w: STORE_U32 7, d\nr: MEMCPY d, seen, 1\nend\n";
static const char behind_epochs[] = "word d\nword seen\nepoch times %u\nATOMIC_ADD 1, d\nend\n"
                                    "epoch\nw: STORE_U32 7, d\nr: MEMCPY d, seen, 1\nend\n";

static void shrink(const vrrl_program *program)
{
    assert_int_equal(slots_left(program), 2);
}

static void shrink_early(const vrrl_program *program)
{
    assert_in_range(slots_left(program), 2, 3); /* and one whose signal is enough */
}

static void shrink_rounds(const vrrl_program *program)
{
    assert_in_range(slots_left(program), 3, 10); /* by which two of a round show it */
}

static void shrink_cycle(const vrrl_program *program)
{
    const vrrl_shrink_options options = {.size = sizeof options, .slot_runs = 300000};
    vrrl_shrink_result *r;
    vrrl_error err = {0};
    if (vrrl_shrink(program, &options, &r, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    assert_true(r->out_of_work);
    vrrl_shrink_result_free(r);
}

static void explain(const vrrl_program *program)
{
    const vrrl_explain_options options = {.size = sizeof options,
                                          .failure.setup.seed = 1,
                                          .failure.cells.models = 1u << VRRL_MEMORY_SC,
                                          .failure.schedules = SCHEDULES};
    vrrl_explain_result *r;
    vrrl_error err = {0};
    if (vrrl_explain(program, &options, &r, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    assert_true(r->pair);
    vrrl_explain_result_free(r);
}

typedef struct growth {
    const char *format; /* of a program, for its size, once or twice */
    void (*what)(const vrrl_program *);
} growth;

static uint64_t cost(const void *context, uint32_t size)
{
    const growth *g = context;
    char text[1024];
    snprintf(text, sizeof text, g->format, size, size);
    vrrl_program *program = program_of(text);
    uint64_t start = processor_ns();
    g->what(program);
    uint64_t took = processor_ns() - start;
    vrrl_program_free(program);
    return took;
}

static void check_growth(const char *format, uint32_t size, void (*what)(const vrrl_program *))
{
    const growth g = {format, what};
    assert_grows_linearly(cost, &g, size, format);
}

static void shrink_grows_with_the_slots(void **state)
{
    (void)state;
    check_growth(beside, 3000, shrink);
    check_growth(queued, 3000, shrink);
    check_growth(counted, 1500, shrink);
    check_growth(rounds, 400, shrink_rounds);
    check_growth(early, 1000, shrink_early);
    check_growth(racing, 1000, shrink);
    check_growth(cycle, 500, shrink_cycle);
}

static void explain_grows_with_the_slots(void **state)
{
    (void)state;
    check_growth(beside, 1000, explain);
    check_growth(queued, 1000, explain);
    check_growth(behind_counter, 1000, explain);
    check_growth(behind_words, 1000, explain);
    check_growth(behind_epochs, 500, explain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shrink_grows_with_the_slots),
        cmocka_unit_test(explain_grows_with_the_slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
