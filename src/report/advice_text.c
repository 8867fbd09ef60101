#include "report/advice_text.h"

#include "base/json_text.h"
#include "base/plural.h"

enum { NAME = 240 };

static void write_residents(FILE *out, const vrrl_check_advice *a)
{
    if (a->queues == 0)
        return;
    fprintf(out, "  residents: ");
    if (a->least == 0)
        fputs("some execution hangs, however many queues are resident\n", out);
    else if (a->least == 1)
        fprintf(out, "one queue of the %u at a time does not hang\n", a->queues);
    else
        fprintf(out, "%u of the %u queues do not hang, %u do\n", a->least, a->queues, a->least - 1);
}

static void write_waits(FILE *out, const vrrl_graph *graph, const vrrl_check_advice *a)
{
    char task[NAME], counter[NAME];
    if (!a->tried)
        return;
    if (a->redundant == 0)
        fprintf(out, "  waits: of %u looked at each is needed", a->looked_at);
    else
        fprintf(
            out,
            "  waits: %u of %u could go, all of them together: checked again without them: safe",
            a->redundant, a->waits);
    if (a->late)
        fprintf(out, "; %u were looked at until the time was over", a->looked_at);
    fputc('\n', out);
    for (uint32_t i = 0; i < a->redundant && i < VRRL_CHECK_ADVICE_MAX; i++) {
        vrrl_graph_task_name(graph, a->list[i].task, task, sizeof task);
        vrrl_graph_counter_name(graph, a->list[i].counter, counter, sizeof counter);
        fprintf(out, "    %s need not wait for %s >= %u\n", task, counter, a->list[i].value);
    }
    if (a->redundant > VRRL_CHECK_ADVICE_MAX)
        fprintf(out, "    and %u more wait%s\n", a->redundant - VRRL_CHECK_ADVICE_MAX,
                plural(a->redundant - VRRL_CHECK_ADVICE_MAX));
}

void advice_write_text(FILE *out, const vrrl_graph *graph, const vrrl_check_advice *advice)
{
    write_residents(out, advice);
    write_waits(out, graph, advice);
}

json_t *advice_json(const vrrl_graph *graph, const vrrl_check_advice *a)
{
    char counter[NAME];
    json_t *list = json_array();
    for (uint32_t i = 0; i < a->redundant && i < VRRL_CHECK_ADVICE_MAX; i++) {
        vrrl_graph_counter_name(graph, a->list[i].counter, counter, sizeof counter);
        json_array_append_new(list, json_pack("{s:I, s:o, s:o, s:I}", "task",
                                              (json_int_t)graph->tasks[a->list[i].task].id, "label",
                                              json_text(vrrl_graph_label(graph, a->list[i].task)),
                                              "counter", json_text(counter), "threshold",
                                              (json_int_t)a->list[i].value));
    }
    return json_pack("{s:I, s:I, s:b, s:I, s:I, s:I, s:o}", "queues", (json_int_t)a->queues,
                     "least_resident", (json_int_t)a->least, "waits_tried", a->tried, "waits",
                     (json_int_t)a->waits, "looked_at", (json_int_t)a->looked_at, "redundant_count",
                     (json_int_t)a->redundant, "redundant", list);
}
