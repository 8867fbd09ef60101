/* Orders wherever a word is written or read: what is wrong in a function is wrong for all that call it, and
 * a release without its acquire orders nothing. */
#include "explain/explain_words.h"

#include "base/array.h"
#include "base/error.h"
#include "explain/try_repairs.h"
#include "memory/memory_models.h"
#include "program/batch_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 12, ROWS_MAX = 16, OPERATIONS_MAX = 4096 };

/* An operation of a slot. */
struct site {
    uint32_t slot, row;
    uint32_t opcode;
};

struct sites {
    struct site *list;
    uint32_t count, room;
};

/* A word, or an array of them, that several slots touch. */
struct used {
    const vrrl_symbol *symbol;
    struct sites writes, reads;
    uint32_t first_slot; /* that touches it */
    bool shared, of_pair;
};

struct uses {
    struct used list[WORDS_MAX];
    uint32_t count;
    bool failed; /* memory */
};

/* ---- Who touches what ------------------------------------------------------------------------- */

struct look {
    const struct explainer *x;
    struct uses *uses;
    struct site site;
    vrrl_error *err;
};

static void add_site(struct look *l, struct sites *to)
{
    if (to->count > 0 && to->list[to->count - 1].slot == l->site.slot &&
        to->list[to->count - 1].row == l->site.row)
        return;
    l->uses->failed |= array_room(to->list, to->count, to->room, 1, l->err) != VRRL_OK;
    if (!l->uses->failed)
        to->list[to->count++] = l->site;
}

static struct used *use_of(struct uses *uses, const vrrl_symbol *symbol)
{
    for (uint32_t i = 0; i < uses->count; i++)
        if (uses->list[i].symbol == symbol)
            return &uses->list[i];
    return NULL;
}

static void look_at(void *context, const struct declared_event *access)
{
    struct look *l = context;
    const vrrl_symbol *symbol = vrrl_program_symbol_of(l->x->whole.program, access->word);
    struct used *used = symbol ? use_of(l->uses, symbol) : NULL;
    if (!used)
        return;
    used->shared = used->shared || used->first_slot != l->site.slot;
    if (declared_writes(access))
        add_site(l, &used->writes);
    if (access->kind != OPERATION_STORE)
        add_site(l, &used->reads);
}

static void add_use(void *context, const struct declared_event *access)
{
    struct look *l = context;
    const vrrl_symbol *symbol = vrrl_program_symbol_of(l->x->whole.program, access->word);
    struct uses *uses = l->uses;
    if (!symbol || use_of(uses, symbol) || uses->count == WORDS_MAX)
        return;
    uses->list[uses->count++] = (struct used){.symbol = symbol, .first_slot = l->site.slot};
}

/* Of every operation of all slots; those of tasks are for others. */
static void each_operation(struct look *l, footprint_visitor *visit)
{
    const vrrl_program *p = l->x->whole.program;
    const struct repair whole = {.edited = l->x->whole};
    const struct footprint_memory words = {p->initial, p->layout.user_base, p->geometry.user_words};
    struct repair_operation op;
    for (uint32_t slot = 0; slot < p->slot_count; slot++)
        for (uint32_t row = 0; row < ROWS_MAX && repair_operation(&whole, slot, row, &op); row++) {
            l->site = (struct site){.slot = slot, .row = row, .opcode = op.opcode};
            footprint_of(op.opcode, op.words, op.count, &words, visit, l);
        }
}

/* The pair's words first: it is about them, most often. */
static void find_words(struct look *l)
{
    const vrrl_explain_result *r = l->x->result;
    const vrrl_program *p = l->x->whole.program;
    if (r->pair) {
        for (int i = 0; i < 2; i++) {
            l->site.slot = repairs_slot(l->x, i == 0 ? r->first : r->second);
            slot_footprint(p, &p->slots[l->site.slot], add_use, l);
        }
        l->site.slot = VRRL_NO_INDEX;
    }
    each_operation(l, add_use);
    for (uint32_t i = 0; i < l->uses->count; i++)
        l->uses->list[i].first_slot = VRRL_NO_INDEX;
}

static void note_first(void *context, const struct declared_event *access)
{
    struct look *l = context;
    const vrrl_symbol *symbol = vrrl_program_symbol_of(l->x->whole.program, access->word);
    struct used *used = symbol ? use_of(l->uses, symbol) : NULL;
    if (used && used->first_slot == VRRL_NO_INDEX)
        used->first_slot = l->site.slot;
}

/* What one slot alone touches is its register. */
static void drop_registers(struct uses *uses)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < uses->count; i++) {
        struct used *u = &uses->list[i];
        if (u->shared && u->writes.count > 0) {
            uses->list[kept++] = *u;
        } else {
            free(u->writes.list);
            free(u->reads.list);
        }
    }
    uses->count = kept;
}

static vrrl_code find_uses(const struct explainer *x, struct uses *uses, vrrl_error *err)
{
    struct look l = {.x = x, .uses = uses, .err = err};
    find_words(&l);
    each_operation(&l, note_first);
    each_operation(&l, look_at);
    drop_registers(uses);
    return uses->failed ? error_no_memory(err, 0) : VRRL_OK;
}

static void free_uses(struct uses *uses)
{
    for (uint32_t i = 0; i < uses->count; i++) {
        free(uses->list[i].writes.list);
        free(uses->list[i].reads.list);
    }
}

/* ---- Changes ---------------------------------------------------------------------------------- */

enum change_kind { RELEASE, ACQUIRE, FENCE_BEFORE, FENCE_BEHIND };

/* One side of a repair: so in all places where a word is written, or read. */
struct change {
    enum change_kind kind;
    uint32_t fence; /* opcode */
    const struct used *used;
    bool writes;
};

static const struct sites *sites_of(const struct change *c)
{
    return c->writes ? &c->used->writes : &c->used->reads;
}

/* Of operations side by side in a slot, a fence before the first of them, or behind the last, will do. */
static bool is_inner(const struct change *c, uint32_t i)
{
    const struct sites *s = sites_of(c);
    uint32_t other = c->kind == FENCE_BEFORE ? i - 1 : i + 1;
    if (other >= s->count || s->list[other].slot != s->list[i].slot)
        return false;
    return s->list[other].row + 1 == s->list[i].row || s->list[i].row + 1 == s->list[other].row;
}

struct fence_at {
    uint32_t slot, row, opcode;
};

/* From the back of each slot, so that rows keep their numbers. */
static int from_behind(const void *a, const void *b)
{
    const struct fence_at *x = a, *y = b;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return (x->row < y->row) - (x->row > y->row);
}

/* What was made of the two sides of a repair. */
struct made {
    struct fence_at fences[256];
    uint32_t fence_count, places[2];
    uint32_t was[2], now[2]; /* opcodes, of the first operation that changed */
    bool one_opcode[2];      /* all were the same */
    uint32_t first[2];       /* site */
    bool cut;
};

static void note_change(struct made *m, int side, uint32_t site, uint32_t was, uint32_t now)
{
    if (m->places[side]++ == 0) {
        m->was[side] = was;
        m->now[side] = now;
        m->one_opcode[side] = true;
        m->first[side] = site;
    }
    m->one_opcode[side] = m->one_opcode[side] && m->was[side] == was;
}

static void strengthen(struct repair *r, const struct change *c, int side, struct made *m)
{
    const struct sites *s = sites_of(c);
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t was, now;
        bool can = c->kind == RELEASE
                       ? repair_release(r, s->list[i].slot, s->list[i].row, &was, &now)
                       : repair_acquire(r, s->list[i].slot, s->list[i].row, &was, &now);
        if (can)
            note_change(m, side, i, was, now);
    }
}

static void list_fences(const struct change *c, int side, struct made *m)
{
    const struct sites *s = sites_of(c);
    for (uint32_t i = 0; i < s->count; i++) {
        if (is_inner(c, i))
            continue;
        m->cut = m->cut || m->fence_count == sizeof m->fences / sizeof m->fences[0];
        if (m->cut)
            return;
        m->fences[m->fence_count++] =
            (struct fence_at){.slot = s->list[i].slot,
                              .row = s->list[i].row + (c->kind == FENCE_BEHIND),
                              .opcode = c->fence};
        note_change(m, side, i, c->fence, c->fence);
    }
}

static bool put_fences(struct repair *r, struct made *m)
{
    bool can = !m->cut;
    qsort(m->fences, m->fence_count, sizeof m->fences[0], from_behind);
    for (uint32_t i = 0; can && i < m->fence_count; i++)
        can = repair_fence(r, m->fences[i].slot, m->fences[i].row, m->fences[i].opcode);
    return can;
}

/* ---- What that is ----------------------------------------------------------------------------- */

static const char *label_of(const struct explainer *x, const struct site *site)
{
    const vrrl_program *p = x->whole.program;
    return vrrl_program_text(p, p->slots[site->slot].label);
}

/* Whether all slots of the places are called "put[...]", and the operation is the same one in each. */
static bool is_one_line(const struct explainer *x, const struct change *c, const struct made *m,
                        int side)
{
    const struct sites *s = sites_of(c);
    const struct site *first = &s->list[m->first[side]];
    const char *label = label_of(x, first);
    size_t stem = strcspn(label, "[");
    bool alike = stem > 0 && m->one_opcode[side] && m->places[side] == s->count;
    for (uint32_t i = 0; alike && i < s->count; i++) {
        const char *other = label_of(x, &s->list[i]);
        alike = s->list[i].row == first->row && strcspn(other, "[") == stem &&
                memcmp(other, label, stem) == 0;
    }
    return alike;
}

static vrrl_repair_form form_of(const struct change *c, bool one_line, bool one_opcode)
{
    if (c->kind == FENCE_BEFORE)
        return c->writes ? VRRL_REPAIR_FORM_FENCE_BEFORE_WRITES
                         : VRRL_REPAIR_FORM_FENCE_BEFORE_READS;
    if (c->kind == FENCE_BEHIND)
        return c->writes ? VRRL_REPAIR_FORM_FENCE_BEHIND_WRITES
                         : VRRL_REPAIR_FORM_FENCE_BEHIND_READS;
    if (one_line)
        return VRRL_REPAIR_FORM_ORDERS;
    if (one_opcode)
        return VRRL_REPAIR_FORM_EVERY_ORDERS;
    return c->kind == RELEASE ? VRRL_REPAIR_FORM_EVERY_RELEASES : VRRL_REPAIR_FORM_EVERY_ACQUIRES;
}

static vrrl_repair_part part_of(const struct explainer *x, const struct change *c,
                                const struct made *m, int side)
{
    const struct site *first = &sites_of(c)->list[m->first[side]];
    bool one_line = m->places[side] == 1 || is_one_line(x, c, m, side);
    vrrl_repair_part part = {.form = form_of(c, one_line, m->one_opcode[side]),
                             .count = m->places[side],
                             .row = first->row,
                             .opcode = m->was[side],
                             .becomes = m->now[side]};
    snprintf(part.word, sizeof part.word, "%s",
             vrrl_program_text(x->whole.program, c->used->symbol->name));
    snprintf(part.slot, sizeof part.slot, "%s", label_of(x, first));
    if (part.count > 1)
        part.slot[strcspn(part.slot, "[")] = '\0';
    return part;
}

/* ---- Trying ----------------------------------------------------------------------------------- */

static vrrl_repair_kind kind_of(const struct change *c)
{
    return c->kind == RELEASE   ? VRRL_REPAIR_RELEASE
           : c->kind == ACQUIRE ? VRRL_REPAIR_ACQUIRE
                                : VRRL_REPAIR_FENCE;
}

/* Both sides of it, or one. */
struct changes {
    const struct change *list;
    int sides;
};

static bool make_changes(struct repair *r, struct proposal *p, vrrl_error *err)
{
    const struct changes *w = p->what;
    struct made m = {.fence_count = 0};
    bool can = true;
    (void)err;
    for (int i = 0; i < w->sides; i++)
        if (w->list[i].kind == RELEASE || w->list[i].kind == ACQUIRE)
            strengthen(r, &w->list[i], i, &m);
        else
            list_fences(&w->list[i], i, &m);
    for (int i = 0; i < w->sides && can; i++) {
        can = m.places[i] > 0;
        if (can)
            p->parts[i] = part_of(p->x, &w->list[i], &m, i);
    }
    p->places = m.places[0] + m.places[1];
    return can && put_fences(r, &m);
}

/* *helps where it removes the failure and shows no other. */
static vrrl_code try_changes(struct explainer *x, const struct change *c, int sides, bool *helps,
                             vrrl_error *err)
{
    const struct changes what = {.list = c, .sides = sides};
    struct proposal p = {
        .make = make_changes, .what = &what, .kind = kind_of(&c[0]), .part_count = (uint32_t)sides};
    vrrl_code code = repairs_try(x, &p, err);
    *helps = *helps || x->helped;
    return code;
}

/* A release where the word is written, an acquire where it is read, and then both: by what the operation can
 * become, or by fences. */
static vrrl_code try_word(struct explainer *x, const struct used *u, vrrl_error *err)
{
    const struct change releases[] = {
        {.kind = RELEASE, .used = u, .writes = true},
        {.kind = FENCE_BEFORE, .fence = VRRL_OPCODE_FENCE_RELEASE, .used = u, .writes = true}};
    const struct change acquires[] = {
        {.kind = ACQUIRE, .used = u},
        {.kind = FENCE_BEHIND, .fence = VRRL_OPCODE_FENCE_ACQUIRE, .used = u}};
    bool helps = false;
    vrrl_code code = VRRL_OK;
    for (int i = 0; code == VRRL_OK && i < 2; i++)
        code = try_changes(x, &releases[i], 1, &helps, err);
    for (int i = 0; code == VRRL_OK && i < 2; i++)
        code = try_changes(x, &acquires[i], 1, &helps, err);
    bool one = helps;
    for (int i = 0; code == VRRL_OK && !one && i < 4; i++) {
        const struct change both[2] = {releases[i / 2], acquires[i % 2]};
        code = try_changes(x, both, 2, &helps, err);
    }
    return code;
}

/* A fence of all orders behind what is written, or before what is read. */
static struct change strongest(const struct uses *uses, uint32_t number)
{
    bool writes = number < uses->count;
    return (struct change){.kind = writes ? FENCE_BEHIND : FENCE_BEFORE,
                           .fence = VRRL_OPCODE_FENCE_SEQ_CST,
                           .used = &uses->list[number % uses->count],
                           .writes = writes};
}

/* Of one word, and, where that does not help, of two: it takes one in each of two threads. */
static vrrl_code try_strongest(struct explainer *x, const struct uses *uses, vrrl_error *err)
{
    bool helps = false;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < 2 * uses->count; i++) {
        const struct change one = strongest(uses, i);
        code = try_changes(x, &one, 1, &helps, err);
    }
    for (uint32_t i = 0; i < 2 * uses->count && !helps; i++)
        for (uint32_t k = i + 1; code == VRRL_OK && k < 2 * uses->count && !helps; k++) {
            const struct change both[2] = {strongest(uses, i), strongest(uses, k)};
            if (both[0].used != both[1].used)
                code = try_changes(x, both, 2, &helps, err);
        }
    return code;
}

vrrl_code repair_words(struct explainer *x, vrrl_error *err)
{
    struct uses uses = {.count = 0};
    if (x->result->setup.model == VRRL_MEMORY_SC || x->whole.program->slot_count > OPERATIONS_MAX)
        return VRRL_OK;
    vrrl_code code = find_uses(x, &uses, err);
    for (uint32_t i = 0;
         code == VRRL_OK && memory_models[x->result->setup.model].orders && i < uses.count; i++)
        code = try_word(x, &uses.list[i], err);
    if (code == VRRL_OK && uses.count > 0)
        code = try_strongest(x, &uses, err);
    free_uses(&uses);
    return code;
}
