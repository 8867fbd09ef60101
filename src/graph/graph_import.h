/* What the two halves of the importer of IR 0.2 share: tasks, and all else. */
#ifndef VRRL_GRAPH_GRAPH_IMPORT_H
#define VRRL_GRAPH_GRAPH_IMPORT_H

#include "graph/graph_json.h"
#include "graph/graph_keys.h"
#include "vrrl/run/graph.h"

#define IMPORT_IDS_MAX (VRRL_GRAPH_NONE - 1)

/* So many operations' names are kept once each; a graph of more repeats the rest. */
enum { IMPORT_OPS_SHARED = 64 };

/* What `accesses` of a task tell of a buffer: it is read, it is written. */
struct import_told {
    uint32_t task; /* the last whose accesses name it, counted from 1 */
    uint32_t what;
};

struct import {
    vrrl_graph *graph;
    struct json_document document;
    uint32_t workers; /* target.num_sms, or the machine's limit */
    char *params;     /* scratch: op and canonical parameters */
    size_t params_room;
    vrrl_graph_text ops[IMPORT_OPS_SHARED]; /* names of operations, kept once */
    uint32_t op_count;
    struct odd_keys odd_keys;
    struct import_told *told; /* by buffer; NULL: no task has `accesses` yet */
};

static inline struct json_place import_place(const struct import *import, const char *what,
                                             uint32_t position)
{
    return (struct json_place){
        .file = import->document.file, .what = what, .position = position, .id = -1, .label = ""};
}

static inline vrrl_code import_not_an_object(const struct json_place *place, const json_t *element,
                                             vrrl_error *err)
{
    return json_wrong(place, "the element", element, "an object", "Fix: see the format.", err);
}

#endif
