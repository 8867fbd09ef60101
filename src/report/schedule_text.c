/* The run of a schedule string, as text. */
#include "program/expect.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/run/report.h"

#include "report/schedule_text.h"

#include "base/plural.h"
#include "base/value_text.h"
#include "race/rules.h"
#include "report/access_words.h"
#include "report/setup_words.h"
#include "report/unfinished.h"

enum { RACES_LISTED = 16 };

int vrrl_report_schedule_exit(const vrrl_schedule_result *r)
{
    switch (r->outcome.kind) {
    case VRRL_DEFECT_NONE:
        return 0;
    case VRRL_DEFECT_VALUE:
    case VRRL_DEFECT_STATUS:
    case VRRL_DEFECT_EXPECT:
        return 1;
    case VRRL_DEFECT_DEADLOCK:
    case VRRL_DEFECT_LIVELOCK:
    case VRRL_DEFECT_SHUTDOWN:
        break;
    }
    return 3;
}

void schedule_sides(const vrrl_schedule_result *r, struct schedule_report_sides *s)
{
    char workers[32] = "", limits[SETUP_TEXT_MAX];
    if (r->setup.workers)
        snprintf(workers, sizeof workers, ", %u worker%s", r->setup.workers,
                 plural(r->setup.workers));
    bool whole = r->setup.grain == VRRL_GRAIN_SLOT;
    size_t used = (size_t)snprintf(s->detail, sizeof s->detail, "%s%s%s%s, %llu step%s, ",
                                   whole ? "slot by slot" : "operation by operation under ",
                                   whole ? "" : vrrl_memory_model_name(r->setup.model), workers,
                                   setup_limits(&r->setup, limits),
                                   (unsigned long long)r->outcome.steps, plural(r->outcome.steps));
    if (r->drawn)
        snprintf(s->detail + used, sizeof s->detail - used, "drawn by its strategy");
    else
        snprintf(s->detail + used, sizeof s->detail - used, "%u deviation%s from the default",
                 r->choices, plural(r->choices));
    s->a = (vrrl_report_side){"reference", "sequential", "one slot after the other", "expected"};
    s->b = (vrrl_report_side){"replay", "scheduled", s->detail, "found"};
}

const vrrl_expectation *schedule_expectation(const vrrl_program *program,
                                             const vrrl_run_outcome *outcome)
{
    for (uint32_t i = 0; i < program->expectation_count; i++) {
        const vrrl_expectation *e = &program->expectations[i];
        if (!expectation_is_of(e, outcome->epoch) || e->word != outcome->word)
            continue;
        bool holds = false;
        for (uint32_t k = 0; k < e->value_count; k++)
            holds = holds || program->words[e->values + k] == outcome->found;
        if (!holds)
            return e;
    }
    return NULL;
}

static void print_side(FILE *out, const vrrl_report_side *side)
{
    fprintf(out, "  %-9s  %s: %s\n", side->role, side->name, side->detail);
}

/* As the file has it: "expect x == 0", "expect x any of 0, 1". */
void schedule_print_values(FILE *out, const vrrl_program *program, const vrrl_run_outcome *outcome)
{
    const vrrl_expectation *e =
        outcome->kind == VRRL_DEFECT_EXPECT ? schedule_expectation(program, outcome) : NULL;
    char value[VALUE_TEXT_MAX];
    if (!e) {
        fprintf(out, ", expected %s", value_text(outcome->expected, value));
        return;
    }
    for (uint32_t k = 0; k < e->value_count; k++)
        fprintf(out, "%s%s",
                k > 0                ? ", "
                : e->value_count > 1 ? ", expected any of "
                                     : ", expected ",
                value_text(program->words[e->values + k], value));
}

void schedule_print_too_long(FILE *out)
{
    char most[27];
    fprintf(out, "  no command: its schedule string would be longer than %s bytes\n",
            vrrl_report_number(VRRL_SCHEDULE_TEXT_MAX, most));
}

void schedule_print_expected(FILE *out, const vrrl_program *program,
                             const vrrl_run_outcome *outcome)
{
    const vrrl_expectation *e = schedule_expectation(program, outcome);
    schedule_print_values(out, program, outcome);
    if (e && *vrrl_program_text(program, e->source))
        fprintf(out, "   (%s)", vrrl_program_text(program, e->source));
    putc('\n', out);
}

static void print_expectation(FILE *out, const vrrl_program *program,
                              const vrrl_run_outcome *outcome)
{
    char name[VRRL_NAME_MAX], value[VALUE_TEXT_MAX];
    vrrl_program_word_name(program, outcome->word, name, sizeof name);
    fprintf(out, "EXPECT  epoch %u   %s is %s", outcome->epoch, name,
            value_text(outcome->found, value));
    schedule_print_expected(out, program, outcome);
}

static void print_run(FILE *out, const vrrl_program *program, const vrrl_schedule_result *r)
{
    struct schedule_report_sides sides;
    schedule_sides(r, &sides);
    bool measured = r->reference.kind != VRRL_DEFECT_EXPECT;
    if (r->outcome.kind == VRRL_DEFECT_EXPECT) {
        print_expectation(out, program, &r->outcome);
    } else if (r->outcome.kind == VRRL_DEFECT_NONE && !measured) {
        fputs("SAME  every expectation holds\n", out);
    } else {
        vrrl_report_diff(program, r->diff, &sides.a, &sides.b, out);
        return;
    }
    if (!measured)
        fprintf(out,
                "  the reference breaks an expectation of epoch %u itself: from there on it is "
                "no measure\n",
                r->reference.epoch);
    print_side(out, &sides.a);
    print_side(out, &sides.b);
}

/* Whatever its values are: two accesses that nothing orders. */
static void print_races(FILE *out, const vrrl_program *program, const vrrl_schedule_result *r)
{
    for (uint32_t i = 0; i < r->race_count && i < RACES_LISTED; i++) {
        const vrrl_run_race *race = &r->races[i];
        fputs("  race      ", out);
        if (program->epoch_count > 1)
            fprintf(out, "epoch %u: ", race->epoch);
        fprintf(out, "%s %s %s, %s %s it, and nothing orders the two\n", race->names[0],
                access_verb(race->kinds[0]), race->word_name, race->names[1],
                access_verb(race->kinds[1]));
    }
    if (r->race_count > RACES_LISTED)
        fprintf(out, "  and %u more pair%s of slots race%s\n", r->race_count - RACES_LISTED,
                plural(r->race_count - RACES_LISTED), r->race_count - RACES_LISTED == 1 ? "s" : "");
}

void vrrl_report_schedule(const vrrl_program *program, const vrrl_schedule_result *r, FILE *out)
{
    print_run(out, program, r);
    print_races(out, program, r);
    report_unfinished(out, program);
}
