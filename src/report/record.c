/* What a run that was recorded showed: text and JSON. */
#include "vrrl/run/report.h"

#include "base/json_text.h"
#include "base/plural.h"
#include "base/value_text.h"

static bool is_recorded(const vrrl_record_summary *s)
{
    return !s->cut || s->epochs > 0;
}

void vrrl_report_record_json(const vrrl_record_summary *s, const char *path, FILE *out)
{
    json_t *json = json_pack(
        "{s:o?, s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "recording",
        is_recorded(s) ? json_text(path) : json_null(), "ended", vrrl_verdict_name(s->verdict),
        "cut", s->cut, "epochs", (json_int_t)s->epochs, "slots", (json_int_t)s->slots,
        "first_epoch", (json_int_t)s->first_epoch, "records", (json_int_t)s->records, "capacity",
        (json_int_t)s->capacity_records, "faults", (json_int_t)s->faults, "expectation_failures",
        (json_int_t)s->expectation_failures, "run_ns", (json_int_t)s->run_ns);
    if (json)
        json_dumpf(json, out, JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(json);
}

static void put_failure(const vrrl_program *program, const vrrl_record_summary *s, FILE *out)
{
    const vrrl_expectation *x = &program->expectations[s->first_failure.expectation];
    char word[VRRL_NAME_MAX], value[VALUE_TEXT_MAX];
    vrrl_program_word_name(program, x->word, word, sizeof word);
    fprintf(out, "EXPECTATION FAILED  %s   after epoch %u: %s is %s, expected %s",
            vrrl_program_text(program, x->source), s->first_failure.epoch, word,
            value_text(s->first_failure.found, value), x->value_count > 1 ? "any of " : "");
    for (uint32_t i = 0; i < x->value_count; i++)
        fprintf(out, "%s%s", i > 0 ? ", " : "", value_text(program->words[x->values + i], value));
    putc('\n', out);
    if (s->expectation_failures > 1)
        fprintf(out, "  and %llu more\n", (unsigned long long)(s->expectation_failures - 1));
}

static void put_cut(const vrrl_program *program, const vrrl_record_summary *s, const char *why,
                    FILE *out)
{
    char all[27];
    if (s->epochs == 0)
        fprintf(out, "NOT RECORDED  %s before the first epoch had ended, and nothing is left\n",
                why);
    else
        fprintf(out, "  CUT SHORT  %s: %u of %s epochs had ended, and no more is recorded\n", why,
                s->epochs, vrrl_report_number(program->epoch_count, all));
}

void vrrl_report_recovery(const vrrl_recovery *what, FILE *out)
{
    fprintf(out, "epoch %u: the backend reported %s (%s): %s\n", what->epoch,
            vrrl_failure_class_name(what->evidence.failure_class),
            vrrl_backend_error_text(what->evidence.backend_code), what->text);
    switch (what->decision) {
    case VRRL_RECOVERY_DECISION_REOPENS:
        fprintf(out, "  the backend is opened again, and the epoch tried once more\n");
        break;
    case VRRL_RECOVERY_DECISION_RETRIES:
        fprintf(out, "  the epoch is tried again after %u ms\n", what->delay_ms);
        break;
    case VRRL_RECOVERY_DECISION_STOPS:
        fprintf(out, "  the run stops, after %u attempt%s of this epoch\n", what->attempt,
                plural(what->attempt));
        break;
    }
}

void vrrl_report_record(const vrrl_program *program, const vrrl_record_summary *s,
                        const vrrl_report_side *side, const char *cut_by, FILE *out)
{
    if (!is_recorded(s)) {
        put_cut(program, s, cut_by, out);
        return;
    }
    char slots[27], records[27];
    double ms = (double)s->run_ns / 1e6;
    bool quick = ms < 999.5; /* three digits, never 1e+03 */
    fprintf(out, "recorded %s: %s, %u epoch%s, %s slots, %s records, ", side->name,
            s->cut ? "cut short" : vrrl_verdict_name(s->verdict), s->epochs, plural(s->epochs),
            vrrl_report_number(s->slots, slots), vrrl_report_number(s->records, records));
    fprintf(out, quick ? "%.3g ms\n  %s\n" : "%.1f s\n  %s\n", quick ? ms : ms / 1000,
            side->detail);
    if (s->first_epoch > 0)
        fprintf(out, "  kept from epoch %u on: the run made more records than its log of %s has\n",
                s->first_epoch, vrrl_report_number(s->capacity_records, records));
    if (s->cut)
        put_cut(program, s, cut_by, out);
    if (s->faults > 0)
        fprintf(out, "  %llu slot%s ended in FAULT: vrrl dump --failures %s/slots.vrrl\n",
                (unsigned long long)s->faults, plural(s->faults), side->name);
    if (s->expectation_failures > 0)
        put_failure(program, s, out);
}
