/*
 * Schedule strings of kernels.
 *
 *   k1:DIGEST.OPTIONS.cCHOICES.CHECK
 *   k1:DIGEST.OPTIONS.STRATEGY.dN.bN.kN.sN.CHECK
 *   k1:DIGEST.OPTIONS.turns.CHECK
 *
 * DIGEST is of module and launch; OPTIONS are `p`, or of runs in which spins go on `n`, with `v` behind it where all
 * accesses are choices. CHOICES are what deviates from the sequential run: `NxS` is a choice that comes N behind the
 * last one and passes over S that could go, with `oM` behind it where option M is taken; commas between. `turns` is
 * round robin.
 */
#ifndef VRRL_KERNEL_SCHEDULE_TEXT_H
#define VRRL_KERNEL_SCHEDULE_TEXT_H

#include "kernel/kernel.h"
#include "schedule/strategy.h"

enum kernel_schedule_kind { KERNEL_SCHEDULE_CHOICES, KERNEL_SCHEDULE_DRAWN, KERNEL_SCHEDULE_TURNS };

enum { KERNEL_SCHEDULE_PASTE_MAX = 2048, KERNEL_SCHEDULE_TEXT_MAX = 1 << 20 };

struct kernel_schedule {
    enum kernel_schedule_kind kind;
    struct decisions deviations; /* CHOICES; none: the sequential run */
    struct strategy_setup drawn; /* DRAWN */
    bool no_park, all_visible;
};

/* The text, which the caller frees. */
vrrl_code kernel_schedule_write(const struct kernel *kernel, const struct kernel_schedule *s,
                                char **text, vrrl_error *err);
/* VRRL_PARSE: it is none, or damaged; VRRL_REFUSED: of another kernel or launch. `s` is the caller's, to
 * kernel_schedule_free, whatever comes of it. */
vrrl_code kernel_schedule_read(const struct kernel *kernel, const char *text,
                               struct kernel_schedule *s, vrrl_error *err);
void kernel_schedule_free(struct kernel_schedule *s);

/* A run of a schedule. Of `by` NULL the strategy is made for it. */
vrrl_code kernel_run_schedule(struct machine *machine, const struct kernel_schedule *s,
                              struct strategy *strategy, struct decisions *deviations,
                              struct kernel_options options, struct kernel_result *result,
                              vrrl_error *err);

#endif
