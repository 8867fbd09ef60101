/* A list of findings, as it is made. */
#ifndef VRRL_REPORT_FINDINGS_H
#define VRRL_REPORT_FINDINGS_H

#include "vrrl/analysis/finding.h"

/* One that is about an epoch and up to two of its slots (VRRL_NO_INDEX: none): labels and line are set. */
vrrl_finding finding_of_slots(const vrrl_program *program, vrrl_finding_kind kind, uint32_t epoch,
                              uint32_t first, uint32_t second);
/* One that is about no slot. */
vrrl_finding finding_of_kind(vrrl_finding_kind kind);

/* The line of the `expect` of a word behind an epoch; 0: not known. */
uint32_t finding_line_of_expectation(const vrrl_program *program, uint32_t epoch, uint32_t word);

/* The key of two that meet: what each does, in an order that is the same whoever is first. */
void finding_set_pair(vrrl_finding *finding, const char *const does[2], const char *about);
/* The key of one: what is wrong, and about what. */
void finding_set_key(vrrl_finding *finding, const char *what, const char *about);

/* Adds it with its id. Copies the command and the schedule string that show it; either may be NULL. */
vrrl_code findings_add(vrrl_findings *list, const vrrl_finding *finding, const char *replay,
                       const char *string, vrrl_error *err);
/* Adds each hole of a task graph. */
vrrl_code findings_add_holes(vrrl_findings *list, const vrrl_graph_lint *lint, vrrl_error *err);

#endif
