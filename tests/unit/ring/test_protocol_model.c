/*
 * The status protocol and the deadlock rule of docs/ring-protocol.md, as a small model of its own:
 * every interleaving of two workers and a host on three slots, one access a step. It must never say
 * stuck while a slot could still end, and must say so when none can. Two rules that look redundant
 * are taken away in turn, to see that the model would notice.
 */
#include "vrrl/run/ring.h"

#include "test.h"

enum { SLOTS = 3, WORKERS = 2, WORDS = 2, NONE = 255, TABLE = 1 << 22 };

/* A slot: waits for `wait` (a word, or WAIT_FENCE), then adds 1 to `signal`. */
enum { WAIT_FENCE = 100 };
typedef struct slot_program {
    uint8_t wait, signal;
} slot_program;

typedef enum rules {
    RULES_ALL,
    RULES_NO_SECOND_LOOK_AT_THE_WORD, /* condition 3 of the rule */
    RULES_PROGRESS_AFTER_STATUS,      /* step 7 of the worker in the wrong order */
    RULES_NO_SECOND_LOOK_AT_P,        /* condition 4 */
} rules;

/* What a worker does next. */
enum { PICK, READ_P, READY, FENCE_SCAN, PUT_TICKET, PUT_BACK, EFFECT, RAISE_P, PUT_STATUS };
/* What the host does next. */
enum { HOST_P, HOST_STATUS, HOST_TICKET, HOST_WORD, HOST_P_AGAIN, HOST_STUCK };

typedef struct state {
    uint8_t status[SLOTS], seen[SLOTS], waits[SLOTS]; /* waits: a word, WORDS + slot, or NONE */
    uint8_t word[WORDS], progress;
    struct {
        uint8_t pc, slot, thorough, seen, at, waits;
    } worker[WORKERS];
    uint8_t host_pc, host_p, host_slot, host_waits;
} state;

typedef struct model {
    const slot_program *program;
    rules rules;
    state *table;
    bool *used;
    state *todo;
    uint32_t count, verdicts;
} model;

static bool terminal(uint8_t status)
{
    return status == VRRL_STATUS_DONE;
}

static bool still_waits(const state *s, uint8_t waits)
{
    if (waits == NONE)
        return true;
    return waits < WORDS ? s->word[waits] == 0 : !terminal(s->status[waits - WORDS]);
}

/* Whether slot k could end at some time, whatever runs: words only rise, so ending whatever can end
 * finds all that can. */
static bool can_anything_end(const model *m, const state *s)
{
    for (uint32_t w = 0; w < WORKERS; w++) {
        if (s->worker[w].pc >= EFFECT)
            return true;
    }
    for (uint32_t k = 0; k < SLOTS; k++) {
        if (terminal(s->status[k]))
            continue;
        uint8_t wait = m->program[k].wait;
        bool ready = wait == NONE || (wait < WORDS && s->word[wait]);
        if (wait == WAIT_FENCE) {
            ready = true;
            for (uint32_t i = 0; i < SLOTS; i++)
                ready &= i == k || terminal(s->status[i]);
        }
        if (ready)
            return true;
    }
    return false;
}

/* Worker w picks slot k. */
static bool step_pick(state *s, uint32_t w, uint32_t k, uint8_t thorough)
{
    uint8_t status = s->status[k];
    bool back = status == VRRL_STATUS_REQUEUE;
    if (status != VRRL_STATUS_PUBLISHED && !back)
        return false;
    if (back && still_waits(s, s->waits[k]) && (!thorough || s->seen[k] == s->progress))
        return false;
    s->status[k] = VRRL_STATUS_CLAIMED;
    s->worker[w].slot = (uint8_t)k;
    s->worker[w].thorough = thorough;
    s->worker[w].seen = 0;
    s->worker[w].at = 0;
    s->worker[w].pc = thorough ? READ_P : READY;
    return true;
}

static void step_ready(const model *m, state *s, uint32_t w)
{
    uint8_t k = s->worker[w].slot, wait = m->program[k].wait;
    if (wait == WAIT_FENCE) {
        s->worker[w].pc = FENCE_SCAN;
        return;
    }
    bool ready = wait == NONE || s->word[wait];
    s->worker[w].waits = wait;
    s->worker[w].pc = ready ? EFFECT : PUT_TICKET;
}

/* One status a step. */
static void step_fence(state *s, uint32_t w)
{
    uint8_t k = s->worker[w].slot, at = s->worker[w].at;
    if (at == SLOTS) {
        s->worker[w].pc = EFFECT;
    } else if (at != k && !terminal(s->status[at])) {
        s->worker[w].waits = (uint8_t)(WORDS + at);
        s->worker[w].pc = PUT_TICKET;
    } else {
        s->worker[w].at++;
    }
}

static void finish(state *s, uint32_t w)
{
    memset(&s->worker[w], 0, sizeof s->worker[w]);
}

/* One access of worker w, which has picked a slot. */
static void step_worker(const model *m, state *s, uint32_t w)
{
    uint8_t k = s->worker[w].slot, signal = m->program[k].signal;
    bool late = m->rules == RULES_PROGRESS_AFTER_STATUS;
    switch (s->worker[w].pc) {
    case READ_P:
        s->worker[w].seen = s->progress;
        s->worker[w].pc = READY;
        break;
    case READY:
        step_ready(m, s, w);
        break;
    case FENCE_SCAN:
        step_fence(s, w);
        break;
    case PUT_TICKET:
        s->waits[k] = s->worker[w].waits;
        s->seen[k] = s->worker[w].seen;
        s->worker[w].pc = PUT_BACK;
        break;
    case PUT_BACK:
        s->status[k] = VRRL_STATUS_REQUEUE;
        finish(s, w);
        break;
    case EFFECT:
        if (signal != NONE)
            s->word[signal]++;
        s->worker[w].pc = late ? PUT_STATUS : RAISE_P;
        break;
    case RAISE_P:
        s->progress++;
        if (late)
            finish(s, w);
        else
            s->worker[w].pc = PUT_STATUS;
        break;
    case PUT_STATUS:
        s->status[k] = VRRL_STATUS_DONE;
        if (late)
            s->worker[w].pc = RAISE_P;
        else
            finish(s, w);
        break;
    }
}

static void host_next(state *s)
{
    s->host_slot++;
    s->host_pc = s->host_slot == SLOTS ? HOST_P_AGAIN : HOST_STATUS;
}

static void host_restart(state *s)
{
    s->host_pc = HOST_P;
    s->host_p = s->host_slot = s->host_waits = 0;
}

static void step_host(const model *m, state *s)
{
    uint8_t k = s->host_slot;
    switch (s->host_pc) {
    case HOST_P:
        s->host_p = s->progress;
        s->host_pc = HOST_STATUS;
        break;
    case HOST_STATUS:
        if (terminal(s->status[k]))
            host_next(s);
        else if (s->status[k] == VRRL_STATUS_REQUEUE)
            s->host_pc = HOST_TICKET;
        else
            host_restart(s);
        break;
    case HOST_TICKET:
        s->host_waits = s->waits[k];
        if (s->seen[k] != s->host_p)
            host_restart(s);
        else
            s->host_pc = HOST_WORD;
        break;
    case HOST_WORD:
        if (m->rules == RULES_NO_SECOND_LOOK_AT_THE_WORD || still_waits(s, s->host_waits))
            host_next(s);
        else
            host_restart(s);
        break;
    case HOST_P_AGAIN:
        if (s->progress == s->host_p || m->rules == RULES_NO_SECOND_LOOK_AT_P)
            s->host_pc = HOST_STUCK;
        else
            host_restart(s);
        break;
    }
}

static bool all_ended(const state *s)
{
    bool all = true;
    for (uint32_t k = 0; k < SLOTS; k++)
        all &= terminal(s->status[k]);
    return all;
}

static uint32_t hash(const state *s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < sizeof *s; i++)
        h = (h ^ ((const uint8_t *)s)[i]) * 1099511628211u;
    return (uint32_t)(h >> 20) % TABLE;
}

static void reach(model *m, const state *s)
{
    uint32_t at = hash(s);
    for (; m->used[at]; at = (at + 1) % TABLE) {
        if (memcmp(&m->table[at], s, sizeof *s) == 0)
            return;
    }
    assert_true(m->count < TABLE / 2);
    m->used[at] = true;
    m->table[at] = *s;
    m->todo[m->count++] = *s;
}

/* All that may happen next in *s. */
static void expand(model *m, const state *s)
{
    for (uint32_t w = 0; w < WORKERS; w++) {
        if (s->worker[w].pc != PICK) {
            state next = *s;
            step_worker(m, &next, w);
            reach(m, &next);
            continue;
        }
        for (uint32_t k = 0; k < SLOTS * 2; k++) {
            state next = *s;
            if (step_pick(&next, w, k / 2, k % 2))
                reach(m, &next);
        }
    }
    state next = *s;
    if (!all_ended(s)) {
        step_host(m, &next);
        reach(m, &next);
    }
}

/* From *s, workers in turn and the host after each round: the host comes to say stuck, or all ends.
 */
static bool settles(const model *m, state s)
{
    for (uint32_t round = 0; round < 100 && !all_ended(&s) && s.host_pc != HOST_STUCK; round++) {
        for (uint32_t w = 0; w < WORKERS; w++) {
            for (uint32_t k = 0; k < SLOTS; k++) {
                if (s.worker[w].pc == PICK)
                    step_pick(&s, w, k, 1);
                while (s.worker[w].pc != PICK)
                    step_worker(m, &s, w);
            }
        }
        host_restart(&s);
        do
            step_host(m, &s);
        while (s.host_pc != HOST_P && s.host_pc != HOST_STUCK && !all_ended(&s));
    }
    return all_ended(&s) || s.host_pc == HOST_STUCK;
}

/* How many states say stuck though something could still end. */
static uint32_t explore(const slot_program *program, rules which, uint32_t *verdicts)
{
    model m = {.program = program, .rules = which};
    m.table = malloc(TABLE * sizeof *m.table);
    m.todo = malloc(TABLE / 2 * sizeof *m.todo);
    m.used = calloc(TABLE, sizeof *m.used);
    assert_true(m.table && m.todo && m.used);
    state first = {.progress = 1};
    memset(first.status, VRRL_STATUS_PUBLISHED, SLOTS);
    memset(first.waits, NONE, SLOTS);
    reach(&m, &first);
    uint32_t wrong = 0;
    *verdicts = 0;
    for (uint32_t i = 0; i < m.count; i++) {
        state s = m.todo[i];
        if (s.host_pc == HOST_STUCK) {
            ++*verdicts;
            wrong += can_anything_end(&m, &s);
            continue;
        }
        if (which == RULES_ALL && i % 16 == 0)
            assert_true(settles(&m, s));
        expand(&m, &s);
    }
    free(m.table);
    free(m.todo);
    free(m.used);
    return wrong;
}

static const struct {
    slot_program slots[SLOTS];
    bool deadlock;
} programs[] = {
    {{{NONE, 0}, {0, 1}, {1, NONE}}, false},             /* a chain */
    {{{NONE, 0}, {0, NONE}, {WAIT_FENCE, NONE}}, false}, /* a fence behind a wait */
    {{{NONE, NONE}, {NONE, NONE}, {WAIT_FENCE, NONE}}, false},
    {{{0, NONE}, {NONE, 0}, {NONE, NONE}}, false},      /* who waits stands first */
    {{{0, 1}, {1, 0}, {NONE, NONE}}, true},             /* a cycle */
    {{{0, NONE}, {NONE, 1}, {WAIT_FENCE, NONE}}, true}, /* a signal to the wrong word */
    {{{1, NONE}, {NONE, 0}, {0, NONE}}, true},
    {{{WAIT_FENCE, 0}, {0, NONE}, {NONE, NONE}}, true}, /* a fence whose slot waits for it */
};

enum { PROGRAMS = sizeof programs / sizeof programs[0] };

static void the_rule_is_exact(void **fixture)
{
    (void)fixture;
    for (uint32_t i = 0; i < PROGRAMS; i++) {
        uint32_t verdicts, wrong = explore(programs[i].slots, RULES_ALL, &verdicts);
        if (wrong || (verdicts > 0) != programs[i].deadlock)
            fail_msg("program %u: %u verdicts, %u wrong", i, verdicts, wrong);
    }
}

static void each_part_of_the_rule_is_needed(void **fixture)
{
    (void)fixture;
    for (rules which = RULES_NO_SECOND_LOOK_AT_THE_WORD; which <= RULES_NO_SECOND_LOOK_AT_P;
         which++) {
        uint32_t wrong = 0, verdicts;
        for (uint32_t i = 0; i < PROGRAMS && !wrong; i++)
            wrong += explore(programs[i].slots, which, &verdicts);
        if (!wrong)
            fail_msg("rule %d could be left out", which);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rule_is_exact),
        cmocka_unit_test(each_part_of_the_rule_is_needed),
    };
    return cmocka_run_group_tests_name("protocol_model", tests, NULL, NULL);
}
