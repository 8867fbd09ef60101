#include "race/clocks.h"

#include "base/hash_table.h"

#include <stdlib.h>
#include <string.h>

/* Never changes once it is made, and has several holders. */
struct clock {
    uint32_t holders;
    uint32_t at[]; /* by thread */
};

struct thread {
    uint32_t *now;          /* NULL: it has done nothing */
    uint32_t *acquirable;   /* what relaxed loads have read; NULL: nothing */
    struct clock *released; /* at the last release fence */
    uint32_t stores;        /* the chain of its release stores: entry + 1 */
};

/* The message of a word; or the last release of a thread to a word. */
struct entry {
    struct clock *clock;
    uint32_t next; /* of the same thread: entry + 1 */
};

struct clocks {
    uint32_t thread_count;
    struct thread *threads;
    struct entry *entries; /* half as many as the table has room for */
    uint32_t entry_count, entry_room;
    struct hash_table by_owner; /* and word */
    size_t bytes, limit;
    bool exhausted;
};

/* ---- Memory ---------------------------------------------------------------------------------- */

static void *take_bytes(struct clocks *c, size_t bytes)
{
    void *memory = NULL;
    if (!c->exhausted && bytes <= c->limit - c->bytes)
        memory = calloc(1, bytes);
    c->exhausted |= !memory;
    c->bytes += memory ? bytes : 0;
    return memory;
}

static void give(struct clocks *c, void *memory, size_t bytes)
{
    c->bytes -= memory ? bytes : 0;
    free(memory);
}

static size_t now_bytes(const struct clocks *c)
{
    return c->thread_count * sizeof(uint32_t);
}

static size_t clock_bytes(const struct clocks *c)
{
    return sizeof(struct clock) + now_bytes(c);
}

static struct clock *hold(struct clock *held)
{
    if (held)
        held->holders++;
    return held;
}

static void drop(struct clocks *c, struct clock *held)
{
    if (held && --held->holders == 0)
        give(c, held, clock_bytes(c));
}

static void put(struct clocks *c, struct clock **place, struct clock *held)
{
    drop(c, *place);
    *place = held;
}

struct clocks *clocks_create(uint32_t threads, size_t bytes)
{
    struct clocks *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->thread_count = threads;
    c->limit = bytes;
    c->threads = take_bytes(c, (threads + (size_t)1) * sizeof *c->threads);
    if (c->exhausted) {
        free(c->threads);
        free(c);
        return NULL;
    }
    return c;
}

void clocks_free(struct clocks *c)
{
    if (!c)
        return;
    for (uint32_t i = 0; i < c->thread_count; i++)
        clocks_end(c, i);
    for (uint32_t i = 0; i < c->entry_count; i++)
        drop(c, c->entries[i].clock);
    hash_table_free(&c->by_owner);
    free(c->threads);
    free(c->entries);
    free(c);
}

bool clocks_exhausted(const struct clocks *c)
{
    return c->exhausted;
}

/* ---- By word --------------------------------------------------------------------------------- */

#define ANY_THREAD UINT32_MAX

/* Room for one entry more. */
static bool more_entries(struct clocks *c)
{
    if (c->entry_count < c->entry_room)
        return true;
    size_t table = hash_table_bytes(&c->by_owner),
           before = c->by_owner.room * sizeof(struct hash_entry);
    uint32_t room = (uint32_t)(table / sizeof(struct hash_entry) / 2);
    bool fits = !c->exhausted && table - before <= c->limit - c->bytes;
    struct entry *entries =
        fits && hash_table_grow(&c->by_owner) ? take_bytes(c, room * sizeof *entries) : NULL;
    c->exhausted |= !entries;
    if (!entries)
        return false;
    c->bytes += table - before;
    if (c->entry_count > 0)
        memcpy(entries, c->entries, c->entry_count * sizeof *entries);
    give(c, c->entries, c->entry_room * sizeof *c->entries);
    c->entries = entries;
    c->entry_room = room;
    return true;
}

/* NULL: there is none. */
static struct clock *kept(const struct clocks *c, uint32_t owner, uint32_t word)
{
    uint32_t item = hash_table_find(&c->by_owner, hash_table_of_pair(owner, word));
    return item == HASH_TABLE_NONE ? NULL : c->entries[item].clock;
}

/* Takes the clock over. */
static void keep_clock(struct clocks *c, uint32_t owner, uint32_t word, struct clock *held)
{
    if (!more_entries(c)) {
        drop(c, held);
        return;
    }
    uint64_t key = hash_table_of_pair(owner, word);
    uint32_t item = hash_table_find(&c->by_owner, key);
    if (item == HASH_TABLE_NONE && !held)
        return;
    if (item == HASH_TABLE_NONE) {
        item = hash_table_item(&c->by_owner, key, c->entry_count++);
        if (owner != ANY_THREAD) {
            c->entries[item].next = c->threads[owner].stores;
            c->threads[owner].stores = item + 1;
        }
    }
    put(c, &c->entries[item].clock, held);
}

/* ---- Clocks ---------------------------------------------------------------------------------- */

static void join(uint32_t *into, const uint32_t *from, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        into[i] = into[i] > from[i] ? into[i] : from[i];
}

/* The thread, which begins at time 1; NULL where memory lacks. */
static struct thread *begun(struct clocks *c, uint32_t number)
{
    struct thread *t = &c->threads[number];
    if (!t->now) {
        t->now = take_bytes(c, now_bytes(c));
        if (t->now)
            t->now[number] = 1;
    }
    return t->now && !c->exhausted ? t : NULL;
}

static struct clock *copy_of(struct clocks *c, const uint32_t *at)
{
    struct clock *made = take_bytes(c, clock_bytes(c));
    if (!made)
        return NULL;
    made->holders = 1;
    memcpy(made->at, at, now_bytes(c));
    return made;
}

/* What a release gives; what the thread does from now on comes after it. */
static struct clock *release(struct clocks *c, struct thread *t, uint32_t number)
{
    struct clock *made = copy_of(c, t->now);
    t->now[number]++;
    return made;
}

/* What a store of the thread leaves, by itself: its release; or else its last release fence or release
 * store to the word, whichever came later. The caller holds it. */
static struct clock *left_by(struct clocks *c, struct thread *t, uint32_t number, uint32_t word,
                             bool releases)
{
    if (releases) {
        struct clock *made = release(c, t, number);
        keep_clock(c, number, word, hold(made));
        return made;
    }
    struct clock *own = kept(c, number, word), *fence = t->released;
    if (own && fence)
        return hold(own->at[number] > fence->at[number] ? own : fence);
    return hold(own ? own : fence);
}

static void acquire(struct clocks *c, struct thread *t, const struct clock *message, bool now)
{
    if (!message)
        return;
    if (!now && !t->acquirable)
        t->acquirable = take_bytes(c, now_bytes(c));
    uint32_t *into = now ? t->now : t->acquirable;
    if (into)
        join(into, message->at, c->thread_count);
}

static void clocks_load(struct clocks *c, uint32_t number, uint32_t word, bool acquires)
{
    struct thread *t = begun(c, number);
    if (t)
        acquire(c, t, kept(c, ANY_THREAD, word), acquires);
}

static void clocks_store(struct clocks *c, uint32_t number, uint32_t word, bool releases)
{
    struct thread *t = begun(c, number);
    if (t)
        keep_clock(c, ANY_THREAD, word, left_by(c, t, number, word, releases));
}

void clocks_modify(struct clocks *c, uint32_t number, uint32_t word, bool acquires, bool releases)
{
    struct thread *t = begun(c, number);
    if (!t)
        return;
    struct clock *read = hold(kept(c, ANY_THREAD, word));
    acquire(c, t, read, acquires);
    struct clock *own = left_by(c, t, number, word, releases);
    if (!read || !own) {
        keep_clock(c, ANY_THREAD, word, own ? own : read);
        return;
    }
    struct clock *both = copy_of(c, read->at);
    if (both)
        join(both->at, own->at, c->thread_count);
    drop(c, read);
    drop(c, own);
    keep_clock(c, ANY_THREAD, word, both);
}

static void clocks_fence(struct clocks *c, uint32_t number, bool acquires, bool releases)
{
    struct thread *t = begun(c, number);
    if (t && acquires && t->acquirable)
        join(t->now, t->acquirable, c->thread_count);
    if (t && releases)
        put(c, &t->released, release(c, t, number));
}

void clocks_operate(struct clocks *c, uint32_t number, const struct event *e, bool acquires,
                    bool releases)
{
    if (e->kind == OPERATION_FENCE)
        clocks_fence(c, number, acquires, releases);
    else if (e->kind == OPERATION_STORE)
        clocks_store(c, number, e->word, releases);
    else if (e->kind == OPERATION_LOAD || !e->writes)
        clocks_load(c, number, e->word, acquires);
    else
        clocks_modify(c, number, e->word, acquires, releases);
}

void clocks_end(struct clocks *c, uint32_t number)
{
    struct thread *t = &c->threads[number];
    give(c, t->now, now_bytes(c));
    give(c, t->acquirable, now_bytes(c));
    drop(c, t->released);
    for (uint32_t i = t->stores; i; i = c->entries[i - 1].next)
        put(c, &c->entries[i - 1].clock, NULL);
    *t = (struct thread){.stores = t->stores};
}

uint32_t clocks_time(struct clocks *c, uint32_t number)
{
    const struct thread *t = begun(c, number);
    return t ? t->now[number] : 0;
}

uint32_t clocks_seen(struct clocks *c, uint32_t number, uint32_t of)
{
    const struct thread *t = begun(c, number);
    return t ? t->now[of] : 0;
}
