/* All runs of a schedule, but for those that commute with others. */
#ifndef VRRL_ENGINE_DEPTH_FIRST_SEARCH_H
#define VRRL_ENGINE_DEPTH_FIRST_SEARCH_H

#include "engine/schedule.h"

struct sched_search {
    uint64_t states, steps, finals; /* distinct states, steps taken, distinct final states */
    uint64_t pruned; /* steps that were not tried, for a reduction says that what they lead to is
                        found without them */
    bool complete;   /* all of them; else the limit was met, or memory lacks */
    bool too_large;  /* not complete: the states of one run on its way down take a gigabyte */
    /* Not complete: to remember more states than these takes so much, and it may not; else 0. */
    uint32_t wanted_mib;
};

/* How a search leaves out what it need not try. None of it changes which final states there are. */
enum {
    SCHED_VISITED = 1,  /* states that were seen, by a 128-bit hash */
    SCHED_COUNTS = 2,   /* what may come before a count */
    SCHED_SYMMETRY = 4, /* states that differ by the names of workers */
    SCHED_SLEEP = 8,    /* steps that commute with all since they were tried */
    SCHED_LOCAL = 16,   /* what may come before a step that nothing meets */
    SCHED_ALL_WAYS = 31,
};

/* The states that a search has seen are remembered in at most so much; 0: 2,048, for 33 million. */
void sched_limit_memory(struct sched *s, uint32_t mib);
/* Called for each distinct final state, for some perhaps twice; false ends the search. */
typedef bool (*sched_found)(void *context, struct sched *s, const struct sched_state *state,
                            vrrl_verdict verdict);
/* While `found` is called: the sched_steps(state) steps that led to its state. */
struct sched_taken {
    uint32_t lane, option;
};

const struct sched_taken *sched_steps_taken(const struct sched *s);
/* Searches end when `is_over` is true, which is asked now and then; NULL: they end only by themselves. */
void sched_end_when(struct sched *s, bool (*is_over)(void *context), void *context);

/* Takes every schedule, but for those that all the ways above leave out, until `state_limit` states were seen. */
struct sched_search sched_exhaust(struct sched *s, uint64_t state_limit, sched_found found,
                                  void *context);
/* The same, where only these of the ways leave something out. */
struct sched_search sched_exhaust_by(struct sched *s, uint32_t ways, uint64_t state_limit,
                                     sched_found found, void *context);

#endif
