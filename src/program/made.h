/* Which slots of an epoch bring about what words hold, and which slots wait for what others bring about. */
#ifndef VRRL_PROGRAM_MADE_H
#define VRRL_PROGRAM_MADE_H

#include "event/declared.h"
#include "vrrl/run/program.h"

/* A range that a slot brings about: writes, or adds to. */
struct made_range {
    uint32_t first, end;
    uint32_t position;
    bool signals;
};

/* By all slots of a batch. */
struct made {
    struct made_range *list; /* by first word */
    uint32_t count, room;
    uint32_t longest; /* words of a range, at most */
};

/* The caller frees it by made_free, whatever comes of it. */
vrrl_code made_create(const vrrl_program *program, const vrrl_batch *batch, struct made *made,
                      vrrl_error *err);
void made_free(struct made *made);
/* Whoever brings about a part of what is accessed; `signals`: by additions alone. One may come more than once. */
void made_each(const struct made *made, const struct declared_event *access, bool signals,
               void (*visit)(void *context, uint32_t position), void *context);

/* Whether `slot` waits, by itself or over others, for what `other` brings about: both are positions. That
 * says nothing of whether it waits for enough of it. */
vrrl_code made_awaits(const vrrl_program *program, uint32_t epoch, uint32_t slot, uint32_t other,
                      bool *awaits, vrrl_error *err);

/* Whether an order is what two slots lack, or why it is not. */
enum made_order { ORDER_LACKS, ORDER_CHOSEN, ORDER_UNTOLD, ORDER_TOO_WEAK };

/* Whether what two slots lack is an order, ORDER_LACKS: they race where nothing orders them; neither goes by what it
 * finds, as those that try a lock or look twice do, for which either order was to be right; and neither waits for
 * the other, for then an order is there, which is too weak or comes too early. Else the first of these that is not
 * so. */
vrrl_code made_order_is_missing(const vrrl_program *program, uint32_t epoch, uint32_t slot,
                                uint32_t other, enum made_order *order, vrrl_error *err);
/* Whether a slot goes by what it finds: it tries, draws, or asks. */
bool made_chooses(const vrrl_program *program, uint32_t epoch, uint32_t slot);

#endif
