/* What tasks of Mirage's graph wait for and trigger: who launches whom, how deep a task lies, and whether events and
 * tasks say the same. */
#ifndef VRRL_GRAPH_MIRAGE_EVENTS_H
#define VRRL_GRAPH_MIRAGE_EVENTS_H

#include "graph/mirage.h"

/* The events of this GPU that a task waits for: the one it names, and one that launches it. */
struct mirage_waits {
    uint32_t events[2];
    uint32_t count;
};

/* Which event launches each task; VRRL_GRAPH_NONE: none but the one that begins an iteration. Counts triggers and
 * waits. *launched_by is the caller's to free. */
vrrl_code mirage_count_events(struct mirage *m, uint32_t **launched_by);
struct mirage_waits mirage_waits_of(const struct mirage *m, const uint32_t *launched_by,
                                    uint32_t task);
/* Fills the depth of each task: a run in rounds, in which all that can go on goes on at once. */
vrrl_code mirage_find_depths(struct mirage *m, const uint32_t *launched_by);
/* Remarks to the graph on what events say and tasks do not, or the other way round. */
vrrl_code mirage_compare_events(struct mirage *m);

#endif
