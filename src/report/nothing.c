/* Where nothing fails there is nothing to explain or to shrink. */
#include "vrrl/analysis/report.h"

#include "base/json_text.h"

void vrrl_report_nothing_json(const vrrl_program *program, const vrrl_error *nothing, FILE *out)
{
    json_t *json = json_pack("{s:o}", "nothing", json_text(nothing->text));
    if (program->unfinished)
        json_object_set_new(json, "recording_unfinished", json_true());
    if (program->bare_log)
        json_object_set_new(json, "bare_log", json_true());
    if (json)
        json_dumpf(json, out, JSON_COMPACT);
    json_decref(json);
}

void vrrl_report_nothing(const vrrl_program *program, const vrrl_error *nothing, const char *what,
                         FILE *out)
{
    if (nothing->found < nothing->expected)
        fprintf(out, "NOT KNOWN  %s\n  %s\n", nothing->text, nothing->fix);
    else
        fprintf(out, "NOTHING TO %s  %s\n  %s\n", what, nothing->text, nothing->fix);
    if (program->unfinished)
        fputs("  recording  unfinished: its run was cut off; only its epochs that had ended ran\n",
              out);
    if (program->bare_log)
        fputs("  bare log   as far as its records tell; user memory began with zeros\n", out);
}
