/* Findings: what is wrong with a run, told with instruction and thread. The first of a run stays, and ends it. */
#ifndef VRRL_KERNEL_FINDING_H
#define VRRL_KERNEL_FINDING_H

#include "kernel/shadow.h"

const char *kernel_finding_name(enum kernel_finding_kind kind);
/* A hash of what makes two findings one defect: the kind and the instructions, whichever was first and wherever they
 * met, of one buffer or variable. */
uint64_t finding_key(const struct kernel_finding *f);

void finding_race(struct machine *m, const struct shadow_access *old, bool old_writes,
                  const struct shadowed *now, uint32_t lacks);
/* Of the instruction at which a group is; lane KERNEL_NONE: of all. */
__attribute__((format(printf, 5, 6))) void finding_at(struct machine *m,
                                                      enum kernel_finding_kind kind, uint32_t group,
                                                      uint32_t lane, const char *format, ...);
/* The same, of memory at an address that is nowhere, or at a byte of the machine's. */
void finding_outside(struct machine *m, uint32_t group, uint32_t lane, uint64_t address);
/* Shared memory of a block of the cluster that has ended. */
void finding_ended(struct machine *m, uint32_t group, uint32_t lane, uint32_t block,
                   uint32_t offset);
void finding_memory(struct machine *m, enum kernel_finding_kind kind, uint32_t group, uint32_t lane,
                    uint64_t at);

/* Where a byte of the machine's is. */
struct kernel_where where_of(const struct machine *m, uint64_t at);
struct kernel_side side_of_site(const struct machine *m, uint32_t strand, uint32_t lane,
                                uint32_t site);
/* The instruction that a group is at. */
struct kernel_side side_of_group(const struct machine *m, uint32_t group, uint32_t lane);

#endif
