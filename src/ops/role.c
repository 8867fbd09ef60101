#include "ops/role.h"

#include "vrrl/run/opcode.h"

#include <stddef.h>

/* Operands that no row takes for a number of its own. */
enum { OPERANDS = 2, MARK = 0x1000 };

struct only {
    struct declared_event event;
    uint32_t count;
};

static void note(void *context, const struct declared_event *d)
{
    struct only *only = context;
    only->event = *d;
    only->count++;
}

static enum role_kind kind_of(const struct declared_event *d)
{
    if (d->waits)
        return ROLE_WAIT;
    if (d->signals)
        return ROLE_ADD;
    return d->is_value ? ROLE_STORE : ROLE_OTHER;
}

struct opcode_role opcode_role(uint32_t opcode)
{
    static const uint32_t args[OPERANDS] = {MARK, MARK + 1};
    static const struct footprint_memory nothing = {.words = NULL};
    struct only only = {.count = 0};
    struct opcode_role role = {.kind = footprint_is_fence(opcode) ? ROLE_FENCE : ROLE_OTHER};
    footprint_of(opcode, args, OPERANDS, &nothing, note, &only);
    const struct declared_event *a = &only.event;
    if (only.count != 1 || kind_of(a) == ROLE_OTHER || a->from != DECLARED_NO_WORD ||
        a->word + a->value != 2 * MARK + 1)
        return role;
    return (struct opcode_role){.kind = kind_of(a),
                                .word = a->word - MARK,
                                .value = a->value - MARK,
                                .orders = declared_orders(a)};
}

bool opcode_that_orders(uint32_t opcode, uint32_t *ordered)
{
    const struct opcode_role role = opcode_role(opcode);
    if (role.kind == ROLE_OTHER || role.kind == ROLE_FENCE || role.orders)
        return false;
    const vrrl_opcode *row;
    for (uint32_t i = 0; (row = vrrl_opcode_at(i)) != NULL; i++) {
        const struct opcode_role other = opcode_role(row->number);
        *ordered = row->number;
        if (other.kind == role.kind && other.orders)
            return true;
    }
    return false;
}
