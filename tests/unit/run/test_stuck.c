/* Why an epoch got stuck: each kind of root, chains that lead to it, and large batches. */
#include "growth_test.h"
#include "stuck_test.h"

#include "base/random.h"
#include "run/stuck_needs.h"
#include "run/stuck_state.h"

#include <time.h>

static void nothing_changes_the_word(void **state)
{
    (void)state;
    vrrl_root root =
        only_root("word x\nepoch\nNOP\nlonely: WAIT_GE x, 2\nend\n", VRRL_VERDICT_DEADLOCK, 1);
    assert_int_equal(root.kind, VRRL_ROOT_UNREACHABLE);
    assert_int_equal(root.slot, 1);
    assert_int_equal(root.wait_value, 2);
    assert_int_equal(root.seen_value, 0);
    assert_int_equal(root.producers, 0);
    assert_int_equal(root.behind, 0);
}

static void all_producers_are_too_few(void **state)
{
    (void)state;
    vrrl_root root = only_root("word x\nword y\nepoch\n"
                               "SIGNAL x, 1\nSIGNAL x, 1\nWAIT_GE y, 1\n"
                               "pack WAIT_GE x, 3 then SIGNAL y, 1\nWAIT_GE y, 1\nend\n",
                               VRRL_VERDICT_DEADLOCK, 3);
    assert_int_equal(root.kind, VRRL_ROOT_UNREACHABLE);
    assert_int_equal(root.slot, 3);
    assert_int_equal(root.producers, 2);
    assert_int_equal(root.ended, 2);
    assert_int_equal(root.seen_value, 2);
    assert_int_equal(root.attainable, 2);
    assert_int_equal(root.behind, 2);
}

static void some_are_to_come_and_still_too_few(void **state)
{
    (void)state;
    /* The last can add 1 only after x is 3, and could bring it to 2 at most. */
    vrrl_root root = only_root("word x\nword y\nepoch\nSIGNAL x, 1\n"
                               "pack WAIT_GE x, 3 then SIGNAL y, 1\n"
                               "pack WAIT_GE y, 1 then SIGNAL x, 1\nend\n",
                               VRRL_VERDICT_DEADLOCK, 2);
    assert_int_equal(root.kind, VRRL_ROOT_UNREACHABLE);
    assert_int_equal(root.slot, 1);
    assert_int_equal(root.producers, 2);
    assert_int_equal(root.ended, 1);
    assert_int_equal(root.attainable, 2);
    assert_int_equal(root.behind, 1);
}

static void waiters_wait_for_each_other(void **state)
{
    (void)state;
    vrrl_root root = only_root("word a\nword b\nword c\nepoch\n"
                               "pack WAIT_GE a, 1 then SIGNAL b, 1\n"
                               "pack WAIT_GE b, 1 then SIGNAL c, 1\n"
                               "pack WAIT_GE c, 1 then SIGNAL a, 1\n"
                               "WAIT_GE a, 1\nend\n",
                               VRRL_VERDICT_DEADLOCK, 4);
    assert_int_equal(root.kind, VRRL_ROOT_CYCLE);
    assert_int_equal(root.cycle_length, 3);
    assert_int_equal(root.behind, 1); /* members of the cycle are not behind it */
}

static void a_slot_waits_for_itself(void **state)
{
    (void)state;
    vrrl_root root = only_root("word a\nepoch\npack WAIT_GE a, 1 then SIGNAL a, 1\nend\n",
                               VRRL_VERDICT_DEADLOCK, 1);
    assert_int_equal(root.kind, VRRL_ROOT_CYCLE);
    assert_int_equal(root.cycle_length, 1);
    assert_int_equal(root.behind, 0);
}

static void a_fence_over_itself(void **state)
{
    (void)state;
    vrrl_root root = only_root("epoch\nBATCH_FENCE 0, 1, 0\nend\n", VRRL_VERDICT_DEADLOCK, 1);
    assert_int_equal(root.kind, VRRL_ROOT_CYCLE);
    assert_int_equal(root.cycle_length, 1);
    assert_int_equal(root.slot, 0);
}

static void a_fence_over_the_hosts_fence(void **state)
{
    (void)state;
    /* Position 1 is the host's own, which waits for this one. */
    vrrl_root root = only_root("epoch\nBATCH_FENCE 1, 1, 0\nend\n", VRRL_VERDICT_DEADLOCK, 1);
    assert_int_equal(root.kind, VRRL_ROOT_CYCLE);
    assert_int_equal(root.cycle_length, 2);
    assert_int_equal(root.behind, 0);
}

static void the_order_of_a_queue_closes_the_cycle(void **state)
{
    (void)state;
    static const char lines[] = "word a\nword b\nepoch\n"
                                "w0: WAIT_GE a, 1 on 0\ns0: SIGNAL b, 1 on 0\n"
                                "w1: WAIT_GE b, 1 on 1\ns1: SIGNAL a, 1 on 1\nend\n";
    char text[512];
    snprintf(text, sizeof text, "workers serial 2\n%s", lines);
    vrrl_root root = only_root(text, VRRL_VERDICT_DEADLOCK, 4);
    assert_int_equal(root.kind, VRRL_ROOT_CYCLE);
    assert_int_equal(root.cycle_length, 4);
    assert_int_equal(root.behind, 0);
}

/* What the text of a random program says of its slots, for a look at cycles that shares no code with the
 * analysis. */
struct drawn {
    uint32_t queue, waits, signals; /* of words a, b, c; the fourth: none */
    uint32_t fence;                 /* position that it waits for the end of; VRRL_NO_INDEX: none */
};

enum { DRAWN = 9, QUEUES = 3, NO_WORD = 3 };

static void draw_program(uint64_t *seed, struct drawn *slots, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "workers serial 3\nwords w[3]\nepoch\n");
    for (uint32_t i = 0; i < DRAWN; i++) {
        struct drawn *s = &slots[i];
        *s = (struct drawn){random_below(seed, QUEUES), random_below(seed, 4),
                            random_below(seed, 4), VRRL_NO_INDEX};
        if (random_below(seed, 4) == 0)
            s->fence = random_below(seed, DRAWN);
        used += (size_t)snprintf(text + used, size - used, "s%u: pack NOP", i);
        if (s->fence != VRRL_NO_INDEX)
            used +=
                (size_t)snprintf(text + used, size - used, " then BATCH_FENCE %u, 1, 0", s->fence);
        else if (s->waits != NO_WORD)
            used += (size_t)snprintf(text + used, size - used, " then WAIT_GE w[%u], 1", s->waits);
        if (s->signals != NO_WORD)
            used += (size_t)snprintf(text + used, size - used, " then SIGNAL w[%u], 1", s->signals);
        used += (size_t)snprintf(text + used, size - used, " on %u\n", s->queue);
    }
    snprintf(text + used, size - used, "end\n");
}

static void check_link(const struct drawn *slots, const vrrl_program *program,
                       const vrrl_cycle_slot *one, uint32_t next)
{
    const struct drawn *s = &slots[one->slot];
    uint32_t before = one->slot;
    switch (one->waits) {
    case VRRL_WAIT_VALUE:
        assert_int_equal(s->fence, VRRL_NO_INDEX);
        assert_int_equal(one->word, program->layout.user_base + s->waits);
        assert_int_equal(slots[next].signals, s->waits);
        assert_int_equal(one->wanted, 1);
        assert_int_equal(one->seen, 0);
        break;
    case VRRL_WAIT_END:
        assert_int_equal(s->fence, next);
        break;
    case VRRL_WAIT_QUEUE:
    case VRRL_WAIT_GOAL:
        fail_msg("all queues are on, and no goal is read");
        break;
    case VRRL_WAIT_TURN:
        do
            before--;
        while (slots[before].queue != s->queue);
        assert_int_equal(before, next);
        break;
    }
}

static void every_link_of_a_cycle_holds(void **state)
{
    (void)state;
    uint32_t kinds[3] = {0}, cycles = 0;
    for (uint64_t seed = 1; seed < 3000; seed++) {
        struct drawn slots[DRAWN];
        char text[2048];
        uint64_t draws = seed;
        draw_program(&draws, slots, text, sizeof text);
        vrrl_program *program = program_of(text);
        vrrl_stuck *stuck = stuck_of(program, "reference");
        for (uint32_t i = 0; i < stuck->root_count; i++) {
            const vrrl_root *root = &stuck->roots[i];
            cycles += root->kind == VRRL_ROOT_CYCLE;
            assert_true((root->kind == VRRL_ROOT_CYCLE) == (root->cycle_length > 0));
            for (uint32_t k = 0; k < root->cycle_length; k++) {
                kinds[root->cycle[k].waits]++;
                check_link(slots, program, &root->cycle[k],
                           root->cycle[(k + 1) % root->cycle_length].slot);
            }
        }
        vrrl_stuck_free(stuck);
        vrrl_program_free(program);
    }
    assert_true(cycles > 500 && kinds[0] > 100 && kinds[1] > 100 && kinds[2] > 100);
}

/* What is pending lowers the word, or comes behind the wait. */
static void a_signal_was_wiped(void **state)
{
    (void)state;
    vrrl_root root = only_root("word flag\nepoch\nSIGNAL flag, 1\n"
                               "pack BATCH_FENCE 0, 1, 0 then STORE_U32 0, flag\n"
                               "pack BATCH_FENCE 1, 1, 0 then WAIT_GE flag, 1\n"
                               "pack BATCH_FENCE 2, 1, 0 then STORE_U32 0, flag\nend\n",
                               VRRL_VERDICT_DEADLOCK, 2);
    assert_int_equal(root.kind, VRRL_ROOT_UNREACHABLE);
    assert_int_equal(root.slot, 2);
    assert_int_equal(root.producers, 3);
    assert_int_equal(root.ended, 2);
    assert_int_equal(root.attainable, 0);
    assert_int_equal(root.behind, 1);
}

/* One of two signals is the waiter's own, and comes too late. */
static void its_own_signal_comes_too_late(void **state)
{
    (void)state;
    vrrl_root root = only_root("word x\nepoch\npack WAIT_GE x, 2 then SIGNAL x, 1\n"
                               "SIGNAL x, 1\nend\n",
                               VRRL_VERDICT_DEADLOCK, 1);
    assert_int_equal(root.kind, VRRL_ROOT_CYCLE);
    assert_int_equal(root.cycle_length, 1);
    root = only_root("word x\nepoch\npack WAIT_GE x, 3 then SIGNAL x, 1\nSIGNAL x, 1\nend\n",
                     VRRL_VERDICT_DEADLOCK, 1);
    assert_int_equal(root.kind, VRRL_ROOT_UNREACHABLE);
    assert_int_equal(root.attainable, 1);
}

/* Once the first wait is over the second shows: it is a root of a higher rank. */
static void a_slot_lacks_two_words(void **state)
{
    (void)state;
    vrrl_program *program =
        program_of("word x\nword y\nepoch\npack WAIT_GE x, 1 then WAIT_GE y, 2\nend\n");
    vrrl_stuck *stuck;
    analyse(program, "reference", VRRL_VERDICT_DEADLOCK, &stuck);
    assert_int_equal(stuck->root_count, 2);
    assert_int_equal(stuck->roots[0].wait_word, program->layout.user_base);
    assert_int_equal(stuck->roots[0].rank, 0);
    assert_false(stuck->roots[0].is_to_come);
    assert_int_equal(stuck->roots[1].wait_word, program->layout.user_base + 1);
    assert_int_equal(stuck->roots[1].wait_value, 2);
    assert_int_equal(stuck->roots[1].rank, 1);
    assert_true(stuck->roots[1].is_to_come);
    vrrl_stuck_free(stuck);
    vrrl_program_free(program);
}

static void its_worker_never_gets_on(void **state)
{
    (void)state;
    vrrl_root root = only_root("workers serial 3 resident 2\nword a\nepoch\nrepeat 3 as w\n"
                               "queue w\nSIGNAL a, 1\nWAIT_GE a, 3\nend\nend\nend\n",
                               VRRL_VERDICT_DEADLOCK, 4);
    assert_int_equal(root.kind, VRRL_ROOT_NOT_RESIDENT);
    assert_int_equal(root.slot, 4); /* the first slot of queue 2 */
    assert_int_equal(root.worker, 2);
}

static void a_word_that_a_copy_may_change(void **state)
{
    (void)state;
    /* MEMCPY over the word leaves what it needs, and waits for what never comes. */
    vrrl_root root = only_root("words x[8]\nwords y[8]\nword z\ninit y fill 100\nepoch\n"
                               "reader: WAIT_GE x[3], 100\n"
                               "pack WAIT_GE z, 1 then MEMCPY y[0], x[0], 8\nend\n",
                               VRRL_VERDICT_DEADLOCK, 2);
    assert_int_equal(root.kind, VRRL_ROOT_UNREACHABLE);
    assert_int_equal(root.slot, 1);
    assert_int_equal(root.behind, 1);
}

static void a_shutdown_leaves_work(void **state)
{
    (void)state;
    vrrl_root root =
        only_root("word x\nepoch\nWAIT_GE x, 1\nSHUTDOWN\nend\n", VRRL_VERDICT_SHUTDOWN, 1);
    assert_int_equal(root.kind, VRRL_ROOT_UNREACHABLE);
}

static void roots_come_by_how_much_is_behind_them(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word a\nword b\nword c\nepoch\n"
                                       "WAIT_GE a, 1\n" /* 0: root of nobody */
                                       "pack WAIT_GE b, 1 then SIGNAL c, 1\n" /* 1: root */
                                       "WAIT_GE c, 1\nWAIT_GE c, 1\nend\n");
    vrrl_stuck *stuck;
    analyse(program, "reference", VRRL_VERDICT_DEADLOCK, &stuck);
    assert_int_equal(stuck->waiter_count, 4);
    assert_int_equal(stuck->root_count, 2);
    assert_int_equal(stuck->roots[0].slot, 1);
    assert_int_equal(stuck->roots[0].behind, 2);
    assert_int_equal(stuck->roots[1].slot, 0);
    assert_int_equal(stuck->roots[1].behind, 0);
    vrrl_stuck_free(stuck);
    vrrl_program_free(program);
}

/* ---- Waiters written by hand: what a hang or a device leaves --------------------------------- */

static vrrl_stuck *of_waiters(const vrrl_program *program, const vrrl_waiter *waiters,
                              uint32_t count)
{
    vrrl_stuck *stuck;
    vrrl_error err = {0};
    if (vrrl_stuck_analyse(program, 0, NULL, waiters, count, &stuck, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    return stuck;
}

static void statuses_that_are_roots_of_their_own(void **state)
{
    (void)state;
    static const struct {
        uint32_t status;
        vrrl_root_kind kind;
    } rows[] = {{VRRL_STATUS_CLAIMED, VRRL_ROOT_IN_BODY},
                {VRRL_STATUS_WAIT_IO, VRRL_ROOT_WAIT_IO},
                {VRRL_STATUS_PUBLISHED, VRRL_ROOT_NOT_TAKEN},
                {VRRL_STATUS_YIELD, VRRL_ROOT_NOT_TAKEN},
                {77, VRRL_ROOT_NOT_TAKEN}};
    vrrl_program *program =
        program_of("word a\nepoch\npack NOP then SIGNAL a, 1\nWAIT_GE a, 1\nend\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const vrrl_waiter waiters[] = {
            {0, rows[i].status, 5, VRRL_NO_INDEX, 0, 0},
            {1, VRRL_STATUS_REQUEUE, 1, program->layout.user_base, 1, 0},
            {2, VRRL_STATUS_REQUEUE, 1, program->layout.ring_base, 0, 0}};
        vrrl_stuck *stuck = of_waiters(program, waiters, 3);
        assert_int_equal(stuck->waiter_count, 2);
        assert_int_equal(stuck->root_count, 1);
        assert_int_equal(stuck->roots[0].kind, rows[i].kind);
        assert_int_equal(stuck->roots[0].slot, 0);
        assert_int_equal(stuck->roots[0].worker, 5);
        assert_int_equal(stuck->roots[0].behind, 1);
        vrrl_stuck_free(stuck);
    }
    vrrl_program_free(program);
}

static void what_it_waited_for_came_in_the_end(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word w\nepoch\nSIGNAL w, 2\nWAIT_GE w, 2\nend\n");
    const vrrl_waiter waiter = {1, VRRL_STATUS_REQUEUE, 1, program->layout.user_base, 2, 2};
    vrrl_stuck *stuck = of_waiters(program, &waiter, 1);
    assert_int_equal(stuck->root_count, 1);
    assert_int_equal(stuck->roots[0].kind, VRRL_ROOT_NOT_TAKEN);
    vrrl_stuck_free(stuck);
    vrrl_program_free(program);
}

static void only_the_fence_is_left(void **state)
{
    (void)state;
    vrrl_program *program = program_of("epoch\nNOP\nend\n");
    const vrrl_waiter waiter = {1, VRRL_STATUS_PUBLISHED, VRRL_NO_WORKER, VRRL_NO_INDEX, 0, 0};
    vrrl_stuck *stuck = of_waiters(program, &waiter, 1);
    assert_int_equal(stuck->waiter_count, 0);
    assert_int_equal(stuck->root_count, 1);
    assert_int_equal(stuck->roots[0].kind, VRRL_ROOT_NOT_TAKEN);
    assert_int_equal(stuck->roots[0].slot, 1);
    vrrl_stuck_free(stuck);
    stuck = of_waiters(program, NULL, 0);
    assert_int_equal(stuck->root_count, 0);
    vrrl_stuck_free(stuck);
    vrrl_program_free(program);
}

/* Whatever a damaged recording says of its waiters, the analysis ends and stays inside. */
static void waiters_of_any_bits(void **state)
{
    (void)state;
    static const uint32_t odd[] = {0, 1, 2, 3, 63, 64, 4095, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF};
    enum { ODD = sizeof odd / sizeof odd[0] };
    vrrl_program *program =
        program_of("workers serial 3 resident 1\nword a\nepoch\n"
                   "SIGNAL a, 1 on 0\nWAIT_GE a, 9 on 1\nBATCH_FENCE 1, 2, 0 on 2\n"
                   "NOP on 0\nend\n");
    uint32_t seed = 12345;
    for (int round = 0; round < 20000; round++) {
        vrrl_waiter waiters[8];
        uint32_t *words = (uint32_t *)waiters;
        for (size_t i = 0; i < sizeof waiters / 4; i++) {
            seed = seed * 1664525 + 1013904223;
            words[i] = odd[(seed >> 16) % ODD];
            if (seed >> 31)
                words[i] = program->layout.ring_base + (seed >> 8) % 64;
        }
        vrrl_stuck *stuck = of_waiters(program, waiters, 8);
        assert_true(stuck->root_count <= 4 + 1 + 2 + 1); /* a slot, its waits, its queue */
        vrrl_stuck_free(stuck);
    }
    vrrl_program_free(program);
}

/* ---- Large batches --------------------------------------------------------------------------- */

/* All slots wait, as `make` says of each; the analysis must not take time for each pair of them. */
typedef struct large_batch {
    const char *format; /* of a program, for its slots, up to three times */
    uint32_t (*queue_of)(uint32_t index);
    vrrl_waiter (*make)(const vrrl_program *, uint32_t index);
    uint32_t least;            /* slots; and four times as many */
    uint32_t most, most_roots; /* so many slots have so many roots */
} large_batch;

static uint64_t analyse_large(const void *context, uint32_t size)
{
    const large_batch *b = context;
    char text[256];
    snprintf(text, sizeof text, b->format, size, size, size);
    vrrl_program *program = program_of(text);
    uint32_t count = program->batches[0].count;
    vrrl_waiter *waiters = malloc(count * sizeof *waiters);
    assert_non_null(waiters);
    for (uint32_t i = 0; i < count; i++) {
        waiters[i] = b->make(program, i);
        if (b->queue_of)
            program->slots[i].queue = b->queue_of(i);
    }
    uint64_t start = processor_ns();
    vrrl_stuck *stuck = of_waiters(program, waiters, count);
    uint64_t took = processor_ns() - start;
    assert_int_equal(stuck->waiter_count, count);
    if (size == b->most)
        assert_int_equal(stuck->root_count, b->most_roots);
    vrrl_stuck_free(stuck);
    free(waiters);
    vrrl_program_free(program);
    return took;
}

static vrrl_waiter waits_for_first_word(const vrrl_program *program, uint32_t i)
{
    return (vrrl_waiter){i, VRRL_STATUS_REQUEUE, 0, program->layout.user_base, 99999, 0};
}

static vrrl_waiter waits_for_its_word(const vrrl_program *program, uint32_t i)
{
    return (vrrl_waiter){i, VRRL_STATUS_REQUEUE, 0, program->layout.user_base + i, 1, 0};
}

static vrrl_waiter never_taken(const vrrl_program *program, uint32_t i)
{
    (void)program;
    return (vrrl_waiter){i, VRRL_STATUS_PUBLISHED, VRRL_NO_WORKER, VRRL_NO_INDEX, 0, 0};
}

static uint32_t queue_by_half(uint32_t i)
{
    return i / 2;
}

static void large_batches(void **state)
{
    (void)state;
    static const large_batch all[] = {
        /* One word, as many producers as waiters: cycles of 2, each of which shows when the one before is broken,
         * and of which the first 27 are told. */
        {"word x\nepoch\nrepeat %u\nSIGNAL x, 1\nend\nend\n", NULL, waits_for_first_word, 12500,
         100000, 27},
        /* Ranges, each over words that slots wait for: what they leave is not known, nor whether the other slots
         * go on once the first is given what it waits for. */
        {"words x[%u]\nwords y[%u]\nepoch\nrepeat %u\nMEMCPY y, x, 10000\nend\nend\n", NULL,
         waits_for_its_word, 12500, 50000, 50000},
        /* 32,768 queues, of which one is on: all others are behind its head. */
        {"workers serial 32768 resident 1\nepoch\nrepeat %u\nNOP on 0\nend\nend\n", queue_by_half,
         never_taken, 16384, 65536, 1},
    };
    for (uint32_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_grows_linearly(analyse_large, &all[i], all[i].least, all[i].format);
        analyse_large(&all[i], all[i].most);
    }
}

/* What is looked at where each of 3,000 slots waits for another value of one word, and lowers it. */
static void looks_are_few(const char *workers, const char *on)
{
    const uint32_t slots = 3000;
    char text[200];
    snprintf(text, sizeof text,
             "%sword x\nepoch\nrepeat 3000 as i\n"
             "pack WAIT_GE x, i + 1 then SIGNAL x, 0 - 1%s\nend\nend\n",
             workers, on);
    vrrl_program *program = program_of(text);
    vrrl_waiter *waiters = calloc(slots, sizeof *waiters);
    struct stuck_state s = {.program = program, .slot_count = slots};
    vrrl_error err = {0};
    assert_non_null(waiters);
    for (uint32_t i = 0; i < slots; i++)
        waiters[i] = (vrrl_waiter){i, VRRL_STATUS_REQUEUE, 0, program->layout.user_base, i + 1, 0};
    assert_int_equal(stuck_state_create(&s, waiters, slots, &err), VRRL_OK);
    for (uint32_t i = 0; i < slots; i++)
        assert_int_not_equal(stuck_link_of(&s, i).next, i);
    assert_true(s.added_up <= UINT64_C(4) * s.touch_count);
    stuck_state_free(&s);
    free(waiters);
    vrrl_program_free(program);
}

static void a_word_is_added_up_once_for_all_who_wait(void **state)
{
    (void)state;
    looks_are_few("", "");
    looks_are_few("workers serial 3000\n", " on i");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changes_the_word),
        cmocka_unit_test(all_producers_are_too_few),
        cmocka_unit_test(some_are_to_come_and_still_too_few),
        cmocka_unit_test(waiters_wait_for_each_other),
        cmocka_unit_test(a_slot_waits_for_itself),
        cmocka_unit_test(a_fence_over_itself),
        cmocka_unit_test(a_fence_over_the_hosts_fence),
        cmocka_unit_test(the_order_of_a_queue_closes_the_cycle),
        cmocka_unit_test(every_link_of_a_cycle_holds),
        cmocka_unit_test(a_signal_was_wiped),
        cmocka_unit_test(its_own_signal_comes_too_late),
        cmocka_unit_test(a_slot_lacks_two_words),
        cmocka_unit_test(its_worker_never_gets_on),
        cmocka_unit_test(a_word_that_a_copy_may_change),
        cmocka_unit_test(a_shutdown_leaves_work),
        cmocka_unit_test(roots_come_by_how_much_is_behind_them),
        cmocka_unit_test(statuses_that_are_roots_of_their_own),
        cmocka_unit_test(what_it_waited_for_came_in_the_end),
        cmocka_unit_test(only_the_fence_is_left),
        cmocka_unit_test(waiters_of_any_bits),
        cmocka_unit_test(large_batches),
        cmocka_unit_test(a_word_is_added_up_once_for_all_who_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
