/* The arrays of a tree of bodies, and the places of loops in it. */
#ifndef VRRL_ENGINE_BODY_TREE_H
#define VRRL_ENGINE_BODY_TREE_H

#include "engine/body.h"

/* Room for one node more, with what it does; false where memory lacks. */
bool body_tree_more(body_tree *t);
/* Room in the table for one child more. */
bool body_tree_more_table(body_tree *t);
/* The place of a child in the table, or the free one where it would go. */
uint32_t body_tree_find(const body_tree *t, uint32_t parent, uint32_t value);

/* An entry goes on from this place, and from those before it. */
void body_tree_enter(const body_tree *t, uint32_t place, step_env *e);
/* The places that an entry, which went on from `place`, has come by: those that were there already
 * stay where they are. */
uint32_t body_tree_come_by(body_tree *t, uint32_t place, const step_env *e);

#endif
