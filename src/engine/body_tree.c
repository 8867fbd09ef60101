#include "engine/body_tree.h"

#include <stdlib.h>
#include <string.h>

enum { TREE_NODES_FIRST = 64 };

void body_tree_release(body_tree *tree)
{
    if (!tree || --tree->holders)
        return;
    free(tree->nodes);
    free(tree->ops);
    free(tree->places);
    free(tree->table);
    free(tree);
}

static bool more_nodes(body_tree *t)
{
    if (t->node_count < t->node_room)
        return true;
    uint32_t room = t->node_room ? 2 * t->node_room : TREE_NODES_FIRST;
    body_node *nodes = realloc(t->nodes, room * sizeof *nodes);
    if (!nodes)
        return false;
    t->nodes = nodes;
    t->node_room = room;
    return true;
}

static bool more_ops(body_tree *t)
{
    if (t->op_count + STEP_QUEUE <= t->op_room)
        return true;
    uint32_t room = t->op_room ? 2 * t->op_room : TREE_NODES_FIRST * STEP_QUEUE;
    operation *ops = realloc(t->ops, room * sizeof *ops);
    if (!ops)
        return false;
    t->ops = ops;
    t->op_room = room;
    return true;
}

static bool more_places(body_tree *t)
{
    if (t->place_count + STEP_LOOPS <= t->place_room)
        return true;
    uint32_t room = t->place_room ? 2 * t->place_room : TREE_NODES_FIRST;
    body_place *places = realloc(t->places, room * sizeof *places);
    if (!places)
        return false;
    t->places = places;
    t->place_room = room;
    return true;
}

static uint32_t table_place(const body_tree *t, uint32_t parent, uint32_t value)
{
    uint64_t mixed = ((uint64_t)parent << 32 | value) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(mixed >> 32) & (t->table_room - 1);
}

uint32_t body_tree_find(const body_tree *t, uint32_t parent, uint32_t value)
{
    uint32_t at = table_place(t, parent, value);
    for (; t->table[at]; at = (at + 1) & (t->table_room - 1)) {
        const body_node *n = &t->nodes[t->table[at] - 1];
        if (n->parent == parent && n->value == value)
            break;
    }
    return at;
}

/* Free places remain, so that a search ends. */
bool body_tree_more_table(body_tree *t)
{
    if (2 * t->node_count + 2 <= t->table_room)
        return true;
    uint32_t room = t->table_room ? 4 * t->table_room : 4 * TREE_NODES_FIRST;
    uint32_t *table = calloc(room, sizeof *table);
    if (!table)
        return false;
    free(t->table);
    t->table = table;
    t->table_room = room;
    for (uint32_t i = 0; i < t->node_count; i++) {
        if (t->nodes[i].parent != NO_NODE)
            table[body_tree_find(t, t->nodes[i].parent, t->nodes[i].value)] = i + 1;
    }
    return true;
}

bool body_tree_more(body_tree *t)
{
    return more_nodes(t) && more_ops(t) && more_places(t) && body_tree_more_table(t);
}

/* ---- Places ---------------------------------------------------------------------------------- */

void body_tree_enter(const body_tree *t, uint32_t place, step_env *e)
{
    memset(e->from, 0, sizeof e->from);
    for (; place != NO_NODE; place = t->places[place].before)
        e->from[t->places[place].loop] = t->places[place].at;
    memcpy(e->place, e->from, sizeof e->place);
}

static bool same_place(const step_place *a, const step_place *b)
{
    return a->loop == b->loop && a->index == b->index && a->met == b->met;
}

uint32_t body_tree_come_by(body_tree *t, uint32_t place, const step_env *e)
{
    uint32_t known[STEP_LOOPS] = {NO_NODE, NO_NODE, NO_NODE, NO_NODE}, last = NO_NODE;
    bool same = true;
    for (; place != NO_NODE; place = t->places[place].before)
        known[t->places[place].loop] = place;
    for (uint32_t k = 0; k < STEP_LOOPS; k++) {
        same = same && same_place(&e->place[k], &e->from[k]);
        if (!e->place[k].loop)
            continue;
        if (!same) {
            known[k] = t->place_count++;
            t->places[known[k]] = (body_place){e->place[k], k, last};
        }
        last = known[k];
    }
    return last;
}
