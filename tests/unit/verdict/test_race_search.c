/* All executions with the monitor of races on: what small programs show, pair by pair, by hand. */
#include "vrrl/analysis/schedule.h"

#include "program/batch_view.h"
#include "run_target_test.h"
#include "said.h"
#include "verdict/race_search.h"

/* ---- What a search tells, as text ------------------------------------------------------------ */

static struct race_search_result searched(const vrrl_program *p, uint64_t states)
{
    struct race_search_result r;
    vrrl_error err = {0};
    const struct race_search_options options = {.state_limit = states};
    if (race_search(p, &options, &r, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return r;
}

static void add(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    assert_true(used + strlen(more) < size);
    memcpy(text + used, more, strlen(more) + 1);
}

static const char *const kinds[] = {[VRRL_ACCESS_READ] = "load",
                                    [VRRL_ACCESS_WRITE] = "store",
                                    [VRRL_ACCESS_ACCUMULATE] = "accumulation",
                                    [VRRL_ACCESS_ATOMIC] = "update",
                                    [VRRL_ACCESS_LOOK] = "look",
                                    [VRRL_ACCESS_RELEASE] = "release"};

/* "a store/b load d; " for each pair, the slot of the lower position first; then what ends show. */
static void tell(const vrrl_program *p, const struct race_search_result *r, char *text, size_t size)
{
    text[0] = 0;
    for (uint32_t i = 0; i < r->pair_count; i++) {
        const struct race_search_pair *pair = &r->pairs[i];
        uint32_t low = pair->slots[0] > pair->slots[1], high = !low;
        char a[64], b[64], word[64], line[256];
        slot_name(p, pair->epoch, pair->slots[low], a, sizeof a);
        slot_name(p, pair->epoch, pair->slots[high], b, sizeof b);
        vrrl_program_word_name(p, pair->word, word, sizeof word);
        snprintf(line, sizeof line, "%s %s/%s %s %s; ", a, kinds[pair->kinds[low]], b,
                 kinds[pair->kinds[high]], word);
        add(text, size, line);
    }
    add(text, size, r->deadlock.found ? "deadlock " : "");
    add(text, size, r->differs.found ? "differs " : "");
    add(text, size, r->breaks.found ? "breaks " : "");
    if (strlen(text) > 0 && text[strlen(text) - 1] == ' ')
        text[strlen(text) - 1] = 0;
}

static void check_schedule(const vrrl_program *p, const char *schedule, vrrl_defect_kind kind)
{
    vrrl_run_outcome outcome;
    vrrl_error err = {0};
    assert_non_null(schedule);
    if (vrrl_schedule_run(p, schedule, &outcome, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    assert_int_equal(outcome.kind, kind);
}

/* The strings of ends end so; those of pairs are of this program, and get to their epoch. */
static void check_schedules(const vrrl_program *p, const struct race_search_result *r)
{
    const struct race_search_end *ends[] = {&r->deadlock, &r->differs, &r->breaks};
    for (int i = 0; i < 3; i++)
        if (ends[i]->behind)
            assert_null(ends[i]->schedule);
        else if (ends[i]->found)
            check_schedule(p, ends[i]->schedule, ends[i]->outcome.kind);
    if (r->has_agrees)
        check_schedule(p, r->agrees, VRRL_DEFECT_NONE);
    for (uint32_t i = 0; i < r->pair_count; i++) {
        vrrl_run_outcome outcome;
        vrrl_error err = {0};
        assert_true(!r->pairs[i].schedule == r->pairs[i].behind);
        if (r->pairs[i].behind)
            continue;
        assert_int_equal(vrrl_schedule_run(p, r->pairs[i].schedule, &outcome, &err), VRRL_OK);
        assert_true(outcome.kind == VRRL_DEFECT_NONE || outcome.epoch >= r->pairs[i].epoch);
    }
}

struct expected {
    const char *text, *shows;
    uint32_t equal, silent, validated; /* excused */
};

static void check_one(const struct expected *e)
{
    char text[1024];
    vrrl_program *p = program_of(e->text);
    struct race_search_result r = searched(p, 0);
    tell(p, &r, text, sizeof text);
    if (!r.complete || strcmp(text, e->shows) != 0)
        fail_msg("%s\n%s\n  and not %s", e->text, r.complete ? text : stop_said(&r.stopped),
                 e->shows);
    assert_int_equal(r.stopped.kind, VRRL_STOP_NONE);
    assert_int_equal(r.excused[RACE_EQUAL], e->equal);
    assert_int_equal(r.excused[RACE_SILENT], e->silent);
    assert_int_equal(r.excused[RACE_VALIDATED], e->validated);
    check_schedules(p, &r);
    race_search_result_free(&r);
    vrrl_program_free(p);
}

static void check_all(const struct expected *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_one(&list[i]);
}

#define CHECK_ALL(list) check_all((list), sizeof(list) / sizeof(list)[0])

/* ---- What orders ----------------------------------------------------------------------------- */

#define FLAGGED "word d\nword f\nword s\n"

static void test_what_orders(void **state)
{
    static const struct expected list[] = {
        /* Nobody but `a` can raise the word that b waits for. */
        {.text = FLAGGED "epoch\n a: pack STORE_U32 1, d then SIGNAL f, 1\n"
                         " b: pack WAIT_GE f, 1 then MEMCPY d, s, 1 then ATOMIC_ADD 1, f\nend\n",
         .shows = ""},
        /* Somebody else can, and b does not wait for a. */
        {.text = FLAGGED "epoch\n a: pack STORE_U32 1, d then SIGNAL f, 1\n c: SIGNAL f, 1\n"
                         " b: pack WAIT_GE f, 1 then MEMCPY d, s, 1\nend\n",
         .shows = "a store/b load d; differs"},
        /* A relaxed signal, and a relaxed wait, order nothing; fences on both sides do. */
        {.text = FLAGGED "epoch\n a: pack STORE_U32 1, d then ATOMIC_ADD 1, f\n"
                         " b: pack WAIT_GE f, 1 then MEMCPY d, s, 1\nend\n",
         .shows = "a store/b load d; differs"},
        {.text = FLAGGED "epoch\n a: pack STORE_U32 1, d then SIGNAL f, 1\n"
                         " b: pack WAIT_RELAXED f, 1 then MEMCPY d, s, 1\nend\n",
         .shows = "a store/b load d; differs"},
        {.text = FLAGGED "epoch\n a: pack STORE_U32 1, d then FENCE_RELEASE then ATOMIC_ADD 1, f\n"
                         " b: pack WAIT_RELAXED f, 1 then FENCE_ACQUIRE then MEMCPY d, s, 1\nend\n",
         .shows = ""},
        /* What comes behind the release is not given. */
        {.text = FLAGGED "epoch\n a: pack SIGNAL f, 1 then STORE_U32 1, d\n"
                         " b: pack WAIT_GE f, 1 then MEMCPY d, s, 1\nend\n",
         .shows = "a store/b load d; differs"},
        /* A release sequence through somebody else's relaxed addition. */
        {.text = FLAGGED "epoch\n a: pack STORE_U32 1, d then SIGNAL f, 1\n c: ATOMIC_ADD 1, f\n"
                         " b: pack WAIT_GE f, 2 then MEMCPY d, s, 1\nend\n",
         .shows = ""},
        /* The order of a queue; and of queues none. */
        {.text = "workers serial 2\nword d\nword s\nepoch\n a: STORE_U32 1, d on 0\n"
                 " b: MEMCPY d, s, 1 on 0\nend\n",
         .shows = ""},
        {.text = "workers serial 2\nword d\nword s\nepoch\n a: STORE_U32 1, d on 0\n"
                 " b: MEMCPY d, s, 1 on 1\nend\n",
         .shows = "a store/b load d; differs"},
        /* An epoch ends before the next begins. */
        {.text = "word d\nword s\nepoch\n a: STORE_U32 1, d\nend\nepoch\n b: MEMCPY d, s, 1\nend\n",
         .shows = ""},
    };
    (void)state;
    CHECK_ALL(list);
}

/* Admission, residency and the place of a slot that has ended order time, and not memory. */
static void test_what_orders_time_only(void **state)
{
    static const struct expected list[] = {
        {.text = "workers serial 2 resident 1\nword d\nword s\nepoch\n a: STORE_U32 1, d on 0\n"
                 " b: MEMCPY d, s, 1 on 1\nend\n",
         .shows = "a store/b load d; differs"},
        {.text =
             "workers pipelined 1 depth 2\n" FLAGGED "epoch\n"
             " a: pack STORE_U32 1, d then SIGNAL f, 1 on 0\n b: pack WAIT_GE f, 1 then NOP on 0\n"
             " c: MEMCPY d, s, 1 on 0\nend\n",
         .shows = "a store/c load d; differs"},
        /* c can only run in the place of a. */
        {.text = "workers pipelined 1 depth 2\nword d\nwords f[2]\nword s\nepoch\n a: STORE_U32 1, "
                 "d on 0\n"
                 " b: pack STORE_U32 1, f[0] then ATOMIC_ADD 1, f[0] then ATOMIC_ADD 1, f[0] on 0\n"
                 " c: MEMCPY d, s, 1 on 0\nend\n",
         .shows = "a store/c load d; differs"},
        {.text = "workers pipelined 1 depth 1\nword x\nword y\nword c\ninit c = 1\nepoch\n"
                 " a: STORE_U32 2, x on 0\n b: pack MEMCPY x, y, 1 then MEMCPY x, c, 1 on 0\n"
                 " d: pack WAIT_GE c, 1 then NOP on 0\nend\n",
         .shows = ""},
    };
    (void)state;
    CHECK_ALL(list);
}

/* Read-modify-writes race with plain stores alone; having read from one orders what comes behind. */
static void test_coherence(void **state)
{
    static const struct expected list[] = {
        /* Whoever drew the last number resets the counter. */
        {.text =
             "workers serial 2\nword n\nwords part[2]\nwords old[2]\nobserve old ignore\nepoch\n"
             " repeat 2 as b\n queue b\n  w[b]: STORE_U32 b + 1, part[b]\n  l[b]: pack\n"
             "   FENCE_RELEASE\n   FETCH_ADD 1, n, old[b]\n   FENCE_ACQUIRE\n   IF_EQ old[b], 1\n"
             "   STORE_U32 0, n\n  end\n end\n end\n expect n == 0\nend\n",
         .shows = ""},
        /* Whoever drew the first does. */
        {.text =
             "workers serial 2\nword n\nwords old[2]\nobserve old ignore\nobserve n ignore\nepoch\n"
             " repeat 2 as b\n queue b\n  l[b]: pack\n"
             "   FETCH_ADD 1, n, old[b]\n   IF_EQ old[b], 0\n"
             "   STORE_U32 0, n\n  end\n end\n end\nend\n",
         .shows = "l[0] store/l[1] update n; l[0] update/l[1] store n;"},
        {.text = "word n\nword s\nepoch\n a: ATOMIC_ADD 1, n\n b: ATOMIC_ADD 2, n\nend\n",
         .shows = ""},
        {.text = "word n\nword s\nepoch\n a: ATOMIC_ADD 1, n\n b: MEMCPY n, s, 1\nend\n",
         .shows = "differs"},
        {.text = "word n\nword s\nepoch\n a: ATOMIC_ADD 1, n\n b: STORE_U32 2, n\nend\n",
         .shows = "a update/b store n; differs"},
        {.text =
             "word n\nwords o[2]\nepoch\n a: FETCH_ADD 1, n, o[0]\n b: FETCH_ADD 1, n, o[1]\nend\n",
         .shows = "differs"},
        {.text = "word n\nepoch\n a: COMPARE_SWAP n, 0, 2\n b: COMPARE_SWAP n, 0, 1\nend\n",
         .shows = "differs"},
    };
    (void)state;
    CHECK_ALL(list);
}

/* ---- What is excused ------------------------------------------------------------------------- */

static void test_excuses(void **state)
{
    static const struct expected list[] = {
        {.text = "word d\nepoch\n a: STORE_U32 1, d\n b: STORE_U32 1, d\nend\n",
         .shows = "",
         .equal = 1},
        {.text = "word d\nword s\ninit d = 1\nepoch\n a: STORE_U32 1, d\n b: MEMCPY d, s, 1\nend\n",
         .shows = "",
         .silent = 1},
        {.text = "word d\nepoch\n a: STORE_U32 1, d\n b: STORE_U32 2, d\nend\n",
         .shows = "a store/b store d; differs"},
        /* The same store after another one is not silent. */
        {.text = "word d\nword s\ninit d = 1\nepoch\n"
                 " a: pack STORE_U32 2, d then STORE_U32 1, d\n b: MEMCPY d, s, 1\nend\n",
         .shows = "a store/b load d; differs"},
        /* Who looks again may throw away what was loaded; who takes a lock that late does not. */
        {.text = "workers serial 2\nword lock\nword d\nword s\ninit lock = 1\nepoch\n"
                 " a: pack TAKE lock then STORE_U32 7, d then SIGNAL lock, 1 on 0\n"
                 " b: MEMCPY d, s, 1 on 1\n"
                 " c: pack TAKE lock then SIGNAL lock, 1 on 1\nend\n",
         .shows = "a store/b load d; differs"},
    };
    (void)state;
    CHECK_ALL(list);
}

/* ---- Epochs ---------------------------------------------------------------------------------- */

/* An epoch is searched from each memory that the one before can leave. */
static void test_epochs(void **state)
{
    static const struct expected list[] = {
        /* Only where b's store came last does epoch 1 have a race. */
        {.text = "word n\nword d\nword s\nobserve n ignore\nobserve s\nepoch\n a: COMPARE_SWAP n, "
                 "0, 1\n"
                 " b: COMPARE_SWAP n, 0, 2\nend\n"
                 "epoch\n c: pack IF_EQ n, 2 then STORE_U32 1, d\n e: MEMCPY d, s, 1\nend\n",
         .shows = "c store/e load d; differs"},
        /* Behind an epoch that differs, too. */
        {.text = "word n\nword d\nword s\nepoch\n a: COMPARE_SWAP n, 0, 1\n"
                 " b: COMPARE_SWAP n, 0, 2\nend\n"
                 "epoch\n c: pack IF_EQ n, 2 then STORE_U32 1, d\n e: MEMCPY d, s, 1\nend\n",
         .shows = "c store/e load d; differs"},
        /* And gets stuck there. */
        {.text = "word n\nword s\nepoch\n a: COMPARE_SWAP n, 0, 2\n b: COMPARE_SWAP n, 0, 1\nend\n"
                 "epoch\n c: pack WAIT_GE n, 2 then STORE_U32 1, s\nend\n",
         .shows = "deadlock differs"},
    };
    (void)state;
    CHECK_ALL(list);
}

static void test_limits(void **state)
{
    (void)state;
    vrrl_program *p = program_of("word d\nword s\nepoch\n repeat 4 as i\n  a: pack STORE_U32 i, d "
                                 "then MEMCPY d, s, 1 then STORE_U32 i, s\n end\nend\n");
    struct race_search_result r = searched(p, 50);
    assert_false(r.complete);
    assert_int_equal(r.states, 50);
    assert_string_equal(stop_said(&r.stopped), "after 50 states");
    race_search_result_free(&r);
    const struct race_search_options late = {.limit = {.deadline_ns = 1}};
    vrrl_error err = {0};
    assert_int_equal(race_search(p, &late, &r, &err), VRRL_OK);
    assert_false(r.complete);
    assert_true(strstr(stop_said(&r.stopped), "time was over"));
    race_search_result_free(&r);
    vrrl_program_free(p);
    p = program_of("word d\nepoch\n repeat 65 as i\n  STORE_U32 1, d\n end\nend\n");
    r = searched(p, 0);
    assert_false(r.complete);
    assert_true(strstr(stop_said(&r.stopped), "65 slots of an epoch"));
    race_search_result_free(&r);
    vrrl_program_free(p);
    p = program_of("word d\nepoch\n repeat 2000 as i\n  STORE_U32 1, d\n end\nend\n");
    r = searched(p, 0); /* more than there are workers */
    assert_false(r.complete);
    assert_true(strstr(stop_said(&r.stopped), "2000 slots of an epoch"));
    race_search_result_free(&r);
    vrrl_program_free(p);
    p = program_of("words m[30000]\nwords n[30000]\nword f\nepoch\n"
                   " a: pack MEMCPY m[0], n[0], 30000 then SIGNAL f, 1\n"
                   " b: pack MEMCPY n[0], m[1], 20000 then STORE_U32 2, m[3]\nend\n");
    r = searched(p, 0);
    assert_false(r.complete);
    assert_true(strstr(stop_said(&r.stopped), "for want of memory"));
    race_search_result_free(&r);
    vrrl_program_free(p);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(test_what_orders), cmocka_unit_test(test_what_orders_time_only),
        cmocka_unit_test(test_coherence),   cmocka_unit_test(test_excuses),
        cmocka_unit_test(test_epochs),      cmocka_unit_test(test_limits)};
    return cmocka_run_group_tests(all, NULL, NULL);
}
