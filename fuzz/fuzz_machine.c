/* A machine description: parsed, and expanded over a tensor of two workers; its graph is checked and lowered. */
#include "input.h"

#include "vrrl/analysis/check.h"
#include "vrrl/run/program.h"
#include "vrrl/run/tensor.h"

#include "base/bytes.h"

#include <stdio.h>
#include <string.h>

enum { WORKERS = 2, ENTRIES = 3, WORDS = 32, TASKS_MOST = 64 };

/* Opcodes 0 to 5, and small operands. */
static size_t make_tensor(char *out, size_t room)
{
    size_t size = (size_t)snprintf(
        out, room,
        "\x93NUMPY\1%c%c%c{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3, 32), }", 0, 0,
        0);
    out[7] = 0;
    size = 10 + strlen(out + 10);
    out[8] = (char)(size - 10);
    for (int i = 0; i < WORKERS * ENTRIES * WORDS; i++, size += 4)
        store_le32(out + size, (uint32_t)(i % WORDS == 0 ? i / WORDS : i % 3));
    return size;
}

static void use(const vrrl_graph *graph)
{
    vrrl_error err = {.code = VRRL_OK};
    vrrl_check_result *result = NULL;
    vrrl_code code = vrrl_check(graph, NULL, &result, &err);
    check_error(&err, code);
    vrrl_check_result_free(result);
    vrrl_program *program = NULL;
    code = vrrl_graph_lower(graph, NULL, &program, &err);
    check_error(&err, code);
    vrrl_program_free(program);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char tensor[2048];
    vrrl_graph *graph;
    vrrl_error err = {.code = VRRL_OK};
    size_t bytes = make_tensor(tensor, sizeof tensor);
    vrrl_code code = vrrl_graph_parse_tensor(tensor, bytes, "t.npy", (const char *)data, size,
                                             "fuzz.mkd", NULL, &graph, &err);
    check_error(&err, code);
    if (code == VRRL_OK && graph->task_count <= TASKS_MOST)
        use(graph);
    vrrl_graph_free(code == VRRL_OK ? graph : NULL);
    return 0;
}
