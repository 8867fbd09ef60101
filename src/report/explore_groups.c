#include "report/explore_groups.h"

#include "program/batch_view.h"

#include <stdlib.h>
#include <string.h>

/* "produce[3]" and "produce[4]" are of one kind, "produce". */
static void cut_index(char *name)
{
    name[strcspn(name, "[")] = '\0';
}

static void find_stems(const vrrl_program *program, const vrrl_defect *d,
                       char stems[2][VRRL_DEFECT_NAME_MAX])
{
    memcpy(stems[0], d->name, VRRL_DEFECT_NAME_MAX);
    stems[1][0] = '\0';
    if (d->first.other != VRRL_NO_INDEX)
        slot_name(program, d->first.epoch, d->first.other, stems[1], VRRL_DEFECT_NAME_MAX);
    cut_index(stems[0]);
    cut_index(stems[1]);
}

static bool same_stems(char a[2][VRRL_DEFECT_NAME_MAX], char b[2][VRRL_DEFECT_NAME_MAX])
{
    return (!strcmp(a[0], b[0]) && !strcmp(a[1], b[1])) ||
           (!strcmp(a[0], b[1]) && !strcmp(a[1], b[0]));
}

static size_t text_length(const vrrl_defect *d)
{
    return d->schedule ? strlen(d->schedule) : SIZE_MAX;
}

static void add_to_group(struct explore_group *g, const vrrl_defect *d)
{
    if (text_length(d) < text_length(g->shown))
        g->shown = d;
    if (d->found_after < g->found_after)
        g->found_after = d->found_after;
    g->weakest_proved = d->weakest == g->weakest  ? g->weakest_proved && d->weakest_proved
                        : d->weakest < g->weakest ? d->weakest_proved
                                                  : g->weakest_proved;
    if (d->weakest < g->weakest)
        g->weakest = d->weakest;
    g->failures += d->failures;
    g->defects++;
}

static uint32_t place(const vrrl_program *program, const vrrl_defect *d,
                      struct explore_group *groups, uint32_t *count)
{
    struct explore_group fresh = {.shown = d,
                                  .found_after = d->found_after,
                                  .weakest = d->weakest,
                                  .weakest_proved = d->weakest_proved};
    find_stems(program, d, fresh.stems);
    uint32_t at = 0;
    while (at < *count && (groups[at].shown->first.kind != d->first.kind ||
                           !same_stems(groups[at].stems, fresh.stems)))
        at++;
    if (at == *count)
        groups[(*count)++] = fresh;
    add_to_group(&groups[at], d);
    return at;
}

vrrl_code explore_groups_make(const vrrl_program *program, const vrrl_explore_result *r,
                              struct explore_group **groups, uint32_t *count, uint32_t *group_of)
{
    *count = 0;
    *groups = calloc(r->defect_count + (size_t)1, sizeof **groups);
    if (!*groups)
        return VRRL_NO_MEMORY;
    for (uint32_t i = 0; i < r->defect_count; i++) {
        uint32_t at = place(program, &r->defects[i], *groups, count);
        if (group_of)
            group_of[i] = at;
    }
    return VRRL_OK;
}
