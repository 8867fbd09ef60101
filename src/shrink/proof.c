#include "shrink/proof.h"

#include "base/error.h"
#include "explore/exhaustive_program.h"
#include "program/batch_view.h"

#include <stdlib.h>
#include <string.h>

enum { STATES_EACH = 50000, POOL_MAX = 64 };

/* Steps of slots are steps of operations that are not interrupted, by as many workers as it takes. */
static struct run_target_options operations(const struct run_target_options *from,
                                            const vrrl_program *program)
{
    struct run_target_options options = *from;
    uint32_t slots = program_largest_batch(program);
    options.ask_always = false;
    if (from->setup.grain == VRRL_GRAIN_OPERATION)
        return options;
    options.setup.grain = VRRL_GRAIN_OPERATION;
    if (program->model.kind == VRRL_MODEL_POOL)
        options.setup.workers = slots < 1 ? 1 : slots > POOL_MAX ? POOL_MAX : slots;
    return options;
}

/* What the ends of all runs show. */
struct ends {
    const struct failure_oracle *oracle;
    const struct edited *edited;
    struct run_target *target;
    struct oracle_result *caught;
    bool near; /* one fails at another slot: which comes first depends on how the end was come to */
    bool found;
    struct exhaust_choice *choices; /* of the first that is */
    uint32_t count;
    vrrl_code code;
    vrrl_error *err;
};

static void keep_choices(struct ends *e, const struct exhaust_choice *choices, uint32_t count)
{
    e->found = true;
    e->choices = malloc(count * sizeof *choices + 1);
    e->count = count;
    if (!e->choices)
        e->code = error_no_memory(e->err, count * sizeof *choices);
    else if (count > 0)
        memcpy(e->choices, choices, count * sizeof *choices);
}

static void look(void *context, const vrrl_run_outcome *outcome,
                 const struct exhaust_choice *choices, uint32_t count)
{
    struct ends *e = context;
    struct oracle_result caught = {.outcome = *outcome, .reference = e->caught->reference};
    e->caught->varies = e->caught->varies || outcome->kind == VRRL_DEFECT_NONE;
    const bool asks = e->oracle->alike && !e->caught->others;
    if ((e->found && !asks) || e->code != VRRL_OK)
        return;
    e->code = oracle_note_root(e->target, &caught, e->err);
    if (e->code != VRRL_OK)
        return;
    const bool is_it = signature_is(&e->oracle->signature, e->edited, &caught);
    e->caught->others |= asks && !is_it;
    if (is_it && !e->found)
        keep_choices(e, choices, count);
    else if (!is_it && (outcome->kind == VRRL_DEFECT_VALUE || outcome->kind == VRRL_DEFECT_STATUS))
        e->near = e->near || outcome->kind == e->oracle->signature.kind;
}

static vrrl_code run_found(struct failure_oracle *h, const struct ends *e, vrrl_error *err)
{
    struct exhaust_given given = {.choices = e->choices, .count = e->count};
    const struct chooser by = {.context = &given, .choose = exhaust_choose_given};
    h->runs++;
    return oracle_run(e->target, &by, e->caught, err);
}

static vrrl_code search(struct failure_oracle *h, struct ends *e, uint64_t *states_left,
                        enum proof_answer *answer, vrrl_error *err)
{
    struct exhaust_result all = {.complete = false};
    const struct exhaust_request request = {.state_limit = *states_left < STATES_EACH ? *states_left
                                                                                      : STATES_EACH,
                                            .limit = h->limit,
                                            .ended = look,
                                            .context = e};
    vrrl_code code = exhaust(e->target, e->edited->program, &request, &all, err);
    *states_left -= all.states < *states_left ? all.states : *states_left;
    if (code == VRRL_OK)
        code = e->code;
    if (code == VRRL_OK && e->found)
        code = run_found(h, e, err);
    bool may_vary = (!h->varies || e->caught->varies) &&
                    !(h->always && (e->caught->varies || e->caught->others));
    if (e->found && may_vary)
        *answer = PROOF_YES;
    else if (all.complete && (!e->near || !may_vary))
        *answer = PROOF_NO;
    exhaust_result_free(&all);
    return code;
}

vrrl_code proof_fails(struct failure_oracle *h, const struct edited *edited, uint64_t *states_left,
                      enum proof_answer *answer, struct oracle_result *caught, vrrl_error *err)
{
    struct run_target *s;
    const struct run_target_options options = operations(&h->options, edited->program);
    *answer = PROOF_UNKNOWN;
    *caught = (struct oracle_result){.runs = 0};
    if (*states_left == 0)
        return VRRL_OK;
    h->programs++;
    vrrl_code code = run_target_create(edited->program, &options, &s, err);
    if (code != VRRL_OK) { /* what no host runs does not fail as the failure signature does */
        *answer = PROOF_NO;
        return oracle_is_other(code) ? VRRL_OK : code;
    }
    caught->reference = run_target_reference(s)->kind;
    caught->varies = caught->reference == VRRL_DEFECT_NONE;
    struct ends e = {.oracle = h, .edited = edited, .target = s, .caught = caught, .err = err};
    if (oracle_reference_is_as_good(h, caught))
        code = search(h, &e, states_left, answer, err);
    else
        *answer = PROOF_NO;
    if (*answer == PROOF_YES && h->options.setup.grain != VRRL_GRAIN_OPERATION)
        *answer = PROOF_UNKNOWN;
    free(e.choices);
    run_target_destroy(s);
    return code;
}
