#include "ops/mutation.h"

#include "vrrl/run/opcode.h"

#include <stdio.h>
#include <string.h>

static const char *const workers[] = {NULL, "status.relax", "status.early", "counts.attempts",
                                      "effects.first"};
static const char *const kinds[] = /* by operation_kind */
    {"load", "store", "add", "exchange", "cas", "fence"};
static const char *const changes[] = {NULL, "relax", "omit", "tear"};

static bool find(const char *const *names, uint32_t count, const char *name, uint8_t *index)
{
    for (uint32_t i = 0; i < count; i++) {
        if (names[i] && strcmp(names[i], name) == 0) {
            *index = (uint8_t)i;
            return true;
        }
    }
    return false;
}

#define FIND(names, name, index) find(names, sizeof(names) / sizeof *(names), name, index)

bool step_mutation_parse(const char *text, step_mutation *mutation)
{
    char opcode[32], kind[16], change[16];
    const vrrl_opcode *row;
    int end = 0;
    *mutation = (step_mutation){.change = CHANGE_NONE};
    if (FIND(workers, text, &mutation->worker))
        return true;
    if (sscanf(text, "%31[A-Z0-9_].%15[a-z].%15[a-z]%n", opcode, kind, change, &end) != 3 ||
        text[end] || vrrl_opcode_find_by_name(opcode, &row, NULL) ||
        !FIND(kinds, kind, &mutation->kind))
        return false;
    mutation->opcode = row->number;
    return FIND(changes, change, &mutation->change);
}

void step_mutation_text(const step_mutation *m, char text[STEP_MUTATION_TEXT_MAX])
{
    const vrrl_opcode *row = m->change ? vrrl_opcode_find(m->opcode) : NULL;
    const char *worker = m->worker ? workers[m->worker] : "";
    if (row)
        snprintf(text, STEP_MUTATION_TEXT_MAX, "%s.%s.%s", row->name, kinds[m->kind],
                 changes[m->change]);
    else
        snprintf(text, STEP_MUTATION_TEXT_MAX, "%s", worker);
}
