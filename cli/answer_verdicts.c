/* The verdicts of results, in the words of all commands. */
#include "answer.h"

#include "vrrl/analysis/report.h"
#include "vrrl/run/report.h"

enum answer_verdict answer_of_run(vrrl_verdict verdict)
{
    static const enum answer_verdict verdicts[] = {[VRRL_VERDICT_COMPLETE] = ANSWER_DONE,
                                                   [VRRL_VERDICT_DEADLOCK] = ANSWER_DEADLOCK,
                                                   [VRRL_VERDICT_HANG] = ANSWER_HANG,
                                                   [VRRL_VERDICT_SHUTDOWN] = ANSWER_SHUTDOWN};
    return verdicts[verdict];
}

enum answer_verdict answer_of_check(vrrl_check_verdict verdict)
{
    static const enum answer_verdict verdicts[] = {
        [VRRL_CHECK_SAFE] = ANSWER_SAFE,
        [VRRL_CHECK_RACY] = ANSWER_RACE,
        [VRRL_CHECK_DEADLOCK] = ANSWER_DEADLOCK,
        [VRRL_CHECK_NOT_KNOWN] = ANSWER_NOT_KNOWN,
        [VRRL_CHECK_UNWRITTEN] = ANSWER_UNWRITTEN,
        [VRRL_CHECK_ORDER_DEPENDS] = ANSWER_ORDER_DEPENDS,
        [VRRL_CHECK_FAILS] = ANSWER_FAILS};
    return verdicts[verdict];
}

enum answer_verdict answer_of_outcome(vrrl_outcome outcome, vrrl_verdict stuck)
{
    static const enum answer_verdict verdicts[] = {[VRRL_OUTCOME_SAME] = ANSWER_SAME,
                                                   [VRRL_OUTCOME_DIVERGED] = ANSWER_DIVERGED,
                                                   [VRRL_OUTCOME_UNTOLD] = ANSWER_NOT_KNOWN};
    return outcome == VRRL_OUTCOME_STUCK ? answer_of_run(stuck) : verdicts[outcome];
}

enum answer_verdict answer_of_diff(const vrrl_diff_result *r)
{
    bool b = r->verdict_b != VRRL_VERDICT_COMPLETE;
    return answer_of_outcome(r->outcome, b ? r->verdict_b : r->verdict_a);
}

enum answer_verdict answer_of_defect(vrrl_defect_kind kind)
{
    static const enum answer_verdict verdicts[] = {
        [VRRL_DEFECT_NONE] = ANSWER_NO_FAILURE,   [VRRL_DEFECT_VALUE] = ANSWER_FAILS,
        [VRRL_DEFECT_STATUS] = ANSWER_FAILS,      [VRRL_DEFECT_EXPECT] = ANSWER_FAILS,
        [VRRL_DEFECT_DEADLOCK] = ANSWER_DEADLOCK, [VRRL_DEFECT_LIVELOCK] = ANSWER_LIVELOCK,
        [VRRL_DEFECT_SHUTDOWN] = ANSWER_SHUTDOWN};
    return verdicts[kind];
}

/* Of several defects the first that gets stuck, else the first. */
enum answer_verdict answer_of_explore(const vrrl_explore_result *r)
{
    int exit_code = vrrl_report_explore_exit(r);
    for (uint32_t i = 0; i < r->defect_count; i++) {
        enum answer_verdict verdict = answer_of_defect(r->defects[i].first.kind);
        if (verdict == ANSWER_FAILS ? exit_code == CLI_DIFFERENT : exit_code == CLI_STUCK)
            return verdict;
    }
    return exit_code == CLI_DIFFERENT ? ANSWER_UNWRITTEN
           : exit_code == CLI_CANNOT  ? ANSWER_NOT_KNOWN
                                      : ANSWER_NO_FAILURE;
}
