/*
 * What keeping a record costs in LTTng-UST, in overwrite mode, where its library and its daemon are
 * here; the daemon and a session are started for the run and ended with it. Beside it, in the same
 * rounds, an append with a read of the clock, since a tracepoint takes a time, too, and one without.
 */
#include "base/clock.h"
#include "vrrl/log/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_LTTNG
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "lttng_record.h"

enum { EVENTS = 65536, ROUNDS = 9, WAYS = 3 };

static vrrl_log *file;

static void trace_all(void)
{
    for (uint32_t n = 0; n < EVENTS; n++) {
        const uint32_t args[4] = {n, n, n, n};
        lttng_ust_tracepoint(vrrl_bench, record, n, n & 63, n, n & 7, args, n >> 6);
    }
}

static void append_all(bool with_clock)
{
    for (uint32_t n = 0; n < EVENTS; n++) {
        vrrl_record record = {.timestamp_ns = with_clock ? clock_wall_ns() : n,
                              .slot_idx = n & 63,
                              .tenant_id = n,
                              .opcode = n & 7,
                              .args = {n, n, n, n},
                              .epoch = n >> 6};
        vrrl_log_append(file, &record);
    }
}

static double time_of(int way)
{
    uint64_t start = clock_steady_ns();
    if (way == 0)
        trace_all();
    else
        append_all(way == 1);
    return (double)(clock_steady_ns() - start) / EVENTS;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* In the process that was started after the session: LTTng registers at the start. */
static int measure(void)
{
    static const char *const names[WAYS] = {"LTTng-UST tracepoint, overwrite mode",
                                            "vrrl append, CLOCK_REALTIME each", "vrrl append"};
    double times[WAYS][ROUNDS];
    char path[64];
    snprintf(path, sizeof path, "/tmp/vrrl-lttng-%d.vrrl", (int)getpid());
    if (vrrl_log_open(path, EVENTS, &file, NULL))
        return 2;
    bool enabled = lttng_ust_tracepoint_enabled(vrrl_bench, record);
    if (!enabled)
        puts("LTTng-UST: the session does not record the tracepoint; its time below is that of a "
             "branch");
    for (int round = -1; round < ROUNDS; round++)
        for (int way = 0; way < WAYS; way++) {
            double ns = time_of(way);
            if (round >= 0)
                times[way][round] = ns;
        }
    printf("keeping a record, ns, %d rounds:             median      best     worst\n", ROUNDS);
    for (int way = 0; way < WAYS; way++) {
        qsort(times[way], ROUNDS, sizeof(double), compare);
        printf("  %-40s %9.1f %9.1f %9.1f\n", names[way], times[way][ROUNDS / 2], times[way][0],
               times[way][ROUNDS - 1]);
    }
    printf("  LTTng of append with a clock: %.2f\n", times[0][ROUNDS / 2] / times[1][ROUNDS / 2]);
    vrrl_log_close(file, NULL);
    unlink(path);
    return 0;
}

static const char start_session[] =
    "lttng-sessiond --daemonize --pidfile=/tmp/vrrl-bench-lttng.pid >/dev/null 2>&1; "
    "lttng --no-sessiond create vrrl-bench --output=/tmp/vrrl-bench-lttng >/dev/null && "
    "lttng --no-sessiond enable-channel -u --overwrite --subbuf-size 1M --num-subbuf 4 ring "
    ">/dev/null && lttng --no-sessiond enable-event -u -c ring 'vrrl_bench:*' >/dev/null && "
    "lttng --no-sessiond start >/dev/null";
/* A daemon that was here before has written no such file. */
static const char end_session[] =
    "lttng --no-sessiond destroy vrrl-bench >/dev/null 2>&1; rm -rf /tmp/vrrl-bench-lttng; "
    "[ ! -s /tmp/vrrl-bench-lttng.pid ] || kill \"$(cat /tmp/vrrl-bench-lttng.pid)\"; "
    "rm -f /tmp/vrrl-bench-lttng.pid";

int main(int argc, char **argv)
{
    char command[512];
    (void)argc;
    if (getenv("VRRL_LTTNG_SESSION"))
        return measure();
    if (system(start_session) != 0) {
        puts("LTTng-UST: no session here: are lttng-tools installed?");
        system(end_session);
        return 0;
    }
    snprintf(command, sizeof command, "VRRL_LTTNG_SESSION=1 LTTNG_UST_REGISTER_TIMEOUT=3000 '%s'",
             argv[0]);
    int result = system(command);
    if (system(end_session) != 0)
        puts("LTTng-UST: the session could not be ended");
    return result != 0;
}
#else
int main(void)
{
    puts("LTTng-UST is absent: liblttng-ust-dev was not there when this was built");
    return 0;
}
#endif
