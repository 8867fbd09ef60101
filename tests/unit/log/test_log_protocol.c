/*
 * A proof by exhaustion that no reader of a live log takes a torn record, for small rings: every
 * interleaving of the stores of docs/format.md, "Writing", with the loads of "Reading a log that is
 * being written" and of a tail, up to two laps, under the memory models of the scheduled backend:
 * one memory (sc), store buffers (tso), and all that C11 allows relaxed operations and fences
 * (view). Each rule of the order is then broken in turn, and the proof must fail.
 *
 * A value stored tells, beside what the reader may see of it, the append that stored it; verdicts
 * look at that, readers do not. Two words stand for the six of a body. A head is one word, as where
 * a 16-byte store is a single access, or magic and timestamp, as where it is not. A reader's loads
 * are never taken to be single accesses of more than one word.
 */
#include "log_protocol.h"
#include "memory_encode.h"

#include <inttypes.h>
#include <stdbool.h>

enum { STATES_MAX = 1 << 20, WRITER = 0, READER = 1 };

/* ---- All runs -------------------------------------------------------------------------------- */

typedef struct search {
    const setting *setting;
    steps writer, reader;
    struct memory memories[2 * STEPS_MAX + 64]; /* by depth */
    struct mem_bytes visited;                   /* states, one after the other */
    uint32_t *table;                            /* 1 + the offset of a state in visited, in words */
    uint32_t states, taken, wrong;
    bool first_wrong_ends;
} search;

typedef struct state {
    uint32_t written, read, values_read; /* steps done */
    uint32_t values[VALUES_MAX];
} state;

static uint64_t hash(const uint8_t *bytes, size_t size)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        h = (h ^ bytes[i]) * 1099511628211u;
    return h ^ h >> 29;
}

/* Whether this state is new: the whole of it is kept, so that none is taken for another. */
static bool is_new(search *x, const struct memory *m, const state *s)
{
    struct mem_bytes *all = &x->visited;
    size_t start = (all->used + 3) & ~(size_t)3, head = start + sizeof(uint32_t);
    uint32_t size = 0;
    all->used = start;
    mem_bytes_add(all, &size, sizeof size);
    mem_bytes_add(all, s, sizeof *s - sizeof s->values + s->values_read * sizeof s->values[0]);
    memory_encode(m, all);
    assert_false(all->exhausted || m->limit);
    size = (uint32_t)(all->used - head);
    memcpy(all->data + start, &size, sizeof size);
    size_t at = hash(all->data + head, size) % (2 * STATES_MAX);
    for (; x->table[at]; at = (at + 1) % (2 * STATES_MAX)) {
        const uint8_t *other = all->data + 4 * (size_t)(x->table[at] - 1);
        if (memcmp(other, all->data + start, sizeof size + size) == 0) {
            all->used = start;
            return false;
        }
    }
    assert_true(++x->states < STATES_MAX);
    x->table[at] = (uint32_t)(start / 4) + 1;
    return true;
}

static void explore(search *x, uint32_t depth, const state *s);

static void try_step(search *x, uint32_t depth, const state *s, uint32_t thread,
                     const struct operation *op)
{
    struct memory *next = &x->memories[depth + 1];
    uint32_t outcomes = memory_outcomes(&x->memories[depth], thread, op);
    for (uint32_t outcome = 0; outcome < outcomes; outcome++) {
        state after = *s;
        assert_true(memory_copy(next, &x->memories[depth]));
        uint32_t value = memory_step(next, thread, op, outcome);
        if (thread == WRITER)
            after.written++;
        else
            after.read++;
        if (thread == READER && op->kind == OPERATION_LOAD)
            after.values[after.values_read++] = value;
        explore(x, depth + 1, &after);
    }
}

static void explore(search *x, uint32_t depth, const state *s)
{
    struct memory *m = &x->memories[depth];
    if (x->wrong && x->first_wrong_ends)
        return;
    verdict v = TAKEN;
    bool ended = s->read == x->reader.count;
    if (s->values_read > 0)
        v = judge(x->setting, (loaded){s->values, s->values_read});
    x->taken += ended && v == TAKEN;
    x->wrong += ended && v == WRONG;
    if (ended || v == NOT_TAKEN)
        return;
    if (!is_new(x, m, s))
        return;
    if (memory_can_drain(m, WRITER)) {
        assert_true(memory_copy(&x->memories[depth + 1], m));
        memory_drain(&x->memories[depth + 1], WRITER);
        explore(x, depth + 1, s);
    }
    if (s->written < x->writer.count)
        try_step(x, depth, s, WRITER, &x->writer.ops[s->written]);
    try_step(x, depth, s, READER, &x->reader.ops[s->read]);
}

/* The memory that `done` appends have left. */
static void begin(search *x)
{
    const setting *t = x->setting;
    uint32_t initial[1 + PARTS * 4] = {t->done};
    for (uint32_t n = 0; n < t->done; n++) {
        uint32_t place = n % t->capacity;
        initial[location(place, MAGIC)] = magic_of(n, true);
        for (uint32_t part = STAMP; part < PARTS; part++)
            initial[location(place, part)] = n + 1;
    }
    assert_true(memory_locations(&x->memories[0], 1 + PARTS * t->capacity, initial));
}

/* How many states, and in how many of the ends a record was taken, or wrongly. */
static search *run(const setting *t)
{
    search *x = calloc(1, sizeof *x);
    state first = {0};
    assert_non_null(x);
    x->setting = t;
    x->first_wrong_ends = t->broken != NOTHING;
    static uint32_t table[2 * STATES_MAX];
    memset(table, 0, sizeof table);
    x->table = table;
    for (size_t i = 0; i < sizeof x->memories / sizeof x->memories[0]; i++)
        assert_true(memory_init(&x->memories[i], t->model, 2));
    for (uint32_t n = t->done; n < t->appends; n++)
        append(t, &x->writer, n);
    build_reader(t, &x->reader);
    begin(x);
    explore(x, 0, &first);
    for (size_t i = 0; i < sizeof x->memories / sizeof x->memories[0]; i++)
        memory_free(&x->memories[i]);
    free(x->visited.data);
    return x;
}

/* ---- What is run ----------------------------------------------------------------------------- */

typedef struct totals {
    uint64_t runs, states, taken, wrong;
} totals;

static void run_into(const setting *t, totals *sum)
{
    search *x = run(t);
    sum->runs++;
    sum->states += x->states;
    sum->taken += x->taken;
    sum->wrong += x->wrong;
    free(x);
}

/* The long form: blocks of two records in every model, three places and two laps throughout, and
 * for each rule all readings that need it. */
static bool at_length(void)
{
    return getenv("VRRL_PROOF") != NULL;
}

#ifdef VRRL_SANITIZED
enum { CAPACITY_MOST = 2 };
#else
enum { CAPACITY_MOST = 3 };
#endif

/* Counts and places of one ring, from each number of records that it may have in the beginning. */
static void run_ring(setting t, totals *sum)
{
    bool tail = t.how == TAIL_FILL || t.how == TAIL_SEAT;
    uint32_t most = tail ? t.capacity - 1 : 1;
    if (t.how == READ_LIVE && t.capacity == 2 &&
        ((t.model == VRRL_MEMORY_VIEW && t.single) || at_length()))
        most = 2;
    for (t.done = tail ? 1 : 0; t.done <= t.capacity; t.done += tail ? 1 : t.capacity) {
        t.appends = t.done + (t.capacity == 3 && !at_length() ? 4 : 2 * t.capacity);
        for (t.count = 1; t.count <= most; t.count++)
            for (t.place = 0; t.place < (t.how == TAIL_FILL ? 1 : t.capacity); t.place++)
                if (!(t.broken != NOTHING && sum->wrong))
                    run_into(&t, sum);
    }
}

static totals run_rings(vrrl_memory_model model, heads as, how_to_read how, bool single,
                        broken rule)
{
    totals sum = {0};
    setting t = {.model = model, .single = single, .heads = as, .how = how, .broken = rule};
    uint32_t most = model == VRRL_MEMORY_TSO && !at_length() ? 2 : CAPACITY_MOST;
    for (t.capacity = 1; t.capacity <= most; t.capacity++)
        run_ring(t, &sum);
    return sum;
}

static const char *const model_names[] = {"sc", "tso", "view"};
static const char *const how_names[] = {"live", "cursor", "tail", "seat"};

static void no_run_takes_a_torn_record(void **fixture)
{
    (void)fixture;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++)
        for (int how = READ_LIVE; how <= TAIL_SEAT; how++)
            for (int single = 0; single < 2; single++) {
                totals sum =
                    run_rings((vrrl_memory_model)model, HEADS_OF_LAP, (how_to_read)how, single, 0);
                print_message("%-4s %-6s head of %d: %2" PRIu64 " runs, %7" PRIu64
                              " states, %6" PRIu64 " taken\n",
                              model_names[model], how_names[how], 2 - single, sum.runs, sum.states,
                              sum.taken);
                assert_int_equal(sum.wrong, 0);
                assert_true(sum.taken > 0);
            }
}

/* Each rule, and a reading that needs it. */
static const struct {
    const char *name;
    how_to_read how;
    bool single;
} rules[RULES] = {
    [BUSY_LATE] = {"busy late", READ_LIVE, true},
    [NEVER_BUSY] = {"never busy", READ_LIVE, true},
    [HEAD_EARLY] = {"head early", READ_LIVE, true},
    [CURSOR_EARLY] = {"cursor early", READ_CURSOR, true},
    [NO_FENCE_1] = {"no fence 1", READ_LIVE, true},
    [NO_FENCE_2] = {"no fence 2", READ_LIVE, true},
    [CURSOR_RELAXED] = {"cursor relaxed", READ_CURSOR, true},
    [MAGIC_RELAXED] = {"magic relaxed", READ_LIVE, false},
    [NO_READER_FENCE_1] = {"no reader fence 1", READ_LIVE, true},
    [NO_READER_FENCE_2] = {"no reader fence 2", READ_LIVE, true},
    [NO_RECHECK] = {"no second look", READ_LIVE, true},
    [NO_THIRD_LOOK] = {"no third look", READ_LIVE, false},
    [NO_CURSOR_FENCE] = {"no cursor fence", READ_CURSOR, true},
    [NO_ANCHOR_FENCE] = {"no anchor fence", TAIL_FILL, true},
    [NO_ANCHOR] = {"no anchor", TAIL_FILL, true},
    [NO_SEAT_FENCE] = {"no seat fence", TAIL_SEAT, true},
};

static bool is_noticed(broken rule, how_to_read how, bool single)
{
    return run_rings(VRRL_MEMORY_VIEW, HEADS_DIFFER, how, single, rule).wrong > 0;
}

static void print_who_notices(broken rule)
{
    print_message("%-18s", rules[rule].name);
    for (int single = 1; single >= 0; single--)
        for (int how = READ_LIVE; how <= TAIL_SEAT; how++)
            if (is_noticed(rule, (how_to_read)how, single))
                print_message(" %s/%d", how_names[how], 2 - single);
    print_message("\n");
}

static void every_rule_of_the_order_is_needed(void **fixture)
{
    (void)fixture;
    for (int rule = NOTHING + 1; rule < RULES; rule++) {
        if (!is_noticed((broken)rule, rules[rule].how, rules[rule].single))
            fail_msg("nobody needs: %s", rules[rule].name);
        if (at_length())
            print_who_notices((broken)rule);
    }
}

/* x86-64 keeps its loads in order: there two looks at a head of two words are enough. */
static void two_looks_are_enough_on_tso(void **fixture)
{
    (void)fixture;
    for (int how = READ_LIVE; how <= TAIL_SEAT; how++) {
        totals sum =
            run_rings(VRRL_MEMORY_TSO, HEADS_OF_LAP, (how_to_read)how, false, NO_THIRD_LOOK);
        assert_true(sum.wrong == 0 && sum.taken > 0);
    }
}

/* Where the heads of two laps are equal, torn records are taken: the limit of the format. */
static void equal_heads_are_the_limit(void **fixture)
{
    (void)fixture;
    for (int model = VRRL_MEMORY_SC; model <= VRRL_MEMORY_VIEW; model++) {
        totals sum = run_rings((vrrl_memory_model)model, HEADS_ARE_EQUAL, READ_LIVE, true, NOTHING);
        print_message("%-4s: %" PRIu64 " of %" PRIu64 " ends take a torn record\n",
                      model_names[model], sum.wrong, sum.wrong + sum.taken);
        assert_true(sum.wrong > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_run_takes_a_torn_record),
        cmocka_unit_test(every_rule_of_the_order_is_needed),
        cmocka_unit_test(two_looks_are_enough_on_tso),
        cmocka_unit_test(equal_heads_are_the_limit),
    };
    return cmocka_run_group_tests_name("log_protocol", tests, NULL, NULL);
}
