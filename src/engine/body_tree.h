/* The arrays of a tree of bodies, and the places of loops in it. */
#ifndef VRRL_ENGINE_BODY_TREE_H
#define VRRL_ENGINE_BODY_TREE_H

#include "engine/body.h"

/* One holder less; the last one frees the tree. NULL is fine. */
void body_tree_release(struct body_tree *tree);
/* Room for one node more, with what it does; false where memory lacks. */
bool body_tree_more(struct body_tree *t);

/* An entry goes on from this place, and from those before it. */
void body_tree_enter(const struct body_tree *t, uint32_t place, step_env *e);
/* The places that an entry, which went on from `place`, has come by: those that were there already
 * stay where they are. */
uint32_t body_tree_come_by(struct body_tree *t, uint32_t place, const step_env *e);

#endif
