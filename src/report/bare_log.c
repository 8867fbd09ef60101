/* What the replay of a bare log says, and what it cannot say. */
#include "vrrl/analysis/report.h"

#include "base/json_text.h"
#include "base/plural.h"
#include "base/printable.h"
#include "program/batch_view.h"
#include "program/program_names.h"
#include "report/stuck_json.h"

/* Slots that ran without all that they do. */
static uint64_t in_part(const vrrl_bare_counts *c)
{
    return c->short_packed + c->short_others + c->mix_unseen;
}

/* Slots that did not run, and that others may have waited for. */
static uint64_t left_out(const vrrl_bare_counts *c)
{
    return c->outside_ring + c->shutdowns + c->user_opcodes + c->unknown_opcodes;
}

vrrl_outcome vrrl_report_bare_outcome(const vrrl_bare_log *log, const vrrl_bare_result *result)
{
    const vrrl_bare_counts *c = vrrl_bare_log_counts(log);
    if (result->verdict != VRRL_VERDICT_COMPLETE)
        return in_part(c) + left_out(c) > 0 ? VRRL_OUTCOME_UNTOLD : VRRL_OUTCOME_STUCK;
    if (result->statuses_differing > 0)
        return in_part(c) > 0 ? VRRL_OUTCOME_UNTOLD : VRRL_OUTCOME_DIVERGED;
    return result->statuses_compared > 0 && !result->cut ? VRRL_OUTCOME_SAME : VRRL_OUTCOME_UNTOLD;
}

/* How many of the opcodes that are not run the text names; JSON has all. */
enum { OPCODES_NAMED = 8 };

/* A user opcode is its host's: what the pack calls it is not said. */
static const char *foreign_name(const vrrl_program *program, uint32_t opcode,
                                char room[OPCODE_NAME_BYTES])
{
    const char *alias = program_opcode_alias(program, opcode);
    if (alias)
        return alias;
    if (opcode < VRRL_OPCODE_USER_FIRST || opcode > VRRL_OPCODE_USER_LAST)
        return program_opcode_name(program, opcode, room);
    snprintf(room, OPCODE_NAME_BYTES, "USER+%u", opcode - VRRL_OPCODE_USER_FIRST);
    return room;
}

/* "ATTENTION (8), op 0x2b (4)" */
static void print_foreign(FILE *out, const vrrl_bare_log *log)
{
    char room[OPCODE_NAME_BYTES], number[27];
    uint64_t publishes;
    uint32_t opcode, i = 0;
    for (; vrrl_bare_log_skipped_at(log, i, &opcode, &publishes) && i < OPCODES_NAMED; i++)
        fprintf(out, "%s%s (%s)", i ? ", " : "             ",
                foreign_name(vrrl_bare_log_program(log), opcode, room),
                vrrl_report_number(publishes, number));
    if (i > 0)
        fputs(vrrl_bare_log_skipped_at(log, i, &opcode, &publishes) ? ", ...\n" : "\n", out);
}

static json_t *foreign_json(const vrrl_bare_log *log)
{
    json_t *rows = json_array();
    char room[OPCODE_NAME_BYTES];
    uint64_t publishes;
    uint32_t opcode;
    for (uint32_t i = 0; vrrl_bare_log_skipped_at(log, i, &opcode, &publishes); i++)
        json_array_append_new(
            rows, json_pack("{s:I, s:s, s:I}", "opcode", (json_int_t)opcode, "opcode_name",
                            foreign_name(vrrl_bare_log_program(log), opcode, room), "publishes",
                            (json_int_t)publishes));
    return rows;
}

struct skipped_row {
    uint64_t count;
    const char *what, *several, *more;
};

static void print_skipped(FILE *out, const vrrl_bare_counts *c)
{
    const struct skipped_row rows[] = {
        {c->outside_ring, "outside the ring", "", ""},
        {c->shutdowns, "SHUTDOWN", "", ""},
        {c->fences, "fence", "s", " (the host publishes its own)"},
        {c->user_opcodes, "user opcode", "s", " (--pack runs what it has)"},
        {c->unknown_opcodes, "unknown opcode", "s", ""}};
    const char *separator = "  skipped    ";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].count == 0)
            continue;
        char number[27];
        fprintf(out, "%s%s %s%s%s", separator, vrrl_report_number(rows[i].count, number),
                rows[i].what, rows[i].count == 1 ? "" : rows[i].several, rows[i].more);
        separator = ", ";
    }
    if (*separator == ',')
        fputc('\n', out);
}

static void print_untold(FILE *out, const vrrl_bare_result *r)
{
    char differ[27], known[27];
    if (r->cut && r->statuses_differing == 0)
        fprintf(out, "NOT KNOWN  cut before its end: %u epoch%s ran, %s status%s known and equal\n",
                r->epochs, plural(r->epochs), vrrl_report_number(r->statuses_compared, known),
                plural_es(r->statuses_compared));
    else if (r->verdict != VRRL_VERDICT_COMPLETE)
        fprintf(
            out,
            "NOT KNOWN  the replay gets stuck in epoch %u: what the log leaves out may be why\n",
            r->epochs - 1);
    else if (r->statuses_differing > 0)
        fprintf(out, "NOT KNOWN  %s of %s status%s differ%s: what the log leaves out may be why\n",
                vrrl_report_number(r->statuses_differing, differ),
                vrrl_report_number(r->statuses_compared, known), plural_es(r->statuses_compared),
                r->statuses_differing == 1 ? "s" : "");
    else
        fputs("NOT KNOWN  nothing to compare: the log has no status of a slot that ran whole\n",
              out);
}

static void print_verdict(FILE *out, const vrrl_bare_log *log, const vrrl_bare_result *r)
{
    char slots[27], known[27], name[VRRL_NAME_MAX];
    const vrrl_program *program = vrrl_bare_log_program(log);
    vrrl_outcome outcome = vrrl_report_bare_outcome(log, r);
    if (outcome == VRRL_OUTCOME_UNTOLD) {
        print_untold(out, r);
        return;
    }
    if (outcome == VRRL_OUTCOME_STUCK) {
        vrrl_report_stuck(program, r->epochs - 1, r->verdict, r->stuck, out);
        return;
    }
    if (outcome == VRRL_OUTCOME_DIVERGED) {
        slot_name(program, r->epoch, r->slot, name, sizeof name);
        fprintf(
            out,
            "DIVERGED  status   epoch %u   %s   record %llu\n  status   recorded %s, replayed %s\n",
            r->log_epoch, name, (unsigned long long)r->record, vrrl_status_name(r->recorded_status),
            vrrl_status_name(r->replayed_status));
        fprintf(out, "  %s of %s known status%s differ%s\n",
                vrrl_report_number(r->statuses_differing, slots),
                vrrl_report_number(r->statuses_compared, known), plural_es(r->statuses_compared),
                r->statuses_differing == 1 ? "s" : "");
        return;
    }
    fprintf(out,
            "SAME  as far as a bare log tells: %u epoch%s, %s slot%s ran, %s status%s known and "
            "equal\n",
            r->epochs, plural(r->epochs), vrrl_report_number(r->slots, slots), plural(r->slots),
            vrrl_report_number(r->statuses_compared, known), plural_es(r->statuses_compared));
}

void vrrl_report_bare(const vrrl_bare_log *log, const vrrl_bare_result *r,
                      const vrrl_report_side *log_side, const vrrl_report_side *replay_side,
                      FILE *out)
{
    const vrrl_bare_counts *c = vrrl_bare_log_counts(log);
    char a[27], b[27], d[27], e[27];
    print_verdict(out, log, r);
    fputs("  log        ", out);
    print_name(out, log_side->name);
    fprintf(out, ": %s record%s, %s publish%s, %s completion%s, %s failure%s\n",
            vrrl_report_number(c->records, a), plural(c->records),
            vrrl_report_number(c->publishes, b), plural_es(c->publishes),
            vrrl_report_number(c->completions, d), plural(c->completions),
            vrrl_report_number(c->failures, e), plural(c->failures));
    print_skipped(out, c);
    print_foreign(out, log);
    if (c->short_packed + c->short_others > 0)
        fprintf(
            out,
            "  in part    %s slot%s (%s packed) ran with the 4 argument words that the log keeps\n",
            vrrl_report_number(c->short_packed + c->short_others, a),
            plural(c->short_packed + c->short_others), vrrl_report_number(c->short_packed, b));
    if (c->mix_unseen > 0)
        fprintf(out, "  in part    %s MIX slot%s: what MIX does stands in memory (--image)\n",
                vrrl_report_number(c->mix_unseen, a), plural(c->mix_unseen));
    if (c->cut_epochs > 0)
        fprintf(out, "  cut        %s time%s an epoch, where a ring slot was published again\n",
                vrrl_report_number(c->cut_epochs, a), plural(c->cut_epochs));
    fprintf(out,
            "  not known  arguments past the fourth, the initial memory (%s), the order within "
            "an epoch,\n             the values that slots wrote\n",
            log_side->detail);
    fprintf(out, "  replay     %s: %s\n", replay_side->name, replay_side->detail);
}

void vrrl_report_bare_json(const vrrl_bare_log *log, const vrrl_bare_result *r,
                           const vrrl_report_side *log_side, const vrrl_report_side *replay_side,
                           FILE *out)
{
    const vrrl_bare_counts *c = vrrl_bare_log_counts(log);
    vrrl_outcome outcome = vrrl_report_bare_outcome(log, r);
    json_t *skipped =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "outside_ring", (json_int_t)c->outside_ring,
                  "shutdown", (json_int_t)c->shutdowns, "fences", (json_int_t)c->fences,
                  "user_opcodes", (json_int_t)c->user_opcodes, "unknown_opcodes",
                  (json_int_t)c->unknown_opcodes, "opcodes", foreign_json(log));
    json_t *unknown = json_pack("[s, s, s, s]", "arguments past the fourth", "initial memory",
                                "order within an epoch", "values that slots wrote");
    json_t *json = json_pack(
        "{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "log",
        json_text(log_side->name), "replay", json_text(replay_side->detail), "epochs",
        (json_int_t)r->epochs, "records", (json_int_t)c->records, "publishes",
        (json_int_t)c->publishes, "completions", (json_int_t)c->completions, "failures",
        (json_int_t)c->failures, "slots_run", (json_int_t)r->slots, "short_packed",
        (json_int_t)c->short_packed, "short_others", (json_int_t)c->short_others, "mix_unseen",
        (json_int_t)c->mix_unseen, "cut_epochs", (json_int_t)c->cut_epochs, "statuses_compared",
        (json_int_t)r->statuses_compared, "statuses_differing", (json_int_t)r->statuses_differing,
        "skipped", skipped, "not_known", unknown);
    if (json && outcome == VRRL_OUTCOME_DIVERGED)
        json_object_set_new(json, "first",
                            json_pack("{s:I, s:I, s:s, s:s}", "epoch", (json_int_t)r->log_epoch,
                                      "record", (json_int_t)r->record, "recorded",
                                      vrrl_status_name(r->recorded_status), "replayed",
                                      vrrl_status_name(r->replayed_status)));
    if (json && outcome == VRRL_OUTCOME_STUCK)
        json_object_set_new(json, "stuck",
                            stuck_json(vrrl_bare_log_program(log), r->epochs - 1, r->stuck));
    json_dumpf(json, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(json);
}
