/* What was found of a kernel, for programs: one defect of it. */
#ifndef VRRL_REPORT_KERNEL_JSON_H
#define VRRL_REPORT_KERNEL_JSON_H

#include "kernel/explored.h"

#include <jansson.h>

json_t *kernel_defect_json(const struct vrrl_kernel *k, const struct campaign_defect *d,
                           const char *target);

#endif
