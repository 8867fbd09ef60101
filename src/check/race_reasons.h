/* Why pairs race, and the repair of each. */
#ifndef VRRL_CHECK_RACE_REASONS_H
#define VRRL_CHECK_RACE_REASONS_H

#include "check/check.h"

/* Fills result->races and adds each one's repair to edits[i]; edits[] has DEFECTS_MAX entries. */
vrrl_code explain_races(const struct outcome *outcome, vrrl_check_result *result,
                        struct vrrl_check_edits *edits, vrrl_error *err);

#endif
