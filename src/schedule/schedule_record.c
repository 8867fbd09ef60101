/* A recording of the run that a schedule string stands for. */
#include "schedule/schedule.h"

#include "backends/scheduled/driver.h"
#include "base/error.h"
#include "host/host.h"
#include "schedule/schedule_run.h"
#include "schedule/schedule_string.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/run/recording.h"

/* What steers the scheduled backend through one run. */
struct steering {
    const char *text;
    const struct schedule *schedule;
    struct schedule_maker maker;
    struct chooser by;
    const struct sched_grain *grain;
    void *engine; /* of the epoch under way */
    uint32_t epoch;
};

static void pick(void *context, const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                 uint32_t *option)
{
    const struct steering *s = context;
    s->by.choose(s->by.context, lanes, count, at, option);
}

static uint32_t list_claims(const void *context, uint32_t lane, uint32_t *slots)
{
    const struct steering *s = context;
    return s->grain->claims(s->engine, lane, slots);
}

static uint32_t claims_again(const void *context, uint32_t *slots)
{
    const struct steering *s = context;
    return s->grain->claims_again(s->engine, slots);
}

static uint32_t claim_of(const void *context, uint32_t lane, uint32_t slot)
{
    const struct steering *s = context;
    return s->grain->claim_of(s->engine, lane, slot);
}

static uint32_t claimed_by(const void *context, uint32_t lane, uint32_t option)
{
    const struct steering *s = context;
    return s->grain->claimed_by(s->engine, lane, option);
}

static vrrl_code steer(void *context, const struct core *machine, struct scheduled_run *run,
                       vrrl_error *err)
{
    struct steering *s = context;
    const struct run_target_options *o = &s->schedule->target;
    const struct sched_options options = {.setup = o->setup, .starved = VRRL_NO_WORKER};
    vrrl_batch_view batch = machine->batch;
    batch.count--;
    s->grain->destroy(s->engine);
    s->engine = NULL;
    vrrl_code code =
        s->grain->create(&machine->machine, machine->arena, &batch, &options, &s->engine, err);
    if (code != VRRL_OK)
        return code;
    if (s->by.begin)
        s->by.begin(s->by.context, s->epoch, batch.count, s->grain->lanes(s->engine));
    vrrl_verdict verdict = s->grain->run(s->engine, pick, s);
    *run = (struct scheduled_run){.grain = s->grain, .engine = s->engine, .verdict = verdict};
    s->epoch++;
    return VRRL_OK;
}

static vrrl_code prepare_host(void *context, vrrl_host *host, vrrl_error *err)
{
    (void)err;
    struct scheduled *backend = host->backend;
    backend->steering = steer;
    backend->context = context;
    return VRRL_OK;
}

static vrrl_code record(struct steering *s, const vrrl_program *program, const char *path,
                        vrrl_record_summary *summary, vrrl_error *err)
{
    const struct run_target_options *o = &s->schedule->target;
    bool pool = program->model.kind == VRRL_MODEL_POOL;
    vrrl_program machine = *program; /* as many queues run at a time as the schedule says */
    if (!pool && o->setup.workers)
        machine.model.resident = o->setup.workers;
    vrrl_run_options options = {.size = sizeof options,
                                .workers = pool && o->setup.workers ? o->setup.workers : 1,
                                .claim = VRRL_CLAIM_RANDOM,
                                .schedule = s->text,
                                .prepare = prepare_host,
                                .prepare_context = s};
    const struct chooser_claims claims = {.context = s,
                                          .list = list_claims,
                                          .again = claims_again,
                                          .option = claim_of,
                                          .slot = claimed_by};
    vrrl_code code = vrrl_driver_find("scheduled", &options.driver, err);
    if (code == VRRL_OK)
        code = schedule_make(&s->maker, s->schedule, claims, &s->by, err);
    if (code == VRRL_OK)
        code = vrrl_record_program(&machine, path, &options, NULL, summary, err);
    if (code == VRRL_OK)
        code = schedule_made(&s->maker, err);
    return code;
}

vrrl_code vrrl_schedule_record(const vrrl_program *program, const char *text, const char *path,
                               vrrl_record_summary *summary, vrrl_error *err)
{
    struct schedule read;
    *summary = (vrrl_record_summary){.epochs = 0};
    vrrl_code code = schedule_read(program, text, &read, err);
    if (code != VRRL_OK)
        return code;
    struct steering s = {.text = text, .schedule = &read};
    s.grain =
        read.target.setup.grain == VRRL_GRAIN_SLOT ? &sched_grain_slot : &sched_grain_operation;
    code = record(&s, program, path, summary, err);
    s.grain->destroy(s.engine);
    schedule_maker_free(&s.maker);
    schedule_free(&read);
    return code;
}
