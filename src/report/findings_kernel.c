/* What campaigns of kernels found, as findings. */
#include "report/findings.h"

#include "kernel/finding.h"
#include "report/kernel_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const vrrl_finding_kind kinds[KERNEL_FINDING_KINDS] = {
    [KERNEL_FINDS_RACE] = VRRL_FINDING_RACE,
    [KERNEL_FINDS_DEADLOCK] = VRRL_FINDING_DEADLOCK,
    [KERNEL_FINDS_LIVELOCK] = VRRL_FINDING_LIVELOCK,
    [KERNEL_FINDS_TRAP] = VRRL_FINDING_FAILS,
    [KERNEL_FINDS_ASSERT] = VRRL_FINDING_FAILS,
    [KERNEL_FINDS_OUTSIDE] = VRRL_FINDING_FAILS,
    [KERNEL_FINDS_MISALIGNED] = VRRL_FINDING_FAILS,
    [KERNEL_FINDS_UNINITIALISED] = VRRL_FINDING_FAILS,
    [KERNEL_FINDS_BARRIER] = VRRL_FINDING_FAILS,
    [KERNEL_FINDS_VALUE] = VRRL_FINDING_ORDER_DEPENDS,
    [KERNEL_FINDS_EXPECTATION] = VRRL_FINDING_FAILS,
};

/* Who it is about: the sides of a finding, the root of a deadlock. */
static const struct kernel_side *side_at(const struct kernel_finding *f, uint32_t index)
{
    if (f->kind == KERNEL_FINDS_DEADLOCK)
        return index == 0 && f->wait_count > 0 ? &f->waits[0].side : NULL;
    return index < f->side_count ? &f->sides[index] : NULL;
}

/* Of the PTX; 0: it is of the launch file, or nothing tells. */
static uint32_t line_of(const struct vrrl_kernel *k, const struct kernel_side *side)
{
    const struct ptx_module *m = k->input.module;
    return side && !side->host && side->place < m->place_count ? m->places[side->place].ptx_line
                                                               : 0;
}

/* "st.weak at static_queues.cu:32": what it does, and where, without folders, blocks and lanes. */
static void put_side(const struct vrrl_kernel *k, const struct kernel_side *side,
                     char out[VRRL_NAME_MAX])
{
    char access[KERNEL_WORDS_BYTES], place[KERNEL_WORDS_BYTES];
    const char *folder = strrchr(kernel_place_words(k, side, place), '/');
    snprintf(out, VRRL_NAME_MAX, "%.60s at %.90s", kernel_access_words(k, side, access),
             folder ? folder + 1 : place);
}

/* What it is about, without an index: one defect shows on another word in another schedule. */
static const char *about(const struct vrrl_kernel *k, const struct kernel_finding *f)
{
    const struct kernel_where *where =
        f->kind == KERNEL_FINDS_DEADLOCK && f->wait_count > 0 ? &f->waits[0].where : &f->where;
    if (!kernel_has_where(f))
        return "";
    if (where->buffer != KERNEL_NONE)
        return k->input.launch->buffers[where->buffer].name;
    if (where->variable != KERNEL_NONE)
        return k->input.module->variables[where->variable].name;
    return where->space == PTX_SPACE_SHARED ? "shared memory" : "";
}

static void set_key(const struct vrrl_kernel *k, const struct kernel_finding *f,
                    vrrl_finding *finding)
{
    char sides[2][VRRL_NAME_MAX] = {"", ""};
    for (uint32_t i = 0; i < 2; i++)
        if (side_at(f, i))
            put_side(k, side_at(f, i), sides[i]);
    if (f->kind == KERNEL_FINDS_EXPECTATION)
        snprintf(sides[0], sizeof sides[0], "line %u", f->line);
    int first = side_at(f, 1) && strcmp(sides[0], sides[1]) > 0;
    snprintf(finding->key, sizeof finding->key, "%s|%s|%s|%s", kernel_finding_name(f->kind),
             sides[first], sides[!first], about(k, f));
}

static void set_text(const struct vrrl_kernel *k, const struct kernel_finding *f,
                     vrrl_finding *finding)
{
    char where[KERNEL_WORDS_BYTES], side[VRRL_NAME_MAX];
    const struct kernel_where *word =
        f->kind == KERNEL_FINDS_DEADLOCK && f->wait_count > 0 ? &f->waits[0].where : &f->where;
    int used = snprintf(finding->text, sizeof finding->text, "%s", kernel_finding_name(f->kind));
    if (kernel_has_where(f))
        used += snprintf(finding->text + used, sizeof finding->text - (size_t)used, " on %.250s",
                         kernel_where_words(k, word, where));
    for (uint32_t i = 0; i < 2; i++) {
        if (!side_at(f, i))
            continue;
        put_side(k, side_at(f, i), side);
        used += snprintf(finding->text + used, sizeof finding->text - (size_t)used, "%s %.240s",
                         i ? " and" : ":", side);
    }
    if (f->kind == KERNEL_FINDS_EXPECTATION)
        snprintf(finding->text + used, sizeof finding->text - (size_t)used,
                 ": %llu, expected %s %llu by line %u of the launch file",
                 (unsigned long long)f->found, launch_relation_text(f->relation),
                 (unsigned long long)f->expected, f->line);
}

static vrrl_code add_defect(const struct vrrl_kernel *k, const struct campaign_defect *d,
                            const char *target, vrrl_findings *list, vrrl_error *err)
{
    const struct kernel_finding *f = &d->finding;
    vrrl_finding finding = finding_of_kind(kinds[f->kind]);
    char *replay;
    finding.line = line_of(k, side_at(f, 0));
    if (!finding.line)
        finding.line = line_of(k, side_at(f, 1));
    set_key(k, f, &finding);
    set_text(k, f, &finding);
    if (asprintf(&replay, "vrrl replay %s --schedule %s", target, d->schedule) < 0)
        return error_no_memory(err, 0);
    vrrl_code code = findings_add(list, &finding, replay, d->schedule, err);
    free(replay);
    return code;
}

vrrl_code vrrl_findings_add_kernel(vrrl_findings *list, const vrrl_kernel_result *result,
                                   const char *target, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < result->found.defect_count && code == VRRL_OK; i++)
        if (result->found.defects[i].finding.kind != KERNEL_FINDS_UNSUPPORTED)
            code = add_defect(result->kernel, &result->found.defects[i], target, list, err);
    list->more += result->found.more_defects;
    return code;
}
