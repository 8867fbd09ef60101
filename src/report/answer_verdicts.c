/* The verdicts of results, in the words of all commands. */
#include "vrrl/analysis/answer.h"

#include "vrrl/analysis/report.h"
#include "vrrl/run/report.h"

static const struct {
    const char *word, *title;
    int exit_code;
} rows[] = {
#define X(code, word, title, exit) [VRRL_ANSWER_##code] = {word, title, exit},
    VRRL_ANSWER_TABLE(X)
#undef X
};

const char *vrrl_answer_word(vrrl_answer_verdict verdict)
{
    return (unsigned)verdict < VRRL_ANSWER_VERDICTS ? rows[verdict].word : "?";
}

const char *vrrl_answer_title(vrrl_answer_verdict verdict)
{
    return (unsigned)verdict < VRRL_ANSWER_VERDICTS ? rows[verdict].title : "?";
}

int vrrl_answer_exit(vrrl_answer_verdict verdict)
{
    bool known = (unsigned)verdict < VRRL_ANSWER_VERDICTS;
    return rows[known ? verdict : VRRL_ANSWER_ERROR].exit_code;
}

vrrl_answer_verdict vrrl_answer_of_run(vrrl_verdict verdict)
{
    static const vrrl_answer_verdict verdicts[] = {[VRRL_VERDICT_COMPLETE] = VRRL_ANSWER_DONE,
                                                   [VRRL_VERDICT_DEADLOCK] = VRRL_ANSWER_DEADLOCK,
                                                   [VRRL_VERDICT_HANG] = VRRL_ANSWER_HANG,
                                                   [VRRL_VERDICT_SHUTDOWN] = VRRL_ANSWER_SHUTDOWN};
    return verdicts[verdict];
}

vrrl_answer_verdict vrrl_answer_of_record(const vrrl_record_summary *summary)
{
    if (summary->verdict != VRRL_VERDICT_COMPLETE)
        return vrrl_answer_of_run(summary->verdict);
    if (summary->expectation_failures > 0)
        return VRRL_ANSWER_FAILS;
    return summary->cut ? VRRL_ANSWER_NOT_KNOWN : VRRL_ANSWER_DONE;
}

vrrl_answer_verdict vrrl_answer_of_check(vrrl_check_verdict verdict)
{
    static const vrrl_answer_verdict verdicts[] = {[VRRL_CHECK_SAFE] = VRRL_ANSWER_SAFE,
                                                   [VRRL_CHECK_RACY] = VRRL_ANSWER_RACE,
                                                   [VRRL_CHECK_DEADLOCK] = VRRL_ANSWER_DEADLOCK,
                                                   [VRRL_CHECK_NOT_KNOWN] = VRRL_ANSWER_NOT_KNOWN,
                                                   [VRRL_CHECK_UNWRITTEN] = VRRL_ANSWER_UNWRITTEN,
                                                   [VRRL_CHECK_ORDER_DEPENDS] =
                                                       VRRL_ANSWER_ORDER_DEPENDS,
                                                   [VRRL_CHECK_FAILS] = VRRL_ANSWER_FAILS,
                                                   [VRRL_CHECK_UNFIT] = VRRL_ANSWER_UNFIT};
    return verdicts[verdict];
}

vrrl_answer_verdict vrrl_answer_of_outcome(vrrl_outcome outcome, vrrl_verdict stuck)
{
    static const vrrl_answer_verdict verdicts[] = {[VRRL_OUTCOME_SAME] = VRRL_ANSWER_SAME,
                                                   [VRRL_OUTCOME_DIVERGED] = VRRL_ANSWER_DIVERGED,
                                                   [VRRL_OUTCOME_UNTOLD] = VRRL_ANSWER_NOT_KNOWN};
    return outcome == VRRL_OUTCOME_STUCK ? vrrl_answer_of_run(stuck) : verdicts[outcome];
}

vrrl_answer_verdict vrrl_answer_of_diff(const vrrl_diff_result *r)
{
    bool b = r->verdict_b != VRRL_VERDICT_COMPLETE;
    return vrrl_answer_of_outcome(r->outcome, b ? r->verdict_b : r->verdict_a);
}

vrrl_answer_verdict vrrl_answer_of_defect(vrrl_defect_kind kind)
{
    static const vrrl_answer_verdict verdicts[] = {[VRRL_DEFECT_NONE] = VRRL_ANSWER_NO_FAILURE,
                                                   [VRRL_DEFECT_VALUE] = VRRL_ANSWER_FAILS,
                                                   [VRRL_DEFECT_STATUS] = VRRL_ANSWER_FAILS,
                                                   [VRRL_DEFECT_EXPECT] = VRRL_ANSWER_FAILS,
                                                   [VRRL_DEFECT_DEADLOCK] = VRRL_ANSWER_DEADLOCK,
                                                   [VRRL_DEFECT_LIVELOCK] = VRRL_ANSWER_LIVELOCK,
                                                   [VRRL_DEFECT_SHUTDOWN] = VRRL_ANSWER_SHUTDOWN};
    return verdicts[kind];
}

vrrl_answer_verdict vrrl_answer_of_schedule(vrrl_defect_kind kind)
{
    if (kind == VRRL_DEFECT_NONE)
        return VRRL_ANSWER_SAME;
    bool differs = kind == VRRL_DEFECT_VALUE || kind == VRRL_DEFECT_STATUS;
    return differs ? VRRL_ANSWER_DIVERGED : vrrl_answer_of_defect(kind);
}

vrrl_answer_verdict vrrl_answer_of_nothing(const vrrl_error *nothing, const vrrl_graph_lint *lint)
{
    if (lint && lint->hole_total > 0)
        return VRRL_ANSWER_UNWRITTEN;
    return nothing->found < nothing->expected ? VRRL_ANSWER_NOT_KNOWN : VRRL_ANSWER_NO_FAILURE;
}

vrrl_answer_verdict vrrl_answer_of_explore(const vrrl_explore_result *r)
{
    int exit_code = vrrl_report_explore_exit(r);
    for (uint32_t i = 0; i < r->defect_count; i++) {
        vrrl_answer_verdict verdict = vrrl_answer_of_defect(r->defects[i].first.kind);
        if (vrrl_answer_exit(verdict) == exit_code)
            return verdict;
    }
    return exit_code == vrrl_answer_exit(VRRL_ANSWER_UNWRITTEN)   ? VRRL_ANSWER_UNWRITTEN
           : exit_code == vrrl_answer_exit(VRRL_ANSWER_NOT_KNOWN) ? VRRL_ANSWER_NOT_KNOWN
                                                                  : VRRL_ANSWER_NO_FAILURE;
}
