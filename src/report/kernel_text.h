/* What was found of a kernel, for people: one finding of it. */
#ifndef VRRL_REPORT_KERNEL_TEXT_H
#define VRRL_REPORT_KERNEL_TEXT_H

#include "kernel/explored.h"

#include <stdio.h>

/* The headline, and what is to be told of it. */
void kernel_write_finding(const struct vrrl_kernel *k, const struct kernel_finding *f, FILE *out);

#endif
