/* What looks like a slip in a task graph: opcodes, keys, labels, and parts of buffers. */
#include "graph/graph_lint.h"

#include "base/array.h"
#include "base/plural.h"
#include "base/printable.h"
#include "base/spelling.h"
#include "graph/graph_holes.h"
#include "graph/graph_tiles.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    OFTEN = 16, /* a name that occurs so many times as often as another is the usual one */
    VOCABULARY_MAX = 1024, /* a graph with more opcodes numbers them */
};

static const char *const kind_names[] = {
    [VRRL_LINT_OPCODE] = "opcode", [VRRL_LINT_KEY] = "key",       [VRRL_LINT_LABEL] = "label",
    [VRRL_LINT_UNREAD] = "unread", [VRRL_LINT_OUTPUT] = "output", [VRRL_LINT_EVENT] = "event"};

const char *vrrl_lint_kind_name(vrrl_lint_kind kind)
{
    return (size_t)kind < sizeof kind_names / sizeof kind_names[0] ? kind_names[kind] : "?";
}

/* What a result is while it is made. */
struct lint_in_making {
    vrrl_graph_lint lint; /* first: the one is found by the other */
    uint32_t warning_room;
};

vrrl_code graph_warn(vrrl_graph_lint *lint, vrrl_lint_kind kind, vrrl_error *err,
                     const char *format, ...)
{
    va_list arguments;
    struct lint_in_making *making = (struct lint_in_making *)lint;
    vrrl_code code = array_room(lint->warnings, lint->warning_count, making->warning_room, 1, err);
    if (code != VRRL_OK)
        return code;
    vrrl_lint_warning *warning = &lint->warnings[lint->warning_count++];
    warning->kind = kind;
    va_start(arguments, format);
    vsnprintf(warning->text, sizeof warning->text, format, arguments);
    va_end(arguments);
    make_printable(warning->text, strlen(warning->text), false);
    return VRRL_OK;
}

/* ---- Texts that tasks have in common --------------------------------------------------------- */

struct named {
    const char *text;
    uint32_t task; /* the first that has it */
    uint32_t count;
};

static int by_text(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    int order = strcmp(a->text, b->text);
    return order ? order : (a->task > b->task) - (a->task < b->task);
}

/* Sorts `names`, one a task, and leaves one of each text; how many those are. */
static uint32_t join_equal(struct named *names, uint32_t count)
{
    uint32_t kept = 0;
    qsort(names, count, sizeof *names, by_text);
    for (uint32_t i = 0; i < count; i++) {
        if (kept > 0 && strcmp(names[kept - 1].text, names[i].text) == 0)
            names[kept - 1].count++;
        else
            names[kept++] = names[i];
    }
    return kept;
}

/* ---- Opcodes -------------------------------------------------------------------------------- */

/* However often it occurs, an opcode one edit away from one whose parameters say what it writes; NULL: it
 * is none. */
static const char *tile_meant(const char *op)
{
    static const char *const tiles[] = {GEMV_TILE, GEMM_TILE};
    for (size_t i = 0; i < sizeof tiles / sizeof tiles[0]; i++)
        if (spelling_is_near(op, tiles[i]) &&
            spelling_distance(op, strlen(op), tiles[i], strlen(tiles[i])) <= 1)
            return tiles[i];
    return NULL;
}

/* A usual opcode that looks like this rare one; NULL: there is none. */
static const struct named *usual_opcode(const struct named *ops, uint32_t count,
                                        const struct named *rare)
{
    const struct named *usual = NULL;
    for (uint32_t i = 0; i < count; i++)
        if ((uint64_t)rare->count * OFTEN <= ops[i].count &&
            (!usual || ops[i].count > usual->count) && spelling_is_near(rare->text, ops[i].text))
            usual = &ops[i];
    return usual;
}

static vrrl_code warn_opcode(const vrrl_graph *graph, vrrl_graph_lint *lint,
                             const struct named *ops, uint32_t count, const struct named *op,
                             vrrl_error *err)
{
    char task[160], often[40] = "once", beside[80] = "";
    const struct named *usual = usual_opcode(ops, count, op);
    const char *meant = usual ? usual->text : tile_meant(op->text);
    if (!meant || op_is_tile(op->text))
        return VRRL_OK;
    snprintf(task, sizeof task, "task %u (%.80s)", graph->tasks[op->task].id,
             vrrl_graph_label(graph, op->task));
    if (op->count > 1)
        snprintf(often, sizeof often, "%u times", op->count);
    if (usual)
        snprintf(beside, sizeof beside, " beside %u task%s %.40s", usual->count,
                 plural(usual->count), meant);
    return graph_warn(lint, VRRL_LINT_OPCODE, err,
                      "%s: opcode %.60s occurs %s%s; did you mean %.60s?%s", task, op->text, often,
                      beside, meant,
                      op_is_tile(meant) ? " As it is, it writes its outputs whole" : "");
}

static vrrl_code find_opcodes(const vrrl_graph *graph, vrrl_graph_lint *lint, struct named *names,
                              vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t t = 0; t < graph->task_count; t++)
        names[t] = (struct named){vrrl_graph_text_at(graph, graph->tasks[t].op), t, 1};
    uint32_t count = join_equal(names, graph->task_count);
    for (uint32_t i = 0; code == VRRL_OK && i < count && count <= VOCABULARY_MAX; i++)
        code = warn_opcode(graph, lint, names, count, &names[i], err);
    return code;
}

/* ---- Labels --------------------------------------------------------------------------------- */

/* A task that was given no label goes by its opcode. */
static bool has_label(const vrrl_graph *graph, uint32_t task)
{
    const char *label = vrrl_graph_label(graph, task);
    return label[0] && strcmp(label, vrrl_graph_text_at(graph, graph->tasks[task].op)) != 0;
}

static uint32_t next_of_label(const vrrl_graph *graph, const struct named *label)
{
    uint32_t task = label->task + 1;
    while (strcmp(vrrl_graph_label(graph, task), label->text) != 0)
        task++;
    return task;
}

static vrrl_code find_labels(const vrrl_graph *graph, vrrl_graph_lint *lint, struct named *names,
                             vrrl_error *err)
{
    uint32_t count = 0, twice = 0;
    vrrl_code code = VRRL_OK;
    for (uint32_t t = 0; t < graph->task_count; t++)
        if (has_label(graph, t))
            names[count++] = (struct named){vrrl_graph_label(graph, t), t, 1};
    count = join_equal(names, count);
    for (uint32_t i = 0; code == VRRL_OK && i < count; i++)
        if (names[i].count > 1 && ++twice <= VRRL_LINT_KEPT)
            code = graph_warn(lint, VRRL_LINT_LABEL, err,
                              "%u tasks have the label %.100s, the first are %u and %u",
                              names[i].count, names[i].text, graph->tasks[names[i].task].id,
                              graph->tasks[next_of_label(graph, &names[i])].id);
    if (code == VRRL_OK && twice > VRRL_LINT_KEPT)
        code = graph_warn(lint, VRRL_LINT_LABEL, err, "and %u more labels that several tasks have",
                          twice - VRRL_LINT_KEPT);
    return code;
}

/* ---- All of it ------------------------------------------------------------------------------ */

static vrrl_code find_warnings(const vrrl_graph *graph, vrrl_graph_lint *lint, vrrl_error *err)
{
    struct named *names = malloc((graph->task_count + (size_t)1) * sizeof *names);
    if (!names)
        return error_no_memory(err, graph->task_count * sizeof *names);
    vrrl_code code = find_opcodes(graph, lint, names, err);
    bool events = graph->import && graph->import->of_tasks;
    for (uint32_t i = 0; code == VRRL_OK && i < graph->remark_count; i++)
        code = graph_warn(lint, events ? VRRL_LINT_EVENT : VRRL_LINT_KEY, err, "%s",
                          vrrl_graph_text_at(graph, graph->remarks[i]));
    if (code == VRRL_OK)
        code = find_labels(graph, lint, names, err);
    if (code == VRRL_OK)
        code = graph_unread_find(graph, lint, err);
    free(names);
    return code;
}

vrrl_code vrrl_graph_lint_create(const vrrl_graph *graph, vrrl_graph_lint **out, vrrl_error *err)
{
    uint32_t total;
    *out = NULL;
    struct lint_in_making *making = calloc(1, sizeof *making);
    if (!making)
        return error_no_memory(err, sizeof *making);
    vrrl_graph_lint *lint = &making->lint;
    lint->size = sizeof *lint;
    vrrl_code code = graph_holes_find(graph, lint, &total, err);
    if (code == VRRL_OK)
        code = find_warnings(graph, lint, err);
    if (code == VRRL_OK)
        *out = lint;
    else
        vrrl_graph_lint_free(lint);
    return code;
}

void vrrl_graph_lint_free(vrrl_graph_lint *lint)
{
    if (lint)
        free(lint->warnings);
    free(lint);
}

void vrrl_graph_lint_write_warnings(const vrrl_graph_lint *lint, const char *prefix, FILE *out)
{
    for (uint32_t i = 0; i < lint->warning_count; i++)
        fprintf(out, "%s%s\n", prefix, lint->warnings[i].text);
}

void vrrl_graph_lint_write_holes(const vrrl_graph_lint *lint, FILE *out)
{
    if (lint->hole_total == 0)
        return;
    fprintf(out, "UNWRITTEN  %u part%s of %s that tasks read and no task writes\n",
            lint->hole_total, plural(lint->hole_total),
            lint->hole_total == 1 ? "a buffer" : "buffers");
    for (uint32_t i = 0; i < lint->hole_count; i++) {
        const vrrl_lint_hole *hole = &lint->holes[i];
        if (hole->is_part)
            fprintf(out, "  %s  reads  %s, which no task writes\n", hole->label, hole->name);
        else
            fprintf(out, "  %-16s  task %u  reads  %s, which no task writes\n", hole->label,
                    hole->id, hole->name);
        fprintf(out, "  %u task%s read%s some of it, %u write%s other parts of the buffer\n",
                hole->readers, plural(hole->readers), hole->readers == 1 ? "s" : "", hole->writers,
                hole->writers == 1 ? "s" : "");
    }
    if (lint->hole_total > lint->hole_count)
        fprintf(out, "  and %u more\n", lint->hole_total - lint->hole_count);
}
