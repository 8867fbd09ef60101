/* Keys of IR 0.2 that its reader does not know: those that are near one that it does. */
#ifndef VRRL_GRAPH_GRAPH_KEYS_H
#define VRRL_GRAPH_GRAPH_KEYS_H

#include "vrrl/run/graph.h"

#include <jansson.h>

enum key_place {
    KEYS_DOCUMENT,
    KEYS_TARGET,
    KEYS_PAGES,
    KEYS_BUFFER,
    KEYS_COUNTER,
    KEYS_TASK,
    KEYS_WAIT,
    KEYS_ACCESS,
    KEYS_SIGNAL,
    KEYS_TILE, /* parameters of GEMV_TILE and GEMM_TILE */
};

struct odd_key {
    enum key_place place;
    char name[64];
    const char *meant;
    uint32_t count;
    int64_t id; /* of the first object that has it; -1: it has none */
};

/* Of one graph. Keys past so many are not remarked on: by then it is another format. */
enum { ODD_KEYS_MAX = 32 };
struct odd_keys {
    struct odd_key items[ODD_KEYS_MAX];
    uint32_t count;
};

/* One key; and all of an object's. */
void odd_keys_note(struct odd_keys *keys, enum key_place place, const char *name, int64_t id);
void odd_keys_note_all(struct odd_keys *keys, enum key_place place, json_t *object, int64_t id);
/* What there is to remark on, to the graph. */
vrrl_code odd_keys_remark(const struct odd_keys *keys, vrrl_graph *graph, vrrl_error *err);
/* A key of `object` that may have been meant to be `key`; NULL: none. */
const char *odd_key_meant(json_t *object, const char *key);

#endif
