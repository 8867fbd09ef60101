#include "check/fault_lives.h"

#include "base/error.h"
#include "graph/graph_marks.h"
#include "race/rules.h"

#include <stdlib.h>

struct walk {
    const struct outcome *o;
    uint32_t *last; /* of each segment: 1 + the place in the order of its last write; 0: none yet */
    bool *ever;     /* of each segment: some task writes it */
    bool *whole;    /* of each use: all that some task writes of its range is written */
    bool *told;     /* of each buffer */
    vrrl_check_faults *faults;
};

static bool reads(vrrl_access_kind kind)
{
    return access_is_load(kind) || kind == VRRL_ACCESS_READ_WRITE;
}

/* A segment of a range by its place; false behind the last. */
static bool next_segment(const vrrl_graph *graph, const vrrl_graph_range *range, uint32_t *at,
                         uint32_t *segment)
{
    const vrrl_graph_buffer *buffer = &graph->buffers[range->buffer];
    uint32_t width = range->piece_column_end - range->piece_column_first;
    uint32_t height = range->piece_row_end - range->piece_row_first;
    if (*at >= width * height)
        return false;
    uint32_t row = range->piece_row_first + *at / width;
    *segment = buffer->first_segment + row * buffer->column_pieces + range->piece_column_first +
               *at % width;
    ++*at;
    return true;
}

static const vrrl_graph_range *range_of(const struct walk *w, uint32_t use)
{
    return &w->o->graph->ranges[w->o->system->uses[use].range];
}

static void note_writes(struct walk *w)
{
    for (uint32_t u = 0; u < w->o->system->use_count; u++) {
        uint32_t segment;
        if (access_is_load(w->o->system->uses[u].kind))
            continue;
        for (uint32_t at = 0; next_segment(w->o->graph, range_of(w, u), &at, &segment);)
            w->ever[segment] = true;
    }
}

static vrrl_code begin(struct walk *w, const struct outcome *o, vrrl_check_faults *faults,
                       vrrl_error *err)
{
    size_t segments = o->graph->segment_count + (size_t)1, uses = o->system->use_count + (size_t)1;
    *w = (struct walk){.o = o,
                       .last = calloc(segments, sizeof *w->last),
                       .ever = calloc(segments, sizeof *w->ever),
                       .whole = calloc(uses, sizeof *w->whole),
                       .told = calloc(o->graph->buffer_count + (size_t)1, sizeof *w->told),
                       .faults = faults};
    if (!w->last || !w->ever || !w->whole || !w->told)
        return error_no_memory(err, 6 * segments + uses);
    note_writes(w);
    return VRRL_OK;
}

static void end(struct walk *w)
{
    free(w->last);
    free(w->ever);
    free(w->whole);
    free(w->told);
}

static void write_all(struct walk *w, const struct node *node, uint32_t place)
{
    for (uint32_t i = 0; i < node->use_count; i++) {
        uint32_t use = w->o->system->node_uses[node->first_use + i], segment;
        if (access_is_load(w->o->system->uses[use].kind))
            continue;
        for (uint32_t at = 0; next_segment(w->o->graph, range_of(w, use), &at, &segment);)
            w->last[segment] = 1 + place;
    }
}

/* ---- Early reads ------------------------------------------------------------------------------ */

/* The first task, from a place in the order on, that writes some of a range. */
static uint32_t first_writer(const struct walk *w, uint32_t place, const vrrl_graph_range *range)
{
    const struct system *s = w->o->system;
    for (; place < w->o->closure.count; place++) {
        const struct node *node = &s->nodes[w->o->closure.order[place]];
        for (uint32_t i = 0; i < node->use_count; i++) {
            const struct use *use = &s->uses[s->node_uses[node->first_use + i]];
            if (!access_is_load(use->kind) &&
                range_overlaps(&w->o->graph->ranges[use->range], range))
                return node->task;
        }
    }
    return NONE;
}

static void look_at_read(struct walk *w, uint32_t use, uint32_t task, uint32_t place)
{
    const vrrl_graph_range *range = range_of(w, use);
    uint32_t segment;
    if (w->whole[use] || w->told[range->buffer] ||
        !graph_is_made_in_step(w->o->graph->buffers[range->buffer].kind))
        return;
    for (uint32_t at = 0; next_segment(w->o->graph, range, &at, &segment);) {
        if (!w->ever[segment] || w->last[segment] > 0)
            continue;
        w->told[range->buffer] = true;
        faults_add(w->faults, &(vrrl_check_fault){.kind = VRRL_CHECK_FAULT_EARLY,
                                                  .tasks = {task, first_writer(w, place, range)},
                                                  .buffers = {range->buffer, NONE},
                                                  .range = w->o->system->uses[use].range});
        return;
    }
    w->whole[use] = true;
}

vrrl_code fault_early_reads(const struct outcome *o, vrrl_check_faults *faults, vrrl_error *err)
{
    struct walk w;
    vrrl_code code = begin(&w, o, faults, err);
    for (uint32_t p = 0; code == VRRL_OK && p < o->closure.count; p++) {
        const struct node *node = &o->system->nodes[o->closure.order[p]];
        for (uint32_t i = 0; i < node->use_count; i++) {
            uint32_t use = o->system->node_uses[node->first_use + i];
            if (reads(o->system->uses[use].kind))
                look_at_read(&w, use, node->task, p);
        }
        write_all(&w, node, p);
    }
    end(&w);
    return code;
}

/* ---- Pages ------------------------------------------------------------------------------------ */

struct page_write {
    uint32_t buffer, task;
    uint32_t after; /* 1 + the place in the order; 0: there was none */
};

/* The last write on a page, and the last one to another buffer than that. */
struct page {
    struct page_write last, other;
};

static void note_page_writes(const struct walk *w, const struct shared_pages *shared,
                             struct page *pages, const struct node *node, uint32_t place)
{
    for (uint32_t i = 0; i < node->use_count; i++) {
        uint32_t use = w->o->system->node_uses[node->first_use + i];
        uint32_t buffer = range_of(w, use)->buffer, page = shared->page_of[buffer];
        if (page == NONE || access_is_load(w->o->system->uses[use].kind))
            continue;
        if (pages[page].last.after > 0 && pages[page].last.buffer != buffer)
            pages[page].other = pages[page].last;
        pages[page].last = (struct page_write){buffer, node->task, 1 + place};
    }
}

static void look_at_page(const struct walk *w, struct shared_pages *shared,
                         const struct page *pages, uint32_t use, uint32_t task)
{
    const vrrl_graph_range *range = range_of(w, use);
    uint32_t page = shared->page_of[range->buffer], segment;
    if (page == NONE || shared->told[page])
        return;
    const struct page_write *over =
        pages[page].last.buffer != range->buffer ? &pages[page].last : &pages[page].other;
    for (uint32_t at = 0; next_segment(w->o->graph, range, &at, &segment);) {
        if (w->last[segment] == 0 || over->after <= w->last[segment])
            continue;
        shared->told[page] = true;
        faults_add(w->faults, &(vrrl_check_fault){.kind = VRRL_CHECK_FAULT_OVERWRITTEN,
                                                  .tasks = {task, over->task},
                                                  .buffers = {range->buffer, over->buffer},
                                                  .page = shared->numbers[page]});
        return;
    }
}

vrrl_code fault_overwritten(const struct outcome *o, struct shared_pages *shared,
                            vrrl_check_faults *faults, vrrl_error *err)
{
    struct walk w;
    struct page *pages = calloc(shared->count + (size_t)1, sizeof *pages);
    vrrl_code code = begin(&w, o, faults, err);
    if (code == VRRL_OK && !pages)
        code = error_no_memory(err, shared->count * sizeof *pages);
    for (uint32_t p = 0; code == VRRL_OK && p < o->closure.count; p++) {
        const struct node *node = &o->system->nodes[o->closure.order[p]];
        for (uint32_t i = 0; i < node->use_count; i++) {
            uint32_t use = o->system->node_uses[node->first_use + i];
            if (reads(o->system->uses[use].kind))
                look_at_page(&w, shared, pages, use, node->task);
        }
        note_page_writes(&w, shared, pages, node, p);
        write_all(&w, node, p);
    }
    end(&w);
    free(pages);
    return code;
}
