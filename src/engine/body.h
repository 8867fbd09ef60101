/*
 * Bodies as trees: what a slot's body does next, by what its operations have returned so far.
 *
 * A body is a function of those values alone, since what it reads otherwise does not change while
 * slots run. So it is entered once for each sequence of values that a run meets, through
 * ops/stepped.h, and what it did is a node: some operations that return nothing, and then one whose
 * result decides how it goes on, or the end. A lane that runs a slot stands at a node; to go on is
 * to look up a child.
 *
 * A tree only grows. Whoever refers to its nodes holds it; when it has grown large, a schedule
 * begins another one, and the old one goes with the last state that stands in it.
 */
#ifndef VRRL_ENGINE_BODY_H
#define VRRL_ENGINE_BODY_H

#include "base/hash_table.h"
#include "engine/schedule.h"
#include "event/operation.h"
#include "ops/stepped.h"

#define NO_NODE UINT32_MAX

struct body_node {
    uint32_t slot;             /* position in the batch */
    uint32_t parent;           /* NO_NODE: the start of an attempt */
    uint32_t value;            /* that the parent's last operation returned */
    uint32_t last_value, last; /* the child that was looked up last, or NO_NODE */
    uint32_t first, count;     /* its operations in the tree's */
    uint32_t done, logged;     /* operations, and values that they returned, before them */
    bool admitted;             /* by its queue: those behind it may be looked at */
    bool ready;                /* past its waits */
    uint32_t passed_met,
        passed_log; /* where one of the two began: after so many operations, values */
    bool moves;     /* writes what bodies read as a constant, or reads what some may write */
    /* The operations end with the store of STATUS, and these are the attempt's. */
    bool returned;
    uint32_t
        place; /* where it may be entered again: of the innermost loop, in the tree's; NO_NODE */
    uint32_t ended_as, wait_word, goal_word, goal_value;
    uint64_t wait_value, result_fold, order_fold;
};

/* A round of a loop that nodes have come by, and that of the loop before it or around it. */
struct body_place {
    step_place at;
    uint32_t loop, before; /* its number; NO_NODE: there is none before */
};

struct body_tree {
    uint32_t holders;
    struct body_node *nodes;
    struct operation *ops;
    struct body_place *places;
    uint32_t place_count, place_room;
    struct hash_table children; /* by parent and value */
    uint32_t node_count, node_room, op_count, op_room;
    uint32_t roots[]; /* by slot */
};

/* What bodies are entered with; part of a schedule. */
struct body_env;

/* An empty tree with one holder; NULL where memory lacks. */
struct body_tree *body_tree_create(struct body_env *env, uint32_t slots);

/* The start of an attempt at a slot; NO_NODE where memory lacks, and the schedule is exhausted. */
uint32_t body_root(struct sched *s, struct body_tree *tree, uint32_t slot);
/* The child for a value that is not in `last`; as above. */
uint32_t body_find(struct sched *s, struct body_tree *tree, uint32_t node, uint32_t value);

static inline uint32_t body_next(struct sched *s, struct body_tree *tree, uint32_t node,
                                 uint32_t value)
{
    const struct body_node *n = &tree->nodes[node];
    return n->last != NO_NODE && n->last_value == value ? n->last : body_find(s, tree, node, value);
}

/* What the attempt at a slot that ended so stored: a child that has returned, with that fold. False where
 * there is none, or memory lacks. */
bool body_stores(struct sched *s, struct body_tree *tree, const struct sched_slot *ended,
                 uint32_t slot, op_stores *out);

struct body_env *body_env_create(struct sched *s);
void body_env_free(struct body_env *env);
/* After the start has changed: finds out which words slots write, and whether a tree that was made
 * before still holds. */
bool body_env_restart(struct sched *s);
/* Which of the first 64 slots may read a word, and which may write it, as their footprints say. */
void body_env_touches(const struct body_env *env, uint32_t word, uint64_t *readers,
                      uint64_t *writers);

/* What the first 64 slots declare to do to a word: bits by slot. */
struct body_declared {
    uint64_t reads;
    uint64_t writes;     /* in any way */
    uint64_t stores;     /* not in a read-modify-write */
    uint64_t waits;      /* for it */
    uint64_t conditions; /* goes on only if it finds some value there */
    uint64_t decides;    /* one of those, or loads it to acquire, or swaps it */
    uint64_t updates;    /* a read-modify-write that keeps nothing */
    uint64_t takes;      /* as TAKE does */
    uint64_t tasks;      /* as a task declares it */
};
struct body_declared body_env_declared(const struct body_env *env, uint32_t word);

#endif
