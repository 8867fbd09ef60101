/* An order that shows the first race. */
#ifndef VRRL_CHECK_WITNESS_H
#define VRRL_CHECK_WITNESS_H

#include "check/check.h"

/* Fills result->witness with the order that reverses the first race. */
vrrl_code build_witness(const struct outcome *outcome, vrrl_check_result *result, vrrl_error *err);

#endif
