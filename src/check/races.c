#include "check/races.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/hash_table.h"
#include "check/closure.h"
#include "check/precede.h"

#include <stdlib.h>
#include <string.h>

/* What a block's sources do to one segment. */
struct touched {
    struct mask by[ACCESS_KINDS];
};

struct use_state {
    struct mask sources;   /* of the block, that access this */
    struct mask conflicts; /* of the block, that conflict with who accesses this */
    uint32_t sources_block, conflicts_block; /* which block they were made for; 0: none */
};

struct search {
    const struct system *system;
    const struct closure *closure;
    struct precede precede;
    struct use_state *uses;
    uint32_t *segment_block;   /* of each segment: the block for which it is touched */
    uint32_t *segment_touched; /* its index in touched[] */
    uint32_t *segment_last;    /* position of the last node that accesses it */
    uint32_t *buffer_block;
    struct touched *touched;
    uint32_t touched_count, touched_room;
    uint32_t *active; /* uses of the block's sources */
    uint32_t active_count;
    uint32_t block; /* from 1 */
    uint32_t least; /* the least task among the block's sources */
    uint32_t last;  /* past this position nobody accesses what the block's sources do */
    struct hash_table instructions; /* pairs of instructions, where tasks are parts of such */
    bool counts_instructions;
    struct hash_table
        seen; /* unordered pairs: a task may be several nodes, and come up more than once */
    access_rule *rule;
    bool keep;
    uint32_t most_kept;
    struct races *out;
};

bool range_overlaps(const vrrl_graph_range *a, const vrrl_graph_range *b)
{
    return a->buffer == b->buffer && a->row_first < b->row_end && b->row_first < a->row_end &&
           a->column_first < b->column_end && b->column_first < a->column_end;
}

/* ---- A block's sources, by segment ---------------------------------------------------------- */

static vrrl_code touch(struct search *search, uint32_t segment, struct touched **out,
                       vrrl_error *err)
{
    if (search->segment_block[segment] != search->block) {
        vrrl_code code =
            array_room(search->touched, search->touched_count, search->touched_room, 1, err);
        if (code != VRRL_OK)
            return code;
        memset(&search->touched[search->touched_count], 0, sizeof *search->touched);
        search->segment_block[segment] = search->block;
        search->segment_touched[segment] = search->touched_count++;
    }
    *out = &search->touched[search->segment_touched[segment]];
    return VRRL_OK;
}

static vrrl_code spread_use(struct search *search, uint32_t u, vrrl_error *err)
{
    const struct use *use = &search->system->uses[u];
    const vrrl_graph_range *range = &search->system->graph->ranges[use->range];
    const vrrl_graph_buffer *buffer = &search->system->graph->buffers[range->buffer];
    search->buffer_block[range->buffer] = search->block;
    for (uint32_t r = range->piece_row_first; r < range->piece_row_end; r++) {
        for (uint32_t c = range->piece_column_first; c < range->piece_column_end; c++) {
            struct touched *touched;
            uint32_t segment = buffer->first_segment + r * buffer->column_pieces + c;
            vrrl_code code = touch(search, segment, &touched, err);
            if (code != VRRL_OK)
                return code;
            if (search->segment_last[segment] > search->last)
                search->last = search->segment_last[segment];
            mask_or(&touched->by[use->kind], &search->uses[u].sources);
        }
    }
    return VRRL_OK;
}

static vrrl_code mark_sources(struct search *search, uint32_t first, vrrl_error *err)
{
    const struct system *s = search->system;
    search->active_count = search->touched_count = search->last = 0;
    search->least = NONE;
    for (uint32_t i = 0; i < BLOCK && first + i < search->closure->count; i++) {
        const struct node *node = &s->nodes[search->closure->order[first + i]];
        search->least = node->task < search->least ? node->task : search->least;
        for (uint32_t k = 0; k < node->use_count; k++) {
            uint32_t u = s->node_uses[node->first_use + k];
            struct use_state *use = &search->uses[u];
            if (use->sources_block != search->block) {
                use->sources_block = search->block;
                use->sources = (struct mask){{0}};
                search->active[search->active_count++] = u;
            }
            mask_set(&use->sources, i);
        }
    }
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < search->active_count; i++)
        code = spread_use(search, search->active[i], err);
    return code;
}

/* The block's sources that conflict with an access, order aside. */
static const struct mask *conflicts_of(struct search *search, uint32_t u)
{
    const struct use *use = &search->system->uses[u];
    struct use_state *state = &search->uses[u];
    const vrrl_graph_range *range = &search->system->graph->ranges[use->range];
    const vrrl_graph_buffer *buffer = &search->system->graph->buffers[range->buffer];
    if (state->conflicts_block == search->block)
        return &state->conflicts;
    state->conflicts_block = search->block;
    state->conflicts = (struct mask){{0}};
    for (uint32_t r = range->piece_row_first; r < range->piece_row_end; r++) {
        for (uint32_t c = range->piece_column_first; c < range->piece_column_end; c++) {
            uint32_t segment = buffer->first_segment + r * buffer->column_pieces + c;
            if (search->segment_block[segment] != search->block)
                continue;
            const struct touched *touched = &search->touched[search->segment_touched[segment]];
            for (int kind = 0; kind < ACCESS_KINDS; kind++)
                if (search->rule(use->kind, (vrrl_access_kind)kind))
                    mask_or(&state->conflicts, &touched->by[kind]);
        }
    }
    return &state->conflicts;
}

/* ---- Pairs ---------------------------------------------------------------------------------- */

/* *fresh: the pair was not there yet. */
static vrrl_code remember(struct hash_table *set, uint32_t x, uint32_t y, bool *fresh,
                          vrrl_error *err)
{
    uint32_t count = set->count, item = hash_table_item(set, hash_table_of_pair(x, y), count);
    *fresh = item == count;
    return item == HASH_TABLE_NONE ? error_no_memory(err, hash_table_bytes(set)) : VRRL_OK;
}

/* Which of two conflicts of a pair is named: the lower buffer, then two writes, then order. */
static bool is_better(const vrrl_check_pair *a, const vrrl_check_pair *b)
{
    if (a->buffer != b->buffer)
        return a->buffer < b->buffer;
    bool a_writes = !access_is_load(a->kinds[0]) && !access_is_load(a->kinds[1]);
    bool b_writes = !access_is_load(b->kinds[0]) && !access_is_load(b->kinds[1]);
    return a_writes && !b_writes;
}

vrrl_check_pair races_describe(const vrrl_graph *graph, access_rule *rule, uint32_t x, uint32_t y,
                               const struct meeting_filter *counts)
{
    const vrrl_graph_task *a = &graph->tasks[x], *b = &graph->tasks[y];
    vrrl_check_pair best = {.buffer = NONE};
    for (uint32_t i = 0; i < a->access_count; i++) {
        const vrrl_graph_access *p = &graph->accesses[a->first_access + i];
        for (uint32_t k = 0; k < b->access_count; k++) {
            const vrrl_graph_access *q = &graph->accesses[b->first_access + k];
            const vrrl_graph_range *range = &graph->ranges[p->range];
            if (!rule(p->kind, q->kind) || !range_overlaps(range, &graph->ranges[q->range]))
                continue;
            vrrl_check_pair pair = {.tasks = {x, y},
                                    .buffer = range->buffer,
                                    .ranges = {p->range, q->range},
                                    .kinds = {p->kind, q->kind}};
            if (counts && !counts->of(counts->context, graph, &pair))
                continue;
            if (best.buffer == NONE || is_better(&pair, &best))
                best = pair;
        }
    }
    return best;
}

/* Past so many, pairs of instructions are not counted any more. */
enum { INSTRUCTION_PAIRS_MAX = 1 << 22 };

static vrrl_code count_instructions(struct search *search, uint32_t x, uint32_t y, vrrl_error *err)
{
    const vrrl_graph_task *tasks = search->system->graph->tasks;
    uint32_t a = tasks[x].instruction, b = tasks[y].instruction;
    bool fresh;
    vrrl_code code = remember(&search->instructions, a < b ? a : b, a < b ? b : a, &fresh, err);
    search->counts_instructions = search->instructions.count <= INSTRUCTION_PAIRS_MAX;
    return code;
}

static vrrl_code add_pair(struct search *search, uint32_t a, uint32_t b, vrrl_error *err)
{
    struct races *out = search->out;
    uint32_t x = search->system->nodes[a].task, y = search->system->nodes[b].task;
    uint32_t low = x < y ? x : y, high = x < y ? y : x;
    bool fresh = true;
    vrrl_code code = VRRL_OK;
    if (search->system->in_parts)
        code = remember(&search->seen, low, high, &fresh, err);
    if (code != VRRL_OK || !fresh)
        return code;
    if (out->pairs++ == 0 || low < out->first.tasks[0] ||
        (low == out->first.tasks[0] && high < out->first.tasks[1])) {
        out->first.tasks[0] = low;
        out->first.tasks[1] = high;
    }
    if (search->counts_instructions)
        code = count_instructions(search, x, y, err);
    if (code != VRRL_OK || !search->keep || out->kept_count == search->most_kept)
        return code;
    code = array_room(out->kept, out->kept_count, out->kept_room, 1, err);
    if (code == VRRL_OK)
        out->kept[out->kept_count++] =
            races_describe(search->system->graph, search->rule, low, high, NULL);
    return code;
}

/* True where pairs need no more than counting: none of them can be the first, and none is kept. */
static bool only_count(const struct search *search, uint32_t task)
{
    const struct races *out = search->out;
    return !search->system->in_parts && !search->counts_instructions && out->pairs > 0 &&
           task > out->first.tasks[0] && search->least > out->first.tasks[0] &&
           (!search->keep || out->kept_count == search->most_kept);
}

static vrrl_code add_pairs(struct search *search, uint32_t first, uint32_t position,
                           const struct mask *racing, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    bool count = only_count(search, search->system->nodes[search->closure->order[position]].task);
    for (uint32_t w = 0; w < BLOCK_WORDS; w++) {
        if (count) {
            search->out->pairs += (uint64_t)__builtin_popcountll(racing->words[w]);
            continue;
        }
        for (uint64_t bits = racing->words[w]; code == VRRL_OK && bits; bits &= bits - 1) {
            uint32_t source = first + 64 * w + (uint32_t)__builtin_ctzll(bits);
            code = add_pair(search, search->closure->order[source],
                            search->closure->order[position], err);
        }
    }
    return code;
}

/* Looks at the time now and then. */
static bool is_late(const struct search *search, uint32_t position)
{
    enum { POSITIONS_PER_LOOK = 64 };
    return position % POSITIONS_PER_LOOK == 0 && clock_is_past(search->system->until_ns);
}

static vrrl_code search_block(struct search *search, uint32_t first, vrrl_error *err)
{
    const struct system *s = search->system;
    search->block++;
    vrrl_code code = mark_sources(search, first, err);
    if (code != VRRL_OK || search->active_count == 0)
        return code; /* nobody in this block touches what a task writes */
    const uint32_t end = precede_block(&search->precede, first, search->last);
    for (uint32_t p = first; code == VRRL_OK && p <= end; p++) {
        if (is_late(search, p))
            return error_set(err, VRRL_TOO_LARGE, "Fix: give it more --time.",
                             "the time was over before all tasks were held against each other");
        const struct node *node = &s->nodes[search->closure->order[p]];
        struct mask racing = {{0}}, before = mask_below(p - first < BLOCK ? p - first : BLOCK);
        bool any = false;
        for (uint32_t k = 0; k < node->use_count; k++) {
            uint32_t u = s->node_uses[node->first_use + k];
            if (search->buffer_block[s->graph->ranges[s->uses[u].range].buffer] != search->block)
                continue;
            mask_or(&racing, conflicts_of(search, u));
            any = true;
        }
        uint64_t left = 0;
        for (int w = 0; any && w < BLOCK_WORDS; w++) {
            racing.words[w] &= before.words[w] & ~search->precede.node_masks[p].words[w];
            left |= racing.words[w];
        }
        if (left)
            code = add_pairs(search, first, p, &racing, err);
    }
    return code;
}

/* ---- All of it ------------------------------------------------------------------------------ */

static vrrl_code allocate_search(struct search *search, vrrl_error *err)
{
    const struct system *s = search->system;
    size_t segments = s->graph->segment_count + (size_t)1, uses = s->use_count + (size_t)1;
    search->uses = calloc(uses, sizeof *search->uses);
    search->segment_block = calloc(segments, sizeof *search->segment_block);
    search->segment_touched = malloc(segments * sizeof *search->segment_touched);
    search->segment_last = calloc(segments, sizeof *search->segment_last);
    search->buffer_block = calloc(s->graph->buffer_count + (size_t)1, sizeof(uint32_t));
    search->active = malloc(uses * sizeof *search->active);
    if (!search->uses || !search->segment_block || !search->segment_touched ||
        !search->segment_last || !search->buffer_block || !search->active)
        return error_no_memory(err, segments * 8 + uses * sizeof *search->uses);
    return VRRL_OK;
}

/* Where each segment is accessed last: a block's sources can race with nothing after that. */
static vrrl_code find_last(struct search *search, vrrl_error *err)
{
    const struct system *s = search->system;
    uint32_t *last = calloc(s->use_count + (size_t)1, sizeof *last);
    if (!last)
        return error_no_memory(err, s->use_count * sizeof *last);
    for (uint32_t p = 0; p < search->closure->count; p++) {
        const struct node *node = &s->nodes[search->closure->order[p]];
        for (uint32_t k = 0; k < node->use_count; k++)
            last[s->node_uses[node->first_use + k]] = p;
    }
    for (uint32_t u = 0; u < s->use_count; u++) {
        const vrrl_graph_range *range = &s->graph->ranges[s->uses[u].range];
        const vrrl_graph_buffer *buffer = &s->graph->buffers[range->buffer];
        for (uint32_t r = range->piece_row_first; r < range->piece_row_end; r++) {
            for (uint32_t c = range->piece_column_first; c < range->piece_column_end; c++) {
                uint32_t *at =
                    &search->segment_last[buffer->first_segment + r * buffer->column_pieces + c];
                *at = last[u] > *at ? last[u] : *at;
            }
        }
    }
    free(last);
    return VRRL_OK;
}

static int by_tasks(const void *a, const void *b)
{
    const vrrl_check_pair *x = a, *y = b;
    if (x->tasks[0] != y->tasks[0])
        return x->tasks[0] < y->tasks[0] ? -1 : 1;
    return (x->tasks[1] > y->tasks[1]) - (x->tasks[1] < y->tasks[1]);
}

vrrl_code races_find(const struct system *system, const struct closure *closure, access_rule *rule,
                     bool keep, struct races *races, vrrl_error *err)
{
    struct search search = {.system = system,
                            .closure = closure,
                            .rule = rule,
                            .keep = keep,
                            .most_kept = system->graph->instruction_count > 0 ? RACE_PART_PAIRS_MAX
                                                                              : RACE_PAIRS_MAX,
                            .counts_instructions = system->graph->instruction_count > 0,
                            .out = races};
    *races = (struct races){0};
    vrrl_code code = allocate_search(&search, err);
    if (code == VRRL_OK)
        code = find_last(&search, err);
    if (code == VRRL_OK)
        code = precede_create(system, closure, &search.precede, err);
    for (uint32_t first = 0; code == VRRL_OK && first < closure->count; first += BLOCK)
        code = search_block(&search, first, err);
    if (code == VRRL_OK && races->pairs > 0)
        races->first =
            races_describe(system->graph, rule, races->first.tasks[0], races->first.tasks[1], NULL);
    if (code == VRRL_OK && races->kept_count > 0)
        qsort(races->kept, races->kept_count, sizeof *races->kept, by_tasks);
    precede_free(&search.precede);
    free(search.uses);
    free(search.segment_block);
    free(search.segment_touched);
    free(search.segment_last);
    free(search.buffer_block);
    free(search.touched);
    free(search.active);
    hash_table_free(&search.seen);
    races->instruction_pairs = search.counts_instructions ? search.instructions.count : 0;
    hash_table_free(&search.instructions);
    if (code != VRRL_OK)
        races_free(races);
    return code;
}

void races_free(struct races *races)
{
    free(races->kept);
    *races = (struct races){0};
}
