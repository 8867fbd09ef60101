#include "graph/graph_keys.h"

#include "base/spelling.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* All keys of IR 0.2, those that are not looked at here, too. Each list ends in NULL. */
static const char *const document_keys[] = {"ir_version", "abi_version", "meta",  "target",
                                            "buffers",    "counters",    "tasks", "pages",
                                            "config",     NULL};
static const char *const target_keys[] = {"num_sms", "name", "note", NULL};
static const char *const pages_keys[] = {"buffer_to_page", "pages", NULL};
static const char *const buffer_keys[] = {"id",    "name",  "kind",   "dtype",
                                          "shape", "space", "source", NULL};
static const char *const counter_keys[] = {"id", "init", "note", "grows", NULL};
static const char *const task_keys[] = {
    "id", "op",        "inputs", "outputs",   "out_counter", "waits",   "params",
    "sm", "est_bytes", "label",  "est_flops", "accesses",    "signals", NULL};
static const char *const wait_keys[] = {"counter", "threshold", "growth", "order", NULL};
static const char *const access_keys[] = {"buffer", "kind", "rows", "columns", "after_waits", NULL};
static const char *const signal_keys[] = {"counter", "amount", "order", NULL};
static const char *const tile_keys[] = {"n_off", "N_tile", "m_off", "M_tile", NULL};

static const struct {
    const char *const *known;
    const char *one, *several; /* what has the keys */
} places[] = {
    [KEYS_DOCUMENT] = {document_keys, "the document", "the document"},
    [KEYS_TARGET] = {target_keys, "target", "target"},
    [KEYS_PAGES] = {pages_keys, "pages", "pages"},
    [KEYS_BUFFER] = {buffer_keys, "buffer", "buffers"},
    [KEYS_COUNTER] = {counter_keys, "counter", "counters"},
    [KEYS_TASK] = {task_keys, "task", "tasks"},
    [KEYS_WAIT] = {wait_keys, "a wait of task", "waits"},
    [KEYS_ACCESS] = {access_keys, "an access of task", "accesses"},
    [KEYS_SIGNAL] = {signal_keys, "a signal of task", "signals"},
    [KEYS_TILE] = {tile_keys, "params of task", "params"},
};

/* Parameters are free: k_off is none of ours, m_of is. */
static bool could_be(enum key_place place, const char *name, const char *known)
{
    bool same_start = (name[0] | 0x20) == (known[0] | 0x20);
    return spelling_is_near(name, known) && (place != KEYS_TILE || same_start);
}

/* The known key that an unknown one is near; NULL: it is known, or far from all. */
static const char *meant_by(enum key_place place, const char *name)
{
    const char *const *known = places[place].known;
    while (*known && strcmp(name, *known) != 0)
        known++;
    if (*known)
        return NULL;
    known = places[place].known;
    while (*known && !could_be(place, name, *known))
        known++;
    return *known;
}

void odd_keys_note(struct odd_keys *keys, enum key_place place, const char *name, int64_t id)
{
    const char *meant = meant_by(place, name);
    uint32_t i = 0;
    if (!meant)
        return;
    while (i < keys->count &&
           (keys->items[i].place != place || strcmp(keys->items[i].name, name) != 0))
        i++;
    if (i == ODD_KEYS_MAX)
        return;
    if (i == keys->count) {
        struct odd_key *added = &keys->items[keys->count++];
        *added = (struct odd_key){.place = place, .meant = meant, .id = id};
        snprintf(added->name, sizeof added->name, "%s", name);
    }
    keys->items[i].count++;
}

void odd_keys_note_all(struct odd_keys *keys, enum key_place place, json_t *object, int64_t id)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) odd_keys_note(keys, place, name, id);
}

static vrrl_code remark(const struct odd_key *key, vrrl_graph *graph, vrrl_error *err)
{
    char text[240], who[80];
    if (key->id < 0)
        snprintf(who, sizeof who, "%s", places[key->place].one);
    else
        snprintf(who, sizeof who, "%s %" PRId64, places[key->place].one, key->id);
    if (key->count > 1)
        snprintf(text, sizeof text,
                 "%u %s, the first %s, have the unknown key %s; did you mean %s?", key->count,
                 places[key->place].several, who, key->name, key->meant);
    else
        snprintf(text, sizeof text, "%s: unknown key %s; did you mean %s?", who, key->name,
                 key->meant);
    return vrrl_graph_add_remark(graph, text, err);
}

vrrl_code odd_keys_remark(const struct odd_keys *keys, vrrl_graph *graph, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < keys->count; i++)
        code = remark(&keys->items[i], graph, err);
    return code;
}

const char *odd_key_meant(json_t *object, const char *key)
{
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value) if (spelling_is_near(name, key)) return name;
    return NULL;
}
