/* What every report of a program says that is all there is of an unfinished recording, or of a bare log. */
#ifndef VRRL_REPORT_UNFINISHED_H
#define VRRL_REPORT_UNFINISHED_H

#include "base/plural.h"
#include "vrrl/run/program.h"

#include <jansson.h>
#include <stdio.h>

#define REPORT_BARE_LOG                                                                            \
    "  bare log   as far as its records tell; user memory begins with zeros where no image is "    \
    "given\n"

static inline void report_unfinished(FILE *out, const vrrl_program *program)
{
    if (program->unfinished)
        fprintf(out,
                "  recording  unfinished: its run was cut off; it has the %u epoch%s that had "
                "ended, and no more\n",
                program->epoch_count, plural(program->epoch_count));
    if (program->bare_log)
        fputs(REPORT_BARE_LOG, out);
}

static inline void report_unfinished_json(json_t *json, const vrrl_program *program)
{
    if (program->unfinished)
        json_object_set_new(json, "recording_unfinished", json_true());
    if (program->bare_log)
        json_object_set_new(json, "bare_log", json_true());
}

#endif
