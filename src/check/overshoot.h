/* Waits for one value alone, which a counter can pass before the task has looked: then it waits for ever. */
#ifndef VRRL_CHECK_OVERSHOOT_H
#define VRRL_CHECK_OVERSHOOT_H

#include "check/check.h"

/* Exact: a wait is missed in some execution if and only if its counter gets past the value in the greedy one in
 * which the task never ends. So many executions are looked at; past that `undecided` is set. */
vrrl_code overshoots_find(const struct outcome *outcome, vrrl_check_overshoots *found,
                          vrrl_error *err);

#endif
