/* Groups: lanes of a warp that go together. They split where they go different ways, and merge where they meet. */
#ifndef VRRL_KERNEL_GROUP_H
#define VRRL_KERNEL_GROUP_H

#include "kernel/state.h"

/* A warp begins at its entry, as one group. */
void warp_begin(struct machine *m, uint32_t warp);
/* The lanes become a group of their own, which goes in this step, too; its index. */
uint32_t group_split(struct machine *m, uint32_t group, uint32_t lanes);
/* If another group of the warp is at the same place: they are one from now on. Returns the group that there is then. */
uint32_t group_meet(struct machine *m, uint32_t group);
/* Lanes of it end. */
void group_exit(struct machine *m, uint32_t group, uint32_t lanes);
/* A call of a function, with `lanes` all of the group's; false, and a finding: too deep. */
bool group_call(struct machine *m, uint32_t group, uint32_t function, uint32_t call);
/* Back to the caller; of an entry, the end. */
void group_return(struct machine *m, uint32_t group);

/* Where the rows of the group's innermost frame are. */
static inline void group_rows(const struct machine *m, uint32_t group, struct alu_rows *rows)
{
    const struct frame *f = machine_frame(m, group);
    const struct kernel *k = m->kernel;
    uint32_t warp = m->groups[group].warp;
    const struct constant_rows *c =
        &machine_grid(m, machine_warp(m, warp)->block)->constants[f->function];
    rows->rows32[0] = m->rows32 + (size_t)warp * k->rows32 + f->rows32;
    rows->rows64[0] = m->rows64 + (size_t)warp * k->rows64 + f->rows64;
    rows->lanes[0] = m->lanes + (size_t)warp * k->lanes + f->lanes;
    rows->rows32[1] = c->rows32;
    rows->rows64[1] = c->rows64;
    rows->lanes[1] = c->lanes;
}

#endif
