/*
 * Random small programs, as program files: slots that wait, store, copy, swap, signal and decide, on few
 * words, in one to three epochs, under each model of workers. One statement a line, so that lines can be
 * left out of one that fails.
 */
#ifndef VRRL_TEST_ORACLE_PROGRAM_H
#define VRRL_TEST_ORACLE_PROGRAM_H

#include "base/random.h"
#include "oracle_idioms.h"
#include "program_text.h"

#include <stdarg.h>

enum { TEXT_MAX = 8192 };

/* What slots are mostly made of. */
typedef enum flavour {
    FLAVOUR_MIXED,   /* anything */
    FLAVOUR_ORDERED, /* data behind waits and signals */
    FLAVOUR_FLAGS,   /* words that others wait for go up and down */
    FLAVOUR_ATOMICS, /* swaps, tickets, conditions */
    FLAVOUR_TASKS,   /* MIX */
    FLAVOUR_FLOATS,  /* float opcodes, tables, the debug log */
    FLAVOUR_FENCES,  /* relaxed accesses and fences */
    FLAVOURS,
} flavour;

typedef struct random_text {
    char at[TEXT_MAX];
    size_t used;
    uint64_t seed;
    flavour of;
    uint32_t queues; /* 0: a pool */
    uint32_t slots, slot, epoch, value;
    const idiom *idiom; /* NULL: its slots are none */
} random_text;

static inline void put(random_text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void put(random_text *t, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    t->used += (size_t)vsnprintf(t->at + t->used, sizeof t->at - t->used, format, list);
    va_end(list);
    assert_true(t->used < sizeof t->at);
}

static inline uint32_t draw(random_text *t, uint32_t below)
{
    return random_below(&t->seed, below);
}

static inline bool chance(random_text *t, uint32_t percent)
{
    return draw(t, 100) < percent;
}

/* Words: data m, flags and counters c, a register a slot, what users see. */
enum { DATA_WORDS = 3, COUNTER_WORDS = 2 };

static inline uint32_t any_data(random_text *t)
{
    return draw(t, DATA_WORDS);
}

static inline uint32_t any_counter(random_text *t)
{
    return chance(t, 70) ? 0 : draw(t, COUNTER_WORDS);
}

/* A word of data, or now and then one that others wait for. */
static inline const char *any_word(random_text *t, char out[16])
{
    if (chance(t, t->of == FLAVOUR_FLAGS ? 25 : 6))
        snprintf(out, 16, "c[%u]", any_counter(t));
    else
        snprintf(out, 16, "m[%u]", any_data(t));
    return out;
}

/* ---- Operations ------------------------------------------------------------------------------ */

static inline void put_wait(random_text *t)
{
    uint32_t c = any_counter(t), wanted = 1 + (chance(t, 15) ? 1 : 0);
    if (t->of == FLAVOUR_FLOATS && chance(t, 40)) {
        put(t, "  DOT f[%u], f[%u], f[3], 1\n", draw(t, 2), draw(t, 3));
        return;
    }
    switch (draw(t, 12)) {
    default:
        put(t, "  WAIT_GE c[%u], %u\n", c, wanted);
        break;
    case 0:
        put(t, "  WAIT_RELAXED c[%u], %u\n", c, wanted);
        break;
    case 1:
        put(t, "  WAIT_WORD c[%u], %s, %u\n", c, chance(t, 60) ? "k[0]" : "m[2]", wanted);
        break;
    case 2: /* mostly for a slot before it, in the first epoch */
        put(t, "  BATCH_FENCE %u, 1, 0\n", draw(t, chance(t, 85) ? t->slot + !t->slot : t->slots));
        break;
    case 3:
    case 4:
        put(t, "  TAKE c[%u]\n", c);
        break;
    }
}

static inline void put_data(random_text *t)
{
    char word[16], other[16];
    any_word(t, word);
    any_word(t, other);
    switch (draw(t, 10)) {
    default:
        put(t, "  STORE_U32 %u, %s\n", chance(t, 25) ? draw(t, 3) : ++t->value, word);
        break;
    case 0:
    case 1:
        put(t, "  MEMCPY %s, %s, 1\n", word, other);
        break;
    case 2:
    case 3:
        put(t, "  MEMCPY %s, r[%u], 1\n", word, t->slot);
        break;
    case 4:
        put(t, "  LOAD_U32 %s, o[%u]\n", word, draw(t, 2));
        break;
    case 5:
        put(t, "  ATOMIC_ADD %u, %s\n", 1 + draw(t, 2), word);
        break;
    case 6:
        put(t, "  MEMCPY m[0], m[1], %u\n", 1 + draw(t, 2));
        break;
    }
}

static inline void put_signal(random_text *t)
{
    uint32_t c = any_counter(t);
    switch (draw(t, t->of == FLAVOUR_FLAGS ? 14 : 9)) {
    default:
        put(t, "  SIGNAL c[%u], %u\n", c, 1 + (chance(t, 15) ? 1 : 0));
        break;
    case 0:
        put(t, "  ATOMIC_ADD 1, c[%u]\n", c);
        break;
    case 1:
        put(t, "  STORE_RELEASE %u, c[%u]\n", 1 + draw(t, 2), c);
        break;
    case 9:
    case 10:
        put(t, "  STORE_RELEASE 0, c[%u]\n", c);
        break;
    case 11:
        put(t, "  SIGNAL c[%u], 0xFFFFFFFF\n", c);
        break;
    case 12:
        put(t, "  STORE_U32 %u, c[%u]\n", draw(t, 3), c);
        break;
    }
}

static inline void put_atomic(random_text *t)
{
    char word[16];
    any_word(t, word);
    if (chance(t, 40))
        snprintf(word, sizeof word, "c[%u]", any_counter(t));
    switch (draw(t, 9)) {
    case 0:
    case 1:
        put(t, "  FETCH_ADD 1, %s, r[%u]\n", word, t->slot);
        break;
    case 2:
        put(t, "  EXCHANGE %u, %s, r[%u]\n", 1 + draw(t, 3), word, t->slot);
        break;
    case 3:
        put(t, "  COMPARE_SWAP %s, %u, %u\n", word, draw(t, 2), 1 + draw(t, 2));
        break;
    case 4:
        put(t, "  TRY_SWAP %s, k[0], k[1], r[%u]\n", word, t->slot);
        break;
    case 5:
    case 6:
        put(t, "  IF_EQ %s, %u\n", chance(t, 60) ? "r[own]" : word, draw(t, 3));
        break;
    case 7:
        put(t, "  LOAD_ACQUIRE %s, r[%u]\n", word, t->slot);
        break;
    case 8:
        put(t, "  STORE_RELEASE %u, %s\n", draw(t, 3), word);
        break;
    }
}

static inline void put_fence(random_text *t)
{
    static const char *const names[] = {"ACQUIRE", "RELEASE", "SEQ_CST"};
    put(t, "  FENCE_%s\n", names[draw(t, 3)]);
}

static inline void put_indexed(random_text *t)
{
    if (chance(t, 50))
        put(t, "  LOAD_AT m, 2, %s, r[%u]\n", chance(t, 50) ? "m[2]" : "k[1]", t->slot);
    else
        put(t, "  STORE_AT m, 2, %s, k[%u]\n", chance(t, 50) ? "m[2]" : "k[1]", draw(t, 2));
}

static inline void put_float(random_text *t)
{
    uint32_t x = draw(t, 2), y = 2 + draw(t, 2);
    switch (draw(t, 7)) {
    case 0:
        put(t, "  AXPY 2.0, f[%u], f[%u], 1\n", x, y);
        break;
    case 1:
    case 2:
        put(t, "  MATVEC f[%u], f[%u], f[%u], 1, 1, 1, %u\n", x, x, y, draw(t, 2));
        break;
    case 3:
        put(t, "  RMSNORM f[%u], f[%u], f[%u], 1, 0.5\n", x, x, y);
        break;
    case 4:
        put(t, "  SOFTMAX f[%u], f[%u], 1\n", x, y);
        break;
    case 5:
        put(t, "  DFA_STEP 0, %u, m, m[%u]\n", draw(t, 3), any_data(t));
        break;
    case 6:
        put(t, "  NOP\n");
        break;
    }
}

static inline void put_operation(random_text *t)
{
    /* Percent of signals, atomics, fences, indexed, floats; the rest is data. */
    static const uint8_t shares[FLAVOURS][5] = {
        [FLAVOUR_MIXED] = {15, 20, 8, 6, 6},  [FLAVOUR_ORDERED] = {25, 2, 1, 2, 2},
        [FLAVOUR_FLAGS] = {55, 6, 2, 0, 0},   [FLAVOUR_ATOMICS] = {10, 65, 6, 4, 0},
        [FLAVOUR_TASKS] = {10, 5, 0, 0, 0},   [FLAVOUR_FLOATS] = {15, 2, 0, 4, 60},
        [FLAVOUR_FENCES] = {15, 20, 35, 0, 0}};
    static void (*const puts[])(random_text *) = {put_signal, put_atomic, put_fence, put_indexed,
                                                  put_float};
    uint32_t at = draw(t, 100);
    for (uint32_t i = 0; i < 5; i++) {
        if (at < shares[t->of][i]) {
            puts[i](t);
            return;
        }
        at -= shares[t->of][i];
    }
    put_data(t);
}

/* ---- Slots ----------------------------------------------------------------------------------- */

static inline void put_queue(random_text *t, uint32_t queue)
{
    if (t->queues)
        put(t, " on %u\n", queue);
    else
        put(t, "\n");
}

static inline void put_task(random_text *t, uint32_t queue)
{
    static const char *const kinds[] = {"reads", "reads", "writes", "updates", "accumulates"};
    put(t, " task t%u_%u", t->epoch, t->slot);
    put_queue(t, queue);
    if (chance(t, t->slot == 0 ? 10 : 60))
        put(t, "  waits c[%u] >= %u%s\n", any_counter(t), 1 + (draw(t, 5) == 0),
            chance(t, 15) ? " relaxed" : "");
    for (uint32_t i = 1 + draw(t, 2); i > 0; i--)
        put(t, "  %s s[%u]\n", kinds[draw(t, 5)], draw(t, 2));
    if (chance(t, t->slot == 0 ? 90 : 50))
        put(t, "  signals c[%u] += 1%s\n", any_counter(t), chance(t, 15) ? " relaxed" : "");
    put(t, " end\n");
}

/* Data that is written, and then told of; or waited for, read, and told of in turn. */
static inline void put_ordered(random_text *t)
{
    static const char *const tells[] = {"SIGNAL c[0], 1", "ATOMIC_ADD 1, c[0]",
                                        "STORE_RELEASE 1, c[0]"};
    uint32_t how = chance(t, 80) ? 0 : 1 + draw(t, 2), data = chance(t, 80) ? 0 : any_data(t);
    if (t->slot == 0 || chance(t, 15)) {
        put(t, "  STORE_U32 %u, m[%u]\n", ++t->value, data);
        put(t, "  %s\n", tells[how]);
        return;
    }
    put(t, "  WAIT_GE c[0], %u\n", 1 + draw(t, t->slot));
    if (chance(t, 70))
        put(t, "  MEMCPY m[%u], r[%u], 1\n", data, t->slot);
    else
        put(t, "  STORE_U32 %u, m[%u]\n", ++t->value, data);
    if (chance(t, 75))
        put(t, "  %s\n", tells[how]);
}

static inline void put_body(random_text *t)
{
    if (t->of == FLAVOUR_ORDERED && chance(t, 90)) {
        put_ordered(t);
        return;
    }
    if (chance(t, t->slot == 0 ? 8 : t->of == FLAVOUR_FLAGS ? 50 : 35))
        put_wait(t);
    for (uint32_t i = 1 + draw(t, t->slots > 3 ? 2 : 3); i > 0; i--)
        put_operation(t);
    if (chance(t, t->slot == 0 ? 60 : 25))
        put(t, "  SIGNAL c[0], 1\n");
}

static inline void put_slot(random_text *t)
{
    uint32_t queue = t->queues ? draw(t, t->queues) : 0;
    if (t->queues && chance(t, 40))
        queue = t->slot % t->queues;
    if (chance(t, t->of == FLAVOUR_TASKS ? 75 : 4)) {
        put_task(t, queue);
    } else if (chance(t, 1)) {
        put(t, " e%u_%u: %s", t->epoch, t->slot,
            chance(t, 50) ? "SHUTDOWN" : "MEMCPY DONE_COUNT, m[0], 1");
        put_queue(t, queue);
    } else if (chance(t, t->of == FLAVOUR_FLOATS ? 8 : 1)) {
        put(t, " e%u_%u: PRINTF 1, 2, 3, 4", t->epoch, t->slot);
        put_queue(t, queue);
    } else {
        put(t, " e%u_%u: pack", t->epoch, t->slot);
        put_queue(t, queue);
        put_body(t);
        put(t, " end\n");
    }
}

/* ---- Protocols ------------------------------------------------------------------------------- */

/* A line as it stands, or what may stand in its place; now and then nothing. */
static inline void put_line(random_text *t, const char *line)
{
    const char *other = strchr(line, '|');
    size_t length = other ? (size_t)(other - line) : strlen(line);
    if (chance(t, 3))
        return;
    if (other && chance(t, 18)) {
        line = other + 1;
        length = strlen(line);
    }
    if (length > 0)
        put(t, "  %.*s\n", (int)length, line);
}

static inline void put_idiom_slot(random_text *t)
{
    const char *const *lines = t->idiom->slots[t->slot];
    if (t->slot >= IDIOM_SLOTS || !lines[0])
        return;
    put(t, " e%u_%u: pack", t->epoch, t->slot);
    put_queue(t, t->queues ? (chance(t, 75) ? t->slot % t->queues : draw(t, t->queues)) : 0);
    size_t empty = t->used;
    for (uint32_t i = 0; i < IDIOM_LINES && lines[i]; i++)
        put_line(t, lines[i]);
    if (t->used == empty)
        put(t, "  NOP\n");
    put(t, " end\n");
}

/* ---- Programs -------------------------------------------------------------------------------- */

static inline void put_workers(random_text *t)
{
    uint32_t of = draw(t, 10);
    t->queues = of < 4 ? 0 : 1 + draw(t, 3);
    if (of >= 4 && of < 7)
        put(t, "workers serial %u", t->queues);
    else if (of >= 7)
        put(t, "workers pipelined %u depth %u", t->queues, 1 + draw(t, 3));
    if (t->queues > 1 && chance(t, 25))
        put(t, " resident %u", 1 + draw(t, t->queues - 1));
    put(t, "\n");
}

static inline void put_memory(random_text *t)
{
    put(t, "words m[%d]\nwords c[%d]\nwords r[8]\nwords k[2]\nwords f[4]\nwords s[2] of 2\n",
        DATA_WORDS, COUNTER_WORDS);
    put(t, "words o[2] in observable\ninit k[1] = 1\ninit f fill 1.5\n");
    if (t->idiom)
        put(t, "init c[1] = 1\n");
    else if (chance(t, 25))
        put(t, "init c[0] = %u\n", 1 + draw(t, 2));
    if (chance(t, 10))
        put(t, "init m[0] = 1\n");
    if (chance(t, 40))
        put(t, "observe m[0:%u]\n", 1 + draw(t, DATA_WORDS));
}

static inline void put_epoch(random_text *t, bool last)
{
    uint32_t times = last && t->epoch == 0 && chance(t, 15) ? 2 : 1;
    put(t, times > 1 ? "epoch times 2\n" : "epoch\n");
    if ((t->epoch > 0 || times > 1) && chance(t, 45))
        put(t, " prologue\n  STORE_U32 %u, c[0]\n end\n", chance(t, 80) ? 0 : draw(t, 3));
    for (t->slot = 0; t->slot < t->slots; t->slot++)
        t->idiom ? put_idiom_slot(t) : put_slot(t);
    put(t, "end\n");
}

/* "r[own]" is the slot's register: the one that it was last told to keep something in. */
static inline void name_registers(random_text *t)
{
    char kept = '0';
    for (char *at = t->at; *at; at++) {
        if (at[0] == ' ' && at[1] == 'e' && strstr(at, ": pack") == at + 5)
            kept = at[4];
        if (strncmp(at, "r[own]", 6) == 0) {
            size_t left = strlen(at + 6) + 1;
            at[2] = kept;
            at[3] = ']';
            memmove(at + 4, at + 6, left);
        }
    }
    t->used = strlen(t->at);
}

static inline void random_program_text(random_text *t, uint64_t seed)
{
    uint32_t epochs;
    *t = (random_text){.seed = seed};
    draw(t, 2);
    t->of = chance(t, 25) ? FLAVOUR_ORDERED : (flavour)draw(t, FLAVOURS);
    t->idiom = chance(t, 18) ? &idioms[draw(t, IDIOMS)] : NULL;
    epochs = t->idiom || chance(t, 70) ? 1 : 2 + (draw(t, 4) == 0);
    if (epochs > 1 &&
        chance(t, 35)) /* what one leaves, and the next begins with, depends on order */
        t->of = FLAVOUR_FLAGS;
    put(t, "slot_words 64\n");
    put_workers(t);
    put_memory(t);
    for (t->epoch = 0; t->epoch < epochs; t->epoch++) {
        t->slots = t->idiom ? IDIOM_SLOTS : epochs == 1 ? 2 + draw(t, 3) : 2 + (draw(t, 3) == 0);
        put_epoch(t, t->epoch + 1 == epochs);
    }
    name_registers(t);
}

#endif
