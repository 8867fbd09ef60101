/* Why tasks are stuck, and the repair of each root. */
#ifndef VRRL_CHECK_DEADLOCK_ROOTS_H
#define VRRL_CHECK_DEADLOCK_ROOTS_H

#include "check/check.h"

/* Fills result->roots and adds the repair of each to edits[i]; edits[] has DEFECTS_MAX entries. */
vrrl_code explain_deadlock(const struct outcome *outcome, vrrl_check_result *result,
                           struct vrrl_check_edits *edits, vrrl_error *err);

#endif
