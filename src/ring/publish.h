/* Publishing into a ring. The order of stores is fixed in docs/ring-protocol.md. */
#ifndef VRRL_RING_PUBLISH_H
#define VRRL_RING_PUBLISH_H

#include "ring/ring.h"

/* Control words of a fresh machine: everything 0, the tenant table all ones. */
void ring_init(struct ring *r);

/* VRRL_REFUSED for more arguments than a slot holds or an opcode that no row has. */
vrrl_code ring_check(const vrrl_geometry *geometry, const vrrl_slot_input *input, vrrl_error *err);
/* A checked slot's words as they are published, STATUS = PUBLISHED; missing arguments are 0. */
void ring_compose(const vrrl_geometry *geometry, const vrrl_slot_input *input, uint32_t *words);

/* Payload first, PUBLISHED last, with release. VRRL_ILLEGAL_MOVE, with nothing written, where the
 * slot at `index` is not EMPTY, DONE or FAULT. */
vrrl_code ring_publish(struct ring *r, uint32_t index, const uint32_t *words, vrrl_error *err);

/* The fence of `count` slots from `first`: its argument words go to args[3]. */
vrrl_slot_input ring_fence(uint32_t first, uint32_t count, uint32_t tag, uint32_t queue,
                           uint32_t args[3]);

/* The positions of a batch of `count` slots and its fence: `wanted` (count + 1 of them), or from
 * `next` where it is NULL. VRRL_REFUSED where they do not fit the ring, or where those of the slots
 * are not contiguous modulo the ring: a fence names a range. */
vrrl_code ring_place(const vrrl_geometry *geometry, uint32_t count, const uint32_t *wanted,
                     uint32_t next, uint32_t *indices, vrrl_error *err);

#endif
