/* What the reports of a schedule's run share. */
#ifndef VRRL_REPORT_SCHEDULE_TEXT_H
#define VRRL_REPORT_SCHEDULE_TEXT_H

#include "report/setup_words.h"
#include "vrrl/analysis/report.h"

struct schedule_report_sides {
    vrrl_report_side a, b;
    char detail[192 + SETUP_TEXT_MAX];
};

/* How the two sides are called; `sides` must stay where it is. */
void schedule_sides(const vrrl_schedule_result *result, struct schedule_report_sides *sides);
/* ", expected any of 0, 1": of the expectation that an outcome breaks, else what the reference had. */
void schedule_print_values(FILE *out, const vrrl_program *program, const vrrl_run_outcome *outcome);
/* The same, with the place of that expectation in its file, and the end of the line. */
void schedule_print_expected(FILE *out, const vrrl_program *program,
                             const vrrl_run_outcome *outcome);
/* In place of a command, and the end of the line. */
void schedule_print_too_long(FILE *out);
/* The expectation that an outcome breaks, or NULL. */
const vrrl_expectation *schedule_expectation(const vrrl_program *program,
                                             const vrrl_run_outcome *outcome);

#endif
