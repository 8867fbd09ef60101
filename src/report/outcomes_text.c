/* The values that words end up with, as lines of a campaign's report. */
#include "vrrl/run/report.h"

#include "report/outcomes_text.h"

#include <string.h>

enum { OUTCOMES_SHOWN = 100 };

static bool has_model(const vrrl_explore_result *r, vrrl_memory_model model)
{
    for (uint32_t i = 0; i < r->cell_count; i++)
        if (r->cells[i].setup.model == model)
            return true;
    return false;
}

/* A cell of the table. Wide enough for its head and for a count. */
static void print_count(FILE *out, uint64_t count)
{
    char number[27];
    fprintf(out, "  %10s", vrrl_report_number(count, number));
}

/* "r0 = 1, r1 = 0" */
static void print_values(FILE *out, const vrrl_program *program, const vrrl_explore_result *r,
                         const vrrl_explore_outcome *o)
{
    char name[VRRL_NAME_MAX];
    for (uint32_t i = 0; i < o->value_count; i++) {
        vrrl_program_word_name(program, r->outcome_words[i], name, sizeof name);
        fprintf(out, "%s%s = %u", i ? ", " : "", name, o->values[i]);
    }
    if (o->stopped != VRRL_DEFECT_NONE)
        fprintf(out, "   (%s)", vrrl_defect_kind_name(o->stopped));
    putc('\n', out);
}

static void print_row(FILE *out, const vrrl_program *program, const vrrl_explore_result *r,
                      const vrrl_explore_outcome *o, const char *target)
{
    fputs("  ", out);
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < VRRL_MEMORY_MODELS; model++)
        if (has_model(r, model))
            print_count(out, o->counts[model]);
    fputs("   ", out);
    print_values(out, program, r, o);
    if (o->schedule)
        fprintf(out, "            vrrl replay %s --schedule %s\n", target, o->schedule);
}

void outcomes_text(FILE *out, const vrrl_program *program, const vrrl_explore_result *r,
                   const char *target)
{
    char count[27];
    if (r->outcome_word_count == 0)
        return;
    fprintf(out, "  outcomes  %s%s\n  ", vrrl_report_number(r->outcome_count, count),
            r->outcomes_left_out ? ", and more that were left out"
            : r->complete        ? ", all that there are"
                                 : "");
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < VRRL_MEMORY_MODELS; model++)
        if (has_model(r, model))
            fprintf(out, "  %10s", vrrl_memory_model_name(model));
    putc('\n', out);
    for (uint32_t i = 0; i < r->outcome_count && i < OUTCOMES_SHOWN; i++)
        print_row(out, program, r, &r->outcomes[i], target);
    if (r->outcome_count > OUTCOMES_SHOWN)
        fprintf(out, "            and %u more: --json has them all\n",
                r->outcome_count - OUTCOMES_SHOWN);
}
