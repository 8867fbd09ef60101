/* The check of a program's epochs, for people and for programs. */
#include "check/check_program.h"

#include "base/plural.h"
#include "race/rules.h"
#include "report/access_words.h"
#include "report/check_parts.h"
#include "report/check_reasons.h"
#include "report/check_text.h"
#include "report/unfinished.h"
#include "vrrl/analysis/answer.h"
#include "vrrl/analysis/report.h"

#include <inttypes.h>
#include <string.h>

static void write_epochs(FILE *out, const vrrl_program_check *check, const vrrl_epoch_check *item)
{
    if (check->epochs == 1)
        return;
    if (item->epochs == 1)
        fprintf(out, "epoch %u: ", item->first_epoch);
    else
        fprintf(out, "epochs %u to %u: ", item->first_epoch, item->first_epoch + item->epochs - 1);
}

/* What all executions excuse is told of them. */
static void write_notes(FILE *out, const vrrl_program_check *check, const vrrl_epoch_check *item)
{
    const vrrl_check_result *result = item->result;
    if (result->excused_pairs > 0 && !(check->all && check->all->complete))
        fprintf(out,
                "  excused: %" PRIu64 " unordered pair%s of slots that store equal values, or what "
                "was there\n",
                result->excused_pairs, plural(result->excused_pairs));
    if (item->counters_differ)
        fprintf(
            out,
            "  counters hold other values when later ones of these epochs begin: numbers of them "
            "are those of epoch %u\n",
            item->first_epoch);
    if (item->rounds && result->verdict == VRRL_CHECK_SAFE)
        fputs("  assumed: sums that round stay within the tolerance of their regions, whatever "
              "their order\n",
              out);
    if (result->may_depend)
        fputs("  not seen here: whether the order of swaps, of additions and loads, of sums that "
              "round, or of release stores shows in what is observed\n",
              out);
    if (item->unclear_words > 0 && !result->exact)
        fprintf(out,
                "  left out: waits for %u word%s that slots change in other ways than by adding: "
                "they hold nothing back here\n",
                item->unclear_words, plural(item->unclear_words));
    if (result->may_excuse)
        fputs(
            "  not seen here: what swaps, acquiring loads, conditions and waits that are left out "
            "order: a pair above may be ordered by them, or never run\n",
            out);
    if (result->may_miss)
        fputs("  not seen here: a wait that is left out may last for ever; a signal may not come, "
              "or come before its slot has ended\n",
              out);
}

/* ---- A run that was watched ------------------------------------------------------------------ */

static const char *race_name(const vrrl_run_race *race)
{
    return access_is_load(race->kinds[0])   ? "read before write"
           : access_is_load(race->kinds[1]) ? "write before read"
                                            : "two writes";
}

static const char *which_run(const vrrl_run_check *run)
{
    return run->recorded ? "in the run that was recorded" : "in a run of one slot after the other";
}

/* Behind the first race, how many there are. */
static void write_slots_race(FILE *out, const vrrl_program_check *check, const vrrl_run_race *race,
                             const char *summary)
{
    if (check->epochs > 1)
        fprintf(out, "epoch %u: ", race->epoch);
    fprintf(out, "RACE  %s%s\n", race_name(race), summary);
    for (int i = 0; i < 2; i++)
        fprintf(out, "  %-16s  slot %u  %-6s %s\n", race->names[i], race->slots[i],
                access_verb(race->kinds[i]), race->word_name);
}

static void write_run_race(FILE *out, const vrrl_program_check *check, const vrrl_run_race *race,
                           bool is_first)
{
    const vrrl_run_check *run = check->run;
    const uint32_t pairs = run->race_total - run->told;
    char summary[160] = "";
    if (is_first)
        snprintf(summary, sizeof summary,
                 "    %u %spair%s of slots %s; another schedule may differ", pairs,
                 run->told > 0 ? "other " : "", plural(pairs), which_run(run));
    write_slots_race(out, check, race, summary);
    fprintf(out, "  no path %u -> %u: %u acquires %s\n", race->slots[0], race->slots[1],
            race->slots[1],
            race->acquired ? "what was released before this, not this" : "nothing of it");
}

static void write_excused(FILE *out, uint32_t equal, uint32_t silent, uint32_t validated)
{
    const struct {
        uint32_t count;
        const char *what;
    } rows[] = {{equal, "store equal values"},
                {silent, "store what was there, against a load"},
                {validated, "load what is validated afterwards"}};
    for (size_t i = 0; i < 3; i++)
        if (rows[i].count)
            fprintf(out, "  excused: %u unordered pair%s of slots that %s\n", rows[i].count,
                    plural(rows[i].count), rows[i].what);
}

static void write_replay(FILE *out, const char *what, const char *replay)
{
    if (replay && strlen(replay) <= CHECK_REPLAY_MAX)
        fprintf(out, "  %s: %s\n", what, replay);
    else if (replay)
        fprintf(out, "  %s: a command that is long (--json prints it)\n", what);
}

/* Of a run that was met in the search of all. */
static void write_witness(FILE *out, const char *replay, bool behind)
{
    write_replay(out, "witness", replay);
    if (!replay && behind)
        fputs("  witness: none; a replay of such a run stops in an epoch before, which fails\n",
              out);
}

/* Each two slots are one entry: of those that have one elsewhere no more is said than that they race here, too. */
static void write_run_races(FILE *out, const vrrl_program_check *check)
{
    const vrrl_run_check *run = check->run;
    bool is_first = true;
    for (uint32_t i = 0; i < run->race_count; i++) {
        if (run->races[i].told)
            continue;
        write_run_race(out, check, &run->races[i], is_first);
        is_first = false;
    }
    if (run->race_total > run->race_count)
        fprintf(out, "  and %u more pair%s of slots\n", run->race_total - run->race_count,
                plural(run->race_total - run->race_count));
    if (run->told > 0)
        fprintf(out, "  watched: %u pair%s of slots that another entry tells of race%s %s\n",
                run->told, plural(run->told), run->told == 1 ? "s" : "", which_run(run));
}

static void write_watched(FILE *out, const vrrl_program_check *check)
{
    const vrrl_run_check *run = check->run;
    char why[VRRL_ERROR_TEXT_MAX];
    write_run_races(out, check);
    if (run->stuck)
        fprintf(out, "DEADLOCK  %s epoch %u gets stuck\n", which_run(run), run->last);
    else if (run->breaks)
        fprintf(out, "FAILS  %s an expectation of epoch %u does not hold\n", which_run(run),
                run->last);
    else if (run->fails)
        fprintf(out, "  %s epoch %u does not end as the reference ends it\n", which_run(run),
                run->last);
    else if (run->race_count == 0 && run->epochs > 0)
        fprintf(out, "  watched: no two slots race %s; another schedule may differ\n",
                which_run(run));
    write_excused(out, run->equal_stores, run->silent_stores, run->validated_reads);
    write_replay(out, "witness", run->replay);
    if (run->recorded && !run->as_recorded)
        fputs("  run again in the recorded order, slots do not all show what they show there\n",
              out);
    if (run->stopped.kind)
        fprintf(out, "  not all of it was watched: %s\n", vrrl_stop_text(&run->stopped, why));
}

static void write_unwritten(FILE *out, const vrrl_program_check *check)
{
    if (check->unwritten_total > 0)
        fprintf(out, "UNWRITTEN  %u word%s of scratch %s read before anything is written there\n",
                check->unwritten_total, plural(check->unwritten_total),
                check->unwritten_total == 1 ? "is" : "are");
    for (uint32_t i = 0; i < check->unwritten_count; i++) {
        const vrrl_unwritten_read *read = &check->unwritten[i];
        if (check->epochs > 1)
            fprintf(out, "  epoch %u:", read->epoch);
        fprintf(out, "  %-16s  slot %u  reads  %s, which nothing has written\n", read->name,
                read->slot, read->word_name);
    }
    if (check->unwritten_total > check->unwritten_count)
        fprintf(out, "  and %u more\n", check->unwritten_total - check->unwritten_count);
}

/* ---- All executions -------------------------------------------------------------------------- */

static void write_all_races(FILE *out, const vrrl_program_check *check)
{
    const vrrl_all_check *all = check->all;
    char summary[160];
    snprintf(summary, sizeof summary, "    %u pair%s of slots, in executions under view",
             all->race_total, plural(all->race_total));
    for (uint32_t i = 0; i < all->race_count; i++) {
        write_slots_race(out, check, &all->races[i], i == 0 ? summary : "");
        write_witness(out, all->races[i].replay, all->races[i].behind);
    }
    if (all->race_total > all->race_count)
        fprintf(out, "  and %u more pair%s of slots\n", all->race_total - all->race_count,
                plural(all->race_total - all->race_count));
    if (all->race_count > 0)
        fputs("  repair: none was looked for: slots alone do not tell of such pairs\n", out);
}

/* A verdict of its own, or else something that the races or deadlocks above may have caused. */
static void write_end(FILE *out, const char *head, const vrrl_shown_end *end, bool is_verdict)
{
    char text[VRRL_CHECK_TEXT_MAX];
    if (!end->found)
        return;
    fprintf(out, is_verdict ? "%s  %s\n" : "  besides: %s  %s\n", head,
            vrrl_shown_end_text(end, text));
    write_witness(out, end->replay, end->behind);
}

static void write_all(FILE *out, const vrrl_program_check *check)
{
    const vrrl_all_check *all = check->all;
    char why[VRRL_ERROR_TEXT_MAX];
    write_all_races(out, check);
    bool wrong = check->verdict == VRRL_CHECK_RACY || check->verdict == VRRL_CHECK_DEADLOCK;
    write_end(out, "DEADLOCK", &all->deadlock, true);
    write_end(out, wrong ? "ends differ:" : "ORDER DEPENDS", &all->differs, !wrong);
    write_end(out, "FAILS", &all->breaks, !wrong);
    if (all->differs.found || all->breaks.found)
        write_replay(out, "and not so", all->agrees_replay);
    write_excused(out, all->equal_stores, all->silent_stores, all->validated_reads);
    if (all->complete)
        fprintf(out, "  exact: all executions under view were searched, %" PRIu64 " state%s\n",
                all->states, plural(all->states));
    else
        fprintf(out, "  not all executions were searched: %s\n",
                stop_told("it ended", &all->stopped, why));
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* Of the reference's run; all executions that were searched tell of it, too. */
static void write_breaks(FILE *out, const vrrl_program_check *check)
{
    if (!check->breaks.found || (check->all && check->all->breaks.found))
        return;
    write_end(out, "FAILS", &check->breaks, check->verdict == VRRL_CHECK_FAILS);
    if (check->breaks_always)
        fputs("  exact: every execution ends as the reference's run\n", out);
    else
        fputs("  shown by the reference's run, one slot after the other\n", out);
}

static void write_expectations(FILE *out, const vrrl_program_check *check)
{
    if (check->verdict != VRRL_CHECK_SAFE || check_covers_expectations(check))
        return;
    if (check->expectations == 1)
        fputs("  not covered: whether the program's expectation holds\n", out);
    else if (check->expectations > 1)
        fprintf(out, "  not covered: whether the program's %u expectations hold\n",
                check->expectations);
}

/* Whether the slots of an epoch show nothing by themselves, and all executions show more. */
static bool is_told_by_all(const vrrl_program_check *check, const vrrl_check_result *result)
{
    return check->all && check->all->complete && result->verdict != VRRL_CHECK_SAFE &&
           result->pairs == 0 && result->stuck_count == 0;
}

enum { ENTRIES_SHOWN = 64, ENTRY_VERDICTS = VRRL_CHECK_FAILS + 1 }; /* shown of each verdict */

/* "and 2,936 more entries of epochs, 2,900 RACE and 36 SAFE": those that are left out, by verdict. */
static void write_left_out(FILE *out, const uint32_t entries[ENTRY_VERDICTS])
{
    char number[27];
    uint64_t all = 0;
    for (int v = 0; v < ENTRY_VERDICTS; v++)
        all += entries[v] > ENTRIES_SHOWN ? entries[v] - ENTRIES_SHOWN : 0;
    if (all == 0)
        return;
    fprintf(out, "  and %s more entr%s of epochs:", vrrl_report_number(all, number),
            all == 1 ? "y" : "ies");
    for (int v = 0; v < ENTRY_VERDICTS; v++)
        if (entries[v] > ENTRIES_SHOWN)
            fprintf(out, " %s %s;", vrrl_report_number(entries[v] - ENTRIES_SHOWN, number),
                    vrrl_answer_title(vrrl_answer_of_check((vrrl_check_verdict)v)));
    fputs(" --json has them all\n", out);
}

static void write_items(FILE *out, const vrrl_program_check *check)
{
    uint32_t entries[ENTRY_VERDICTS] = {0};
    for (uint32_t i = 0; i < check->count; i++) {
        const vrrl_epoch_check *item = &check->items[i];
        if (is_told_by_all(check, item->result) ||
            entries[item->result->verdict]++ >= ENTRIES_SHOWN)
            continue;
        write_epochs(out, check, item);
        check_write_text(out, item->graph, item->result, check->as_run);
        write_notes(out, check, item);
    }
    write_left_out(out, entries);
}

void vrrl_program_check_write_text(const vrrl_program_check *check, FILE *out)
{
    write_items(out, check);
    if (check->count == 0)
        fputs(check->out_of_time ? "NOT KNOWN  no slots were looked at\n" : "SAFE  no slots\n",
              out);
    if (check->run && !(check->all && check->all->complete))
        write_watched(out, check);
    if (check->all)
        write_all(out, check);
    write_breaks(out, check);
    if (check->as_run)
        fputs(
            "  as it ran: a worker's slots in their order, and signals made before a wait for them "
            "was claimed, count as ordered\n",
            out);
    write_unwritten(out, check);
    if (check->unfinished)
        fprintf(out,
                "  recording  unfinished: its run was cut off; it has the %u epoch%s that had "
                "ended, and no more\n",
                check->epochs + check->epochs_left, plural(check->epochs + check->epochs_left));
    if (check->bare_log)
        fputs(REPORT_BARE_LOG, out);
    write_expectations(out, check);
    if (check->untried)
        fputs("  not each repair was tried: the time was over\n", out);
    if (check->out_of_time)
        fputs("  not all epochs were looked at to their end: the time was over\n", out);
    else if (check->epochs_left > 0)
        fprintf(out,
                check->all && check->all->complete
                    ? "  %u more epoch%s: the reference does not get there; what executions get "
                      "there was searched, too\n"
                    : "  %u more epoch%s: not looked at, the reference does not get there\n",
                check->epochs_left, plural(check->epochs_left));
    else if (!check->ended)
        fputs("  the reference does not end the last epoch\n", out);
}
