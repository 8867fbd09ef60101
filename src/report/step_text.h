/* Steps of a run that an explanation tells of, as sentences and as JSON. */
#ifndef VRRL_REPORT_STEP_TEXT_H
#define VRRL_REPORT_STEP_TEXT_H

#include "vrrl/analysis/explain.h"

#include <jansson.h>

enum { STEP_TEXT_MAX = 390, STEPS_TEXT_MAX = 800 };

/* "reader reads data = 0", "worker 1 claims reader". Each of these functions returns `out`. */
const char *step_text(const vrrl_step *step, char out[STEP_TEXT_MAX]);
/* One step, or the first and then the other; behind their epoch, where that is not the one that fails. */
const char *steps_text(const vrrl_step *steps, uint32_t count, uint32_t failing_epoch,
                       char out[STEPS_TEXT_MAX]);
/* "writer adds to total (0 -> 1), having read flag = 1". */
const char *write_text(const vrrl_step_write *write, char out[STEPS_TEXT_MAX]);
/* "total = 6: tile adds to total (4 -> 6)". */
const char *cause_text(const vrrl_step_cause *cause, char out[STEPS_TEXT_MAX]);

json_t *steps_json(const vrrl_step *steps, uint32_t count);
json_t *writes_json(const vrrl_step_write *writes, uint32_t count);
json_t *causes_json(const vrrl_step_cause *causes, uint32_t count);

/* "", "reads", "waits for", "writes", "adds to", "updates". */
const char *touch_text(vrrl_touch_kind kind, bool may);

#endif
