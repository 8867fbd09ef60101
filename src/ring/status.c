#include "base/error.h"
#include "vrrl/run/ring.h"

#include <stddef.h>

static const struct {
    const char *name;
    uint32_t from;
    uint32_t to;
} moves[] = {
#define X(move, from, to) [VRRL_MOVE_##move] = {#move, from, VRRL_STATUS_##to},
    VRRL_MOVE_TABLE(X)
#undef X
};

const char *vrrl_status_name(uint32_t status)
{
    switch (status) {
#define X(name, number, text)                                                                      \
    case number:                                                                                   \
        return #name;
        VRRL_STATUS_TABLE(X)
#undef X
    default:
        return "?";
    }
}

bool vrrl_status_is_terminal(uint32_t status)
{
    return status == VRRL_STATUS_DONE || status == VRRL_STATUS_FAULT || status == VRRL_STATUS_EMPTY;
}

vrrl_code vrrl_status_move(uint32_t from, vrrl_move move, uint32_t *to, vrrl_error *err)
{
    if ((size_t)move >= sizeof moves / sizeof moves[0])
        return error_set(err, VRRL_INVALID, "Fix: use a move of vrrl/run/ring.h.",
                         "%u is not a move", (unsigned)move);
    if (from <= VRRL_STATUS_FAULT && (moves[move].from >> from & 1u)) {
        *to = moves[move].to;
        return VRRL_OK;
    }
    return error_set(err, VRRL_ILLEGAL_MOVE,
                     "Fix: wait until the slot's status allows the move (docs/ring-protocol.md).",
                     "move %s cannot take a slot from %s (%u) to %s", moves[move].name,
                     vrrl_status_name(from), from, vrrl_status_name(moves[move].to));
}
