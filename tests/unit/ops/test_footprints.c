/*
 * What each opcode says that it touches, against what it does: every row of the table on random operands
 * and random memory, one slot alone, stepped by the engine. What a row says that it may touch, some run
 * touches, each word of it; all else, each run that ends well touches exactly.
 */
#include "ops/footprint.h"
#include "ops/mix_layout.h"
#include "scheduled.h"

#include "base/random.h"
#include "engine/create.h"
#include "engine/events.h"
#include "engine/machine.h"
#include "engine/result.h"

enum { ROUNDS = 600, MEMORIES = 400, WORDS = 2080, DATA = 64, DATA_WORDS = 24, BELOW = 5 };
enum { READ = 1, WRITTEN = 2 };

typedef struct touched {
    uint8_t of[WORDS]; /* bits, by word */
} touched;

typedef struct declared {
    touched surely, all;
    bool may;
} declared;

/* The machine's own words are another matter: docs/ring-protocol.md. */
static bool is_data(const vrrl_layout *l, uint32_t word)
{
    return word < WORDS && ((word >= VRRL_WORD_OBSERVABLE && word < l->ring_base) ||
                            (word >= l->user_base && word < l->debug_base));
}

static void declare(void *context, const struct declared_event *a)
{
    declared *d = context;
    uint8_t does = a->kind == OPERATION_LOAD    ? READ
                   : a->kind == OPERATION_STORE ? WRITTEN
                                                : READ | WRITTEN;

    d->may |= a->may;
    for (uint64_t k = a->word; k < (uint64_t)a->word + a->count && k < WORDS; k++) {
        d->all.of[k] |= does;
        d->surely.of[k] |= a->may ? 0 : does;
    }
}

/* What one step does to its word. */
static uint8_t does(const struct event *next)
{
    if (next->kind == OPERATION_LOAD)
        return READ;
    return next->kind == OPERATION_STORE ? WRITTEN : next->writes ? READ | WRITTEN : READ;
}

/* Runs the one slot of `m`; whether it ended well. */
static bool run(machine *m, touched *out)
{
    struct sched *s = schedule_of(m, &(struct sched_options){.setup.model = VRRL_MEMORY_SC});
    struct sched_state *state = sched_state_create(s);
    uint32_t count;
    assert_non_null(state);
    memset(out, 0, sizeof *out);
    sched_reset(s, state);
    for (const struct chooser_lane *lanes; (lanes = sched_ready(s, state, &count)) && count > 0;) {
        struct event next = sched_event(s, state, lanes[0].lane, 0);
        if (next.what == EVENT_OPERATES && !next.counts && next.word != VRRL_NO_INDEX &&
            is_data(&m->layout, next.word))
            out->of[next.word] |= does(&next);
        sched_step(s, state, lanes[0].lane, 0);
    }
    bool done = sched_slot_at(state, 0)->status == VRRL_STATUS_DONE;
    sched_state_free(state);
    sched_destroy(s);
    return done;
}

/* ---- Random slots ---------------------------------------------------------------------------- */

static uint32_t data_word(const machine *m, uint64_t *random)
{
    return random_below(random, 4) ? user(m, DATA + random_below(random, DATA_WORDS))
                                   : observable(random_below(random, 16));
}

static uint32_t operand(const machine *m, const vrrl_opcode *row, uint32_t k, uint64_t *random)
{
    vrrl_operand operand = {.kind = VRRL_OPERAND_VALUE};
    vrrl_opcode_operand(row, k, &operand);
    if (operand.kind == VRRL_OPERAND_WORD)
        return data_word(m, random);
    return operand.kind == VRRL_OPERAND_F32 ? 0x3F800000u : random_below(random, BELOW);
}

/* A descriptor at the beginning of user memory, below the data. */
static void fill_descriptor(machine *m, uint64_t *random)
{
    uint32_t *at = m->arena + user(m, 0), counts[4];
    for (uint32_t k = 0; k < 4; k++)
        at[k] = counts[k] = random_below(random, 3);
    at += MIX_HEAD_WORDS;
    for (uint32_t i = 0; i < counts[0]; i++, at += MIX_WAIT_WORDS)
        at[0] = data_word(m, random), at[1] = random_below(random, 2), at[2] = i % 2;
    for (uint32_t i = 0; i < counts[1]; i++, at += MIX_INPUT_WORDS)
        at[0] = data_word(m, random), at[1] = random_below(random, 4);
    for (uint32_t i = 0; i < counts[2]; i++, at += MIX_OUTPUT_WORDS)
        at[0] = user(m, DATA + random_below(random, DATA_WORDS)), at[1] = random_below(random, 4),
        at[2] = MIX_ACCESS_WRITE + random_below(random, 3);
    for (uint32_t i = 0; i < counts[3]; i++, at += MIX_SIGNAL_WORDS)
        at[0] = data_word(m, random), at[1] = random_below(random, BELOW), at[2] = i % 2;
}

/* Up to three inner operations of at most four arguments each. */
static uint32_t pack(const machine *m, uint32_t *args, uint64_t *random)
{
    uint8_t bytes[8] = {(uint8_t)(1 + random_below(random, 3)), 0};
    uint32_t count = bytes[0], used = 0, words[12];
    for (uint32_t k = 0; k < count; k++) {
        const vrrl_opcode *row;
        do {
            uint32_t number = random_below(random, 30);
            row = vrrl_opcode_find(number < 8 ? number : VRRL_OPCODE_USER_FIRST + number - 8);
        } while (!row || row->number == VRRL_OPCODE_MIX || vrrl_opcode_operand_count(row) > 4);
        uint32_t number = row->number;
        bytes[2 + 2 * k] = (uint8_t)(number < 0x80 ? number : 0x80 + (number & 0x7F));
        bytes[3 + 2 * k] = (uint8_t)used;
        for (uint32_t i = 0; i < vrrl_opcode_operand_count(row); i++)
            words[used++] = operand(m, row, i, random);
    }
    uint32_t head = (2 + 2 * count + 3) / 4;
    if (head + used > 13)
        return 0;
    bytes[1] = (uint8_t)used;
    memcpy(args, bytes, sizeof bytes);
    memcpy(args + head, words, used * sizeof *words);
    return head + used;
}

static void fill_memory(machine *m, uint64_t *random)
{
    for (uint32_t k = 0; k < 16; k++)
        m->arena[observable(k)] = random_below(random, BELOW);
    for (uint32_t k = 0; k < DATA_WORDS + 64; k++)
        m->arena[user(m, DATA + k)] = random_below(random, BELOW);
}

static uint32_t fill_slot(machine *m, const vrrl_opcode *row, uint32_t *args, uint64_t *random)
{
    if (row->number == VRRL_OPCODE_PACKED_SLOT)
        return pack(m, args, random);
    if (row->number == VRRL_OPCODE_MIX)
        fill_descriptor(m, random);
    uint32_t count = vrrl_opcode_operand_count(row);
    for (uint32_t k = 0; k < count; k++)
        args[k] = operand(m, row, k, random);
    if (row->number == VRRL_OPCODE_MIX)
        args[0] = user(m, 0);
    return count;
}

/* ---- The two held together ------------------------------------------------------------------- */

static void differ(const machine *m, const vrrl_opcode *row, const uint32_t *args, uint32_t word,
                   const char *what)
{
    fail_msg("%s %u %u %u %u: %s word %u, user word %d", row->name, args[0], args[1], args[2],
             args[3], what, word, (int)word - (int)m->layout.user_base);
}

/* One run: nothing that is not told; all that is surely told, where the slot ends well. */
static bool holds(machine *m, const vrrl_opcode *row, const uint32_t *args, const declared *d,
                  touched *seen)
{
    touched now;
    bool done = run(m, &now);
    for (uint32_t k = 0; k < WORDS; k++) {
        seen->of[k] |= now.of[k];
        if (!is_data(&m->layout, k))
            continue;
        if (now.of[k] & ~d->all.of[k])
            differ(m, row, args, k, "it touches, and does not tell,");
        if (done && (d->surely.of[k] & ~now.of[k]))
            differ(m, row, args, k, "it tells, and does not touch,");
    }
    return done;
}

/* Random memory for one slot: a few, or, where it `may`, until all is touched. */
static bool try_slot(machine *m, const vrrl_opcode *row, uint32_t count, const uint32_t *args,
                     uint64_t *random, bool *may)
{
    touched seen = {{0}};
    bool done = false, whole = row->number != VRRL_OPCODE_PACKED_SLOT;
    for (uint32_t i = 0; i < MEMORIES; i++) {
        declared d = {.may = false};
        const struct footprint_memory words = {m->arena + user(m, 0), user(m, 0), 1024};
        fill_memory(m, random);
        footprint_of(row->number, args, count, &words, declare, &d);
        done |= holds(m, row, args, &d, &seen);
        *may |= d.may;
        bool covered = true;
        for (uint32_t k = 0; k < WORDS; k++)
            covered &= !is_data(&m->layout, k) || seen.of[k] == d.all.of[k];
        if ((covered && d.may) || (i >= 2 && !(d.may && done && whole)))
            return done;
    }
    fail_msg("%s %u %u %u %u: it may touch what no run of it touches", row->name, args[0], args[1],
             args[2], args[3]);
    return done;
}

static bool try_row(const vrrl_opcode *row, uint64_t *random)
{
    bool may = false;
    uint32_t done = 0;
    vrrl_machine config = small_machine(1);
    config.geometry.debug_records = 4;
    machine *m = machine_start("reference", &config);
    assert_in_range(m->layout.total_words, 1, WORDS);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t args[16] = {0};
        m->count = 0;
        uint32_t count = fill_slot(m, row, args, random);
        add_words(m, VRRL_NO_WORKER, row->number, count, args);
        done += try_slot(m, row, count, args, random, &may);
    }
    machine_stop(m);
    if (done < ROUNDS / 8)
        fail_msg("%s: only %u of %u slots ended well", row->name, done, ROUNDS);
    return may;
}

static void declared_is_accessed(void **state)
{
    uint64_t random = 20261130;
    uint32_t may = 0, rows = 0;
    (void)state;
    for (const vrrl_opcode *row; (row = vrrl_opcode_at(rows)); rows++)
        if (try_row(row, &random)) {
            print_message("may: %s\n", row->name);
            may++;
        }
    print_message("%u opcodes; %u may touch less than they tell\n", rows, may);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(declared_is_accessed)};
    return cmocka_run_group_tests_name("footprints", tests, NULL, NULL);
}
