/*
 * Decisions: which way a run goes on where there is more than one, as data that can be kept, cut and
 * followed again. They know nothing of who steps: operations of memory, whole slots, or what comes later.
 *
 * Vocabulary
 *   lane      what takes steps one after the other: a worker, a queue, a place of one.
 *   choice    a point of a run at which a chooser is asked; counted from 0 over all epochs.
 *   decision  the answer: a lane, and one of its options.
 *   default   the decision that needs no keeping: the lane that went last goes on; where it cannot, the
 *             next one by number that can, round and round; and takes the first of its options. (Emmi,
 *             Qadeer, Rakamarić, "Delay-bounded scheduling", POPL 2011.)
 *   deviation a decision that is not the default: it passes over so many lanes, which it thereby delays,
 *             or takes another option.
 */
#ifndef VRRL_EVENT_DECISION_H
#define VRRL_EVENT_DECISION_H

#include "vrrl/log/error.h"
#include "vrrl/run/ring.h"

#include <stdbool.h>
#include <stdint.h>

/* ---- Asking ---------------------------------------------------------------------------------- */

/* A lane that can take a step. */
struct chooser_lane {
    uint32_t lane;
    uint32_t slot;    /* position in the batch of what it runs; VRRL_NO_INDEX: it would claim */
    uint32_t options; /* at least 1 */
    bool drains;      /* tso: the last of them drains its store buffer */
};

/* Index of a lane; `count` where it is not among them. */
static inline uint32_t chooser_lane_at(const struct chooser_lane *lanes, uint32_t count,
                                       uint32_t lane)
{
    uint32_t i = 0;
    while (i < count && lanes[i].lane != lane)
        i++;
    return i;
}

/* Asked wherever there is a choice: more than one lane, or one with more than one option. It sets
 * *at, an index into `lanes`, and *option, below that lane's options; both are 0 when it is called. */
struct chooser {
    void *context;
    /* Before the first choice of an epoch; may be NULL. */
    void (*begin)(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes);
    void (*choose)(void *context, const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                   uint32_t *option);
    /* After the last step of an epoch, with `claimed_at` and the like as it left them; may be NULL. */
    void (*end)(void *context, uint32_t epoch);
};

/* Which slots a lane without one would claim, asked while a chooser is asked, of `context`. */
struct chooser_claims {
    const void *context;
    /* By option, into `slots` (room for a batch), which costs a look at each slot; NULL: they are only
     * counted. Returns how many. 0: its options are no claims. */
    uint32_t (*list)(const void *context, uint32_t lane, uint32_t *slots);
    /* Those of a pool that were claimed before, and put back, into `slots`: the others that can be
     * claimed never were. Returns how many. */
    uint32_t (*again)(const void *context, uint32_t *slots);
    /* Where its options are claims: the one by which it claims that slot; CLAIM_NOT_NOW, CLAIM_NEVER. */
    uint32_t (*option)(const void *context, uint32_t lane, uint32_t slot);
    /* The slot that one of its options claims; VRRL_NO_INDEX: that is no claim. */
    uint32_t (*slot)(const void *context, uint32_t lane, uint32_t option);
};

#define CLAIM_NOT_NOW 0xFFFFFFFEu /* it cannot */
#define CLAIM_NEVER   0xFFFFFFFFu /* the slot has ended */

/* ---- Keeping --------------------------------------------------------------------------------- */

struct decision {
    uint32_t number; /* of the choice */
    uint32_t skip; /* lanes that could go, and that the default would have taken before this one */
    uint32_t option;
    /* Not of a deviation that is kept alone, as strings keep them; then VRRL_NO_INDEX: */
    uint32_t epoch;
    uint32_t lane; /* that goes */
    uint32_t slot; /* position that it runs or claims; VRRL_NO_INDEX, too, where none is known */
};

/* By rising `number`. Zeroed: none. */
struct decisions {
    struct decision *list;
    uint32_t count, room;
    bool exhausted; /* memory lacked: it is not all there */
};

void decisions_free(struct decisions *d);
/* *to, which may hold others, becomes the same. */
vrrl_code decisions_copy(const struct decisions *from, struct decisions *to, vrrl_error *err);

/* A deviation that is kept alone. */
static inline struct decision decision_deviation(uint32_t number, uint32_t skip, uint32_t option)
{
    return (struct decision){.number = number,
                             .skip = skip,
                             .option = option,
                             .epoch = VRRL_NO_INDEX,
                             .lane = VRRL_NO_INDEX,
                             .slot = VRRL_NO_INDEX};
}

static inline bool decision_deviates(const struct decision *d)
{
    return d->skip || d->option;
}

/* ---- Recording ------------------------------------------------------------------------------- */

/* Who went last, and how many choices there were: what the default depends on. */
struct decision_place {
    uint32_t number, current, lanes, epoch;
};

/* A chooser that does as another does, and keeps what it did. */
struct decision_recorder {
    const struct chooser *by;
    struct chooser_claims claims;
    struct decisions *into;
    bool keeps_all;
    struct decision_place place;
};

/* For one run, in which all that is given must stay where it is, but for `claims`. by NULL: the default.
 * claims NULL: only deviations are kept, each by what it skips; else every decision is, with the slot that
 * goes. *into is emptied first. */
struct chooser decision_record(struct decision_recorder *r, const struct chooser *by,
                               const struct chooser_claims *claims, struct decisions *into);

/* ---- Doing it again -------------------------------------------------------------------------- */

/* A chooser that decides as before where a choice has a decision that is kept, and else by default. One
 * whose lane is known is followed if that lane can go; an option that it does not have is its first. Of a
 * deviation that is kept alone, what there is no room for is cut to what there is. */
struct decision_player {
    const struct decision *list;
    uint32_t count;
    const bool *keep; /* by decision; NULL: all */
    uint32_t next;
    struct decision_place place;
    uint32_t misfits; /* decisions that the run had no room for */
    uint32_t *scratch, scratch_room;
    bool exhausted; /* memory lacked, and the run was another */
};

/* For one run; `p` and the list must stay where they are. Sets all but the scratch, so that a player that
 * begins as zeros can be used for one run after the other. */
struct chooser decision_play(struct decision_player *p, const struct decision *list, uint32_t count,
                             const bool *keep);
void decision_player_free(struct decision_player *p);

#endif
