#include "graph/mirage_events.h"

#include "base/error.h"
#include "graph/mirage_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REMARKS_MAX = 16 };

/* ---- Who waits for what ----------------------------------------------------------------------- */

static bool launches(const struct mirage_event *e)
{
    return e->type >= MIRAGE_LAUNCH_TASKS && e->type <= MIRAGE_LAUNCH_DEPENDENT_TASKS && !e->begins;
}

static void note_remote(struct mirage *m, uint32_t task, bool waits, bool triggers)
{
    bool other = m->types[m->tasks[task].type].rules.other_gpus;
    m->remote_waits += waits;
    m->remote_triggers += triggers;
    if (!waits && !triggers && !other)
        return;
    if (m->remote_tasks++ == 0)
        m->first_remote = task;
}

static vrrl_code note_launched(struct mirage *m, uint32_t event, uint32_t *launched_by)
{
    const struct mirage_event *e = &m->events[event];
    for (uint32_t t = e->first; launches(e) && t < e->end; t++) {
        if (launched_by[t] != VRRL_GRAPH_NONE)
            return error_set(m->err, VRRL_PARSE, "Fix: see if the file is one run's, and complete.",
                             "%s: events %u and %u both launch task %u", m->file, launched_by[t],
                             event, t);
        launched_by[t] = event;
    }
    return VRRL_OK;
}

vrrl_code mirage_count_events(struct mirage *m, uint32_t **launched_by)
{
    *launched_by = malloc(m->task_count * sizeof **launched_by);
    if (!*launched_by)
        return error_no_memory(m->err, m->task_count * sizeof **launched_by);
    memset(*launched_by, 0xFF, m->task_count * sizeof **launched_by);
    if (mirage_is_local(m, m->tasks[1].trigger))
        m->events[mirage_index(m->tasks[1].trigger)].begins = true;
    m->end_event = VRRL_GRAPH_NONE;
    for (uint32_t e = 0; e < m->event_count; e++) {
        if (m->events[e].type == MIRAGE_END_OF_TASK_GRAPH)
            m->end_event = e;
        MIRAGE_TRY(note_launched(m, e, *launched_by));
    }
    for (uint32_t t = MIRAGE_FIRST_TASK; t < m->task_count; t++) {
        const struct mirage_task *task = &m->tasks[t];
        bool waits = mirage_is_local(m, task->depends);
        bool triggers = mirage_is_local(m, task->trigger);
        if (waits)
            m->events[mirage_index(task->depends)].awaited++;
        else if ((*launched_by)[t] != VRRL_GRAPH_NONE)
            m->events[(*launched_by)[t]].awaited++;
        if (triggers)
            m->events[mirage_index(task->trigger)].triggered++;
        note_remote(m, t, !waits && task->depends != MIRAGE_NO_EVENT,
                    !triggers && task->trigger != MIRAGE_NO_EVENT);
    }
    return VRRL_OK;
}

struct mirage_waits mirage_waits_of(const struct mirage *m, const uint32_t *launched_by,
                                    uint32_t task)
{
    struct mirage_waits waits = {.count = 0};
    uint64_t depends = m->tasks[task].depends;
    uint32_t named = mirage_is_local(m, depends) ? mirage_index(depends) : VRRL_GRAPH_NONE;
    if (named != VRRL_GRAPH_NONE && !m->events[named].begins)
        waits.events[waits.count++] = named;
    if (launched_by[task] != VRRL_GRAPH_NONE && launched_by[task] != named)
        waits.events[waits.count++] = launched_by[task];
    return waits;
}

/* ---- How deep tasks lie ----------------------------------------------------------------------- */

struct rounds {
    struct mirage *m;
    const uint32_t *launched_by;
    uint32_t *first; /* of each event, its waiters in waiters[]; one more at the end */
    uint32_t *waiters;
    uint32_t *count;   /* triggers of each event so far */
    uint32_t *pending; /* waits of each task that are not over */
    uint32_t *queue;   /* tasks that can start, in order of depth */
    uint32_t queued;
};

static void add_waiters(struct rounds *r)
{
    struct mirage *m = r->m;
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (uint32_t t = MIRAGE_FIRST_TASK; t < m->task_count; t++) {
            struct mirage_waits waits = mirage_waits_of(m, r->launched_by, t);
            for (uint32_t i = 0; i < waits.count; i++) {
                if (pass == 0)
                    r->first[waits.events[i] + 2]++;
                else
                    r->waiters[r->first[waits.events[i] + 1]++] = t;
                r->pending[t] += pass == 0 && m->events[waits.events[i]].triggers > 0;
            }
        }
        for (uint32_t e = 0; pass == 0 && e < m->event_count; e++)
            r->first[e + 2] += r->first[e + 1];
    }
}

static void start(struct rounds *r, uint32_t task, uint32_t depth)
{
    r->m->tasks[task].depth = depth;
    r->queue[r->queued++] = task;
}

static void run_rounds(struct rounds *r)
{
    struct mirage *m = r->m;
    for (uint32_t t = MIRAGE_FIRST_TASK; t < m->task_count; t++) {
        m->tasks[t].depth = MIRAGE_NEVER;
        if (r->pending[t] == 0)
            start(r, t, 0);
    }
    for (uint32_t i = 0; i < r->queued; i++) {
        const struct mirage_task *task = &m->tasks[r->queue[i]];
        if (!mirage_is_local(m, task->trigger))
            continue;
        uint32_t e = mirage_index(task->trigger);
        if (++r->count[e] != m->events[e].triggers)
            continue;
        for (uint32_t k = r->first[e]; k < r->first[e + 1]; k++)
            if (--r->pending[r->waiters[k]] == 0)
                start(r, r->waiters[k], task->depth + 1);
    }
}

vrrl_code mirage_find_depths(struct mirage *m, const uint32_t *launched_by)
{
    size_t tasks = m->task_count, events = m->event_count + (size_t)2;
    struct rounds r = {.m = m,
                       .launched_by = launched_by,
                       .first = calloc(events, sizeof *r.first),
                       .waiters = malloc(2 * tasks * sizeof *r.waiters),
                       .count = calloc(events, sizeof *r.count),
                       .pending = calloc(tasks, sizeof *r.pending),
                       .queue = malloc(tasks * sizeof *r.queue)};
    vrrl_code code = VRRL_OK;
    if (r.first && r.waiters && r.count && r.pending && r.queue) {
        add_waiters(&r);
        run_rounds(&r);
    } else {
        code = error_no_memory(m->err, 16 * tasks + 8 * events);
    }
    free(r.first);
    free(r.waiters);
    free(r.count);
    free(r.pending);
    free(r.queue);
    return code;
}

/* ---- Whether they agree ----------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static vrrl_code remark(struct mirage *m, const char *format,
                                                              ...)
{
    char text[240];
    va_list arguments;
    if (m->odd_events++ >= REMARKS_MAX)
        return VRRL_OK;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return vrrl_graph_add_remark(m->graph, text, m->err);
}

/* The tasks [first, last) of an event are those that depend on it. */
static vrrl_code compare_range(struct mirage *m, uint32_t event)
{
    const struct mirage_event *e = &m->events[event];
    char name[RULES_NAME_MAX + 32];
    for (uint32_t t = e->first; t < e->end; t++) {
        uint64_t depends = m->tasks[t].depends;
        if (mirage_is_local(m, depends) && mirage_index(depends) == event)
            continue;
        mirage_task_name(m, t, name, sizeof name);
        return remark(m, "event %u lists the tasks %u to %u, and %s does not wait for it", event,
                      e->first, e->end - 1, name);
    }
    return VRRL_OK;
}

static vrrl_code compare_event(struct mirage *m, uint32_t event)
{
    const struct mirage_event *e = &m->events[event];
    if (e->begins || e->type == MIRAGE_TERMINATION)
        return VRRL_OK;
    if (e->triggered != e->triggers)
        MIRAGE_TRY(remark(m, "event %u: num_triggers is %u, and %u task%s it", event, e->triggers,
                          e->triggered, e->triggered == 1 ? " triggers" : "s trigger"));
    if (e->type == MIRAGE_END_OF_TASK_GRAPH)
        return VRRL_OK;
    if (e->awaited == 0 && e->triggered > 0)
        return remark(
            m,
            "event %u: %u task%s it, and nobody waits for it: the next iteration may begin "
            "before that",
            event, e->triggered, e->triggered == 1 ? " triggers" : "s trigger");
    if (e->type != MIRAGE_EMPTY)
        return VRRL_OK;
    MIRAGE_TRY(compare_range(m, event));
    if (e->awaited > e->end - e->first)
        return remark(m, "event %u lists %u tasks, and %u wait for it", event, e->end - e->first,
                      e->awaited);
    return VRRL_OK;
}

vrrl_code mirage_compare_events(struct mirage *m)
{
    char name[RULES_NAME_MAX + 32];
    for (uint32_t e = 0; e < m->event_count; e++)
        MIRAGE_TRY(compare_event(m, e));
    if (m->end_event == VRRL_GRAPH_NONE)
        MIRAGE_TRY(remark(m, "no event ends an iteration"));
    for (uint32_t t = MIRAGE_FIRST_TASK; t < m->task_count; t++) {
        if (m->tasks[t].trigger != MIRAGE_NO_EVENT)
            continue;
        mirage_task_name(m, t, name, sizeof name);
        return remark(m, "%s triggers no event, which the device code does not look for", name);
    }
    return VRRL_OK;
}
