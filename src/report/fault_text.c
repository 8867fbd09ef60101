/* What is wrong with a graph besides the order of its tasks, in words. */
#include "report/fault_text.h"

#include "base/json_text.h"
#include "base/plural.h"
#include "vrrl/analysis/report.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 72 };

const char *vrrl_check_fault_kind_name(vrrl_check_fault_kind kind)
{
    static const char *const names[] = {
#define X(code, name) [VRRL_CHECK_FAULT_##code] = name,
        VRRL_CHECK_FAULT_TABLE(X)
#undef X
    };
    return (uint32_t)kind < VRRL_CHECK_FAULT_KINDS ? names[kind] : "?";
}

/* Whether it makes a graph UNWRITTEN; else UNFIT. */
static bool fault_is_unwritten(const vrrl_check_fault *fault)
{
    return fault->kind == VRRL_CHECK_FAULT_EARLY || fault->kind == VRRL_CHECK_FAULT_OUTPUT;
}

struct names {
    char task[2][NAME_MAX_BYTES], buffer[2][NAME_MAX_BYTES];
};

static void find_names(const vrrl_graph *graph, const vrrl_check_fault *f, struct names *n)
{
    for (int i = 0; i < 2; i++) {
        n->task[i][0] = n->buffer[i][0] = '\0';
        if (f->tasks[i] != VRRL_GRAPH_NONE)
            snprintf(n->task[i], NAME_MAX_BYTES, "%.50s (task %u)",
                     vrrl_graph_label(graph, f->tasks[i]), graph->tasks[f->tasks[i]].id);
        if (f->buffers[i] != VRRL_GRAPH_NONE)
            snprintf(n->buffer[i], NAME_MAX_BYTES, "%.70s",
                     vrrl_graph_text_at(graph, graph->buffers[f->buffers[i]].name));
    }
}

static void say_early(const vrrl_graph *graph, const vrrl_check_fault *f, const struct names *n,
                      char *out, size_t size)
{
    char range[NAME_MAX_BYTES];
    vrrl_graph_range_name(graph, &graph->ranges[f->range], range, sizeof range);
    if (f->tasks[1] == f->tasks[0])
        snprintf(out, size, "%s reads %s, of which some is written by no task before it",
                 n->task[0], range);
    else
        snprintf(out, size,
                 "%s reads %s, of which some is written by no task before it; the next that writes "
                 "there is %s",
                 n->task[0], range, n->task[1]);
}

static void say_count(const vrrl_graph *graph, const vrrl_check_fault *f, const char *task,
                      const char *what, char *out, size_t size)
{
    const char *op = vrrl_graph_text_at(graph, graph->tasks[f->tasks[0]].op);
    if (f->least == f->most)
        snprintf(out, size, "%s has %u %s%s; %.40s takes %u", task, f->found, what,
                 plural(f->found), op, f->most);
    else
        snprintf(out, size, "%s has %u %s%s; %.40s takes %u to %u", task, f->found, what,
                 plural(f->found), op, f->least, f->most);
}

static void say_page(const vrrl_check_fault *f, const struct names *n, char *out, size_t size)
{
    const char *format =
        f->kind == VRRL_CHECK_FAULT_OVERWRITTEN
            ? "%s and %s lie on page %u: %s reads the one behind what %s writes to the other"
        : f->tasks[0] == f->tasks[1]
            ? "%s and %s lie on page %u: %s uses the one while it writes the other"
            : "%s and %s lie on page %u: %s uses the one, %s writes the other, and nothing orders "
              "the two";
    snprintf(out, size, format, n->buffer[0], n->buffer[1], f->page, n->task[0], n->task[1]);
}

static void say_placement(const vrrl_graph *graph, const vrrl_check_fault *f, const struct names *n,
                          char *out, size_t size)
{
    vrrl_memory_space space = (vrrl_memory_space)graph->buffers[f->buffers[0]].space;
    snprintf(out, size,
             "%s lies in %s, which is a worker's own: %s uses it on worker %u, and %s on worker %u",
             n->buffer[0], vrrl_memory_space_name(space), n->task[0], f->workers[0], n->task[1],
             f->workers[1]);
}

static void say_limit(const vrrl_check_fault *f, const struct names *n, char *out, size_t size)
{
    static const char *const things[] = {[VRRL_CHECK_FAULT_INPUTS] = "inputs",
                                         [VRRL_CHECK_FAULT_OUTPUTS] = "outputs",
                                         [VRRL_CHECK_FAULT_WAITS] = "waits"};
    if (f->kind == VRRL_CHECK_FAULT_RANK)
        snprintf(out, size, "%s, which %s accesses, has %u dimensions", n->buffer[0], n->task[0],
                 f->found);
    else
        snprintf(out, size, "%s has %u %s", n->task[0], f->found, things[f->kind]);
    size_t used = strlen(out);
    snprintf(out + used, size - used, "; AutoMegaKernel's ABI 0.2 holds %u", f->most);
}

const char *vrrl_check_fault_text(const vrrl_graph *graph, const vrrl_check_fault *f,
                                  char out[VRRL_CHECK_TEXT_MAX])
{
    const size_t size = VRRL_CHECK_TEXT_MAX;
    struct names n;
    find_names(graph, f, &n);
    switch (f->kind) {
    case VRRL_CHECK_FAULT_EARLY:
        say_early(graph, f, &n, out, size);
        break;
    case VRRL_CHECK_FAULT_OUTPUT:
        snprintf(out, size, "%s is an output that no task writes", n.buffer[0]);
        break;
    case VRRL_CHECK_FAULT_PAGE:
    case VRRL_CHECK_FAULT_OVERWRITTEN:
        say_page(f, &n, out, size);
        break;
    case VRRL_CHECK_FAULT_PLACEMENT:
        say_placement(graph, f, &n, out, size);
        break;
    case VRRL_CHECK_FAULT_INPUTS:
    case VRRL_CHECK_FAULT_OUTPUTS:
    case VRRL_CHECK_FAULT_WAITS:
    case VRRL_CHECK_FAULT_RANK:
        say_limit(f, &n, out, size);
        break;
    case VRRL_CHECK_FAULT_INPUT_COUNT:
    case VRRL_CHECK_FAULT_OUTPUT_COUNT:
        say_count(graph, f, n.task[0], f->kind == VRRL_CHECK_FAULT_INPUT_COUNT ? "input" : "output",
                  out, size);
        break;
    case VRRL_CHECK_FAULT_KINDS:
        out[0] = '\0';
    }
    return out;
}

void faults_write_text(FILE *out, const vrrl_graph *graph, const vrrl_check_faults *faults)
{
    char text[VRRL_CHECK_TEXT_MAX];
    for (uint32_t i = 0; i < faults->count; i++)
        fprintf(out, "%s  %s: %s\n", fault_is_unwritten(&faults->list[i]) ? "UNWRITTEN" : "UNFIT",
                vrrl_check_fault_kind_name(faults->list[i].kind),
                vrrl_check_fault_text(graph, &faults->list[i], text));
    if (faults->total > faults->count)
        fprintf(out, "  and %u more fault%s besides the order of tasks\n",
                faults->total - faults->count, plural(faults->total - faults->count));
}

static json_t *fault_json(const vrrl_graph *graph, const vrrl_check_fault *f)
{
    char text[VRRL_CHECK_TEXT_MAX];
    json_t *tasks = json_array(), *buffers = json_array();
    for (int i = 0; i < 2; i++) {
        if (f->tasks[i] != VRRL_GRAPH_NONE)
            json_array_append_new(tasks, json_integer(graph->tasks[f->tasks[i]].id));
        if (f->buffers[i] != VRRL_GRAPH_NONE)
            json_array_append_new(
                buffers, json_text(vrrl_graph_text_at(graph, graph->buffers[f->buffers[i]].name)));
    }
    bool page = f->kind == VRRL_CHECK_FAULT_PAGE || f->kind == VRRL_CHECK_FAULT_OVERWRITTEN;
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:I}", "kind", vrrl_check_fault_kind_name(f->kind),
        "text", json_text(vrrl_check_fault_text(graph, f, text)), "tasks", tasks, "buffers",
        buffers, "page", page ? json_integer(f->page) : json_null(), "found", (json_int_t)f->found,
        "least", (json_int_t)f->least, "most", (json_int_t)f->most);
}

void faults_add_json(json_t *object, const vrrl_graph *graph, const vrrl_check_faults *faults)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < faults->count; i++)
        json_array_append_new(list, fault_json(graph, &faults->list[i]));
    json_object_set_new(object, "faults", list);
    json_object_set_new(object, "fault_count", json_integer(faults->total));
}
