/* What `vrrl check` prints of a judgement. */
#include "vrrl/analysis/judge.h"

void vrrl_judgement_write_text(const vrrl_judgement *judgement, FILE *out)
{
    const vrrl_program_check *check = judgement->program_check;
    if (judgement->graph) {
        vrrl_check_write_text(judgement->graph, judgement->graph_check, out);
        return;
    }
    vrrl_program_check_write_text(check, out);
    if (check->verdict == VRRL_CHECK_NOT_KNOWN && judgement->command)
        fprintf(out, "NOT KNOWN  whether it can go wrong. Fix: vrrl explore %s\n",
                judgement->command);
}

vrrl_code vrrl_judgement_write_json(const vrrl_judgement *judgement, FILE *out, vrrl_error *err)
{
    return judgement->graph
               ? vrrl_check_write_json(judgement->graph, judgement->graph_check, out, err)
               : vrrl_program_check_write_json(judgement->program_check, out, err);
}
