#include "graph/word_buffers.h"

#include "base/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct place {
    uint32_t first, end; /* words */
    uint32_t buffer;
    uint32_t unit;               /* words of a column; 0: the whole place is one rectangle */
    uint64_t row_first, row_end; /* of the buffer */
    uint64_t column_first, column_end;
};

struct word_buffers {
    struct place *items; /* ascending, without gaps or overlaps */
    uint32_t count, room;
    const vrrl_symbol **symbols; /* by first word */
    uint32_t gaps;               /* the buffer "word"; VRRL_GRAPH_NONE: none yet */
};

static int by_first_word(const void *a, const void *b)
{
    const vrrl_symbol *x = *(const vrrl_symbol *const *)a, *y = *(const vrrl_symbol *const *)b;
    return (x->first_word > y->first_word) - (x->first_word < y->first_word);
}

/* Memory keeps its values: a word that no slot writes may be read. */
static vrrl_code add_buffer(vrrl_graph *graph, const char *name, uint64_t rows, uint64_t columns,
                            uint32_t *index, vrrl_error *err)
{
    vrrl_graph_buffer buffer = {
        .id = graph->buffer_count, .kind = VRRL_BUFFER_KV_CACHE, .rows = rows, .columns = columns};
    vrrl_code code = vrrl_graph_add_text(graph, name, &buffer.name, err);
    *index = graph->buffer_count;
    return code == VRRL_OK ? vrrl_graph_add_buffer(graph, &buffer, err) : code;
}

static void set_words(vrrl_graph *graph, uint32_t buffer, uint32_t first, uint32_t unit)
{
    graph->buffers[buffer].word_after = first + 1;
    graph->buffers[buffer].column_words = unit;
}

static vrrl_code add_place(struct word_buffers *p, const struct place *place, vrrl_error *err)
{
    vrrl_code code = array_room(p->items, p->count, p->room, 1, err);
    if (code == VRRL_OK)
        p->items[p->count++] = *place;
    return code;
}

/* Words that no symbol names. */
static vrrl_code add_gap(struct word_buffers *p, vrrl_graph *graph, uint32_t first, uint32_t end,
                         vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    if (first == end)
        return VRRL_OK;
    if (p->gaps == VRRL_GRAPH_NONE)
        code = add_buffer(graph, "word", 1, UINT32_MAX, &p->gaps, err);
    if (code == VRRL_OK)
        set_words(graph, p->gaps, 0, 1);
    const struct place place = {.first = first,
                                .end = end,
                                .buffer = p->gaps,
                                .unit = 1,
                                .row_end = 1,
                                .column_first = first,
                                .column_end = end};
    return code == VRRL_OK ? add_place(p, &place, err) : code;
}

/* ---- Symbols --------------------------------------------------------------------------------- */

/* A segment's name taken apart; false: it is none. */
static bool parse_segment(const char *name, size_t *prefix, struct place *place)
{
    const char *open = strrchr(name, '[');
    unsigned long long a, b, c, d;
    int used = -1;
    if (!open || open == name)
        return false;
    *prefix = (size_t)(open - name);
    if (sscanf(open, "[%10llu:%10llu]%n", &a, &b, &used) == 2 && used > 0 && !open[used]) {
        c = a, d = b, a = 0, b = 1;
    } else {
        used = -1;
        if (sscanf(open, "[%10llu:%10llu,%10llu:%10llu]%n", &a, &b, &c, &d, &used) != 4 ||
            used < 0 || open[used])
            return false;
    }
    place->row_first = a, place->row_end = b;
    place->column_first = c, place->column_end = d;
    return a < b && c < d;
}

/* Segments of one buffer come one after the other. */
static bool continues(const vrrl_graph *graph, const struct word_buffers *p, const char *name,
                      size_t prefix)
{
    if (p->count == 0 || p->items[p->count - 1].unit)
        return false;
    const vrrl_graph_buffer *last = &graph->buffers[p->items[p->count - 1].buffer];
    const char *text = vrrl_graph_text_at(graph, last->name);
    return strncmp(text, name, prefix) == 0 && text[prefix] == '\0';
}

static vrrl_code add_segment(struct word_buffers *p, vrrl_graph *graph, const char *name,
                             size_t prefix, struct place *place, vrrl_error *err)
{
    char buffer[200];
    vrrl_code code = VRRL_OK;
    snprintf(buffer, sizeof buffer, "%.*s", (int)prefix, name);
    if (continues(graph, p, name, prefix))
        place->buffer = p->items[p->count - 1].buffer;
    else
        code = add_buffer(graph, buffer, 1, 1, &place->buffer, err);
    if (code != VRRL_OK)
        return code;
    vrrl_graph_buffer *b = &graph->buffers[place->buffer];
    b->rows = place->row_end > b->rows ? place->row_end : b->rows;
    b->columns = place->column_end > b->columns ? place->column_end : b->columns;
    return add_place(p, place, err);
}

static vrrl_code add_symbol(struct word_buffers *p, vrrl_graph *graph, const char *name,
                            uint32_t unit, struct place *place, vrrl_error *err)
{
    size_t prefix;
    if (unit > 0 && parse_segment(name, &prefix, place) && prefix < 200)
        return add_segment(p, graph, name, prefix, place, err);
    place->unit = unit ? unit : 1;
    place->row_first = place->column_first = 0;
    place->row_end = 1;
    place->column_end = (place->end - place->first + place->unit - 1) / place->unit;
    vrrl_code code = add_buffer(graph, name, 1, place->column_end, &place->buffer, err);
    if (code == VRRL_OK)
        set_words(graph, place->buffer, place->first, place->unit);
    return code == VRRL_OK ? add_place(p, place, err) : code;
}

static vrrl_code add_all(struct word_buffers *p, const vrrl_program *program, vrrl_graph *graph,
                         vrrl_error *err)
{
    uint32_t at = 0, end = program->layout.total_words;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < program->symbol_count; i++) {
        const vrrl_symbol *s = p->symbols[i];
        if (s->words == 0 || s->first_word < at || s->first_word >= end ||
            s->words > end - s->first_word)
            continue; /* another name for the same words */
        struct place place = {.first = s->first_word, .end = s->first_word + s->words};
        code = add_gap(p, graph, at, place.first, err);
        if (code == VRRL_OK)
            code = add_symbol(p, graph, vrrl_program_text(program, s->name), s->segment_words,
                              &place, err);
        at = place.end;
    }
    return code == VRRL_OK ? add_gap(p, graph, at, end, err) : code;
}

vrrl_code word_buffers_create(const vrrl_program *program, vrrl_graph *graph,
                              struct word_buffers **made, vrrl_error *err)
{
    struct word_buffers *p = calloc(1, sizeof *p);
    if (!p)
        return error_no_memory(err, sizeof *p);
    p->gaps = VRRL_GRAPH_NONE;
    p->symbols = malloc((program->symbol_count + (size_t)1) * sizeof *p->symbols);
    vrrl_code code = p->symbols ? VRRL_OK : error_no_memory(err, 8 * program->symbol_count);
    for (uint32_t i = 0; code == VRRL_OK && i < program->symbol_count; i++)
        p->symbols[i] = &program->symbols[i];
    if (code == VRRL_OK) {
        qsort(p->symbols, program->symbol_count, sizeof *p->symbols, by_first_word);
        code = add_all(p, program, graph, err);
    }
    if (code == VRRL_OK)
        *made = p;
    else
        word_buffers_free(p);
    return code;
}

void word_buffers_free(struct word_buffers *p)
{
    if (!p)
        return;
    free(p->items);
    free(p->symbols);
    free(p);
}

/* ---- Accesses -------------------------------------------------------------------------------- */

static uint32_t place_of(const struct word_buffers *p, uint32_t word)
{
    uint32_t low = 0, high = p->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (p->items[middle].first <= word)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void word_buffers_split(struct word_buffers *p, vrrl_graph *graph, uint32_t first, uint32_t count)
{
    uint64_t end = (uint64_t)first + count;
    for (uint32_t i = place_of(p, first); i < p->count && p->items[i].first < end; i++) {
        struct place *place = &p->items[i];
        bool from =
            first > place->first && place->unit > 1 && (first - place->first) % place->unit > 0;
        bool to = end < place->end && place->unit > 1 && (end - place->first) % place->unit > 0;
        if (place->end <= first || (!from && !to))
            continue;
        place->unit = 1;
        place->column_end = place->end - place->first;
        graph->buffers[place->buffer].columns = place->column_end;
    }
}

/* The part of a place from `first` to `end`, both in it. */
static vrrl_graph_range part_of(const struct place *place, uint32_t first, uint32_t end)
{
    vrrl_graph_range range = {.buffer = place->buffer,
                              .row_first = place->row_first,
                              .row_end = place->row_end,
                              .column_first = place->column_first,
                              .column_end = place->column_end};
    if (place->unit) {
        range.column_end =
            place->column_first + (end - place->first + place->unit - 1) / place->unit;
        range.column_first += (first - place->first) / place->unit;
    }
    return range;
}

/* Side by side in the same rows. */
static bool join(vrrl_graph_range *range, const vrrl_graph_range *next)
{
    if (range->buffer != next->buffer || range->row_first != next->row_first ||
        range->row_end != next->row_end || range->column_end != next->column_first)
        return false;
    range->column_end = next->column_end;
    return true;
}

vrrl_code word_buffers_add_access(const struct word_buffers *p, vrrl_graph *graph, uint32_t first,
                                  uint32_t count, vrrl_access_kind kind, uint32_t after_waits,
                                  vrrl_error *err)
{
    vrrl_graph_range range = {.buffer = VRRL_GRAPH_NONE};
    uint64_t end = (uint64_t)first + count;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = place_of(p, first);
         code == VRRL_OK && i < p->count && p->items[i].first < end; i++) {
        const struct place *place = &p->items[i];
        uint32_t from = first > place->first ? first : place->first;
        uint32_t to = end < place->end ? (uint32_t)end : place->end;
        if (from >= to)
            continue; /* past the arena: such a slot faults */
        vrrl_graph_range next = part_of(place, from, to);
        if (range.buffer != VRRL_GRAPH_NONE && join(&range, &next))
            continue;
        if (range.buffer != VRRL_GRAPH_NONE)
            code = vrrl_graph_add_access(graph, &range, kind, after_waits, err);
        range = next;
    }
    if (code == VRRL_OK && range.buffer != VRRL_GRAPH_NONE)
        code = vrrl_graph_add_access(graph, &range, kind, after_waits, err);
    return code;
}
