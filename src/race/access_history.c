#include "race/access_history.h"

#include "base/array.h"
#include "base/hash_table.h"
#include "race/rules.h"

#include <stdlib.h>
#include <string.h>

enum { PAIRS_MAX = 1 << 16 };
static const uint64_t COMPARISONS_MAX = UINT64_C(1) << 28;

#define NONE HASH_TABLE_NONE

struct access_item {
    struct race_side side;
    uint32_t at;   /* the number of its step */
    uint32_t time; /* of its thread */
    uint32_t
        place; /* in the word's order of stores, of its own, or of its thread's next; 0: none yet */
    uint32_t next; /* of the same word */
};

struct word_item {
    uint32_t last;   /* access, or NONE */
    uint32_t stores; /* so far */
};

/* What a thread does to a word that slots are ordered by. */
struct sync_item {
    uint32_t thread, word;
    uint32_t written_at, looked_at; /* first, last; 0: never */
    uint32_t next;                  /* of the same thread */
};

enum excuse { EQUAL_STORES, SILENT_STORE, VALIDATED_READ };

struct access_history {
    struct hash_table by_word, by_thread_word, by_thread, by_pair, by_read, by_excuse;
    struct access_item *accesses;
    struct word_item *heads;
    uint32_t *reads; /* by_read: the latest place, from 1, that a thread has read of a word */
    uint32_t read_count, read_room;
    struct access_history_excused excused;
    struct sync_item *syncs;
    uint32_t *sync_heads; /* by thread */
    struct unordered_pair *pairs;
    uint32_t access_count, access_room, free_access, head_count, head_room, sync_count, sync_room,
        sync_head_count, sync_head_room, pair_count, pair_room;
    uint64_t comparisons;
    size_t limit;
    bool exhausted;
};

/* ---- Memory ---------------------------------------------------------------------------------- */

struct access_history *access_history_create(size_t bytes)
{
    struct access_history *m = calloc(1, sizeof *m);
    if (m) {
        m->limit = bytes;
        m->free_access = NONE;
    }
    return m;
}

void access_history_free(struct access_history *m)
{
    if (!m)
        return;
    hash_table_free(&m->by_word);
    hash_table_free(&m->by_thread_word);
    hash_table_free(&m->by_thread);
    hash_table_free(&m->by_pair);
    hash_table_free(&m->by_read);
    hash_table_free(&m->by_excuse);
    free(m->reads);
    free(m->accesses);
    free(m->heads);
    free(m->syncs);
    free(m->sync_heads);
    free(m->pairs);
    free(m);
}

bool access_history_exhausted(const struct access_history *m)
{
    return m->exhausted;
}

/* Tables are at most twice full, of 12 bytes. */
static bool has_room(struct access_history *m)
{
    size_t used = (size_t)m->access_count * sizeof *m->accesses +
                  (size_t)m->head_count * (sizeof *m->heads + 24) +
                  (size_t)m->sync_count * (sizeof *m->syncs + 24) +
                  (size_t)m->read_count * (sizeof *m->reads + 24);
    m->exhausted |= used > m->limit || m->comparisons > COMPARISONS_MAX;
    return !m->exhausted;
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

static void excuse(struct access_history *m, enum excuse why, uint32_t a, uint32_t b)
{
    uint32_t *const counts[] = {&m->excused.equal_stores, &m->excused.silent_stores,
                                &m->excused.validated_reads};
    uint64_t pair = a < b ? (uint64_t)a << 31 | b : (uint64_t)b << 31 | a;
    uint32_t before = m->by_excuse.count;
    m->exhausted |= hash_table_item(&m->by_excuse, (uint64_t)why << 62 | pair, before) == NONE;
    *counts[why] += m->by_excuse.count - before;
}

/* What is excused is counted. */
static bool conflict(struct access_history *m, const struct race_side *a, const struct race_side *b)
{
    enum race_verdict verdict = race_judge(a, b);
    if (verdict == RACE_EQUAL || verdict == RACE_SILENT)
        excuse(m, verdict == RACE_EQUAL ? EQUAL_STORES : SILENT_STORE, a->slot, b->slot);
    return verdict == RACE_FOUND;
}

/* When the pair's load came; the last there can be where none of the two is one. */
static uint32_t read_at(const struct unordered_pair *m)
{
    return m->first.kind == VRRL_ACCESS_READ    ? m->at[0]
           : m->second.kind == VRRL_ACCESS_READ ? m->at[1]
                                                : UINT32_MAX;
}

/* Of a pair the one with the latest load is kept: the hardest to make good. */
static void add_pair(struct access_history *m, const struct unordered_pair *found)
{
    vrrl_error ignored;
    uint32_t a = found->first.slot, b = found->second.slot;
    uint64_t key = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
    if (m->pair_count == PAIRS_MAX ||
        array_room(m->pairs, m->pair_count, m->pair_room, 1, &ignored) != VRRL_OK) {
        m->exhausted = true;
        return;
    }
    uint32_t item = hash_table_item(&m->by_pair, key, m->pair_count);
    m->exhausted |= item == NONE;
    if (item == NONE)
        return;
    if (item == m->pair_count)
        m->pairs[m->pair_count++] = *found;
    else if (read_at(found) > read_at(&m->pairs[item]))
        m->pairs[item] = *found;
}

/* ---- Accesses -------------------------------------------------------------------------------- */

static struct word_item *head_of(struct access_history *m, uint32_t word)
{
    vrrl_error ignored;
    if (array_room(m->heads, m->head_count, m->head_room, 1, &ignored) != VRRL_OK)
        return NULL;
    uint32_t item = hash_table_item(&m->by_word, word, m->head_count);
    if (item == m->head_count)
        m->heads[m->head_count++] = (struct word_item){.last = NONE};
    return item == NONE ? NULL : &m->heads[item];
}

/* The latest place of the word's order that a thread has read, or stored. */
static uint32_t *read_of(struct access_history *m, uint32_t thread, uint32_t word)
{
    vrrl_error ignored;
    if (array_room(m->reads, m->read_count, m->read_room, 1, &ignored) != VRRL_OK)
        return NULL;
    uint32_t item = hash_table_item(&m->by_read, hash_table_of_pair(thread, word), m->read_count);
    if (item == m->read_count)
        m->reads[m->read_count++] = 0;
    return item == NONE ? NULL : &m->reads[item];
}

static uint32_t new_access(struct access_history *m)
{
    vrrl_error ignored;
    uint32_t item = m->free_access;
    if (item != NONE) {
        m->free_access = m->accesses[item].next;
        return item;
    }
    if (array_room(m->accesses, m->access_count, m->access_room, 1, &ignored) != VRRL_OK)
        return NONE;
    return m->access_count++;
}

/* Stores that are ordered before this write: who meets one of them later meets it, too. Loads stay, for
 * coherence orders them otherwise. */
static void forget(struct access_history *m, struct word_item *head)
{
    for (uint32_t *at = &head->last; *at != NONE;) {
        struct access_item *item = &m->accesses[*at];
        uint32_t next = item->next;
        if (access_is_load(item->side.kind)) {
            at = &item->next;
            continue;
        }
        item->next = m->free_access;
        m->free_access = *at;
        *at = next;
    }
}

/* In place of `mine`, where that is one. */
static void put_access(struct access_history *m, struct word_item *head, uint32_t mine,
                       const struct access_item *access)
{
    bool writes = !access_is_load(access->side.kind);
    if (mine == NONE) {
        mine = new_access(m);
        if (mine == NONE) {
            m->exhausted = true;
            return;
        }
        m->accesses[mine].next = head->last;
        head->last = mine;
    }
    struct access_item *item = &m->accesses[mine];
    uint32_t next = item->next;
    *item = *access;
    item->next = next;
    head->stores += writes;
    for (uint32_t i = head->last; writes && i != NONE; i = m->accesses[i].next)
        if (m->accesses[i].side.party == access->side.party && !m->accesses[i].place)
            m->accesses[i].place = head->stores;
}

/* Whether the later access, of a thread that has read up to `read`, comes after the earlier one. */
static bool is_before(const struct access_item *earlier, uint32_t seen, uint32_t read)
{
    return earlier->time <= seen || (earlier->place && earlier->place <= read);
}

/* Keeps the pairs that the access is in. `mine` becomes what is kept of the same slot and alike; returns
 * whether all before it happen before it. */
static bool meet_others(struct access_history *m, struct clocks *c, const struct word_item *head,
                        const struct access_item *now, uint32_t word, uint32_t read, uint32_t *mine)
{
    const struct race_side *side = &now->side;
    bool ordered = true;
    for (uint32_t i = head->last; i != NONE; i = m->accesses[i].next) {
        const struct access_item *a = &m->accesses[i];
        m->comparisons++;
        if (a->side.slot == side->slot && a->side.kind == side->kind &&
            a->side.silent == side->silent)
            *mine = i;
        if (a->side.party == side->party || a->side.slot == side->slot)
            continue;
        uint32_t seen = clocks_seen(c, side->party, a->side.party);
        ordered &= a->time <= seen;
        if (!is_before(a, seen, read) && conflict(m, &a->side, side))
            add_pair(m, &(struct unordered_pair){.first = a->side,
                                                 .second = *side,
                                                 .at = {a->at, now->at},
                                                 .word = word,
                                                 .acquired = seen > 0});
    }
    return ordered;
}

void access_history_access(struct access_history *m, struct clocks *c, const struct event *e)
{
    uint32_t party = e->thread.number, mine = NONE;
    struct word_item *head = has_room(m) ? head_of(m, e->word) : NULL;
    uint32_t *read = head ? read_of(m, party, e->word) : NULL;
    m->exhausted |= !read;
    if (!read)
        return;
    if (access_is_modify(e->access)) /* what it reads comes before what it writes */
        *read = head->stores;
    const struct access_item now = {
        .side = race_side_of(e, party), .at = e->at, .time = clocks_time(c, party)};
    bool ordered = meet_others(m, c, head, &now, e->word, *read, &mine);
    if (access_is_load(e->access))
        *read = head->stores;
    if (ordered && access_is_store(e->access) && !now.side.silent) {
        forget(m, head);
        mine = NONE;
    }
    put_access(m, head, mine, &now);
}

/* ---- What makes a load good ------------------------------------------------------------------ */

static struct sync_item *sync_of(struct access_history *m, uint32_t thread, uint32_t word)
{
    vrrl_error ignored;
    if (!has_room(m) || array_room(m->syncs, m->sync_count, m->sync_room, 1, &ignored) != VRRL_OK ||
        array_room(m->sync_heads, m->sync_head_count, m->sync_head_room, 1, &ignored) != VRRL_OK)
        return NULL;
    uint32_t own = hash_table_item(&m->by_thread, thread, m->sync_head_count);
    if (own == m->sync_head_count)
        m->sync_heads[m->sync_head_count++] = NONE;
    uint32_t item =
        hash_table_item(&m->by_thread_word, hash_table_of_pair(thread, word), m->sync_count);
    if (own == NONE || item == NONE)
        return NULL;
    if (item == m->sync_count) {
        m->syncs[m->sync_count++] =
            (struct sync_item){.thread = thread, .word = word, .next = m->sync_heads[own]};
        m->sync_heads[own] = item;
    }
    return &m->syncs[item];
}

void access_history_sync_write(struct access_history *m, const struct event *e)
{
    struct sync_item *item = sync_of(m, e->thread.number, e->word);
    m->exhausted |= !item;
    if (item && !item->written_at)
        item->written_at = e->at;
}

void access_history_look(struct access_history *m, const struct event *e)
{
    struct sync_item *item = sync_of(m, e->thread.number, e->word);
    m->exhausted |= !item;
    if (item)
        item->looked_at = e->at;
}

/* Whether the reader looks, after it has read, at a word that the writer had written before. */
static bool is_made_good(const struct access_history *m, const struct unordered_pair *pair)
{
    bool read_first = pair->first.kind == VRRL_ACCESS_READ;
    const struct race_side *read = read_first ? &pair->first : &pair->second;
    const struct race_side *write = read_first ? &pair->second : &pair->first;
    uint32_t read_at = pair->at[!read_first], written_at = pair->at[read_first];
    if (read->kind != VRRL_ACCESS_READ)
        return false;
    uint32_t own = hash_table_find(&m->by_thread, read->party);
    for (uint32_t i = own != NONE ? m->sync_heads[own] : NONE; i != NONE; i = m->syncs[i].next) {
        const struct sync_item *look = &m->syncs[i];
        uint32_t item =
            hash_table_find(&m->by_thread_word, hash_table_of_pair(write->party, look->word));
        if (look->looked_at > read_at && item != NONE && m->syncs[item].written_at &&
            m->syncs[item].written_at < written_at)
            return true;
    }
    return false;
}

uint32_t access_history_found(struct access_history *m, const struct unordered_pair **list)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < m->pair_count; i++) {
        const struct unordered_pair *pair = &m->pairs[i];
        if (is_made_good(m, pair))
            excuse(m, VALIDATED_READ, pair->first.slot, pair->second.slot);
        else
            m->pairs[kept++] = *pair;
    }
    m->pair_count = kept;
    *list = m->pairs;
    return kept;
}

struct access_history_excused access_history_excused_of(const struct access_history *m)
{
    return m->excused;
}
