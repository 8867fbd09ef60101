/* Schedule strings, written and read; docs/schedules.md describes them field by field. */
#ifndef VRRL_SCHEDULE_SCHEDULE_STRING_H
#define VRRL_SCHEDULE_SCHEDULE_STRING_H

#include "schedule/schedule.h"

/* Returns the version of a program's schedule strings. Version 2: queues of several places look at what a slot waits for, and it looks
 * again when it runs. */
uint32_t schedule_version(const vrrl_program *program);
/* Frees what a schedule holds, and zeroes it. */
void schedule_free(struct schedule *s);

/* The string of a schedule of a program, which the caller frees. VRRL_TOO_LARGE where it would be
 * longer than VRRL_SCHEDULE_TEXT_MAX. */
vrrl_code schedule_write(const struct schedule *s, char **text, vrrl_error *err);

/* The string of a run, by its deviations; of the strategy that drew it, where that is not NULL and the
 * choices would be too long to paste. */
vrrl_code schedule_of_run(const vrrl_program *program, const struct run_target_options *options,
                          const struct decisions *deviations, const struct strategy_setup *drawn_by,
                          char **text, vrrl_error *err);

/* Reads a string; `s` is the caller's then. VRRL_PARSE: it is none, or damaged; VRRL_REFUSED: of
 * another program or version. */
vrrl_code schedule_read(const vrrl_program *program, const char *text, struct schedule *s,
                        vrrl_error *err);
/* The same, but also of a machine in which a bug is planted, which is s->target.mutation.
 * program NULL: of whatever program, which s->program tells. */
vrrl_code schedule_read_planted(const vrrl_program *program, const char *text, struct schedule *s,
                                vrrl_error *err);

#endif
