#include "edit/repair_epochs.h"

#include "base/array.h"
#include "base/error.h"
#include "edit/edit_copy.h"
#include "edit/edit_epochs.h"
#include "graph/task_rows.h"
#include "ops/mix_layout.h"
#include "program/batch_view.h"
#include "program/program_rooms.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>
#include <string.h>

/* ---- Prologues -------------------------------------------------------------------------------- */

/* Stores of a constant, into the prologue of a row of epochs. */
struct prologue_store {
    uint32_t row, value, word;
};

/* Behind what each prologue does already. `stores` are by row. */
static bool store_in_prologues(vrrl_program *p, const struct prologue_store *stores, uint32_t count)
{
    uint32_t room = p->prologue_count + count, kept = 0;
    vrrl_slot *all = malloc((room + (size_t)1) * sizeof *all);
    vrrl_error ignored;
    bool can = all != NULL;
    for (uint32_t e = 0, at = 0; can && e < p->epoch_rows; e++) {
        vrrl_epoch *epoch = &p->epochs[e];
        uint32_t first = kept;
        for (uint32_t i = 0; i < epoch->prologue_count; i++)
            all[kept++] = p->prologue[epoch->prologue_first + i];
        for (; can && at < count && stores[at].row == e; at++) {
            const uint32_t words[] = {stores[at].value, stores[at].word};
            vrrl_slot store = {
                .opcode = VRRL_OPCODE_STORE_U32, .arg_count = 2, .queue = VRRL_NO_WORKER};
            can = vrrl_program_add_words(p, words, 2, &store.args, &ignored) == VRRL_OK;
            all[kept++] = store;
        }
        epoch->prologue_first = first;
        epoch->prologue_count = kept - first;
    }
    if (!can) {
        free(all);
        return false;
    }
    free(p->prologue);
    p->prologue = all;
    p->prologue_count = kept;
    p->rooms->prologue = room + 1;
    return true;
}

static uint32_t initial_of(const vrrl_program *p, uint32_t word)
{
    uint32_t base = p->layout.user_base;
    return word >= base && word - base < p->geometry.user_words ? p->initial[word - base] : 0;
}

bool repair_reset(struct repair *r, uint32_t word)
{
    vrrl_program *p = r->edited.program;
    struct prologue_store *stores = malloc((p->epoch_rows + (size_t)1) * sizeof *stores);
    bool can = stores && p->epoch_count > 1;
    uint32_t count = 0;
    for (uint32_t row = p->epochs[0].times > 1 ? 0 : 1; can && row < p->epoch_rows; row++)
        stores[count++] =
            (struct prologue_store){.row = row, .value = initial_of(p, word), .word = word};
    can = can && store_in_prologues(p, stores, count);
    free(stores);
    return can;
}

/* ---- Thresholds that grow --------------------------------------------------------------------- */

struct sum {
    uint32_t word;
    uint64_t amount;
    bool waits; /* for that word, by a number */
};

static void add_up(void *context, const struct declared_event *access)
{
    struct sum *s = context;
    if (access->word != s->word)
        return;
    if (access->signals)
        s->amount += access->value;
    s->waits = s->waits || access->waits;
}

static struct sum sum_of_epoch(const vrrl_program *p, uint32_t epoch, uint32_t word)
{
    const vrrl_batch *batch = epoch_batch(p, epoch);
    struct sum s = {.word = word};
    for (uint32_t i = 0; i < batch->count; i++)
        slot_footprint(p, &p->slots[batch->first + i], add_up, &s);
    return s;
}

/* A batch of its own for an epoch that shares one with an earlier epoch; positions stay. */
static vrrl_code own_batch(struct edited *e, uint32_t epoch, vrrl_error *err)
{
    vrrl_program *p = e->program;
    const vrrl_batch from = *epoch_batch(p, epoch);
    bool shared = false;
    for (uint32_t i = 0; i < epoch; i++)
        shared = shared || p->epochs[i].batch == p->epochs[epoch].batch;
    if (!shared)
        return VRRL_OK;
    vrrl_code code = array_room(p->slots, p->slot_count, p->rooms->slots, from.count, err);
    if (code == VRRL_OK)
        code = array_room(p->batches, p->batch_count, p->rooms->batches, 1, err);
    size_t slots = p->slot_count + (size_t)from.count + 1;
    if (code == VRRL_OK && !array_resize(&e->slot_origin, slots, sizeof *e->slot_origin))
        code = error_no_memory(err, slots * sizeof *e->slot_origin);
    if (code != VRRL_OK)
        return code;
    uint32_t *origin = e->slot_origin;
    memcpy(p->slots + p->slot_count, p->slots + from.first, from.count * sizeof *p->slots);
    memcpy(origin + p->slot_count, origin + from.first, from.count * sizeof *origin);
    p->epochs[epoch].batch = p->batch_count;
    p->batches[p->batch_count++] = (vrrl_batch){.first = p->slot_count, .count = from.count};
    p->slot_count += from.count;
    return VRRL_OK;
}

/* Of the waits of one slot for a word: those of tasks by a store of the prologue, for the descriptor is
 * the same in all epochs. */
static bool raise_slot(struct repair *r, uint32_t epoch, uint32_t slot, uint32_t word,
                       uint32_t more)
{
    vrrl_program *p = r->edited.program;
    struct task_rows rows;
    bool can = true;
    if (!task_rows_of(p, &p->slots[slot], &rows))
        return repair_raise(r, slot, word, more);
    for (uint32_t i = 0; can && i < rows.counts[TASK_WAITS]; i++) {
        const uint32_t *row = rows.rows[TASK_WAITS] + (size_t)MIX_WAIT_WORDS * i;
        const struct prologue_store store = {.row = epoch,
                                             .value = row[1] + more,
                                             .word = p->layout.user_base +
                                                     (uint32_t)(row + 1 - p->initial)};
        if (row[0] == word && row[1] <= more)
            can = store_in_prologues(p, &store, 1);
    }
    return can;
}

bool repair_grow(struct repair *r, uint32_t word, vrrl_error *err)
{
    vrrl_program *p = r->edited.program;
    struct sum before = sum_of_epoch(p, 0, word);
    bool can = before.amount > 0 && p->epoch_count > 1 && epochs_are_one_by_one(p);
    bool waits = before.waits;
    for (uint32_t e = 1; can && e < p->epoch_count; e++) {
        const struct sum own = sum_of_epoch(p, e, word);
        can = before.amount <= UINT32_MAX && own_batch(&r->edited, e, err) == VRRL_OK;
        const vrrl_batch batch = *epoch_batch(p, e);
        for (uint32_t i = 0; can && i < batch.count && own.amount > 0; i++)
            can = raise_slot(r, e, batch.first + i, word, (uint32_t)before.amount);
        waits = waits || own.waits;
        before.amount += own.amount;
    }
    return can && waits;
}

/* ---- An epoch boundary ------------------------------------------------------------------------ */

static vrrl_code split_batch(struct edited *e, uint32_t batch, const bool *first, uint32_t *second,
                             vrrl_error *err)
{
    vrrl_program *p = e->program;
    uint32_t count = p->batches[batch].count, at = p->batches[batch].first, kept = 0;
    vrrl_slot *moved_slots = malloc((count + (size_t)1) * sizeof *moved_slots);
    uint32_t *origins = malloc((count + (size_t)1) * sizeof *origins), behind = 0;
    vrrl_code code = VRRL_OK;
    if (!moved_slots || !origins)
        code = error_no_memory(err, count * sizeof *moved_slots);
    for (uint32_t pass = 0; code == VRRL_OK && pass < 2; pass++)
        for (uint32_t i = 0; i < count; i++)
            if (first[i] == (pass == 0)) {
                kept += pass == 0;
                origins[behind] = e->slot_origin[at + i];
                moved_slots[behind++] = p->slots[at + i];
            }
    if (code == VRRL_OK) {
        memcpy(p->slots + at, moved_slots, count * sizeof *moved_slots);
        memcpy(e->slot_origin + at, origins, count * sizeof *origins);
        p->batches[batch].count = kept;
        code = array_room(p->batches, p->batch_count, p->rooms->batches, 1, err);
    }
    if (code == VRRL_OK) {
        *second = p->batch_count;
        p->batches[p->batch_count++] = (vrrl_batch){.first = at + kept, .count = count - kept};
    }
    free(moved_slots);
    free(origins);
    return code;
}

/* Each epoch of the batch is followed by one of the second; what is expected, after that. */
static vrrl_code double_epochs(struct edited *e, uint32_t batch, uint32_t second, vrrl_error *err)
{
    vrrl_program *p = e->program;
    uint32_t more = 0;
    for (uint32_t i = 0; i < p->epoch_count; i++)
        more += p->epochs[i].batch == batch;
    vrrl_code code = array_room(p->epochs, p->epoch_count, p->rooms->epochs, more, err);
    size_t epochs = p->epoch_count + (size_t)more;
    if (code == VRRL_OK && !array_resize(&e->epoch_origin, epochs, sizeof *e->epoch_origin))
        code = error_no_memory(err, epochs * sizeof *e->epoch_origin);
    if (code != VRRL_OK)
        return code;
    uint32_t to = p->epoch_count + more;
    for (uint32_t i = p->epoch_count; i-- > 0;) {
        uint32_t last = --to;
        if (p->epochs[i].batch == batch) {
            p->epochs[last] = (vrrl_epoch){.batch = second,
                                           .first = last,
                                           .times = 1,
                                           .prologue_first = p->epochs[i].prologue_first +
                                                             p->epochs[i].prologue_count};
            e->epoch_origin[last] = e->epoch_origin[i];
            to--;
        }
        for (uint32_t x = 0; x < p->expectation_count; x++)
            if (p->expectations[x].epoch == i)
                p->expectations[x].epoch = last;
        p->epochs[to] = p->epochs[i];
        p->epochs[to].first = to;
        e->epoch_origin[to] = e->epoch_origin[i];
    }
    p->epoch_count += more;
    p->epoch_rows += more;
    return VRRL_OK;
}

vrrl_code repair_split(const struct edited *from, uint32_t batch, const bool *first,
                       struct edited *out, vrrl_error *err)
{
    uint32_t second = 0;
    vrrl_code code = edited_copy(from, out, err);
    if (code != VRRL_OK)
        return code;
    code = split_batch(out, batch, first, &second, err);
    if (code == VRRL_OK)
        code = double_epochs(out, batch, second, err);
    if (code != VRRL_OK)
        edited_free(out);
    return code;
}
