#include "report/odd_one_out.h"

#include <inttypes.h>
#include <stdio.h>

const char *odd_one_out_text(const vrrl_graph *graph, const vrrl_odd_one_out *odd, uint32_t task,
                             char out[VRRL_CHECK_TEXT_MAX])
{
    const char *who = odd->writers ? "writers" : "readers", *buffer = "";
    char counter[200] = "";
    out[0] = '\0';
    if (odd->kind == VRRL_ODD_WAIT || odd->kind == VRRL_ODD_NO_WAIT)
        vrrl_graph_counter_name(graph, odd->counter, counter, sizeof counter);
    if (odd->kind != VRRL_ODD_NONE && odd->kind != VRRL_ODD_FULL_WAITS)
        buffer = vrrl_graph_text_at(graph, graph->buffers[odd->buffer].name);
    switch (odd->kind) {
    case VRRL_ODD_NONE:
        break;
    case VRRL_ODD_WAIT:
        snprintf(out, VRRL_CHECK_TEXT_MAX, "%u of the %u %s of %.100s wait for %s >= %u", odd->some,
                 odd->all, who, buffer, counter, odd->wanted);
        break;
    case VRRL_ODD_NO_WAIT:
        snprintf(out, VRRL_CHECK_TEXT_MAX, "none of the other %u %s of %.100s waits for %s",
                 odd->all, who, buffer, counter);
        break;
    case VRRL_ODD_FULL_WAITS:
        snprintf(out, VRRL_CHECK_TEXT_MAX,
                 "%u of the %u %.60s tasks wait for every signal of their counters", odd->some,
                 odd->all, vrrl_graph_text_at(graph, graph->tasks[task].op));
        break;
    case VRRL_ODD_GRID:
        snprintf(out, VRRL_CHECK_TEXT_MAX,
                 "%u of the %u %s of %.100s lie on a grid of %" PRIu64 " x %" PRIu64, odd->some,
                 odd->all, who, buffer, odd->height, odd->width);
        break;
    }
    return out;
}
