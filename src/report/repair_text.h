/* What a repair of a program changes, as a sentence (vrrl_repair_text) and as JSON. */
#ifndef VRRL_REPORT_REPAIR_TEXT_H
#define VRRL_REPORT_REPAIR_TEXT_H

#include "vrrl/analysis/explain.h"

#include <jansson.h>

/* An object for each part, with the name of its form and those fields that it has. */
json_t *repair_parts_json(const vrrl_repair *repair);

#endif
