/*
 * Why random programs get stuck, judged by force: where each root is given what it is said to lack, all
 * slots end in some execution, and a value that is said not to come comes in none.
 *
 * VRRL_STUCK_DEADLOCKS ends that are stuck (1,000; the long form has 10,000), from VRRL_STUCK_SEED on.
 */
#include "engine/depth_first_search.h"
#include "engine_runs.h"
#include "oracle_force.h"
#include "oracle_program.h"
#include "vrrl/analysis/report.h"

#ifdef VRRL_SANITIZED
enum { DEADLOCKS = 200 };
#else
enum { DEADLOCKS = 1000 };
#endif

enum { STATES = 20000, ENDS_OF_ONE = 3 };

/* ---- Programs -------------------------------------------------------------------------------- */

static void put_stuck_slot(random_text *t)
{
    /* One that has an effect comes last. */
    static const char *const waits[] = {"WAIT_GE c[%u], 1",         "WAIT_GE c[%u], 2",
                                        "WAIT_GE c[%u], 3",         "WAIT_RELAXED c[%u], 1",
                                        "WAIT_WORD c[%u], k[0], 1", "TAKE c[%u]"};
    static const char *const does[] = {
        "STORE_U32 0, c[%u]",       "STORE_RELEASE 1, c[%u]",
        "STORE_U32 2, c[%u]",       "SIGNAL c[%u], 1",
        "SIGNAL c[%u], 1",          "SIGNAL c[%u], 2",
        "SIGNAL c[%u], 0",          "ATOMIC_ADD 1, c[%u]",
        "SIGNAL c[%u], 0xFFFFFFFF", "NOP",
        "COMPARE_SWAP c[%u], 0, 2", "EXCHANGE 1, c[%u], m[0]",
        "STORE_U32 %u, k[0]",       "FETCH_ADD 1, c[%u], m[1]",
        "MEMCPY k[0], c[%u], 1",    "TRY_SWAP c[%u], k[0], k[1], m[1]",
        "MEMCPY k[1], c[%u], 1",    "IF_EQ k[%u], 0"};
    enum { DOES = sizeof does / sizeof *does };
    put(t, " s%u: pack", t->slot);
    put_queue(t, t->queues ? draw(t, t->queues) : 0);
    if (chance(t, 12))
        put(t, "  BATCH_FENCE %u, 1, 0\n", draw(t, t->slots));
    for (uint32_t left = draw(t, 5) ? 1 : 2 * draw(t, 2); left > 0; left--) {
        put(t, "  ");
        put(t, waits[chance(t, 60) ? 0 : draw(t, left > 1 ? 5 : 6)], draw(t, COUNTER_WORDS));
        put(t, "\n");
    }
    for (uint32_t left = 1 + draw(t, 2); left > 0; left--) {
        put(t, "  ");
        put(t, does[draw(t, DOES)], draw(t, COUNTER_WORDS));
        put(t, "\n");
    }
    put(t, " end\n");
}

static void stuck_program_text(random_text *t, uint64_t seed)
{
    *t = (random_text){.seed = seed};
    draw(t, 2);
    put(t, "slot_words 32\n");
    put_workers(t);
    put(t, "words m[2]\nwords c[2]\nwords k[2]\n");
    if (chance(t, 50))
        put(t, "init k = 0, %u\n", draw(t, 4));
    if (chance(t, 25))
        put(t, "init c = 1, %u\n", draw(t, 2));
    put(t, "epoch\n");
    t->slots = 2 + draw(t, 4);
    for (t->slot = 0; t->slot < t->slots; t->slot++)
        put_stuck_slot(t);
    put(t, "end\n");
}

/* ---- Ends ------------------------------------------------------------------------------------ */

struct stuck_ends {
    oracle *of;
    oracle_stuck at[ENDS_OF_ONE];
    uint32_t count;
};

static bool keep_stuck(void *context, struct sched *s, const struct sched_state *state,
                       vrrl_verdict verdict)
{
    struct stuck_ends *e = context;
    oracle *o = e->of;
    if (verdict != VRRL_VERDICT_DEADLOCK || e->count == ENDS_OF_ONE)
        return e->count < ENDS_OF_ONE;
    oracle_stuck *end = &e->at[e->count++];
    *end = (oracle_stuck){.arena = malloc(o->words * sizeof *end->arena)};
    assert_non_null(end->arena);
    end_arena(s, state, o->words, end->arena);
    for (uint32_t i = 0; i < o->epochs[0].slots; i++) {
        end->slots[i] = *sched_slot_at(state, i);
        end->ended |= (uint32_t)vrrl_status_is_terminal(end->slots[i].status) << i;
    }
    return true;
}

static struct sched *schedule_from(const vrrl_program *p, const uint32_t *arena, uint32_t ended)
{
    vrrl_machine machine = {.geometry = p->geometry,
                            .model = p->model,
                            .workers = GRAPH_SLOTS,
                            .claim = VRRL_CLAIM_RANDOM};
    const struct sched_options options = {.setup.model = VRRL_MEMORY_SC, .starved = VRRL_NO_WORKER};
    uint32_t indices[GRAPH_SLOTS], queues[GRAPH_SLOTS], left = 0;
    struct sched *s = NULL;
    vrrl_error err = {0};
    for (uint32_t i = 0; i < p->batches[0].count; i++) {
        if (ended >> i & 1)
            continue;
        indices[left] = i;
        queues[left++] = epoch_slot(p, 0, i)->queue;
    }
    const vrrl_batch_view batch = {left, indices, queues};
    if (sched_create(&machine, arena, &batch, &options, &s, &err))
        fail_msg("%s", err.text);
    return s;
}

static void find_ends(oracle *o, struct stuck_ends *e)
{
    uint32_t *arena = o->starts[0];
    oracle_publish(o, arena);
    for (uint32_t i = 0; i < o->epochs[0].slots; i++)
        arena[oracle_slot_word(o->program, 0, i)] = VRRL_STATUS_PUBLISHED;
    struct sched *s = schedule_from(o->program, arena, 0);
    *e = (struct stuck_ends){.of = o};
    sched_exhaust(s, STATES, keep_stuck, e);
    sched_destroy(s);
}

/* ---- What is said of a root ------------------------------------------------------------------ */

struct sought {
    uint32_t position; /* among those that are left */
    bool ends;
};

static bool look_for_end_of(void *context, struct sched *s, const struct sched_state *state,
                            vrrl_verdict verdict)
{
    struct sought *x = context;
    (void)s, (void)verdict;
    x->ends |= vrrl_status_is_terminal(sched_slot_at(state, x->position)->status);
    return !x->ends;
}

/* Puts back what a slot takes away, which is a wait as well. */
static void keep_take(oracle *o, const oracle_stuck *end, uint32_t position)
{
    oracle_slot slot;
    oracle_decode(end->arena + oracle_slot_word(o->program, 0, position), o->program, end->arena,
                  &slot);
    for (uint32_t i = 0; i < slot.count; i++) {
        const oracle_operation *op = &slot.operations[i];
        uint32_t mask = op->shift == 32 ? UINT32_MAX : 0xFFu << op->shift;
        if (op->opcode == VRRL_OPCODE_TAKE)
            o->arena[op->word] |= end->arena[op->word] & mask;
    }
}

/* Whether a slot could end that waits for this word alone, where nothing but its queue's order holds any
 * other back. */
static bool could_end_so(oracle *o, const oracle_stuck *end, uint32_t slot, uint32_t word,
                         bool takes)
{
    const vrrl_program *p = o->program;
    struct sought x = {0};
    memcpy(o->arena, end->arena, o->words * sizeof *o->arena);
    for (uint32_t i = 0; i < o->epochs[0].slots; i++) {
        if (end->ended >> i & 1)
            continue;
        x.position += i < slot;
        o->arena[oracle_slot_word(p, 0, i)] = VRRL_STATUS_PUBLISHED;
        for (uint32_t w = 0; w < p->geometry.user_words; w++)
            if (i != slot || p->layout.user_base + w != word)
                oracle_release(o, o->arena,
                               &(oracle_forced){i, p->layout.user_base + w, UINT32_MAX});
        for (uint32_t k = 0; k < p->geometry.ring_slots; k++)
            oracle_release(
                o, o->arena,
                &(oracle_forced){i, p->layout.ring_base + k * p->geometry.slot_words, 0});
        if (takes && i != slot)
            keep_take(o, end, i);
    }
    struct sched *s = schedule_from(p, o->arena, end->ended);
    sched_exhaust(s, STATES, look_for_end_of, &x);
    sched_destroy(s);
    return x.ends;
}

static bool could_end(oracle *o, const oracle_stuck *end, uint32_t slot, uint32_t word)
{
    return could_end_so(o, end, slot, word, false) || could_end_so(o, end, slot, word, true);
}

/* ---- Who raises a word ----------------------------------------------------------------------- */

/* All that the slots which are left do with one word, each in its order, with nothing to wait for. */
typedef struct word_states {
    const oracle *of;
    const oracle_stuck *end;
    uint32_t word;
    uint64_t wanted;      /* whether it comes to that is asked, */
    uint32_t slot, other; /* and whether `slot` raises it; `other` does nothing */
    oracle_slot slots[GRAPH_SLOTS];
    uint64_t seen[STATES];
    uint32_t seen_count;
    bool raises, comes;
} word_states;

/* What the word holds after an operation; false where that is not looked at here: it depends on others. */
static bool holds_after(const word_states *x, const oracle_operation *op, uint32_t *now)
{
    const uint32_t *a = op->args, *arena = x->end->arena;
    switch (op->opcode) {
    case VRRL_OPCODE_STORE_U32:
    case VRRL_OPCODE_STORE_RELEASE:
    case VRRL_OPCODE_EXCHANGE:
        *now = a[1] == x->word ? a[0] : *now;
        return true;
    case VRRL_OPCODE_SIGNAL:
        *now += a[0] == x->word ? a[1] : 0;
        return true;
    case VRRL_OPCODE_ATOMIC_ADD:
    case VRRL_OPCODE_FETCH_ADD:
        *now += a[1] == x->word ? a[0] : 0;
        return true;
    case VRRL_OPCODE_COMPARE_SWAP:
        *now = a[0] == x->word && *now == a[1] ? a[2] : *now;
        return true;
    case VRRL_OPCODE_TRY_SWAP:
        *now = a[0] == x->word && *now == arena[a[1]] ? arena[a[2]] : *now;
        return true;
    case VRRL_OPCODE_MEMCPY:
        *now = a[1] == x->word ? arena[a[0]] : *now;
        return true;
    default:
        return op->opcode != VRRL_OPCODE_IF_EQ;
    }
}

static void step_all(word_states *x, const uint8_t at[GRAPH_SLOTS], uint32_t now)
{
    uint64_t state = now;
    for (uint32_t i = 0; i < x->of->epochs[0].slots; i++)
        state = state << 4 ^ at[i];
    for (uint32_t i = 0; i < x->seen_count; i++)
        if (x->seen[i] == state)
            return;
    assert_true(x->seen_count < STATES);
    x->seen[x->seen_count++] = state;
    for (uint32_t i = 0; i < x->of->epochs[0].slots && !(x->raises && x->comes); i++) {
        uint8_t next[GRAPH_SLOTS];
        uint32_t then = now;
        if ((x->end->ended >> i & 1) || i == x->other || at[i] == x->slots[i].count)
            continue;
        memcpy(next, at, sizeof next);
        next[i]++;
        bool known = holds_after(x, &x->slots[i].operations[at[i]], &then);
        x->raises |= !known || (i == x->slot && then > now);
        x->comes |= !known || then >= x->wanted;
        step_all(x, next, then);
        if (x->slots[i].operations[at[i]].opcode == VRRL_OPCODE_TAKE && now > 0)
            step_all(x, next, now - 1);
    }
}

/* Whether in some order of what is left the word comes to what a slot of a cycle waits for, and in some one
 * the next slot raises it. */
static bool could_raise(oracle *o, const oracle_stuck *end, const vrrl_cycle_slot *one,
                        uint32_t next)
{
    static word_states x;
    const uint8_t at[GRAPH_SLOTS] = {0};
    x = (word_states){.of = o,
                      .end = end,
                      .word = one->word,
                      .wanted = one->wanted,
                      .slot = next,
                      .other = next == one->slot ? VRRL_NO_INDEX : one->slot};
    for (uint32_t i = 0; i < o->epochs[0].slots; i++)
        oracle_decode(end->arena + oracle_slot_word(o->program, 0, i), o->program, end->arena,
                      &x.slots[i]);
    step_all(&x, at, end->arena[one->word]);
    return x.raises && x.comes;
}

/* A value that cannot come comes in no execution; who would change a word of a cycle raises it, and in some
 * order the word comes far enough. */
static const char *judge_root(oracle *o, const oracle_stuck *end, const vrrl_root *root)
{
    if (root->rank == 0 && root->kind == VRRL_ROOT_UNREACHABLE &&
        could_end(o, end, root->slot, root->wait_word))
        return "a value comes that is said not to";
    for (uint32_t i = 0; i < root->cycle_length && root->rank == 0; i++) {
        const vrrl_cycle_slot *one = &root->cycle[i];
        uint32_t next = root->cycle[(i + 1) % root->cycle_length].slot;
        if (one->waits == VRRL_WAIT_VALUE && !one->may && !could_raise(o, end, one, next))
            return "a slot is said to change a word, and does not raise it, or not far enough";
    }
    return NULL;
}

static const char *judge_end(oracle *o, const oracle_stuck *end, uint32_t kinds[8])
{
    static const char *const wrong[] = {[ROOTS_RIGHT] = NULL,
                                        [ROOTS_NONE] = "no root is named",
                                        [ROOTS_FREE_NONE] =
                                            "a root lets no slot end, and is not needed",
                                        [ROOTS_LEAVE] = "all roots do not let all slots end"};
    vrrl_waiter waiters[GRAPH_SLOTS + 1];
    vrrl_stuck *stuck;
    vrrl_error err = {0};
    const char *found = wrong[oracle_judge_roots(o, end)];
    uint32_t count = oracle_waiters(o, end, waiters);
    if (vrrl_stuck_analyse(o->program, 0, end->arena, waiters, count, &stuck, &err))
        fail_msg("%s", err.text);
    for (uint32_t i = 0; i < stuck->root_count; i++) {
        kinds[stuck->roots[i].kind]++;
        found = found ? found : judge_root(o, end, &stuck->roots[i]);
    }
    vrrl_stuck_free(stuck);
    return found;
}

/* ---- Text ------------------------------------------------------------------------------------ */

static void print_end(const oracle *o, const oracle_stuck *end, const char *text)
{
    vrrl_waiter waiters[GRAPH_SLOTS + 1];
    vrrl_stuck *stuck;
    uint32_t count = oracle_waiters(o, end, waiters);
    assert_int_equal(vrrl_stuck_analyse(o->program, 0, end->arena, waiters, count, &stuck, NULL),
                     VRRL_OK);
    print_message("%s\n", text);
    vrrl_report_stuck(o->program, 0, VRRL_VERDICT_DEADLOCK, stuck, stdout);
    fflush(stdout);
    vrrl_stuck_free(stuck);
}

static uint32_t judge_program(const char *text, uint64_t seed, uint32_t kinds[8], uint32_t *wrong)
{
    static oracle o;
    const oracle_options options = {.state_limit = STATES};
    struct stuck_ends ends;
    vrrl_program *p = program_of(text);
    oracle_begin(&o, p, &options);
    o.epoch = 0;
    find_ends(&o, &ends);
    for (uint32_t i = 0; i < ends.count; i++) {
        const char *found = judge_end(&o, &ends.at[i], kinds);
        if (found && (*wrong)++ < 5) {
            print_message("seed %llu: %s\n", (unsigned long long)seed, found);
            print_end(&o, &ends.at[i], text);
        }
        free(ends.at[i].arena);
    }
    oracle_free(&o);
    vrrl_program_free(p);
    return ends.count;
}

static void roots_hold_by_force(void **state)
{
    const char *asked = getenv("VRRL_STUCK_DEADLOCKS"), *first = getenv("VRRL_STUCK_SEED");
    uint64_t wanted = asked ? strtoull(asked, NULL, 10) : DEADLOCKS;
    uint64_t seed = first ? strtoull(first, NULL, 10) : 1, ends = 0;
    uint32_t kinds[8] = {0}, wrong = 0;
    static random_text text;
    (void)state;
    for (; ends < wanted; seed++) {
        stuck_program_text(&text, seed);
        ends += judge_program(text.at, seed, kinds, &wrong);
    }
    print_message("%llu deadlocks: %u values that cannot come, %u cycles, %u not resident\n",
                  (unsigned long long)ends, kinds[VRRL_ROOT_UNREACHABLE], kinds[VRRL_ROOT_CYCLE],
                  kinds[VRRL_ROOT_NOT_RESIDENT]);
    if (wrong > 0)
        fail_msg("%u are wrong", wrong);
    assert_true(kinds[VRRL_ROOT_UNREACHABLE] > ends / 10 && kinds[VRRL_ROOT_CYCLE] > ends / 20);
    if (ends >= 1000) /* they are rare: of fewer there may be too few */
        assert_true(kinds[VRRL_ROOT_NOT_RESIDENT] > ends / 100);
}

/* What was wrong, as it was found. */
static void what_was_wrong_is_right(void **state)
{
    static const char *const mended[] = {
        /* What has what it waits for takes a place, and the one behind it in the queue may end first. */
        "slot_words 32\nworkers pipelined 3 depth 3 resident 1\n"
        "words m[2]\nwords c[2]\nwords k[2]\ninit k = 0, 2\nepoch\n"
        "pack on 1\nWAIT_GE c[0], 1\nSIGNAL c[1], 1\nMEMCPY k[0], c[0], 1\nend\n"
        "pack on 2\nWAIT_GE c[0], 1\nSIGNAL c[0], 2\nend\n"
        "pack on 0\nWAIT_GE c[0], 1\nTRY_SWAP c[0], k[0], k[1], m[1]\nend\n"
        "pack on 1\nWAIT_GE c[0], 1\nSTORE_U32 0, k[0]\nend\nend\n",
        "slot_words 32\nworkers pipelined 2 depth 3 resident 1\n"
        "words m[2]\nwords c[2]\nwords k[2]\nepoch\n"
        "pack on 0\nBATCH_FENCE 1, 1, 0\nTAKE c[0]\nMEMCPY k[0], c[0], 1\nend\n"
        "pack on 1\nWAIT_GE c[0], 1\nCOMPARE_SWAP c[0], 0, 2\nFETCH_ADD 1, c[1], m[1]\nend\n"
        "pack on 0\nWAIT_GE c[0], 1\nEXCHANGE 1, c[1], m[0]\nSTORE_U32 0, c[1]\nend\n"
        "pack on 0\nBATCH_FENCE 1, 1, 0\nWAIT_WORD c[0], k[0], 1\nATOMIC_ADD 1, c[0]\n"
        "COMPARE_SWAP c[1], 0, 2\nend\n"
        "pack on 1\nWAIT_RELAXED c[1], 1\nSIGNAL c[1], 0\nSTORE_U32 2, c[1]\nend\nend\n"};
    uint32_t kinds[8] = {0}, wrong = 0;
    (void)state;
    for (uint32_t i = 0; i < sizeof mended / sizeof *mended; i++)
        assert_true(judge_program(mended[i], i, kinds, &wrong) > 0);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(roots_hold_by_force),
                                       cmocka_unit_test(what_was_wrong_is_right)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
