/* A schedule of a kernel with as few choices as its finding needs, for people and for programs. */
#include "base/json_text.h"
#include "base/plural.h"
#include "report/kernel_json.h"
#include "report/kernel_text.h"
#include "vrrl/analysis/report.h"

#include <stdlib.h>

/* ---- Text ------------------------------------------------------------------------------------ */

static void write_claim(const struct shortened *s, FILE *out)
{
    char runs[27];
    uint32_t left = s->schedule.deviations.count;
    if (left == 0)
        fputs("  fewest: the sequential run shows it\n", out);
    else if (left == 1)
        fputs("  fewest: the sequential run, which has none, does not show it\n", out);
    else if (s->fewest)
        fputs(
            "  fewest: the sequential run does not show it, nor does any with one choice; all were "
            "tried\n",
            out);
    else if (s->minimal)
        fputs("  1-minimal: without any one of them it is not shown; each was tried\n", out);
    else
        fprintf(
            out,
            "  no smaller one seen in %s schedules; not each with one choice less was tried: %s\n",
            vrrl_report_number(s->runs, runs),
            s->interrupted   ? "it was interrupted"
            : s->out_of_work ? "so many instructions had been run\n"
                               "  (with --time it goes on for that long)"
                             : "time ran out");
}

void vrrl_report_kernel_shrunk(const vrrl_kernel_shrunk *shrunk, const char *target,
                               const char *written, FILE *out)
{
    const struct shortened *s = &shrunk->found;
    char before[27], after[27], runs[27];
    fprintf(out, "SHRUNK  %s\n", target);
    fprintf(out, "  choices of the schedule  %s -> %s\n", vrrl_report_number(s->before, before),
            vrrl_report_number(s->schedule.deviations.count, after));
    write_claim(s, out);
    fprintf(out, "  tried: %s schedule%s, %.1f s\n", vrrl_report_number(s->runs, runs),
            plural(s->runs), shrunk->seconds);
    if (written)
        fprintf(out, "  wrote: %s\n", written);
    kernel_write_finding(shrunk->kernel, &s->finding, out);
    fprintf(out, "\nagain: vrrl replay %s --schedule %s\n", target, shrunk->schedule);
}

void vrrl_report_kernel_nothing(const vrrl_error *nothing, FILE *out)
{
    fprintf(out, "NOTHING TO SHRINK  %s\n  %s\n", nothing->text, nothing->fix);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

void vrrl_report_kernel_shrunk_json(const vrrl_kernel_shrunk *shrunk, const char *target, FILE *out)
{
    const struct shortened *s = &shrunk->found;
    const struct campaign_defect defect = {
        .finding = s->finding, .schedule = shrunk->schedule, .runs = 1};
    json_t *o = json_object();
    json_object_set_new(o, "kernel", json_text(shrunk->kernel->input.module->name));
    json_object_set_new(o, "launch", json_text(shrunk->kernel->input.launch->name));
    json_object_set_new(o, "choices",
                        json_pack("{s:I, s:I}", "before", (json_int_t)s->before, "after",
                                  (json_int_t)s->schedule.deviations.count));
    json_object_set_new(o, "minimal", json_boolean(s->minimal));
    json_object_set_new(o, "fewest", json_boolean(s->fewest));
    json_object_set_new(o, "schedules", json_integer((json_int_t)s->runs));
    json_object_set_new(o, "defect", kernel_defect_json(shrunk->kernel, &defect, target));
    json_dumpf(o, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(o);
}

void vrrl_report_kernel_nothing_json(const vrrl_error *nothing, FILE *out)
{
    json_t *o = json_object();
    json_object_set_new(o, "nothing", json_text(nothing->text));
    json_dumpf(o, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(o);
}
