/*
 * `epoch times N` says what its epochs say written out one by one: random programs in both forms, and what
 * check says of them. And a program of a million epochs is one row that takes little memory.
 */
#include "oracle_judge.h"
#include "oracle_program.h"
#include "said.h"

#include "program/batch_view.h"

#include <sys/resource.h>

#ifdef VRRL_SANITIZED
enum { PROGRAMS = 50, STATES = 2000 };
#else
enum { PROGRAMS = 150, STATES = 20000 };
#endif

struct both_forms {
    random_text times, written;
    uint32_t repeated; /* epochs that run more than once */
};

static size_t line_length(const char *line)
{
    return strcspn(line, "\n") + 1;
}

/* A block up to its `end`, which begins its line as the `epoch` does. */
static size_t epoch_length(const char *from)
{
    const char *at = from;
    while (strncmp(at, "end\n", 4) != 0)
        at += line_length(at);
    return (size_t)(at - from) + 4;
}

/* What an epoch expects, at times. */
static void put_expecting(random_text *t, const char *body, size_t bytes, uint64_t numbers)
{
    put(t, "%.*s", (int)(bytes - 4), body);
    if (random_below(&numbers, 3) == 0)
        put(t, "  expect c[%u] any of 0, %u\n", random_below(&numbers, 2),
            random_below(&numbers, 3));
    put(t, "end\n");
}

/* Each epoch of a program 1 to 6 times, in both forms. */
static void make_both(struct both_forms *b, const random_text *from, uint64_t seed)
{
    *b = (struct both_forms){.repeated = 0};
    for (const char *line = from->at; *line;) {
        size_t bytes = line_length(line);
        if (strncmp(line, "epoch", 5) != 0) {
            put(&b->times, "%.*s", (int)bytes, line);
            put(&b->written, "%.*s", (int)bytes, line);
            line += bytes;
            continue;
        }
        const char *body = line + bytes;
        size_t length = epoch_length(body);
        uint32_t times = 1 + random_below(&seed, 6);
        put(&b->times, "epoch times %u\n", times);
        put_expecting(&b->times, body, length, seed);
        for (uint32_t i = 0; i < times; i++) {
            put(&b->written, "epoch\n");
            put_expecting(&b->written, body, length, seed);
        }
        b->repeated += times > 1;
        line = body + length;
    }
}

static vrrl_program_check *checked(const vrrl_program *p)
{
    vrrl_program_check *check = NULL;
    vrrl_error err = {0};
    const vrrl_check_search_options search = {.size = sizeof search, .states = STATES};
    if (vrrl_check_program(p, NULL, &check, &err))
        return NULL;
    if (vrrl_program_check_watch(check, p, NULL, &err) ||
        vrrl_program_check_search(check, p, &search, &err))
        fail_msg("%s\n%s", err.text, err.fix);
    return check;
}

static void same_roots(const vrrl_check_result *a, const vrrl_check_result *b)
{
    assert_int_equal(a->stuck_count, b->stuck_count);
    for (uint32_t i = 0; i < a->stuck_count; i++)
        assert_int_equal(a->stuck[i], b->stuck[i]);
    assert_int_equal(a->root_total, b->root_total);
    for (uint32_t i = 0; i < a->root_count; i++) {
        assert_int_equal(a->roots[i].kind, b->roots[i].kind);
        assert_int_equal(a->roots[i].task, b->roots[i].task);
        assert_int_equal(a->roots[i].wanted, b->roots[i].wanted);
        assert_int_equal(a->roots[i].most, b->roots[i].most);
    }
}

static void same_items(const vrrl_program_check *a, const vrrl_program_check *b)
{
    assert_int_equal(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        const vrrl_check_result *x = a->items[i].result, *y = b->items[i].result;
        assert_int_equal(a->items[i].first_epoch, b->items[i].first_epoch);
        assert_int_equal(a->items[i].epochs, b->items[i].epochs);
        assert_int_equal(x->verdict, y->verdict);
        assert_int_equal(x->pairs, y->pairs);
        assert_int_equal(x->unsure_pairs, y->unsure_pairs);
        assert_int_equal(x->excused_pairs, y->excused_pairs);
        assert_int_equal(x->order_pairs, y->order_pairs);
        assert_int_equal(x->exact, y->exact);
        same_roots(x, y);
    }
}

static void same_ends(const vrrl_shown_end *a, const vrrl_shown_end *b)
{
    assert_int_equal(a->found, b->found);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->epoch, b->epoch);
    assert_int_equal(a->slot, b->slot);
    assert_int_equal(a->word, b->word);
    assert_int_equal(a->seen, b->seen);
}

static void same_checks(const vrrl_program_check *a, const vrrl_program_check *b)
{
    assert_int_equal(a->verdict, b->verdict);
    assert_int_equal(a->epochs, b->epochs);
    assert_int_equal(a->epochs_left, b->epochs_left);
    assert_int_equal(a->expectations, b->expectations);
    assert_int_equal(a->unwritten_total, b->unwritten_total);
    assert_int_equal(a->one_end, b->one_end);
    same_ends(&a->breaks, &b->breaks);
    same_items(a, b);
    assert_int_equal(a->all != NULL, b->all != NULL);
    if (!a->all)
        return;
    assert_int_equal(a->all->complete, b->all->complete);
    assert_int_equal(a->all->states, b->all->states);
    assert_int_equal(a->all->race_total, b->all->race_total);
    same_ends(&a->all->deadlock, &b->all->deadlock);
    same_ends(&a->all->differs, &b->all->differs);
    same_ends(&a->all->breaks, &b->all->breaks);
}

static void a_program_and_its_epochs_written_out(void **state)
{
    static random_text from;
    static struct both_forms both;
    uint32_t verdicts[VRRL_CHECK_FAILS + 1] = {0}, repeated = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= PROGRAMS; seed++) {
        random_program_text(&from, seed);
        make_both(&both, &from, seed);
        vrrl_program *times = program_of(both.times.at), *written = program_of(both.written.at);
        uint8_t a[32], b[32];
        assert_true(times->epoch_rows <= written->epoch_rows);
        assert_int_equal(times->epoch_count, written->epoch_count);
        vrrl_program_digest(times, a);
        vrrl_program_digest(written, b);
        if (!strstr(both.times.at, "task ")) /* written out, each has a descriptor of its own */
            assert_memory_equal(a, b, sizeof a);
        vrrl_program_check *x = checked(times), *y = checked(written);
        assert_int_equal(x != NULL, y != NULL);
        if (x && y) {
            same_checks(x, y);
            verdicts[x->verdict]++;
        }
        repeated += both.repeated;
        vrrl_program_check_free(x);
        vrrl_program_check_free(y);
        vrrl_program_free(times);
        vrrl_program_free(written);
    }
    assert_true(repeated > PROGRAMS / 2);
    assert_true(verdicts[VRRL_CHECK_SAFE] > PROGRAMS / 20);
    assert_true(verdicts[VRRL_CHECK_RACY] > PROGRAMS / 20);
    assert_true(verdicts[VRRL_CHECK_DEADLOCK] > PROGRAMS / 20);
}

/* ---- A million -------------------------------------------------------------------------------- */

static const char million[] =
    "words x[4]\nword f\nepoch times 1000000\nprologue\nSTORE_U32 0, f\nend\n"
    "pack STORE_U32 7, x[0] then SIGNAL f, 1\n"
    "pack WAIT_GE f, 1 then LOAD_U32 x[0], 1\nexpect x[0] == 7\nend\n";

/* f is not reset, and has what is waited for ever after. */
static const char stale[] = "words x[4]\nword f\nepoch times %u\n"
                            "pack STORE_U32 7, x[0] then SIGNAL f, 1\n"
                            "pack WAIT_GE f, 1 then %s\nend\n";

static void counters_that_grow_make_no_groups(void **state)
{
    static random_text text;
    (void)state;
    put(&text, stale, 100000, "LOAD_U32 x[0], 1");
    vrrl_program *p = program_of(text.at);
    vrrl_program_check *check = NULL;
    vrrl_error err = {0};
    assert_int_equal(vrrl_check_program(p, NULL, &check, &err), VRRL_OK);
    assert_int_equal(check->verdict, VRRL_CHECK_SAFE);
    assert_int_equal(check->count, 2);
    assert_int_equal(check->items[1].epochs, 99999);
    assert_false(check->items[1].counters_differ); /* what is safe has no numbers */
    vrrl_program_check_free(check);
    vrrl_program_free(p);

    text.used = 0;
    put(&text, stale, 100000, "ATOMIC_ADD 1, x[0]");
    p = program_of(text.at);
    assert_int_equal(vrrl_check_program(p, NULL, &check, &err), VRRL_OK);
    assert_int_equal(check->count,
                     3); /* what the first race stores is there already in the others */
    assert_int_equal(check->items[0].result->verdict, VRRL_CHECK_SAFE);
    assert_int_equal(check->items[1].result->verdict, VRRL_CHECK_RACY);
    assert_int_equal(check->items[2].result->verdict, VRRL_CHECK_RACY);
    assert_int_equal(check->items[2].epochs, 99998);
    assert_true(check->items[2].counters_differ);
    char *words = NULL;
    size_t size;
    FILE *out = open_memstream(&words, &size);
    assert_non_null(out);
    vrrl_program_check_write_text(check, out);
    fclose(out);
    assert_non_null(strstr(words, "begin: numbers of them are those of epoch 2\n"));
    free(words);
    vrrl_program_check_free(check);
    vrrl_program_free(p);
}

/* EPOCH counts what is published: it is another one when slots run. */
static void the_machine_s_words_are_no_goals_that_are_known(void **state)
{
    (void)state;
    vrrl_program *p = program_of("words x[4]\nword f\nepoch times 3\n"
                                 "pack STORE_U32 7, x[0] then SIGNAL f, 1\n"
                                 "pack WAIT_WORD f, EPOCH, 0 then LOAD_U32 x[0], 1\nend\n");
    vrrl_program_check *check = checked(p);
    assert_int_equal(check->verdict, VRRL_CHECK_SAFE);
    assert_true(check->all->complete);
    vrrl_program_check_free(check);
    vrrl_program_free(p);
}

/* What is decided is; what would have to be searched is not known, and says why. */
static void what_is_not_searched_is_said(void **state)
{
    (void)state;
    vrrl_program *p =
        program_of("words x[4]\nword f\nword g\nepoch times 5000\n"
                   "pack STORE_U32 7, x[0] then SIGNAL f, 1\n"
                   "pack WAIT_WORD f, g, 1 then LOAD_U32 x[0], 1 then ATOMIC_ADD 1, g\n"
                   "end\n");
    vrrl_program_check *check = checked(p);
    assert_int_equal(check->verdict, VRRL_CHECK_NOT_KNOWN);
    assert_false(check->all->complete);
    char after[32];
    snprintf(after, sizeof after, "after %d states", STATES);
    assert_string_equal(stop_said(&check->all->stopped), after);
    vrrl_program_check_free(check);
    vrrl_program_free(p);
}

static void a_million_epochs_are_one_row(void **state)
{
    struct rusage before, after;
    (void)state;
    getrusage(RUSAGE_SELF, &before);
    vrrl_program *p = program_of(million);
    assert_int_equal(p->epoch_count, 1000000);
    assert_int_equal(p->epoch_rows, 1);
    assert_int_equal(p->prologue_count, 1);
    assert_int_equal(p->expectation_count, 1);
    vrrl_program_check *check = checked(p);
    assert_int_equal(check->verdict, VRRL_CHECK_SAFE);
    assert_int_equal(check->epochs, 1000000);
    assert_int_equal(check->expectations, 1000000);
    assert_int_equal(check->count, 2); /* x[0] is 0 when the first begins, and 7 ever after */
    assert_int_equal(check->items[0].epochs, 1);
    assert_int_equal(check->items[1].epochs, 999999);
    vrrl_program_check_free(check);
    vrrl_program_free(p);
    getrusage(RUSAGE_SELF, &after);
#ifndef VRRL_SANITIZED
    assert_true(after.ru_maxrss - before.ru_maxrss < 2048); /* KiB */
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_and_its_epochs_written_out),
        cmocka_unit_test(counters_that_grow_make_no_groups),
        cmocka_unit_test(the_machine_s_words_are_no_goals_that_are_known),
        cmocka_unit_test(what_is_not_searched_is_said),
        cmocka_unit_test(a_million_epochs_are_one_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
