/* Whether the dispatch of a graph can hang where a pool does not: each worker takes its tasks in the order of the
 * file, and waits for each before it looks at the next. */
#ifndef VRRL_CHECK_DISPATCH_H
#define VRRL_CHECK_DISPATCH_H

#include "vrrl/analysis/check.h"

/* Of a graph that a pool runs to its end. Where the answer is STUCK, *assignment is that of the first iteration, and
 * the caller's to free; else it is NULL. */
vrrl_code dispatch_judge(const vrrl_graph *graph, vrrl_check_dispatch *dispatch,
                         vrrl_assignment **assignment, vrrl_error *err);

#endif
