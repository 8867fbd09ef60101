/*
 * What shrinking takes and what it leaves: the programs that the selftest plants bugs in, and task
 * graphs that lack a wait. Beside it, in the same run: what one would write first, leaving out one
 * part after the other until none goes, with the same failure oracle for the failure; and the physical limit,
 * one replay of the schedule that fails (x). The plain way leaves workers, queues, the schedule and
 * addresses as they are, which shrinking reduces as well.
 *
 *     bench_shrink [SECONDS]     of the plain way with one program, at most
 */
#include "base/clock.h"
#include "edit/edit_copy.h"
#include "edit/edit_parts.h"
#include "failure/failure.h"
#include "vrrl/run/graph.h"
#include "vrrl/vrrl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLAIN_SECONDS = 10, SCHEDULES = 1000, REPLAYS = 5, SLOWEST = 5 };

struct size {
    uint32_t slots, rows;
};

struct row {
    const char *name;
    struct size before, after, plain;
    double replay, shrink, plain_seconds;
    uint64_t schedules, plain_schedules;
    bool minimal, plain_ended, hunted;
};

static void must(vrrl_code code, const vrrl_error *err)
{
    if (code == VRRL_OK)
        return;
    fprintf(stderr, "bench_shrink: %s\n", err->text);
    exit(1);
}

static double seconds_since(uint64_t began_ns)
{
    return (double)(clock_steady_ns() - began_ns) / 1e9;
}

static struct size size_of(const vrrl_program *program)
{
    struct program_part *parts;
    struct size size = {.slots = program->slot_count};
    vrrl_error err = {0};
    must(program_parts(program, PARTS_ROWS, &parts, &size.rows, &err), &err);
    free(parts);
    return size;
}

/* ---- One part after the other ---------------------------------------------------------------- */

struct plain {
    struct failure_oracle oracle;
    struct edited now;
    struct oracle_result caught;
    vrrl_memory_model
        spared; /* as in shrinking: the weakest model that does not show the failure */
    bool any;   /* something went in this round */
};

static bool is_over(const struct plain *p)
{
    return limit_is_over(&p->oracle.limit);
}

static bool fails_under(struct plain *p, const struct edited *candidate, vrrl_memory_model model)
{
    const vrrl_memory_model before = p->oracle.options.setup.model;
    struct oracle_result caught = {.runs = 0};
    bool fails = false;
    vrrl_error err = {0};
    p->oracle.options.setup.model = model;
    must(oracle_in(&p->oracle, candidate, &fails, &caught, &err), &err);
    p->oracle.options.setup.model = before;
    decisions_free(&caught.decisions);
    return fails;
}

static vrrl_memory_model spared_by(struct plain *p)
{
    vrrl_memory_model model = p->oracle.options.setup.model;
    for (vrrl_memory_model m = model; m > VRRL_MEMORY_SC;)
        if (!fails_under(p, &p->now, --m))
            return m;
    return model;
}

static bool fails_still(struct plain *p, struct edited *candidate)
{
    struct oracle_result caught = {.runs = 0};
    bool fails = false;
    vrrl_error err = {0};
    p->oracle.schedules = failure_schedules(candidate->program, SCHEDULES);
    must(oracle_in(&p->oracle, candidate, &fails, &caught, &err), &err);
    if (fails && p->spared != p->oracle.options.setup.model)
        fails = !fails_under(p, candidate, p->spared);
    decisions_free(fails ? &p->caught.decisions : &caught.decisions);
    edited_free(fails ? &p->now : candidate);
    if (fails) {
        p->now = *candidate;
        p->caught = caught;
        p->oracle.last = caught.decisions;
    }
    return fails;
}

/* False: there is no part of this number. */
static bool try_without(struct plain *p, enum program_grain grain, uint32_t at, bool *went)
{
    struct program_part *parts;
    struct edited candidate;
    uint32_t count;
    vrrl_error err = {0};
    *went = false;
    must(program_parts(p->now.program, grain, &parts, &count, &err), &err);
    if (at < count) {
        bool *keep = malloc(count);
        if (!keep)
            exit(1);
        memset(keep, true, count);
        keep[at] = false;
        vrrl_code code = program_without(&p->now, parts, keep, count, &candidate, &err);
        if (code != VRRL_REFUSED) {
            must(code, &err);
            *went = fails_still(p, &candidate);
        }
        free(keep);
    }
    free(parts);
    return at < count;
}

static void leave_out(struct plain *p, enum program_grain grain)
{
    bool went;
    for (uint32_t at = 0; !is_over(p) && try_without(p, grain, at, &went);) {
        p->any = p->any || went;
        at += !went;
    }
}

static void begin_plain(struct plain *p, const vrrl_program *program, const char *schedule,
                        uint32_t seconds)
{
    const vrrl_failure_source request = {.schedule = schedule, .setup.seed = 1};
    vrrl_error err = {0};
    p->oracle.seed = 1;
    p->oracle.limit.deadline_ns = clock_steady_ns() + seconds * UINT64_C(1000000000);
    must(edited_begin(program, &p->now, &err), &err);
    must(failure_find(&p->oracle, &p->now, &request, &p->caught, &err), &err);
    p->oracle.from = &p->now;
    p->oracle.last = p->caught.decisions;
    if (p->caught.outcome.kind != VRRL_DEFECT_LIVELOCK) /* as shrinking does */
        p->oracle.options.setup.step_limit = (uint32_t)(20 * p->caught.outcome.steps + 10000);
    p->oracle.schedules = failure_schedules(program, SCHEDULES);
    p->spared = spared_by(p);
}

static void shrink_plainly(const vrrl_program *program, const char *schedule, uint32_t seconds,
                           struct row *row)
{
    static const enum program_grain grains[] = {PARTS_EPOCHS, PARTS_SLOTS, PARTS_ROWS, PARTS_WORDS};
    struct plain p = {.any = true};
    uint64_t began_ns = clock_steady_ns();
    begin_plain(&p, program, schedule, seconds);
    while (p.any && !is_over(&p)) {
        p.any = false;
        for (size_t i = 0; i < sizeof grains / sizeof grains[0]; i++)
            leave_out(&p, grains[i]);
    }
    row->plain_seconds = seconds_since(began_ns);
    row->plain_ended = !is_over(&p);
    row->plain_schedules = p.oracle.runs;
    row->plain = size_of(p.now.program);
    decisions_free(&p.caught.decisions);
    edited_free(&p.now);
}

/* ---- One program ----------------------------------------------------------------------------- */

/* The string of the first failure that shrinking would find by itself; NULL: none. */
static char *oracle_schedule(const vrrl_program *program, vrrl_grain grain)
{
    const vrrl_failure_source request = {
        .setup.grain = grain, .schedules = 2 * SCHEDULES, .setup.seed = 1};
    struct failure_oracle h = {.seed = 1};
    struct oracle_result caught = {.runs = 0};
    struct edited whole;
    char *text = NULL;
    vrrl_error err = {0};
    must(edited_begin(program, &whole, &err), &err);
    vrrl_code code = failure_find(&h, &whole, &request, &caught, &err);
    if (code == VRRL_OK)
        code = failure_text(program, &h.options, &caught.decisions, &text, &err);
    if (code != VRRL_NOT_FOUND)
        must(code, &err);
    decisions_free(&caught.decisions);
    edited_free(&whole);
    return text;
}

static char *explored_schedule(const vrrl_program *program, vrrl_grain grain)
{
    const vrrl_explore_options options = {
        .size = sizeof options, .setup.grain = grain, .stop_first = true, .setup.seed = 1};
    vrrl_explore_result *result;
    vrrl_error err = {0};
    must(vrrl_explore(program, &options, &result, &err), &err);
    char *text = result->defect_count ? strdup(result->defects[0].schedule) : NULL;
    vrrl_explore_result_free(result);
    return text;
}

static double replay_seconds(const vrrl_program *program, const char *schedule)
{
    double least = 1e9;
    for (uint32_t i = 0; i < REPLAYS; i++) {
        vrrl_run_outcome outcome;
        vrrl_error err = {0};
        uint64_t began_ns = clock_steady_ns();
        must(vrrl_schedule_run(program, schedule, &outcome, &err), &err);
        double seconds = seconds_since(began_ns);
        least = seconds < least ? seconds : least;
    }
    return least;
}

static void shrink(const vrrl_program *program, const char *schedule, struct row *row)
{
    const vrrl_shrink_options options = {
        .size = sizeof options, .failure.schedule = schedule, .failure.setup.seed = 1};
    vrrl_shrink_result *result;
    vrrl_error err = {0};
    must(vrrl_shrink(program, &options, &result, &err), &err);
    row->before = (struct size){result->before.slots, result->before.rows};
    row->after = (struct size){result->after.slots, result->after.rows};
    row->shrink = result->seconds;
    row->schedules = result->runs;
    row->minimal = result->minimal;
    vrrl_shrink_result_free(result);
}

/* False: no failure is found, by the failure oracle or by exploring. */
static bool measure(const vrrl_program *program, vrrl_grain grain, uint32_t seconds,
                    struct row *row)
{
    char *schedule = oracle_schedule(program, grain);
    row->hunted = schedule != NULL;
    if (!schedule)
        schedule = explored_schedule(program, grain);
    if (!schedule)
        return false;
    row->replay = replay_seconds(program, schedule);
    shrink(program, schedule, row);
    shrink_plainly(program, schedule, seconds, row);
    free(schedule);
    return true;
}

/* ---- Tables ---------------------------------------------------------------------------------- */

static void print_head(void)
{
    printf("  %-30s %13s %15s %9s %8s %10s %13s %7s\n", "", "slots", "operations", "shrink ms",
           "/ replay", "plain ms", "plain leaves", "/shrink");
}

static void print_row(const struct row *r)
{
    printf("  %-30s %5u -> %4u %6u -> %5u %9.1f %7.0fx %c%9.1f %6u,%6u %6.1fx\n", r->name,
           r->before.slots, r->after.slots, r->before.rows, r->after.rows, 1e3 * r->shrink,
           r->shrink / r->replay, r->plain_ended ? ' ' : '>', 1e3 * r->plain_seconds,
           r->plain.slots, r->plain.rows, r->plain_seconds / r->shrink);
}

typedef double field(const struct row *row);
static double shrink_ms(const struct row *r)
{
    return 1e3 * r->shrink;
}
static double plain_ms(const struct row *r)
{
    return 1e3 * r->plain_seconds;
}
static double shrink_replays(const struct row *r)
{
    return r->shrink / r->replay;
}
static double plain_replays(const struct row *r)
{
    return r->plain_seconds / r->replay;
}
static double ratio(const struct row *r)
{
    return r->plain_seconds / r->shrink;
}
static double shrink_runs(const struct row *r)
{
    return (double)r->schedules;
}
static double plain_runs(const struct row *r)
{
    return (double)r->plain_schedules;
}
static double slots_before(const struct row *r)
{
    return r->before.slots;
}
static double slots_after(const struct row *r)
{
    return r->after.slots;
}
static double slots_plain(const struct row *r)
{
    return r->plain.slots;
}
static double rows_before(const struct row *r)
{
    return r->before.rows;
}
static double rows_after(const struct row *r)
{
    return r->after.rows;
}
static double rows_plain(const struct row *r)
{
    return r->plain.rows;
}

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void print_field(const char *name, const struct row *rows, uint32_t count, field *of)
{
    double *values = malloc((count + (size_t)1) * sizeof *values), sum = 0;
    if (!values || !count)
        exit(1);
    for (uint32_t i = 0; i < count; i++)
        sum += values[i] = of(&rows[i]);
    qsort(values, count, sizeof *values, ascending);
    printf("  %-30s %12.1f %12.1f %12.1f\n", name, values[count / 2], values[count - 1], sum);
    free(values);
}

static void print_fields(const struct row *rows, uint32_t count)
{
    static const struct {
        const char *name;
        field *of;
    } fields[] = {
        {"slots before", slots_before},
        {"slots after", slots_after},
        {"  plainly", slots_plain},
        {"operations before", rows_before},
        {"operations after", rows_after},
        {"  plainly", rows_plain},
        {"ms", shrink_ms},
        {"  plainly", plain_ms},
        {"schedules", shrink_runs},
        {"  plainly", plain_runs},
        {"replays' time", shrink_replays},
        {"  plainly", plain_replays},
        {"plain / shrink, time", ratio},
    };
    printf("  %-30s %12s %12s %12s\n", "", "median", "most", "sum");
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        print_field(fields[i].name, rows, count, fields[i].of);
}

static int slowest_first(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return (x->shrink < y->shrink) - (x->shrink > y->shrink);
}

static void print_planted(struct row *rows, uint32_t count, uint32_t missed, uint32_t hunted)
{
    uint32_t minimal = 0;
    for (uint32_t i = 0; i < count; i++)
        minimal += rows[i].minimal;
    printf("%u planted programs, each from the schedule string of its first failure\n", count);
    print_fields(rows, count);
    printf("  1-minimal %u of %u; failures found by the hunt of shrink %u, by explore %u, by none "
           "%u\n",
           minimal, count, hunted, count - hunted, missed);
    printf("\nthe slowest of them\n");
    print_head();
    qsort(rows, count, sizeof *rows, slowest_first);
    for (uint32_t i = 0; i < count && i < SLOWEST; i++)
        print_row(&rows[i]);
}

static void bench_planted(uint32_t seconds)
{
    vrrl_selftest *suite;
    vrrl_error err = {0};
    must(vrrl_selftest_create(&suite, &err), &err);
    uint32_t count = 0, missed = 0, hunted = 0;
    struct row *rows = calloc(vrrl_selftest_count(suite) + (size_t)1, sizeof *rows);
    for (uint32_t i = 0; rows && i < vrrl_selftest_count(suite); i++) {
        const vrrl_selftest_case *planted = vrrl_selftest_at(suite, i);
        vrrl_program *program;
        if (!planted->planted || planted->mutation)
            continue;
        must(vrrl_selftest_program(suite, i, &program, &err), &err);
        rows[count] = (struct row){.name = planted->name};
        bool found = measure(program, VRRL_GRAIN_OPERATION, seconds, &rows[count]);
        if (!found || !rows[count].hunted)
            printf("  not found by the hunt of shrink: %s\n", planted->name);
        hunted += rows[count].hunted;
        missed += !found;
        count += found;
        vrrl_program_free(program);
    }
    print_planted(rows, count, missed, hunted);
    free(rows);
    vrrl_selftest_free(suite);
}

static void bench_graph(const char *name, uint32_t seconds)
{
    char path[512];
    vrrl_graph *graph;
    vrrl_program *program;
    vrrl_error err = {0};
    struct row row = {.name = name};
    snprintf(path, sizeof path, VRRL_BENCH_DATA "/programs/%s", name);
    must(vrrl_graph_load(path, &graph, &err), &err);
    must(vrrl_graph_lower(graph, &(vrrl_lower_options){.size = sizeof(vrrl_lower_options)},
                          &program, &err),
         &err);
    if (measure(program, VRRL_GRAIN_AUTO, seconds, &row))
        print_row(&row);
    else
        printf("  %-30s not found\n", name);
    vrrl_program_free(program);
    vrrl_graph_free(graph);
}

int main(int argc, char **argv)
{
    long seconds = argc > 1 ? strtol(argv[1], NULL, 10) : PLAIN_SECONDS;
    if (seconds < 1 || seconds > 3600) {
        fprintf(stderr, "bench_shrink: 1 to 3600 seconds\n");
        return 2;
    }
    bench_planted((uint32_t)seconds);
    printf("\ngraphs that lack a wait\n");
    print_head();
    bench_graph("toy-2l.drop-wait-1.json", (uint32_t)seconds);
    bench_graph("toy-2l.drop-wait-2.json", (uint32_t)seconds);
    bench_graph("llama-3.2-1b.drop-wait-5.json.zst", (uint32_t)seconds);
    return 0;
}
