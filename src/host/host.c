#include "host/host.h"

#include "base/error.h"
#include "base/options.h"
#include "ring/publish.h"

#include <stdlib.h>

static vrrl_code allocate_host(vrrl_host *host, vrrl_error *err)
{
    size_t slots = host->machine.geometry.ring_slots;
    host->indices = calloc(slots, sizeof *host->indices);
    host->queues = calloc(slots, sizeof *host->queues);
    host->pending = calloc(slots, sizeof *host->pending);
    host->waiters = calloc(slots, sizeof *host->waiters);
    if (!host->indices || !host->queues || !host->pending || !host->waiters)
        return error_no_memory(err, slots * sizeof *host->waiters);
    return VRRL_OK;
}

vrrl_code vrrl_host_create(const vrrl_driver *driver, const vrrl_machine *machine, vrrl_host **out,
                           vrrl_error *err)
{
    vrrl_layout layout;
    vrrl_code code = vrrl_geometry_layout(&machine->geometry, &layout, err);
    if (code)
        return code;
    vrrl_host *host = calloc(1, sizeof *host);
    if (!host)
        return error_no_memory(err, sizeof *host);
    host->driver = driver;
    host->machine = *machine;
    host->machine.seed = seed_of_option(machine->seed);
    code = allocate_host(host, err);
    if (!code)
        code = driver->create(&host->machine, &host->backend, err);
    if (code) {
        vrrl_host_free(host);
        return code;
    }
    host->ring = (struct ring){
        .arena = driver->arena(host->backend), .geometry = machine->geometry, .layout = layout};
    ring_init(&host->ring);
    *out = host;
    return VRRL_OK;
}

void vrrl_host_free(vrrl_host *host)
{
    if (!host)
        return;
    host->driver->destroy(host->backend);
    free(host->indices);
    free(host->queues);
    free(host->pending);
    free(host->waiters);
    free(host);
}

void host_go_to(vrrl_host *host, uint32_t epoch, uint32_t next)
{
    host->epoch = epoch;
    host->next = next;
    host->over = false;
}

vrrl_code host_reopen(vrrl_host *host, vrrl_error *err)
{
    host->driver->destroy(host->backend);
    host->backend = NULL;
    vrrl_code code = host->driver->create(&host->machine, &host->backend, err);
    if (code == VRRL_OK)
        host->ring.arena = host->driver->arena(host->backend);
    return code;
}

uint32_t *vrrl_host_arena(vrrl_host *host)
{
    return host->ring.arena;
}

const vrrl_layout *vrrl_host_layout(const vrrl_host *host)
{
    return &host->ring.layout;
}

const vrrl_machine *vrrl_host_machine(const vrrl_host *host)
{
    return &host->machine;
}

const char *vrrl_verdict_name(vrrl_verdict verdict)
{
    switch (verdict) {
    case VRRL_VERDICT_COMPLETE:
        return "complete";
    case VRRL_VERDICT_DEADLOCK:
        return "deadlock";
    case VRRL_VERDICT_HANG:
        return "hang";
    case VRRL_VERDICT_SHUTDOWN:
        return "shutdown";
    }
    return "?";
}

static vrrl_code check_quota(const vrrl_host *host, const uint32_t published[32], vrrl_error *err)
{
    for (uint32_t t = 0; t < 32; t++) {
        uint32_t quota = host->ring.arena[VRRL_WORD_QUOTA + t];
        if (quota && published[t] > quota)
            return error_set(err, VRRL_REFUSED,
                             "Fix: publish fewer of this tenant's slots an epoch, or raise its "
                             "quota.",
                             "%u slots of tenant %u (modulo 32), its quota is %u an epoch",
                             published[t], t, quota);
    }
    return VRRL_OK;
}

vrrl_code host_check(const vrrl_host *host, const vrrl_epoch_input *input, vrrl_error *err)
{
    const vrrl_worker_model *model = &host->machine.model;
    uint32_t published[32] = {0};
    for (uint32_t i = 0; i < input->slot_count; i++) {
        const vrrl_slot_input *slot = &input->slots[i];
        vrrl_code code = ring_check(&host->machine.geometry, slot, err);
        if (code)
            return code;
        bool pool = model->kind == VRRL_MODEL_POOL;
        if (pool ? slot->queue != VRRL_NO_WORKER : slot->queue >= model->queues)
            return error_set(err, VRRL_REFUSED,
                             "Fix: give each slot one of the machine's queues; none in a pool.",
                             "slot %u of the batch is for queue %u of %u", i, slot->queue,
                             model->queues);
        published[slot->tenant & 31u]++;
    }
    return check_quota(host, published, err);
}
