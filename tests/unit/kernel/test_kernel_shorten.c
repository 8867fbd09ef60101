/* Schedules of kernels with as few choices as their findings need: what is left is needed, and what is said of fewer
 * holds, by runs that are made here. */
#include "kernel_test.h"

#include "kernel/shorten.h"

/* Each block draws a ticket, and adds its number at the ticket's place: `sum` says in which order they came. */
static const char tickets[] =
    ".version 8.0\n.target sm_90\n.address_size 64\n"
    ".visible .entry k(.param .u64 counter, .param .u64 sum)\n{\n"
    ".reg .b32 %r<9>;\n.reg .b64 %rd<9>;\n"
    "ld.param.u64 %rd1, [counter];\nld.param.u64 %rd2, [sum];\nmov.u32 %r1, %ctaid.x;\n"
    "atom.relaxed.gpu.global.add.u32 %r2, [%rd1], 1;\n"
    "shl.b32 %r3, %r2, 1;\nshl.b32 %r4, %r1, %r3;\n"
    "red.relaxed.gpu.global.add.u32 [%rd2], %r4;\nret;\n}\n";

/* All orders but one are expected: 1, 0, 3, 2; 0, 1, 2, 3; 2, 0, 1, 3. */
static const char *const expectations[] = {"177", "228", "210", "147"};

static void open_tickets(struct kernel_texts *t, const char *sum)
{
    char launch[256];
    snprintf(launch, sizeof launch,
             "buffer counter[1]\nbuffer sum[1]\nlaunch k\ngrid 4\nblock 1\nparameters counter, "
             "sum\nend\n"
             "expect sum != %s\n",
             sum);
    kernel_texts_open(t, tickets, launch);
}

static struct kernel_trial *make_trial(const struct kernel_texts *t)
{
    const struct kernel_options options = {.step_limit = 0};
    struct kernel_trial *trial;
    vrrl_error err;
    assert_int_equal(kernel_trial_create(t->kernel, &options, &trial, &err), VRRL_OK);
    return trial;
}

static bool shows(struct kernel_trial *trial, struct decision *list, uint32_t count,
                  uint64_t *choices)
{
    const struct kernel_schedule s = {.kind = KERNEL_SCHEDULE_CHOICES,
                                      .deviations = {.list = list, .count = count}};
    struct kernel_result result;
    vrrl_error err;
    assert_int_equal(kernel_trial_run(trial, &s, &result, &err), VRRL_OK);
    *choices = result.choices;
    return result.finding.kind == KERNEL_FINDS_EXPECTATION;
}

/* The first random schedule of a seed or behind it that shows it. */
static struct kernel_schedule draw(struct kernel_trial *trial, uint64_t seed)
{
    struct kernel_result result = {.choices = 0};
    struct kernel_schedule s = {.kind = KERNEL_SCHEDULE_DRAWN};
    vrrl_error err;
    do {
        s.drawn = (struct strategy_setup){
            .kind = VRRL_STRATEGY_RANDOM, .seed = seed++, .depth = 3, .choices = 8};
        assert_int_equal(kernel_trial_run(trial, &s, &result, &err), VRRL_OK);
    } while (result.finding.kind == KERNEL_FINDS_NONE);
    return s;
}

static void shorten(struct kernel_trial *trial, uint64_t seed, struct shortened *into)
{
    const struct shorten_limit limit = {.instructions = 0};
    const struct kernel_schedule s = draw(trial, seed);
    vrrl_error err;
    assert_int_equal(kernel_shorten(trial, &s, &limit, into, &err), VRRL_OK);
    assert_true(into->minimal);
    assert_false(into->out_of_work || into->interrupted);
    assert_int_equal(into->finding.kind, KERNEL_FINDS_EXPECTATION);
    assert_true(into->schedule.deviations.count <= into->before);
}

static void what_is_left_is_needed(void **state)
{
    (void)state;
    uint32_t most = 0;
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        struct kernel_texts t;
        open_tickets(&t, expectations[i]);
        struct kernel_trial *trial = make_trial(&t);
        for (uint64_t seed = 1; seed < 200; seed += 20) {
            struct shortened left;
            uint64_t choices;
            shorten(trial, seed, &left);
            struct decisions *d = &left.schedule.deviations;
            assert_true(shows(trial, d->list, d->count, &choices));
            for (uint32_t without = 0; without < d->count; without++) {
                struct decision list[64];
                uint32_t count = 0;
                assert_true(d->count <= 64);
                for (uint32_t j = 0; j < d->count; j++)
                    if (j != without)
                        list[count++] = d->list[j];
                assert_false(shows(trial, list, count, &choices));
            }
            most = d->count > most ? d->count : most;
            shortened_free(&left);
        }
        kernel_trial_destroy(trial);
        kernel_texts_close(&t);
    }
    assert_true(most >= 3);
}

/* Whether any run with at most one choice shows it. */
static bool one_choice_shows_it(struct kernel_trial *trial)
{
    uint64_t choices, ignored;
    if (shows(trial, NULL, 0, &choices))
        return true;
    for (uint32_t at = 0; at < choices; at++)
        for (uint32_t skip = 1; skip < 4; skip++) {
            struct decision one = decision_deviation(at, skip, 0);
            if (shows(trial, &one, 1, &ignored))
                return true;
        }
    return false;
}

static void fewest_is_true(void **state)
{
    (void)state;
    uint32_t counts[3] = {0};
    for (uint32_t sum = 0; sum < 256; sum++) {
        /* The sums of all orders of four are those of 0, 1, 2, 3 in four places of two bits. */
        uint32_t seen = 0;
        char text[12];
        for (uint32_t i = 0; i < 4; i++)
            seen |= 1u << (sum >> 2 * i & 3);
        if (seen != 15)
            continue;
        struct kernel_texts t;
        struct shortened left;
        snprintf(text, sizeof text, "%u", sum);
        open_tickets(&t, text);
        struct kernel_trial *trial = make_trial(&t);
        shorten(trial, 1, &left);
        uint32_t count = left.schedule.deviations.count;
        if (left.fewest) {
            uint64_t ignored;
            assert_true(count <= 2);
            counts[count]++;
            if (count == 1)
                assert_false(shows(trial, NULL, 0, &ignored));
            if (count == 2)
                assert_false(one_choice_shows_it(trial));
        } else {
            assert_true(count > 2);
        }
        shortened_free(&left);
        kernel_trial_destroy(trial);
        kernel_texts_close(&t);
    }
    assert_true(counts[0] == 1 && counts[1] > 0 && counts[2] > 0);
}

static void what_was_stopped_says_so(void **state)
{
    (void)state;
    const bool stop = true;
    const struct shorten_limit stopped = {.of_time = {.stop = &stop}}, little = {.instructions = 1};
    struct kernel_texts t;
    struct shortened left;
    vrrl_error err;
    open_tickets(&t, expectations[0]);
    struct kernel_trial *trial = make_trial(&t);
    const struct kernel_schedule s = draw(trial, 1);
    assert_int_equal(kernel_shorten(trial, &s, &stopped, &left, &err), VRRL_OK);
    assert_true(left.interrupted && !left.minimal && !left.fewest && !left.out_of_work);
    shortened_free(&left);
    assert_int_equal(kernel_shorten(trial, &s, &little, &left, &err), VRRL_OK);
    assert_true(left.out_of_work && !left.minimal && !left.fewest && !left.interrupted);
    shortened_free(&left);
    kernel_trial_destroy(trial);
    kernel_texts_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_is_needed),
        cmocka_unit_test(fewest_is_true),
        cmocka_unit_test(what_was_stopped_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
