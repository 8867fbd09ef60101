/* Runs a program on a fresh machine and observes each epoch. */
#ifndef VRRL_RUN_REPLAY_H
#define VRRL_RUN_REPLAY_H

#include "host/observation.h"
#include "vrrl/run/program.h"

/* One epoch's observation, valid during the call; the machine is quiescent (unless it hangs). */
typedef vrrl_code observation_visitor(void *context, vrrl_host *host,
                                      const struct observation *observation, vrrl_error *err);

/* What observes a host whose epochs somebody else runs. The observer is the owner's to make and to
 * free; `host` is set before the first epoch. */
struct replay {
    struct observer observer;
    vrrl_host *host;
    observation_visitor *visit;
    void *context;
};

/* A sink that feeds it; `replay` must stay where it is. */
vrrl_sink replay_sink(struct replay *replay);

/* What is looked at: memory can cost more than the epoch. */
enum replay_looks_at { REPLAY_ALL, REPLAY_ALL_BUT_MEMORY, REPLAY_SLOTS_ONLY };

/* Returns VRRL_OK whatever the verdict; the run ends at the first epoch that does not complete, and
 * where options->stop says so. */
vrrl_code replay_program(const vrrl_program *program, const vrrl_run_options *options,
                         enum replay_looks_at what, observation_visitor *visit, void *context,
                         vrrl_verdict *verdict, vrrl_error *err);

#endif
