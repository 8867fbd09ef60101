#include "run/stuck_words.h"

#include "base/array.h"
#include "base/sorted.h"
#include "program/batch_view.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>

struct collect {
    struct stuck_state *state;
    uint32_t slot, sorted;
    uint32_t limit; /* of words of an access that are looked at one by one */
    vrrl_code code;
    vrrl_error *err;
};

static uint32_t place_of(const struct stuck_state *s, uint64_t word)
{
    return sorted_from(s->words, s->word_count, sizeof *s->words, word);
}

/* ---- Words ----------------------------------------------------------------------------------- */

static void add_word(struct collect *c, uint32_t word)
{
    struct stuck_state *s = c->state;
    struct stuck_word w = {.word = word, .last_producer = VRRL_NO_INDEX};
    w.ranges[0] = w.ranges[1] = VRRL_NO_INDEX;
    if (c->code == VRRL_OK)
        c->code = array_room(s->words, s->word_count, s->word_room, 1, c->err);
    if (c->code == VRRL_OK)
        s->words[s->word_count++] = w;
}

static void sort_words(struct stuck_state *s)
{
    uint32_t kept = 0;
    if (s->word_count == 0)
        return;
    qsort(s->words, s->word_count, sizeof *s->words, sorted_order);
    for (uint32_t i = 0; i < s->word_count; i++)
        if (kept == 0 || s->words[kept - 1].word != s->words[i].word)
            s->words[kept++] = s->words[i];
    s->word_count = kept;
}

/* Those that slots wait for, or that decide. */
static void collect_waited(void *context, const struct declared_event *access)
{
    if (!access->waits && !access->ends)
        return;
    add_word(context, access->word);
    if (access->waits && access->from != DECLARED_NO_WORD)
        add_word(context, access->from);
}

enum { WORDS_OF_ONE = 8, COPIES_FOLLOWED = 4 };

/* The words that say what a word is set to, and whether; `sorted` of words[] are known by now. */
static void collect_source(void *context, const struct declared_event *a)
{
    struct collect *c = context;
    const struct stuck_state *s = c->state;
    uint32_t first = sorted_from(s->words, c->sorted, sizeof *s->words, a->word);
    if (a->copied == DECLARED_NO_WORD)
        return;
    for (uint32_t i = first;
         i < c->sorted && i - first < c->limit && s->words[i].word < (uint64_t)a->word + a->count;
         i++)
        add_word(c, a->copied + (s->words[i].word - a->word));
    if (a->expected != DECLARED_NO_WORD)
        add_word(c, a->expected);
}

/* Of slots that are left. */
static void collect_sources(struct collect *c)
{
    const struct stuck_state *s = c->state;
    c->sorted = s->word_count;
    c->limit = WORDS_OF_ONE;
    for (c->slot = 0; c->slot < s->slot_count; c->slot++)
        if (s->waiter_at[c->slot])
            slot_footprint(s->program, epoch_slot(s->program, s->epoch, c->slot), collect_source,
                           c);
    sort_words(c->state);
}

/* And those that the epoch's prologue copies to the words that are known by now. */
static void collect_copied(struct collect *c)
{
    const vrrl_program *p = c->state->program;
    const vrrl_epoch *epoch = epoch_row(p, c->state->epoch);
    c->sorted = c->state->word_count;
    c->limit = UINT32_MAX;
    for (uint32_t i = 0; i < epoch->prologue_count && !c->state->memory; i++)
        slot_footprint(p, &p->prologue[epoch->prologue_first + i], collect_source, c);
}

static void know_seen(struct stuck_state *s, const vrrl_waiter *waiter)
{
    struct stuck_word *w = &s->words[place_of(s, waiter->wait_word)];
    w->is_known = w->is_told = true;
    w->seen = waiter->seen_value;
    w->now = waiter->seen_value;
}

static void know_held(const struct stuck_state *s, struct stuck_word *w)
{
    if (w->is_told || w->word >= s->program->layout.total_words)
        return;
    w->is_known = true;
    w->seen = w->now = s->memory[w->word];
}

/* ---- What a word holds that is only added to ------------------------------------------------- */

/* A prologue sets words, and copies others. */
static void set_by_prologue(struct stuck_state *s, const vrrl_epoch *epoch)
{
    for (uint32_t i = 0; i < epoch->prologue_count; i++) {
        const vrrl_slot *slot = &s->program->prologue[epoch->prologue_first + i];
        const uint32_t *args = s->program->words + slot->args;
        bool copies = slot->opcode == VRRL_OPCODE_MEMCPY;
        uint64_t end = (uint64_t)args[1] + (copies ? args[2] : 1);
        for (uint32_t k = place_of(s, args[1]); k < s->word_count && s->words[k].word < end; k++) {
            struct stuck_word *w = &s->words[k];
            uint64_t word = args[0] + (uint64_t)(w->word - args[1]);
            const struct stuck_word *from = copies ? &s->words[place_of(s, word)] : NULL;
            w->sum = copies ? from->sum : args[0];
            w->is_summed = !copies || (from->word == word && from->is_summed);
        }
    }
}

static void sum_access(void *context, const struct declared_event *a)
{
    struct stuck_state *s = context;
    uint32_t first = place_of(s, a->word), end = place_of(s, (uint64_t)a->word + a->count);
    if (!declared_writes(a))
        return;
    for (uint32_t i = first; i < end; i++) {
        s->words[i].is_summed &= a->signals;
        s->words[i].sum += a->value;
    }
}

static void sum_epoch(struct stuck_state *s, uint32_t e)
{
    const vrrl_epoch *epoch = epoch_row(s->program, e);
    set_by_prologue(s, epoch);
    for (uint32_t i = 0; i < s->program->batches[epoch->batch].count; i++)
        if (e < s->epoch || !s->waiter_at[i])
            slot_footprint(s->program, epoch_slot(s->program, e, i), sum_access, s);
}

static void add_up(struct stuck_state *s)
{
    const vrrl_program *p = s->program;
    uint32_t base = p->layout.user_base, untold = 0;
    for (uint32_t i = 0; i < s->word_count; i++) {
        struct stuck_word *w = &s->words[i];
        w->is_summed = w->word >= base && w->word - base < p->geometry.user_words;
        w->sum = w->is_summed ? p->initial[w->word - base] : 0;
        untold += w->is_summed && !w->is_told;
    }
    for (uint32_t e = p->first_epoch; e <= s->epoch && untold > 0; e++)
        sum_epoch(s, e);
    for (uint32_t i = 0; i < s->word_count; i++) {
        struct stuck_word *w = &s->words[i];
        if (w->is_told || !w->is_summed)
            continue;
        w->is_known = true;
        w->seen = w->now = w->sum;
    }
}

/* ---- All words ------------------------------------------------------------------------------- */

/* One behind the last ends the touches of the last. */
static vrrl_code list_words(struct stuck_state *s, vrrl_error *err)
{
    struct collect c = {.state = s, .err = err};
    for (c.slot = 0; c.slot <= s->slot_count; c.slot++) {
        const vrrl_waiter *waiter = s->waiter_at[c.slot];
        if (waiter && waiter->wait_word != VRRL_NO_INDEX)
            add_word(&c, waiter->wait_word);
        if (waiter && c.slot < s->slot_count)
            slot_footprint(s->program, epoch_slot(s->program, s->epoch, c.slot), collect_waited,
                           &c);
    }
    sort_words(s);
    for (uint32_t i = 0; i < COPIES_FOLLOWED && c.sorted < s->word_count; i++)
        collect_sources(&c);
    collect_copied(&c);
    if (c.code != VRRL_OK)
        return c.code;
    sort_words(s);
    for (uint32_t i = 0; i <= s->slot_count; i++)
        if (s->waiter_at[i] && s->waiter_at[i]->wait_word != VRRL_NO_INDEX)
            know_seen(s, s->waiter_at[i]);
    for (uint32_t i = 0; i < s->word_count && s->memory; i++)
        know_held(s, &s->words[i]);
    if (!s->memory)
        add_up(s);
    add_word(&c, VRRL_NO_INDEX);
    s->word_count -= c.code == VRRL_OK;
    return c.code;
}

/* ---- Ranges ---------------------------------------------------------------------------------- */

uint32_t stuck_next_word(struct stuck_state *s, uint32_t at)
{
    uint32_t open = at;
    while (s->next_word[open] != open)
        open = s->next_word[open];
    while (s->next_word[at] != open && at != open) {
        uint32_t next = s->next_word[at];
        s->next_word[at] = open;
        at = next;
    }
    return open;
}

static void note_range(struct stuck_state *s, uint32_t first, uint32_t end, uint32_t slot)
{
    for (uint32_t i = stuck_next_word(s, first); i < end; i = stuck_next_word(s, i + 1)) {
        uint32_t *ranges = s->words[i].ranges;
        if (ranges[0] == VRRL_NO_INDEX) {
            ranges[0] = slot;
        } else if (ranges[0] != slot) {
            ranges[1] = slot;
            s->next_word[i] = i + 1;
        }
    }
}

/* Counts are kept as differences between neighbours: a range is two of them. */
static void add_range(struct collect *c, uint32_t first, uint32_t end)
{
    struct stuck_state *s = c->state;
    bool left = s->waiter_at[c->slot] != NULL;
    s->words[first].range_producers++;
    s->words[end].range_producers--;
    s->words[first].range_ended += !left;
    s->words[end].range_ended -= !left;
    if (!left)
        return;
    if (c->code == VRRL_OK)
        c->code = array_room(s->ranges, s->range_count, s->range_room, 1, c->err);
    if (c->code != VRRL_OK)
        return;
    s->ranges[s->range_count++] = (struct stuck_range){c->slot, first, end};
    note_range(s, first, end, c->slot);
}

static void sum_ranges(struct stuck_state *s)
{
    int32_t producers = 0, ended = 0;
    for (uint32_t i = 0; i < s->word_count; i++) {
        producers += s->words[i].range_producers;
        ended += s->words[i].range_ended;
        s->words[i].producers += (uint32_t)producers;
        s->words[i].ended += (uint32_t)ended;
    }
}

/* ---- Touches --------------------------------------------------------------------------------- */

static void add_touch(struct collect *c, uint32_t word, uint8_t kind, uint32_t value, uint32_t goal)
{
    struct stuck_state *s = c->state;
    if (c->code == VRRL_OK)
        c->code = array_room(s->touches, s->touch_count, s->touch_room, 1, c->err);
    if (c->code == VRRL_OK)
        s->touches[s->touch_count++] = (struct stuck_touch){.slot = c->slot,
                                                            .word = word,
                                                            .kind = kind,
                                                            .value = value,
                                                            .goal = goal,
                                                            .from = VRRL_NO_INDEX,
                                                            .expected_from = VRRL_NO_INDEX};
}

/* What a wait that reads its goal wants is known where the goal is, or the slot has last waited for it. */
static void add_wait(struct collect *c, const struct declared_event *a)
{
    struct stuck_state *s = c->state;
    const vrrl_waiter *waiter = s->waiter_at[c->slot];
    uint32_t goal = VRRL_NO_INDEX;
    if (a->from != DECLARED_NO_WORD) {
        goal = place_of(s, a->from);
        s->is_slow[c->slot] = true;
        if (!s->words[goal].is_known && waiter->wait_word == a->word) {
            s->words[goal].is_known = true;
            s->words[goal].seen = s->words[goal].now = (uint32_t)(waiter->wait_value - a->value);
        }
    }
    add_touch(c, place_of(s, a->word), TOUCH_WAIT, a->value, goal);
}

static uint8_t kind_of(const struct declared_event *a)
{
    if (a->signals)
        return TOUCH_ADD;
    if (a->kind == OPERATION_STORE)
        return a->is_value && a->count == 1 ? TOUCH_SET : TOUCH_MAY;
    if (a->takes)
        return TOUCH_TAKE;
    if (!a->is_bounded)
        return TOUCH_MAY;
    if (a->is_compared)
        return TOUCH_SWAP;
    return TOUCH_SET;
}

static void add_change(struct collect *c, const struct declared_event *a, uint32_t place)
{
    struct stuck_word *w = &c->state->words[place];
    bool left = c->state->waiter_at[c->slot] != NULL;
    if (w->last_producer != c->slot) {
        w->last_producer = c->slot;
        w->producers++;
        w->ended += !left;
    }
    if (!left)
        return;
    add_touch(c, place, kind_of(a), declared_updates(a) ? a->most : a->value, VRRL_NO_INDEX);
    if (c->code != VRRL_OK)
        return;
    struct stuck_touch *t = &c->state->touches[c->state->touch_count - 1];
    t->expected = a->value;
    c->state->is_late[c->slot] |= t->kind != TOUCH_ADD || t->value >= 0x80000000u;
    if (a->copied != DECLARED_NO_WORD)
        t->from = place_of(c->state, a->copied + (w->word - a->word));
    if (a->expected != DECLARED_NO_WORD)
        t->expected_from = place_of(c->state, a->expected);
}

/* What a condition leaves out depends on the word. */
static void add_condition(struct collect *c, const struct declared_event *a)
{
    if (!c->state->waiter_at[c->slot])
        return;
    add_touch(c, place_of(c->state, a->word), TOUCH_IF, a->value, VRRL_NO_INDEX);
    c->state->has_if[c->slot] = true;
}

static void collect_touch(void *context, const struct declared_event *a)
{
    struct collect *c = context;
    if (a->ends)
        add_condition(c, a);
    if (declared_reads(a))
        return;
    if (a->waits) {
        if (c->state->waiter_at[c->slot])
            add_wait(c, a);
        return;
    }
    uint32_t first = place_of(c->state, a->word);
    uint32_t end = place_of(c->state, (uint64_t)a->word + a->count);
    bool copies = a->copied != DECLARED_NO_WORD && end - first <= WORDS_OF_ONE;
    if (end - first > 1 && !copies)
        add_range(c, first, end);
    for (uint32_t i = first; i < end && (end - first == 1 || copies); i++)
        add_change(c, a, i);
}

/* What a waiter says that it waits for is among its slot's waits, unless somebody else wrote it down. Only those
 * that read what they want can want more than a word holds, and they are. */
static void add_told(struct collect *c, uint32_t first)
{
    const struct stuck_state *s = c->state;
    const vrrl_waiter *waiter = s->waiter_at[c->slot];
    if (waiter->wait_word == VRRL_NO_INDEX ||
        epoch_status_position(s->program, s->first_index, waiter->wait_word) <= s->slot_count)
        return;
    uint32_t place = place_of(s, waiter->wait_word);
    for (uint32_t i = first; i < s->touch_count; i++)
        if (!stuck_changes(&s->touches[i]) && s->touches[i].word == place)
            return;
    add_touch(c, place, TOUCH_WAIT, (uint32_t)waiter->wait_value, VRRL_NO_INDEX);
}

static void note_fence(void *context, uint32_t first, uint32_t count)
{
    const struct collect *c = context;
    (void)first;
    (void)count;
    c->state->is_slow[c->slot] = true;
}

static vrrl_code list_touches(struct stuck_state *s, vrrl_error *err)
{
    struct collect c = {.state = s, .err = err};
    for (c.slot = 0; c.slot < s->slot_count; c.slot++) {
        const vrrl_slot *slot = epoch_slot(s->program, s->epoch, c.slot);
        uint32_t first = s->first_touch[c.slot] = s->touch_count;
        slot_footprint(s->program, slot, collect_touch, &c);
        footprint_fences(slot->opcode, s->program->words + slot->args, slot->arg_count, note_fence,
                         &c);
        if (c.code == VRRL_OK && s->waiter_at[c.slot])
            add_told(&c, first);
    }
    s->first_touch[s->slot_count] = s->first_touch[s->slot_count + 1] = s->touch_count;
    sum_ranges(s);
    return c.code;
}

/* ---- By word --------------------------------------------------------------------------------- */

struct order {
    uint32_t word, value, touch;
    bool changes;
};

static int by_word_and_value(const void *left, const void *right)
{
    const struct order *a = left, *b = right;
    if (a->word != b->word)
        return a->word < b->word ? -1 : 1;
    if (a->changes != b->changes)
        return a->changes ? 1 : -1;
    if (!a->changes && a->value != b->value)
        return a->value < b->value ? -1 : 1;
    return (a->touch > b->touch) - (a->touch < b->touch);
}

static void place_touches(struct stuck_state *s, const struct order *order)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i <= s->word_count; i++) {
        struct stuck_word *w = &s->words[i];
        w->first = w->unmet = at;
        while (at < s->touch_count && order[at].word == i && !order[at].changes)
            at++;
        w->changes = at;
        while (at < s->touch_count && order[at].word == i)
            at++;
    }
    for (uint32_t i = 0; i < s->touch_count; i++)
        s->by_word[i] = order[i].touch;
}

static vrrl_code sort_touches(struct stuck_state *s, vrrl_error *err)
{
    struct order *order = malloc((s->touch_count + (size_t)1) * sizeof *order);
    s->by_word = malloc((s->touch_count + (size_t)1) * sizeof *s->by_word);
    if (!order || !s->by_word) {
        free(order);
        return error_no_memory(err, s->touch_count * sizeof *order);
    }
    for (uint32_t i = 0; i < s->touch_count; i++) {
        const struct stuck_touch *t = &s->touches[i];
        order[i] = (struct order){t->word, t->value, i, stuck_changes(t)};
    }
    if (s->touch_count > 1)
        qsort(order, s->touch_count, sizeof *order, by_word_and_value);
    place_touches(s, order);
    free(order);
    return VRRL_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void join_all_words(struct stuck_state *s)
{
    for (uint32_t i = 0; i <= s->word_count; i++)
        s->next_word[i] = i;
}

vrrl_code stuck_words_create(struct stuck_state *s, vrrl_error *err)
{
    vrrl_code code = list_words(s, err);
    if (code != VRRL_OK)
        return code;
    s->next_word = malloc((s->word_count + (size_t)1) * sizeof *s->next_word);
    if (!s->next_word)
        return error_no_memory(err, s->word_count * sizeof *s->next_word);
    join_all_words(s);
    code = list_touches(s, err);
    join_all_words(s); /* from here on: those that are not open */
    return code == VRRL_OK ? sort_touches(s, err) : code;
}

void stuck_words_free(struct stuck_state *s)
{
    free(s->words);
    free(s->touches);
    free(s->by_word);
    free(s->ranges);
    free(s->next_word);
}
