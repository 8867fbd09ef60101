/* A task graph as a program: one MIX slot a task, each segment a 64-bit value. */
#include "graph/graph_lower.h"

#include "base/checksum.h"
#include "base/error.h"
#include "base/options.h"
#include "ops/mix_layout.h"
#include "vrrl/run/opcode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Past so many segments a symbol names a buffer, not each segment: names are for people. */
#define SEGMENT_SYMBOLS_MAX 65536u
#define USER_WORDS_MAX      (1u << 26)

struct lowering {
    const vrrl_graph *graph;
    const vrrl_assignment *assignment;
    vrrl_program *program;
    /* Arena words. */
    uint32_t counters, inits, segments, descriptors;
    uint32_t observed_words;
    uint32_t *buffer_word; /* first word of each buffer's segments */
    uint32_t *task_word;   /* each task's descriptor */
};

static uint32_t segments_of(const vrrl_graph_buffer *buffer)
{
    return buffer->row_pieces * buffer->column_pieces;
}

/* How many runs of consecutive segments an access is: one, unless it leaves out columns. */
static uint32_t runs_of(const vrrl_graph *graph, const vrrl_graph_range *range)
{
    uint32_t rows = range->piece_row_end - range->piece_row_first;
    uint32_t columns = range->piece_column_end - range->piece_column_first;
    return columns == graph->buffers[range->buffer].column_pieces ? 1 : rows;
}

static bool is_input(const vrrl_graph_access *access)
{
    return access->kind == VRRL_ACCESS_READ;
}

static uint64_t descriptor_words(const vrrl_graph *graph, const vrrl_graph_task *task)
{
    uint64_t words = MIX_HEAD_WORDS + (uint64_t)MIX_WAIT_WORDS * task->wait_count +
                     (uint64_t)MIX_SIGNAL_WORDS * task->signal_count;
    for (uint32_t i = 0; i < task->access_count; i++) {
        const vrrl_graph_access *access = &graph->accesses[task->first_access + i];
        words += (uint64_t)runs_of(graph, &graph->ranges[access->range]) *
                 (is_input(access) ? MIX_INPUT_WORDS : MIX_OUTPUT_WORDS);
    }
    return words;
}

/* ---- Memory --------------------------------------------------------------------------------- */

/* Lays out user memory from word 0; observed segments come together. Returns the words needed. */
static uint64_t lay_out(struct lowering *l)
{
    const vrrl_graph *graph = l->graph;
    uint64_t word = 0;
    l->counters = 0;
    word += graph->counter_count;
    l->inits = (uint32_t)word;
    word += graph->counter_count;
    l->segments = (uint32_t)word;
    for (int unobserved = 0; unobserved < 2; unobserved++) {
        for (uint32_t b = 0; b < graph->buffer_count; b++) {
            bool kept =
                vrrl_buffer_is_read_only(graph->buffers[b].kind) || graph->buffers[b].internal;
            if (kept != (unobserved == 1))
                continue;
            l->buffer_word[b] = (uint32_t)word;
            word += (uint64_t)MIX_SEGMENT_WORDS * segments_of(&graph->buffers[b]);
        }
        if (unobserved == 0)
            l->observed_words = (uint32_t)word - l->segments;
    }
    l->descriptors = (uint32_t)word;
    /* In publish order, as a program file lays out its tasks. */
    for (uint32_t i = 0; i < graph->task_count && word <= USER_WORDS_MAX; i++) {
        uint32_t t = l->assignment->order[i];
        l->task_word[t] = (uint32_t)word;
        word += descriptor_words(graph, &graph->tasks[t]);
    }
    return word;
}

static vrrl_code set_geometry(struct lowering *l, vrrl_error *err)
{
    const vrrl_graph *graph = l->graph;
    uint64_t words = lay_out(l);
    if (words > USER_WORDS_MAX)
        return error_set(err, VRRL_TOO_LARGE,
                         "Fix: split the graph, or let tiles share their edges.",
                         "%s: needs more than %u words of user memory",
                         vrrl_graph_text_at(graph, graph->name), USER_WORDS_MAX);
    vrrl_geometry geometry = {.slot_words = VRRL_SLOT_WORDS_MIN,
                              .ring_slots = graph->task_count < 1 ? 2 : graph->task_count + 1,
                              .observable_words = 1,
                              .user_words = (uint32_t)words};
    vrrl_code code = vrrl_program_set_geometry(l->program, &geometry, err);
    if (code != VRRL_OK)
        return code;
    uint32_t base = l->program->layout.user_base;
    l->counters += base;
    l->inits += base;
    l->segments += base;
    l->descriptors += base;
    for (uint32_t b = 0; b < graph->buffer_count; b++)
        l->buffer_word[b] += base;
    for (uint32_t t = 0; t < graph->task_count; t++)
        l->task_word[t] += base;
    return VRRL_OK;
}

static uint32_t *at(const struct lowering *l, uint32_t word)
{
    return l->program->initial + (word - l->program->layout.user_base);
}

enum { VALUE_INITIAL, VALUE_OF_STEP };

/* What a segment holds that no task has written. */
static uint64_t value_of(const vrrl_graph *graph, const vrrl_graph_buffer *buffer, uint32_t kind,
                         uint32_t step, uint32_t segment)
{
    const char *name = vrrl_graph_text_at(graph, buffer->name);
    uint64_t hash = checksum_xxh3(name, strlen(name));
    uint32_t seed[6] = {(uint32_t)hash, (uint32_t)(hash >> 32), kind, step, segment, 0};
    return checksum_xxh3(seed, sizeof seed);
}

/* Weights, constants and caches have a value from the start; activations are zero. */
static void fill_memory(struct lowering *l)
{
    const vrrl_graph *graph = l->graph;
    for (uint32_t c = 0; c < graph->counter_count; c++)
        *at(l, l->counters + c) = *at(l, l->inits + c) = graph->counters[c].init;
    for (uint32_t b = 0; b < graph->buffer_count; b++) {
        const vrrl_graph_buffer *buffer = &graph->buffers[b];
        if (buffer->kind == VRRL_BUFFER_ACTIVATION || buffer->kind == VRRL_BUFFER_IO_OUTPUT)
            continue;
        uint32_t *words = at(l, l->buffer_word[b]);
        for (uint32_t s = 0; s < segments_of(buffer); s++) {
            uint64_t value = value_of(graph, buffer, VALUE_INITIAL, 0, s);
            words[2 * s] = (uint32_t)value;
            words[2 * s + 1] = (uint32_t)(value >> 32);
        }
    }
}

/* ---- Descriptors ---------------------------------------------------------------------------- */

static uint32_t *put_access(const struct lowering *l, const vrrl_graph_access *access,
                            uint32_t *out)
{
    static const uint32_t kinds[] = {[VRRL_ACCESS_WRITE] = MIX_ACCESS_WRITE,
                                     [VRRL_ACCESS_ACCUMULATE] = MIX_ACCESS_ACCUMULATE,
                                     [VRRL_ACCESS_READ_WRITE] = MIX_ACCESS_READ_WRITE};
    const vrrl_graph_range *range = &l->graph->ranges[access->range];
    uint32_t row = l->graph->buffers[range->buffer].column_pieces;
    uint32_t runs = runs_of(l->graph, range);
    uint32_t segments = (range->piece_row_end - range->piece_row_first) *
                        (range->piece_column_end - range->piece_column_first) / runs;
    for (uint32_t i = 0; i < runs; i++) {
        uint32_t first = (range->piece_row_first + i) * row + range->piece_column_first;
        *out++ = l->buffer_word[range->buffer] + MIX_SEGMENT_WORDS * first;
        *out++ = segments;
        if (!is_input(access))
            *out++ = kinds[access->kind];
    }
    return out;
}

static uint32_t *put_accesses(const struct lowering *l, const vrrl_graph_task *task, bool inputs,
                              uint32_t *count, uint32_t *out)
{
    *count = 0;
    for (uint32_t i = 0; i < task->access_count; i++) {
        const vrrl_graph_access *access = &l->graph->accesses[task->first_access + i];
        if (is_input(access) != inputs)
            continue;
        *count += runs_of(l->graph, &l->graph->ranges[access->range]);
        out = put_access(l, access, out);
    }
    return out;
}

static vrrl_code put_descriptor(const struct lowering *l, uint32_t t, vrrl_error *err)
{
    const vrrl_graph *graph = l->graph;
    const vrrl_graph_task *task = &graph->tasks[t];
    uint32_t *head = at(l, l->task_word[t]), *out = head + MIX_HEAD_WORDS;
    for (uint32_t i = 0; i < task->access_count; i++)
        if (graph->accesses[task->first_access + i].after_waits < task->wait_count)
            return error_set(err, VRRL_UNSUPPORTED,
                             "Fix: use `vrrl check`, which knows of it, or split the task.",
                             "%s: task %u (%.80s) accesses a buffer before one of its waits, which "
                             "a MIX slot cannot do",
                             vrrl_graph_text_at(graph, graph->name), task->id,
                             vrrl_graph_label(graph, t));
    head[0] = task->wait_count;
    for (uint32_t i = 0; i < task->wait_count; i++) {
        const vrrl_graph_wait *wait = &graph->waits[task->first_wait + i];
        *out++ = l->counters + wait->counter;
        *out++ = wait->threshold;
        *out++ = wait->order == VRRL_SYNC_ORDER_SYNC ? MIX_ACQUIRE : MIX_RELAXED;
    }
    out = put_accesses(l, task, true, &head[1], out);
    out = put_accesses(l, task, false, &head[2], out);
    head[3] = task->signal_count;
    head[4] = (uint32_t)task->identity;
    head[5] = (uint32_t)(task->identity >> 32);
    for (uint32_t i = 0; i < task->signal_count; i++) {
        const vrrl_graph_signal *signal = &graph->signals[task->first_signal + i];
        *out++ = l->counters + signal->counter;
        *out++ = signal->amount;
        *out++ = signal->order == VRRL_SYNC_ORDER_SYNC ? MIX_RELEASE : MIX_RELAXED;
    }
    return VRRL_OK;
}

/* ---- Slots ---------------------------------------------------------------------------------- */

static vrrl_code add_slots(const struct lowering *l, vrrl_error *err)
{
    uint32_t batch;
    vrrl_code code = vrrl_program_begin_batch(l->program, &batch, err);
    for (uint32_t i = 0; code == VRRL_OK && i < l->graph->task_count; i++) {
        uint32_t t = l->assignment->order[i];
        vrrl_slot slot = {
            .opcode = VRRL_OPCODE_MIX, .queue = l->assignment->queue_of[t], .arg_count = 1};
        code = put_descriptor(l, t, err);
        if (code == VRRL_OK)
            code = vrrl_program_add_words(l->program, &l->task_word[t], 1, &slot.args, err);
        if (code == VRRL_OK)
            code =
                vrrl_program_add_text(l->program, vrrl_graph_label(l->graph, t), &slot.label, err);
        if (code == VRRL_OK)
            code = vrrl_program_add_slot(l->program, &slot, err);
    }
    return code;
}

static vrrl_code add_prologue(const struct lowering *l, uint32_t opcode, const uint32_t *args,
                              uint32_t count, vrrl_text label, vrrl_error *err)
{
    vrrl_slot slot = {
        .opcode = opcode, .queue = VRRL_NO_WORKER, .arg_count = count, .label = label};
    vrrl_code code = vrrl_program_add_words(l->program, args, count, &slot.args, err);
    return code == VRRL_OK ? vrrl_program_add_prologue(l->program, &slot, err) : code;
}

static vrrl_code store(const struct lowering *l, uint32_t value, uint32_t word, vrrl_text label,
                       vrrl_error *err)
{
    uint32_t args[] = {value, word};
    return add_prologue(l, VRRL_OPCODE_STORE_U32, args, 2, label, err);
}

/* Runs of counters that start again; those that grow are left out. */
static vrrl_code reset_counters(const struct lowering *l, vrrl_text label, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    const vrrl_graph_counter *counters = l->graph->counters;
    uint32_t count = l->graph->counter_count;
    for (uint32_t first = 0, end; code == VRRL_OK && first < count; first = end) {
        for (end = first; end < count && !counters[end].grows;)
            end++;
        uint32_t args[] = {l->inits + first, l->counters + first, end - first};
        if (end > first)
            code = add_prologue(l, VRRL_OPCODE_MEMCPY, args, 3, label, err);
        else
            end = first + 1;
    }
    return code;
}

static vrrl_code set_inputs(const struct lowering *l, uint32_t step, const vrrl_text *names,
                            vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t b = 0; code == VRRL_OK && b < l->graph->buffer_count; b++) {
        const vrrl_graph_buffer *buffer = &l->graph->buffers[b];
        if (buffer->kind != VRRL_BUFFER_IO_INPUT)
            continue;
        for (uint32_t s = 0; code == VRRL_OK && s < segments_of(buffer); s++) {
            uint64_t value = value_of(l->graph, buffer, VALUE_OF_STEP, step, s);
            uint32_t word = l->buffer_word[b] + MIX_SEGMENT_WORDS * s;
            code = store(l, (uint32_t)value, word, names[b], err);
            if (code == VRRL_OK)
                code = store(l, (uint32_t)(value >> 32), word + 1, names[b], err);
        }
    }
    return code;
}

static vrrl_code raise_thresholds(const struct lowering *l, uint32_t step, vrrl_text label,
                                  vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t t = 0; t < l->graph->task_count; t++) {
        const vrrl_graph_task *task = &l->graph->tasks[t];
        for (uint32_t i = 0; code == VRRL_OK && i < task->wait_count; i++) {
            const vrrl_graph_wait *wait = &l->graph->waits[task->first_wait + i];
            uint32_t word = l->task_word[t] + MIX_HEAD_WORDS + MIX_WAIT_WORDS * i + 1;
            if (wait->growth)
                code = store(l, wait->threshold + step * wait->growth, word, label, err);
        }
    }
    return code;
}

static vrrl_code add_epochs(const struct lowering *l, uint32_t steps, const vrrl_text *names,
                            vrrl_error *err)
{
    vrrl_text reset, raise;
    vrrl_code code = vrrl_program_add_text(l->program, "reset counters", &reset, err);
    if (code == VRRL_OK)
        code = vrrl_program_add_text(l->program, "raise thresholds", &raise, err);
    for (uint32_t step = 0; code == VRRL_OK && step < steps; step++) {
        code = vrrl_program_begin_epoch(l->program, 0, err);
        if (code == VRRL_OK)
            code = reset_counters(l, reset, err);
        if (code == VRRL_OK)
            code = set_inputs(l, step, names, err);
        if (code == VRRL_OK)
            code = raise_thresholds(l, step, raise, err);
    }
    return code;
}

/* ---- Names ---------------------------------------------------------------------------------- */

static vrrl_code add_symbol(const struct lowering *l, const char *name, uint32_t word,
                            uint32_t words, uint32_t segment_words, vrrl_error *err)
{
    vrrl_symbol symbol = {.first_word = word, .words = words, .segment_words = segment_words};
    if (words == 0)
        return VRRL_OK;
    vrrl_code code = vrrl_program_add_text(l->program, name, &symbol.name, err);
    return code == VRRL_OK ? vrrl_program_add_symbol(l->program, &symbol, err) : code;
}

static vrrl_code name_counters(const struct lowering *l, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t c = 0; code == VRRL_OK && c < l->graph->counter_count; c++) {
        const vrrl_graph_counter *counter = &l->graph->counters[c];
        const char *note = vrrl_graph_text_at(l->graph, counter->note);
        char name[160];
        if (counter->named)
            snprintf(name, sizeof name, "%.120s", note);
        else
            snprintf(name, sizeof name, note[0] ? "counter %u (%.120s)" : "counter %u", counter->id,
                     note);
        code = add_symbol(l, name, l->counters + c, 1, 0, err);
    }
    return code;
}

static vrrl_code name_buffer(const struct lowering *l, uint32_t b, vrrl_error *err)
{
    const vrrl_graph_buffer *buffer = &l->graph->buffers[b];
    uint32_t count = segments_of(buffer);
    if (buffer->internal)
        return VRRL_OK;
    if (l->graph->segment_count > SEGMENT_SYMBOLS_MAX)
        return add_symbol(l, vrrl_graph_text_at(l->graph, buffer->name), l->buffer_word[b],
                          MIX_SEGMENT_WORDS * count, MIX_SEGMENT_WORDS, err);
    vrrl_code code = VRRL_OK;
    for (uint32_t s = 0; code == VRRL_OK && s < count; s++) {
        char name[240];
        vrrl_graph_segment_name(l->graph, b, s, name, sizeof name);
        code = add_symbol(l, name, l->buffer_word[b] + MIX_SEGMENT_WORDS * s, MIX_SEGMENT_WORDS,
                          MIX_SEGMENT_WORDS, err);
    }
    return code;
}

static vrrl_code add_region(const struct lowering *l, const char *name, uint32_t word,
                            uint32_t words, vrrl_error *err)
{
    vrrl_region region = {.first_word = word, .words = words, .compare = VRRL_COMPARE_EXACT};
    if (words == 0)
        return VRRL_OK;
    vrrl_code code = vrrl_program_add_text(l->program, name, &region.name, err);
    return code == VRRL_OK ? vrrl_program_add_region(l->program, &region, err) : code;
}

static vrrl_code add_names(const struct lowering *l, vrrl_error *err)
{
    uint32_t counters = l->graph->counter_count;
    uint32_t end = l->program->layout.user_base + l->program->geometry.user_words;
    vrrl_code code = add_region(l, "counters", l->counters, counters, err);
    if (code == VRRL_OK)
        code = add_region(l, "buffers", l->segments, l->observed_words, err);
    if (code == VRRL_OK)
        code = name_counters(l, err);
    if (code == VRRL_OK)
        code = add_symbol(l, "counter inits", l->inits, counters, 0, err);
    for (uint32_t b = 0; code == VRRL_OK && b < l->graph->buffer_count; b++)
        code = name_buffer(l, b, err);
    if (code == VRRL_OK)
        code = add_symbol(l, "task_descriptors", l->descriptors, end - l->descriptors, 0, err);
    return code;
}

/* ---- All of it ------------------------------------------------------------------------------ */

/* The buffers' names as texts of the program; the prologue labels its stores with them. */
static vrrl_code buffer_texts(const struct lowering *l, vrrl_text *names, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t b = 0; code == VRRL_OK && b < l->graph->buffer_count; b++)
        if (l->graph->buffers[b].kind == VRRL_BUFFER_IO_INPUT)
            code = vrrl_program_add_text(l->program,
                                         vrrl_graph_text_at(l->graph, l->graph->buffers[b].name),
                                         &names[b], err);
    return code;
}

/* No counter that grows, and no threshold, wraps in so many steps: in one step graph_finish sees to it. */
static vrrl_code growth_fits(const vrrl_graph *graph, uint32_t steps, vrrl_error *err)
{
    size_t bytes = (graph->counter_count + (size_t)1) * sizeof(uint64_t);
    uint64_t *most = calloc(1, bytes); /* by counter */
    if (!most)
        return error_no_memory(err, bytes);
    for (uint32_t c = 0; c < graph->counter_count; c++)
        most[c] = graph->counters[c].init;
    for (uint32_t i = 0; i < graph->signal_count; i++) {
        const vrrl_graph_signal *signal = &graph->signals[i];
        uint64_t times = graph->counters[signal->counter].grows ? steps : 1;
        most[signal->counter] += times * signal->amount;
    }
    for (uint32_t i = 0; i < graph->wait_count; i++) {
        const vrrl_graph_wait *wait = &graph->waits[i];
        uint64_t last = wait->threshold + (uint64_t)(steps - 1) * wait->growth;
        most[wait->counter] = last > most[wait->counter] ? last : most[wait->counter];
    }
    vrrl_code code = VRRL_OK;
    for (uint32_t c = 0; code == VRRL_OK && c < graph->counter_count; c++)
        if (most[c] > UINT32_MAX)
            code = error_set(err, VRRL_TOO_LARGE, "Fix: run fewer steps.",
                             "%s: counter %u grows past 2^32 - 1 in %u steps",
                             vrrl_graph_text_at(graph, graph->name), graph->counters[c].id, steps);
    free(most);
    return code;
}

static vrrl_code lower(struct lowering *l, uint32_t steps, vrrl_text *names, vrrl_error *err)
{
    const char *name = vrrl_graph_text_at(l->graph, l->graph->name);
    l->program->model = l->assignment->model;
    vrrl_code code = growth_fits(l->graph, steps, err);
    if (code == VRRL_OK)
        code = vrrl_program_add_text(l->program, name, &l->program->name, err);
    if (code == VRRL_OK)
        code = set_geometry(l, err);
    if (code == VRRL_OK) {
        fill_memory(l);
        code = add_slots(l, err);
    }
    if (code == VRRL_OK)
        code = buffer_texts(l, names, err);
    if (code == VRRL_OK)
        code = add_epochs(l, steps, names, err);
    return code == VRRL_OK ? add_names(l, err) : code;
}

vrrl_code graph_lower_assigned(const vrrl_graph *graph, const vrrl_assignment *assignment,
                               uint32_t steps, vrrl_program **program, vrrl_error *err)
{
    struct lowering l = {.graph = graph, .assignment = assignment};
    l.buffer_word = calloc(graph->buffer_count + (size_t)1, sizeof *l.buffer_word);
    l.task_word = calloc(graph->task_count + (size_t)1, sizeof *l.task_word);
    vrrl_text *names = calloc(graph->buffer_count + (size_t)1, sizeof *names);
    vrrl_code code = VRRL_OK;
    if (!l.buffer_word || !l.task_word || !names)
        code = error_no_memory(err, (2 * (uint64_t)graph->buffer_count + graph->task_count) * 4);
    if (code == VRRL_OK)
        code = vrrl_program_create(&l.program, err);
    if (code == VRRL_OK)
        code = lower(&l, steps ? steps : 1, names, err);
    free(l.buffer_word);
    free(l.task_word);
    free(names);
    if (code == VRRL_OK)
        *program = l.program;
    else
        vrrl_program_free(l.program);
    return code;
}

vrrl_code vrrl_graph_lower(const vrrl_graph *graph, const vrrl_lower_options *options,
                           vrrl_program **program, vrrl_error *err)
{
    vrrl_lower_options own;
    vrrl_assignment *assignment = NULL;
    vrrl_code code = OPTIONS_READ(vrrl_lower_options, &own, options, err);
    if (code == VRRL_OK && graph->import && graph->import->remote_tasks > 0)
        code = error_set(err, VRRL_UNSUPPORTED,
                         "Fix: `vrrl check` says what is known without running it.",
                         "%s: %u of its tasks have to do with other GPUs, whose tasks are not here",
                         vrrl_graph_text_at(graph, graph->name), graph->import->remote_tasks);
    if (code == VRRL_OK)
        code = vrrl_assignment_create(graph, own.assign, &assignment, err);
    if (code == VRRL_OK)
        code = graph_lower_assigned(graph, assignment, own.steps, program, err);
    vrrl_assignment_free(assignment);
    return code;
}

uint32_t lowered_position(const vrrl_assignment *assignment, uint32_t tasks, uint32_t task)
{
    uint32_t at = 0;
    while (at < tasks && assignment->order[at] != task)
        at++;
    return at;
}
