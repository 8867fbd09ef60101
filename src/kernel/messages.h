/* What strong writes leave at their words, and what strands keep of it: lists in pools of the machine. */
#ifndef VRRL_KERNEL_MESSAGES_H
#define VRRL_KERNEL_MESSAGES_H

#include "kernel/state.h"

/* Adds a contribution, whose clock it holds from now on, to the list at *first; of one strand, scope and word there
 * is one, which has all that they had. */
void contribution_add(struct machine *m, uint32_t *first, const struct contribution *c);
/* Takes the first one out of the list at *link. */
void contribution_drop(struct machine *m, uint32_t *link);
void message_add(struct machine *m, const struct message *message);
void message_drop(struct machine *m, uint32_t *link);

/* What a strand has read and not acquired: a copy of another's, added; none. */
void pending_copy(struct machine *m, uint32_t to, uint32_t from);
void pending_clear(struct machine *m, uint32_t strand);
/* What a strand's release fences of a scope came after: this clock, which it holds then; that one, too; nothing. */
void released_set(struct machine *m, uint32_t strand, uint8_t scope, uint32_t clock);
void released_join(struct machine *m, uint32_t strand, uint8_t scope, uint32_t clock);
void released_clear(struct machine *m, uint32_t strand);

#endif
