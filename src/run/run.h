/* The parts of a run of a program, for those who drive its host epoch by epoch. */
#ifndef VRRL_RUN_RUN_H
#define VRRL_RUN_RUN_H

#include "vrrl/run/program.h"

/* Room for one epoch's slots in the host's form, whichever epoch it is. */
struct epoch_buffer {
    vrrl_slot_input *prologue;
    vrrl_slot_input *slots;
};

vrrl_code epoch_buffer_create(struct epoch_buffer *buffer, const vrrl_program *program,
                              vrrl_error *err);
void epoch_buffer_free(struct epoch_buffer *buffer);

/* Writes memory as it is before the first epoch into the arena of a fresh machine. */
void program_load(const vrrl_program *program, uint32_t *arena);

/* Runs epoch `e` on a host that has run those before it. */
vrrl_code program_run_epoch(const vrrl_program *program, uint32_t e, struct epoch_buffer *buffer,
                            vrrl_host *host, uint32_t timeout_ms, const vrrl_sink *sink,
                            vrrl_verdict *verdict, vrrl_error *err);

/* Whether the run is to end here: its time is over, or somebody has interrupted it. */
bool run_is_cut(const vrrl_run_options *options);

#endif
