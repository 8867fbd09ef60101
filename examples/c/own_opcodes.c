/* A host with opcodes of its own. Its step is one table, of which come both: the log of what it publishes and what ended,
 * and a task graph, which says what its slots read and write, for `vrrl check`. It links vrrl::log alone.
 *
 *     cc own_opcodes.c $(pkg-config --cflags --libs vrrl-log) -o host
 *     ./host run.vrrl           # logs three steps, and is killed in the last
 *     ./host --graph >step.json # what a step does
 */
#include <vrrl/log/clock.h>
#include <vrrl/log/log.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { OP_ROPE = 0x2a, OP_ATTENTION = 0x2b, OP_SAMPLE = 0x2c };
enum { STATUS_DONE = 3, TENANT_DECODE = 1, LAYER = 3, STEPS = 3 };

/* A slot of the step: what it is, and what it waits for, reads, writes and signals. */
struct task {
    const char *name;
    uint32_t opcode, head;
    const char *waits, *accesses, *signals;
};

static const struct task step[] = {
    {"rope", OP_ROPE, 0, "", "{\"buffer\":0,\"kind\":\"read\"},{\"buffer\":1,\"kind\":\"write\"}",
     "{\"counter\":0}"},
    {"attention[0]", OP_ATTENTION, 0, "{\"counter\":0,\"threshold\":1}",
     "{\"buffer\":1,\"kind\":\"read\",\"columns\":[0,64]},"
     "{\"buffer\":2,\"kind\":\"write\",\"columns\":[0,64]}",
     "{\"counter\":1}"},
    {"attention[1]", OP_ATTENTION, 1, "{\"counter\":0,\"threshold\":1}",
     "{\"buffer\":1,\"kind\":\"read\",\"columns\":[64,128]},"
     "{\"buffer\":2,\"kind\":\"write\",\"columns\":[64,128]}",
     "{\"counter\":1}"},
    /* The bug: there are two heads. */
    {"sample", OP_SAMPLE, 0, "{\"counter\":1,\"threshold\":1}",
     "{\"buffer\":2,\"kind\":\"read\"},{\"buffer\":3,\"kind\":\"write\"}", ""},
};
enum { TASKS = sizeof step / sizeof step[0] };

/* ---- The graph ------------------------------------------------------------------------------- */

static void print_graph(void)
{
    puts("{\"ir_version\":\"0.2\",\"buffers\":["
         "{\"id\":0,\"name\":\"x\",\"kind\":\"IO_INPUT\",\"shape\":[128]},"
         "{\"id\":1,\"name\":\"q\",\"kind\":\"ACTIVATION\",\"shape\":[128]},"
         "{\"id\":2,\"name\":\"heads\",\"kind\":\"ACTIVATION\",\"shape\":[128]},"
         "{\"id\":3,\"name\":\"token\",\"kind\":\"IO_OUTPUT\",\"shape\":[1]}],");
    puts("\"counters\":[{\"id\":0,\"note\":\"q\"},{\"id\":1,\"note\":\"heads\"}],\"tasks\":[");
    for (unsigned i = 0; i < TASKS; i++)
        printf("%s{\"id\":%u,\"op\":\"OP_%X\",\"label\":\"%s\",\"waits\":[%s],\"accesses\":[%s],"
               "\"signals\":[%s]}\n",
               i > 0 ? "," : "", i, (unsigned)step[i].opcode, step[i].name, step[i].waits,
               step[i].accesses, step[i].signals);
    puts("]}");
}

/* ---- The log --------------------------------------------------------------------------------- */

static vrrl_code append(vrrl_log *log, vrrl_clock *clock, uint32_t epoch, uint32_t slot, bool ended)
{
    vrrl_record record;
    memset(&record, 0, sizeof record);
    record.timestamp_ns = vrrl_clock_now(clock);
    record.epoch = epoch;
    record.slot_idx = slot;
    record.tenant_id = TENANT_DECODE;
    record.opcode = step[slot].opcode;
    record.args[0] = LAYER | step[slot].head << 16;
    record.slot_status = ended ? STATUS_DONE : 0; /* evidence is what makes it an end */
    return vrrl_log_append(log, &record);
}

/* The GPU would run the slots between the two loops. In the last step it hangs, and somebody kills the host. */
static vrrl_code run_step(vrrl_log *log, vrrl_clock *clock, uint32_t epoch)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t slot = 0; code == VRRL_OK && slot < TASKS; slot++)
        code = append(log, clock, epoch, slot, false);
    for (uint32_t slot = 0; code == VRRL_OK && slot < TASKS; slot++) {
        if (epoch == STEPS - 1 && slot == 2)
            raise(SIGKILL);
        code = append(log, clock, epoch, slot, true);
    }
    return code;
}

int main(int count, char **arguments)
{
    const char *path = count > 1 ? arguments[1] : "run.vrrl";
    vrrl_log *log;
    vrrl_clock clock;
    vrrl_error err;
    if (strcmp(path, "--graph") == 0) {
        print_graph();
        return 0;
    }
    vrrl_clock_start(&clock);
    vrrl_code code = vrrl_log_open(path, 65536, &log, &err);
    if (code == VRRL_OK) {
        for (uint32_t epoch = 0; code == VRRL_OK && epoch < STEPS; epoch++)
            code = run_step(log, &clock, epoch);
        code = vrrl_log_close(log, &err); /* says why, where an append failed */
    }
    if (code != VRRL_OK)
        fprintf(stderr, "%s\n%s\n", err.text, err.fix);
    return code == VRRL_OK ? 0 : 2;
}
