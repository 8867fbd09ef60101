/* What of a host was in flight, as text. */
#ifndef VRRL_REPORT_STUCK_HOST_TEXT_H
#define VRRL_REPORT_STUCK_HOST_TEXT_H

#include "vrrl/run/report.h"

void stuck_host_text(const vrrl_program *program, uint32_t epoch, vrrl_verdict verdict,
                     const vrrl_stuck *stuck, FILE *out);

#endif
