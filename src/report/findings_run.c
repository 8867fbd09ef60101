/* What campaigns, replays and diffs found, as findings. */
#include "report/findings.h"

#include "base/value_text.h"
#include "program/batch_view.h"
#include "report/access_words.h"

#include <stdio.h>
#include <string.h>

static vrrl_finding_kind kind_of_defect(vrrl_defect_kind kind)
{
    return kind == VRRL_DEFECT_DEADLOCK   ? VRRL_FINDING_DEADLOCK
           : kind == VRRL_DEFECT_LIVELOCK ? VRRL_FINDING_LIVELOCK
           : kind == VRRL_DEFECT_SHUTDOWN ? VRRL_FINDING_SHUTDOWN
                                          : VRRL_FINDING_FAILS;
}

static vrrl_finding_kind kind_of_verdict(vrrl_verdict verdict)
{
    return verdict == VRRL_VERDICT_HANG       ? VRRL_FINDING_HANG
           : verdict == VRRL_VERDICT_SHUTDOWN ? VRRL_FINDING_SHUTDOWN
                                              : VRRL_FINDING_DEADLOCK;
}

static void say_values(vrrl_finding *finding, const vrrl_run_outcome *o, const char *word)
{
    char found[VALUE_TEXT_MAX], expected[VALUE_TEXT_MAX];
    const char *label = finding->labels[0][0] ? finding->labels[0] : "the epoch";
    if (o->kind == VRRL_DEFECT_STATUS)
        snprintf(finding->text, sizeof finding->text, "%s ends as %s, expected %s", label,
                 vrrl_status_name(o->found), vrrl_status_name((uint32_t)o->expected));
    else if (finding->kind != VRRL_FINDING_FAILS)
        snprintf(finding->text, sizeof finding->text, "%s: %s%s%s", vrrl_defect_kind_name(o->kind),
                 label, *word ? ", about " : "", word);
    else
        snprintf(finding->text, sizeof finding->text, "%s: %s is %s, expected %s", label, word,
                 value_text(o->found, found), value_text(o->expected, expected));
}

/* `string`, of its schedule, may be NULL. */
static vrrl_code add_outcome(const vrrl_program *program, const vrrl_run_outcome *o,
                             const char *string, vrrl_findings *list, vrrl_error *err)
{
    char word[VRRL_NAME_MAX] = "";
    vrrl_finding finding =
        finding_of_slots(program, kind_of_defect(o->kind), o->epoch, o->slot, o->other);
    if (o->word != VRRL_NO_INDEX)
        epoch_word_name(program, o->epoch, o->word, word, sizeof word);
    if (o->kind == VRRL_DEFECT_EXPECT)
        finding.line = finding_line_of_expectation(program, o->epoch, o->word);
    say_values(&finding, o, word);
    finding_set_key(&finding, vrrl_defect_kind_name(o->kind), word);
    return findings_add(list, &finding, NULL, string, err);
}

vrrl_code vrrl_findings_add_explore(vrrl_findings *list, const vrrl_program *program,
                                    const vrrl_explore_result *r, vrrl_error *err)
{
    vrrl_code code = findings_add_holes(list, r->lint, err);
    for (uint32_t i = 0; i < r->defect_count && code == VRRL_OK; i++)
        code = add_outcome(program, &r->defects[i].first, r->defects[i].schedule, list, err);
    return code;
}

vrrl_code vrrl_findings_add_explain(vrrl_findings *list, const vrrl_program *program,
                                    const vrrl_explain_result *r, vrrl_error *err)
{
    return add_outcome(program, &r->outcome, r->failing.schedule, list, err);
}

vrrl_code vrrl_findings_add_schedule(vrrl_findings *list, const vrrl_program *program,
                                     const vrrl_schedule_result *r, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    if (r->outcome.kind != VRRL_DEFECT_NONE)
        code = add_outcome(program, &r->outcome, NULL, list, err);
    return code;
}

/* ---- Diffs ----------------------------------------------------------------------------------- */

static vrrl_code add_stuck(const vrrl_program *program, uint32_t epoch, vrrl_verdict verdict,
                           const vrrl_stuck *stuck, vrrl_findings *list, vrrl_error *err)
{
    uint32_t slot = stuck->root_count > 0 ? stuck->roots[0].slot : VRRL_NO_INDEX;
    uint32_t word = stuck->root_count > 0 ? stuck->roots[0].wait_word : VRRL_NO_INDEX;
    char name[VRRL_NAME_MAX] = "";
    vrrl_finding finding =
        finding_of_slots(program, kind_of_verdict(verdict), epoch, slot, VRRL_NO_INDEX);
    if (word != VRRL_NO_INDEX)
        epoch_word_name(program, epoch, word, name, sizeof name);
    snprintf(finding.text, sizeof finding.text, "epoch %u ends in a %s%s%s%s%s", epoch,
             vrrl_verdict_name(verdict), slot == VRRL_NO_INDEX ? "" : ": the root is ",
             finding.labels[0], *name ? ", which waits for " : "", name);
    finding_set_key(&finding, "run", name);
    return findings_add(list, &finding, NULL, NULL, err);
}

vrrl_code vrrl_findings_add_diff(vrrl_findings *list, const vrrl_program *program,
                                 const vrrl_diff_result *r, vrrl_error *err)
{
    if (r->outcome == VRRL_OUTCOME_STUCK)
        return add_stuck(program, r->epoch,
                         r->verdict_b != VRRL_VERDICT_COMPLETE ? r->verdict_b : r->verdict_a,
                         r->stuck, list, err);
    if (r->outcome != VRRL_OUTCOME_DIVERGED)
        return VRRL_OK;
    const char *word = r->word_count > 0 ? r->words[0].name : "";
    vrrl_finding finding = finding_of_slots(program, VRRL_FINDING_DIVERGED, r->epoch, r->slot,
                                            r->flip_count > 0 ? r->flips[0].other : VRRL_NO_INDEX);
    snprintf(finding.text, sizeof finding.text, "the first difference is of %s: epoch %u%s%s%s%s",
             vrrl_difference_name(r->difference), r->epoch, finding.labels[0][0] ? ", " : "",
             finding.labels[0], *word ? ", " : "", word);
    finding_set_key(&finding, vrrl_difference_name(r->difference), word);
    return findings_add(list, &finding, NULL, NULL, err);
}

vrrl_code vrrl_findings_add_bare(vrrl_findings *list, const vrrl_bare_log *log,
                                 const vrrl_bare_result *r, vrrl_error *err)
{
    const vrrl_program *program = vrrl_bare_log_program(log);
    if (r->verdict != VRRL_VERDICT_COMPLETE)
        return add_stuck(program, r->epochs - 1, r->verdict, r->stuck, list, err);
    if (r->statuses_differing == 0)
        return VRRL_OK;
    vrrl_finding finding =
        finding_of_slots(program, VRRL_FINDING_DIVERGED, r->epoch, r->slot, VRRL_NO_INDEX);
    snprintf(finding.text, sizeof finding.text,
             "%s ended as %s, and ends as %s when it is replayed", finding.labels[0],
             vrrl_status_name(r->recorded_status), vrrl_status_name(r->replayed_status));
    finding_set_key(&finding, "status", "");
    return findings_add(list, &finding, NULL, NULL, err);
}
