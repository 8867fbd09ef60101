#include "kernel/repair.h"

#include "kernel/layout.h"
#include "kernel/trial.h"

#include <stdlib.h>

struct trier {
    const struct failing_run *run;
    const struct kernel_schedule *schedule;
    struct campaign_options options;
    struct kernel_repairs *repairs;
    uint32_t whole, barriers, hide, in_part; /* of those that are kept */
};

enum went { WENT_WELL, WENT_WRONG, WENT_ELSEWHERE, WENT_NOT };

/* ---- Whether it is the same finding --------------------------------------------------------------- */

/* A change moves instructions; lines stay, and copies of one are one. */
static bool is_same_side(const struct ptx_module *m, const struct kernel_side *a,
                         const struct kernel_side *b)
{
    if (a->host || b->host || a->place == b->place)
        return a->host == b->host && a->place == b->place;
    if (a->place >= m->place_count || b->place >= m->place_count)
        return false;
    const struct ptx_place *p = &m->places[a->place], *q = &m->places[b->place];
    return p->file != PTX_NONE && p->line && p->file == q->file && p->line == q->line;
}

static bool is_same(const struct ptx_module *m, const struct kernel_finding *a,
                    const struct kernel_finding *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind != KERNEL_FINDS_RACE)
        return true;
    const struct kernel_side *x = a->sides, *y = b->sides;
    return (is_same_side(m, &x[0], &y[0]) && is_same_side(m, &x[1], &y[1])) ||
           (is_same_side(m, &x[0], &y[1]) && is_same_side(m, &x[1], &y[0]));
}

/* ---- One change ------------------------------------------------------------------------------------ */

/* What came of a finding, NONE too; another race is told of. */
static enum went judge(const struct trier *t, const struct kernel_finding *f,
                       struct kernel_repair *repair)
{
    if (f->kind == KERNEL_FINDS_NONE)
        return WENT_WELL;
    if (f->kind != KERNEL_FINDS_RACE || is_same(t->run->kernel->module, f, t->run->finding))
        return WENT_WRONG;
    repair->in_part = true;
    repair->next = *f;
    return WENT_ELSEWHERE;
}

static vrrl_code try_schedule(const struct trier *t, const struct kernel *kernel,
                              struct kernel_repair *repair, enum went *went, vrrl_error *err)
{
    struct kernel_trial *trial;
    struct kernel_result run;
    vrrl_code code = kernel_trial_create(kernel, &t->options.run, &trial, err);
    if (code != VRRL_OK)
        return code;
    *went = judge(t, &kernel_trial_sequential(trial)->finding, repair);
    if (*went == WENT_WELL)
        code = kernel_trial_run(trial, t->schedule, &run, err);
    if (*went == WENT_WELL && code == VRRL_OK)
        *went = judge(t, &run.finding, repair);
    kernel_trial_destroy(trial);
    return code;
}

static vrrl_code search(const struct trier *t, const struct kernel *kernel,
                        struct kernel_repair *repair, enum went *went, vrrl_error *err)
{
    struct campaign_result *r = malloc(sizeof *r);
    if (!r)
        return error_no_memory(err, sizeof *r);
    vrrl_code code = kernel_campaign(kernel, &t->options, r, err);
    if (code == VRRL_OK) {
        repair->schedules = r->schedules;
        *went = r->defect_count                       ? judge(t, &r->defects[0].finding, repair)
                : r->schedules < t->options.schedules ? WENT_NOT
                                                      : WENT_WELL;
        campaign_result_free(r);
    }
    free(r);
    return code;
}

static vrrl_code try_change(const struct trier *t, struct kernel_repair *repair, enum went *went,
                            vrrl_error *err)
{
    struct ptx_edited edited;
    struct kernel *kernel = NULL;
    const struct kernel *old = t->run->kernel;
    vrrl_code code =
        ptx_edited_make(old->module, repair->what.edits, repair->what.count, &edited, err);
    if (code == VRRL_OK)
        code = kernel_open(&edited.module, old->launch, &kernel, err);
    if (code == VRRL_OK)
        code = try_schedule(t, kernel, repair, went, err);
    if (code == VRRL_OK && *went == WENT_WELL)
        code = search(t, kernel, repair, went, err);
    kernel_close(kernel);
    ptx_edited_free(&edited);
    return code;
}

/* ---- All of them ------------------------------------------------------------------------------------ */

static bool is_barrier(const struct candidate *c)
{
    return c->count == 1 && c->edits[0].kind == PTX_EDIT_BARRIER;
}

/* The same change of one instruction, but for the order of a fence and for copies. */
static bool is_more_of(const struct ptx_edit *less, const struct ptx_edit *more)
{
    bool same = less->function == more->function && less->instruction == more->instruction &&
                less->kind == more->kind && less->scope == more->scope &&
                less->behind == more->behind;
    return same && (less->order == more->order || less->kind == PTX_EDIT_FENCE);
}

/* Two changes are tried where one does not do; fence.sc and a change of all copies, where less does not. */
static bool is_needed(const struct trier *t, const struct candidate *c)
{
    const struct kernel_repairs *r = t->repairs;
    if (c->hides)
        return t->hide < REPAIRS_THAT_HIDE_MAX;
    if (t->whole == REPAIRS_MAX || (c->count > 1 && t->whole > 0))
        return false;
    if (is_barrier(c) && t->barriers == REPAIRS_OF_BARRIERS_MAX)
        return false;
    for (uint32_t i = 0; i < r->count; i++)
        if (!r->list[i].in_part && r->list[i].what.count == 1 && c->count == 1 &&
            is_more_of(&r->list[i].what.edits[0], &c->edits[0]))
            return false;
    return true;
}

static struct kernel_side side_beside(const struct kernel *kernel, const struct ptx_edit *e)
{
    const struct ptx_function *f = &kernel->module->functions[e->function];
    const struct ptx_instruction *in = &f->instructions[e->instruction];
    struct kernel_side side = {.lane = KERNEL_NONE,
                               .function = e->function,
                               .instruction = e->instruction,
                               .place = f->places[e->instruction]};
    if (in->op == PTX_OP_LD || in->op == PTX_OP_ST || in->op == PTX_OP_ATOM ||
        in->op == PTX_OP_RED) {
        side.space = in->memory.space;
        side.order = in->memory.order;
        side.scope = in->memory.scope;
    } else if (in->op == PTX_OP_FENCE) {
        side.order = in->fence.order;
        side.scope = in->fence.scope;
    }
    return side;
}

static void keep(struct trier *t, const struct kernel_repair *repair)
{
    struct kernel_repairs *r = t->repairs;
    if (repair->in_part && (t->in_part == REPAIRS_IN_PART_MAX || repair->what.hides))
        return;
    struct kernel_repair *kept = &r->list[r->count++];
    *kept = *repair;
    for (uint32_t i = 0; i < kept->what.count; i++) {
        struct ptx_edit all = kept->what.edits[i];
        all.alike = true;
        kept->beside[i] = side_beside(t->run->kernel, &all);
        kept->copies[i] = ptx_edit_instructions(t->run->kernel->module, &all);
    }
    t->in_part += repair->in_part;
    t->hide += repair->what.hides;
    t->whole += !repair->in_part && !repair->what.hides;
    t->barriers += !repair->in_part && is_barrier(&repair->what);
}

/* What mends the finding in part is of use only where nothing mends it. */
static void drop_parts(struct trier *t)
{
    struct kernel_repairs *r = t->repairs;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < r->count; i++)
        if (!r->list[i].in_part || t->whole == 0)
            r->list[kept++] = r->list[i];
    r->count = kept;
}

vrrl_code kernel_repairs_find(const struct failing_run *run, const struct kernel_schedule *schedule,
                              const struct campaign_options *options,
                              struct kernel_repairs *repairs, vrrl_error *err)
{
    struct candidates candidates;
    struct trier t = {.run = run, .schedule = schedule, .options = *options, .repairs = repairs};
    t.options.stop_first = true;
    if (!t.options.run.instruction_limit)
        t.options.run.instruction_limit = 1000000 + 16 * run->instructions;
    repairs->count = repairs->tried = 0;
    repairs->schedules = options->schedules;
    repairs->stopped = false;
    vrrl_code code = candidates_find(run, &candidates, err);
    for (uint32_t i = 0; code == VRRL_OK && i < candidates.count; i++) {
        struct kernel_repair repair = {.what = candidates.list[i]};
        enum went went = WENT_WRONG;
        if (!is_needed(&t, &repair.what))
            continue;
        if (limit_is_over(&options->limit)) {
            repairs->stopped = true;
            break;
        }
        code = try_change(&t, &repair, &went, err);
        repairs->tried++;
        repairs->stopped = repairs->stopped || went == WENT_NOT;
        if (code == VRRL_OK && (went == WENT_WELL || went == WENT_ELSEWHERE))
            keep(&t, &repair);
    }
    drop_parts(&t);
    candidates_free(&candidates);
    return code;
}
