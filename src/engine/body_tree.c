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
    hash_table_free(&tree->children);
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

bool body_tree_more(body_tree *t)
{
    return more_nodes(t) && more_ops(t) && more_places(t);
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
