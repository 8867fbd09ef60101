/*
 * A runner does schedules of a campaign, by number, in one process.
 */
#ifndef VRRL_EXPLORE_RUNNER_H
#define VRRL_EXPLORE_RUNNER_H

#include "base/buffer.h"
#include "explore/campaign.h"
#include "explore/outcomes.h"

struct runner;

/* `c` is borrowed, and may lose active cells meanwhile. */
vrrl_code runner_create(const struct campaign *c, struct runner **made, vrrl_error *err);
void runner_destroy(struct runner *r);

/* Runs schedules first … first + count - 1, fewer where the campaign's time is over, and appends to
 * `out` what was seen of each. */
vrrl_code runner_schedules(struct runner *r, uint64_t first, uint64_t count,
                           struct byte_buffer *out, vrrl_error *err);

/* What was seen of one schedule, as it comes back out. */
struct runner_report {
    vrrl_run_outcome outcome; /* kind NONE: all but `schedule` is 0 */
    bool differed;            /* the second time */
    bool too_large;           /* for the memory model: it was not run to its end */
    struct outcome_key key;   /* too_large: nothing is known of it */
    uint32_t order_count;     /* orders of conflicting slots that this process had not seen: */
};                            /* so many numbers follow, to be read by cursor_get_u32 */

/* False at the end. `words` are those whose outcomes are asked for. */
bool runner_next_report(struct byte_cursor *from, uint32_t words, struct runner_report *report);

/* Runs one schedule again and returns its schedule string, which the caller frees; NULL where it would
 * be too long. */
vrrl_code runner_schedule_text(struct runner *r, uint64_t index, char **text, vrrl_error *err);

/* The same of a run of a cell that `with` chooses. */
vrrl_code runner_chosen_text(struct runner *r, uint32_t cell, const struct chooser *with,
                             char **text, vrrl_error *err);
/* What runs a cell's schedules; the runner keeps it. */
vrrl_code runner_target(struct runner *r, uint32_t cell, struct run_target **run_target_of,
                        vrrl_error *err);

/* Of some random runs of a cell, the most: slots (and what else has a priority) of an epoch, which PCT
 * goes by, as it does by the choices of a run; its steps. */
struct runner_measure {
    uint32_t slots;
    uint64_t choices, steps;
    bool too_large; /* for the memory model, all of them: no more is known, */
    vrrl_error why; /* but which of its limits was met */
};
vrrl_code runner_measured(struct runner *r, uint32_t cell, struct runner_measure *measure,
                          vrrl_error *err);

/* Some runs of a cell in which slots seldom overlap, which count for nothing but the orders of conflicting slots that they show:
 * those that this process had not seen, into `out`. */
vrrl_code runner_orders(struct runner *r, uint32_t cell, uint32_t runs, struct byte_buffer *out,
                        vrrl_error *err);

/* Another until_ns for its run targets. */
void runner_until(struct runner *r, uint64_t until_ns);

/* Pairs of conflicting slots that are watched. */
uint32_t runner_pairs(const struct runner *r);
/* The two of a pair: the orders 2 * pair and 2 * pair + 1 are theirs. */
void runner_pair(const struct runner *r, uint32_t pair, vrrl_met_pair *slots);

#endif
