#include "engine/body_tree.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void body_tree_release(struct body_tree *tree)
{
    if (!tree || --tree->holders)
        return;
    free(tree->nodes);
    free(tree->ops);
    free(tree->places);
    hash_table_free(&tree->children);
    free(tree);
}

bool body_tree_more(struct body_tree *t)
{
    return array_room(t->nodes, t->node_count, t->node_room, 1, NULL) == VRRL_OK &&
           array_room(t->ops, t->op_count, t->op_room, STEP_QUEUE, NULL) == VRRL_OK &&
           array_room(t->places, t->place_count, t->place_room, STEP_LOOPS, NULL) == VRRL_OK;
}

/* ---- Places ---------------------------------------------------------------------------------- */

void body_tree_enter(const struct body_tree *t, uint32_t place, step_env *e)
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

uint32_t body_tree_come_by(struct body_tree *t, uint32_t place, const step_env *e)
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
            t->places[known[k]] = (struct body_place){e->place[k], k, last};
        }
        last = known[k];
    }
    return last;
}
