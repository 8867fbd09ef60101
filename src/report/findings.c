#include "report/findings.h"

#include "base/array.h"
#include "base/digest.h"
#include "program/batch_view.h"
#include "program/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_DIGITS = 12 };

/* A list as it is made. */
struct findings {
    vrrl_findings shown;
    uint32_t room;
};

static const struct {
    const char *name, *text;
    int exit_code;
} kinds[] = {
#define X(code, name, text, exit_code) [VRRL_FINDING_##code] = {name, text, exit_code},
    VRRL_FINDING_KIND_TABLE(X)
#undef X
};

const char *vrrl_finding_kind_name(vrrl_finding_kind kind)
{
    return (uint32_t)kind < VRRL_FINDING_KINDS ? kinds[kind].name : "?";
}

const char *vrrl_finding_kind_text(vrrl_finding_kind kind)
{
    return (uint32_t)kind < VRRL_FINDING_KINDS ? kinds[kind].text : "?";
}

int vrrl_finding_kind_exit(vrrl_finding_kind kind)
{
    return (uint32_t)kind < VRRL_FINDING_KINDS ? kinds[kind].exit_code : 2;
}

vrrl_finding finding_of_kind(vrrl_finding_kind kind)
{
    return (vrrl_finding){.kind = kind, .epoch = VRRL_NO_INDEX, .task = VRRL_NO_INDEX};
}

vrrl_finding finding_of_slots(const vrrl_program *program, vrrl_finding_kind kind, uint32_t epoch,
                              uint32_t first, uint32_t second)
{
    vrrl_finding finding = finding_of_kind(kind);
    const uint32_t slots[2] = {first, second};
    finding.epoch = epoch;
    for (int i = 0; i < 2; i++) {
        if (slots[i] == VRRL_NO_INDEX)
            continue;
        const vrrl_slot *slot = epoch_slot(program, epoch, slots[i]);
        slot_name(program, epoch, slots[i], finding.labels[i], sizeof finding.labels[i]);
        if (slot && finding.line == 0)
            finding.line = slot->line;
    }
    return finding;
}

uint32_t finding_line_of_expectation(const vrrl_program *program, uint32_t epoch, uint32_t word)
{
    for (uint32_t i = 0; i < program->expectation_count; i++) {
        const vrrl_expectation *e = &program->expectations[i];
        const char *colon = strrchr(vrrl_program_text(program, e->source), ':');
        if (expectation_is_of(e, epoch) && e->word == word && colon)
            return (uint32_t)strtoul(colon + 1, NULL, 10);
    }
    return 0;
}

/* A name as it stands in a key: without the position or address of what has no name. */
static const char *name_in_key(const char *name, char out[VRRL_NAME_MAX])
{
    static const char *const numbered[] = {"slot ", "task ", "word ", "counter "};
    snprintf(out, VRRL_NAME_MAX, "%s", name);
    for (size_t i = 0; i < sizeof numbered / sizeof numbered[0]; i++) {
        size_t before = strlen(numbered[i]);
        size_t digits =
            strncmp(name, numbered[i], before) == 0 ? strspn(name + before, "0123456789") : 0;
        if (digits > 0)
            snprintf(out + before - 1, VRRL_NAME_MAX - before, "%s", name + before + digits);
    }
    return out;
}

void finding_set_key(vrrl_finding *finding, const char *what, const char *about)
{
    char label[VRRL_NAME_MAX], name[VRRL_NAME_MAX];
    snprintf(finding->key, sizeof finding->key, "%s|%s|%s|%s",
             vrrl_finding_kind_name(finding->kind), what, name_in_key(finding->labels[0], label),
             name_in_key(about, name));
}

void finding_set_pair(vrrl_finding *finding, const char *const does[2], const char *about)
{
    char sides[2][2 * VRRL_NAME_MAX], label[VRRL_NAME_MAX], name[VRRL_NAME_MAX];
    for (int i = 0; i < 2; i++)
        snprintf(sides[i], sizeof sides[i], "%s %s", does[i],
                 name_in_key(finding->labels[i], label));
    int first = strcmp(sides[0], sides[1]) > 0;
    snprintf(finding->key, sizeof finding->key, "%s|%s|%s|%s",
             vrrl_finding_kind_name(finding->kind), sides[first], sides[!first],
             name_in_key(about, name));
}

/* How many of the list have its key, or a digest that is the same. */
static uint32_t equals_before(const vrrl_findings *list, const char *id)
{
    size_t size = strlen(id);
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const char *other = list->list[i].id;
        count += strncmp(other, id, size) == 0 && (other[size] == '\0' || other[size] == '.');
    }
    return count;
}

vrrl_code findings_add(vrrl_findings *list, const vrrl_finding *finding, const char *replay,
                       const char *string, vrrl_error *err)
{
    uint8_t digest[DIGEST_BYTES];
    struct findings *all = (struct findings *)list;
    vrrl_code code = array_room(list->list, list->count, all->room, 1, err);
    if (code != VRRL_OK)
        return code;
    vrrl_finding *made = &list->list[list->count];
    *made = *finding;
    made->replay = replay ? strdup(replay) : NULL;
    made->string = string ? strdup(string) : NULL;
    if ((replay && !made->replay) || (string && !made->string)) {
        free(made->replay);
        free(made->string);
        return error_no_memory(err, 0);
    }
    digest_blake3(made->key, strlen(made->key), digest);
    int used = snprintf(made->id, sizeof made->id, "%s-", vrrl_finding_kind_name(made->kind));
    for (int i = 0; i < ID_DIGITS / 2; i++)
        used += snprintf(made->id + used, sizeof made->id - (size_t)used, "%02x", digest[i]);
    uint32_t equals = equals_before(list, made->id);
    if (equals > 0)
        snprintf(made->id + used, sizeof made->id - (size_t)used, ".%u", equals + 1);
    list->count++;
    return VRRL_OK;
}

vrrl_code findings_add_holes(vrrl_findings *list, const vrrl_graph_lint *lint, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; lint && i < lint->hole_count && code == VRRL_OK; i++) {
        const vrrl_lint_hole *hole = &lint->holes[i];
        vrrl_finding finding = finding_of_kind(VRRL_FINDING_UNWRITTEN);
        finding.task = hole->id;
        snprintf(finding.labels[0], sizeof finding.labels[0], "%.*s", VRRL_NAME_MAX - 1,
                 hole->label);
        snprintf(finding.text, sizeof finding.text, "%s reads %s, which no task writes",
                 hole->label, hole->name);
        finding_set_key(&finding, "hole", hole->name);
        code = findings_add(list, &finding, NULL, NULL, err);
    }
    if (lint)
        list->more += lint->hole_total - lint->hole_count;
    return code;
}

vrrl_code vrrl_findings_create(vrrl_findings **list, vrrl_error *err)
{
    struct findings *made = calloc(1, sizeof *made);
    *list = made ? &made->shown : NULL;
    if (!made)
        return error_no_memory(err, sizeof *made);
    made->shown.size = sizeof made->shown;
    return VRRL_OK;
}

void vrrl_findings_free(vrrl_findings *list)
{
    if (!list)
        return;
    for (uint32_t i = 0; i < list->count; i++) {
        free(list->list[i].replay);
        free(list->list[i].string);
    }
    free(list->list);
    free(list);
}
