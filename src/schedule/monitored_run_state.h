/* What the parts of a watch share: a run, and what is known of the epoch under way. */
#ifndef VRRL_SCHEDULE_MONITORED_RUN_STATE_H
#define VRRL_SCHEDULE_MONITORED_RUN_STATE_H

#include "program/epoch_touches.h"
#include "race/access_history.h"
#include "recording/recording.h"
#include "schedule/monitored_run.h"
#include "schedule/recorded_order.h"
#include "schedule/schedule.h"

struct watch {
    const vrrl_program *program;
    const vrrl_recording *recording; /* NULL: none */
    vrrl_program_check *check;
    const struct monitored_run_request *request; /* NULL: the check is */
    vrrl_run_check *run;
    struct run_target *target;
    bool as_run;
    const struct chooser *given; /* who chooses; NULL: the recording, or nobody: */
    bool backwards;              /* the last lane and option, else the first */
    struct recorded_order *order;
    struct decisions *deviations; /* of the run */
    struct decision_recorder recorder;
    struct chooser by; /* keeps them */

    /* The epoch. */
    uint32_t epoch, slot_count, first_index;
    bool judged;
    bool statuses;                       /* some slot looks at the STATUS of others */
    const struct slot_outcome *outcomes; /* of the recording; or NULL */
    struct epoch_touches touches;
    struct clocks *clocks;
    struct access_history *history;
    uint8_t *marks; /* by word */
    uint32_t at;    /* steps, from 1 */
    vrrl_code failed;
    vrrl_error error;
};

#endif
