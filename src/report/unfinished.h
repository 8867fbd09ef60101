/* What every report of a program says that is all there is of an unfinished recording. */
#ifndef VRRL_REPORT_UNFINISHED_H
#define VRRL_REPORT_UNFINISHED_H

#include "base/plural.h"
#include "vrrl/program.h"

#include <jansson.h>
#include <stdio.h>

static inline void report_unfinished(FILE *out, const vrrl_program *program)
{
    if (program->unfinished)
        fprintf(out,
                "  recording  unfinished: its run was cut off; it has the %u epoch%s that had "
                "ended, and no more\n",
                program->epoch_count, plural(program->epoch_count));
}

static inline void report_unfinished_json(json_t *json, const vrrl_program *program)
{
    if (program->unfinished)
        json_object_set_new(json, "recording_unfinished", json_true());
}

#endif
