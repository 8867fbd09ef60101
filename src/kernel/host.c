#include "kernel/host.h"

#include "kernel/device_memory.h"
#include "kernel/trace.h"

const struct launch_step *host_next(const struct machine *m)
{
    const struct together *t = machine_together(m);
    return m->host_step < t->steps ? &m->kernel->launch->steps[t->first_step + m->host_step] : NULL;
}

uint64_t host_word(const struct machine *m, const struct launch_step *step)
{
    return m->kernel->regions[step->buffer].at + 4 * (uint64_t)step->word;
}

bool host_can_go(const struct machine *m)
{
    const struct launch_step *step = host_next(m);
    if (!step || step->kind != LAUNCH_WAIT)
        return step != NULL;
    return launch_holds(step->relation, (uint32_t)device_get(m, host_word(m, step), 4),
                        step->value);
}

void host_go(struct machine *m)
{
    const struct launch_step *step = host_next(m);
    struct device_access a = {.strand = machine_host(m),
                              .site = (uint32_t)(step - m->kernel->launch->steps),
                              .at = host_word(m, step),
                              .size = 4,
                              .scope = PTX_SCOPE_SYS};
    a.order = step->kind == LAUNCH_WAIT    ? PTX_ORDER_ACQUIRE
              : step->kind == LAUNCH_STORE ? PTX_ORDER_WEAK
                                           : PTX_ORDER_RELEASE;
    if (m->trace)
        trace_host(m, step, a.at);
    if (step->kind == LAUNCH_WAIT)
        device_read(m, &a);
    else
        device_write(m, &a, step->value);
    if (m->trace)
        trace_behind(m);
    m->host_step++;
}
