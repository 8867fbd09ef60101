/* Runs a program on a fresh machine and observes each epoch. */
#include "run/replay.h"

#include "base/error.h"
#include "run/observed.h"

static vrrl_code on_started(void *context, vrrl_host *host, vrrl_error *err)
{
    (void)err;
    ((struct replay *)context)->host = host;
    return VRRL_OK;
}

static vrrl_code on_publish(void *context, uint32_t epoch, uint32_t index, uint32_t queue,
                            const uint32_t *words, vrrl_error *err)
{
    struct replay *r = context;
    return observer_publish(&r->observer, epoch, index, queue, words, err);
}

static vrrl_code on_complete(void *context, uint32_t epoch, uint32_t index, const uint32_t *words,
                             const vrrl_ticket *ticket, vrrl_error *err)
{
    (void)epoch;
    (void)err;
    struct replay *r = context;
    observer_complete(&r->observer, index, words, ticket);
    return VRRL_OK;
}

static vrrl_code on_observe(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    struct replay *r = context;
    return observer_observe(&r->observer, r->host, result, err);
}

static vrrl_code on_end(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    (void)result;
    struct replay *r = context;
    vrrl_code code = r->visit(r->context, r->host, &r->observer.observation, err);
    observer_next_epoch(&r->observer);
    return code;
}

vrrl_sink replay_sink(struct replay *replay)
{
    return (vrrl_sink){.context = replay,
                       .publish = on_publish,
                       .complete = on_complete,
                       .observe = on_observe,
                       .end = on_end};
}

vrrl_code replay_program(const vrrl_program *program, const vrrl_run_options *options,
                         enum replay_looks_at what, observation_visitor *visit, void *context,
                         vrrl_verdict *verdict, vrrl_error *err)
{
    struct replay r = {.visit = visit, .context = context};
    const vrrl_sink sink = replay_sink(&r);
    struct observed_state state;
    const struct word_range none = {0};
    vrrl_code code = what == REPLAY_ALL ? observed_state_of(program, &state, err)
                                        : state_create(&state, &none, 0, err);
    if (code == VRRL_OK)
        code = observer_create(&r.observer, &state, program->geometry.ring_slots, err);
    r.observer.slots_only = what == REPLAY_SLOTS_ONLY;
    if (code == VRRL_OK)
        code = vrrl_program_run(program, options, &sink, on_started, verdict, err);
    observer_free(&r.observer);
    return code;
}
