#include "ring/publish.h"

#include "base/atomics.h"
#include "base/error.h"
#include "ring/ring.h"
#include "vrrl/run/opcode.h"

#include <string.h>

void ring_init(struct ring *r)
{
    r->arena[VRRL_WORD_TENANT_BASE] = r->layout.tenant_base;
    r->arena[VRRL_WORD_TENANT_COUNT] = r->geometry.tenants;
    for (uint32_t t = 0; t < r->geometry.tenants; t++)
        r->arena[r->layout.tenant_base + t] = 0xFFFFFFFFu;
}

vrrl_code ring_check(const vrrl_geometry *geometry, const vrrl_slot_input *input, vrrl_error *err)
{
    uint32_t room = geometry->slot_words - VRRL_SLOT_ARG0;
    if (!vrrl_opcode_find(input->opcode))
        return error_set(err, VRRL_REFUSED, "Fix: use an opcode of `docs/opcodes.md`.",
                         "opcode 0x%X is not known", input->opcode);
    if (input->arg_count > room)
        return error_set(
            err, VRRL_REFUSED, "Fix: pass fewer arguments, or give the machine wider slots.",
            "%s has %u argument words, a slot of %u words holds %u",
            vrrl_opcode_name(input->opcode), input->arg_count, geometry->slot_words, room);
    return VRRL_OK;
}

void ring_compose(const vrrl_geometry *geometry, const vrrl_slot_input *input, uint32_t *words)
{
    memset(words, 0, geometry->slot_words * sizeof *words);
    words[VRRL_SLOT_STATUS] = VRRL_STATUS_PUBLISHED;
    words[VRRL_SLOT_OPCODE] = input->opcode;
    words[VRRL_SLOT_TENANT] = input->tenant;
    if (input->arg_count)
        memcpy(words + VRRL_SLOT_ARG0, input->args, input->arg_count * sizeof *words);
}

vrrl_code ring_publish(struct ring *r, uint32_t index, const uint32_t *words, vrrl_error *err)
{
    uint32_t *slot = r->arena + ring_slot_word(r, index);
    uint32_t to;
    /* Acquire: pairs with the worker's release of its terminal status, so that its last reads of
     * the payload come before the stores below. */
    vrrl_code code =
        vrrl_status_move(load_acquire(&slot[VRRL_SLOT_STATUS]), VRRL_MOVE_PUBLISH, &to, err);
    if (code)
        return code;
    for (uint32_t i = VRRL_SLOT_STATUS + 1; i < r->geometry.slot_words; i++)
        store_relaxed(&slot[i], words[i]);
    /* Release: pairs with the claim's acquire; whoever claims the slot sees its whole payload. */
    store_release(&slot[VRRL_SLOT_STATUS], to);
    return VRRL_OK;
}

vrrl_slot_input ring_fence(uint32_t first, uint32_t count, uint32_t tag, uint32_t queue,
                           uint32_t args[3])
{
    args[0] = first;
    args[1] = count;
    args[2] = tag;
    return (vrrl_slot_input){
        .opcode = VRRL_OPCODE_BATCH_FENCE, .queue = queue, .arg_count = 3, .args = args};
}

static vrrl_code check_wanted(const vrrl_geometry *geometry, uint32_t count, const uint32_t *wanted,
                              vrrl_error *err)
{
    uint32_t slots = geometry->ring_slots;
    for (uint32_t i = 0; i <= count; i++) {
        if (wanted[i] >= slots)
            return error_set(err, VRRL_REFUSED, "Fix: give the machine the ring that was recorded.",
                             "ring index %u, expected less than %u", wanted[i], slots);
        if (i > 0 && i < count && wanted[i] != (wanted[i - 1] + 1) % slots)
            return error_set(err, VRRL_REFUSED,
                             "Fix: publish a batch at contiguous ring positions.",
                             "slot %u of the batch is at ring index %u, after %u: a fence covers a "
                             "contiguous range",
                             i, wanted[i], wanted[i - 1]);
    }
    if (count && (wanted[count] + slots - wanted[0]) % slots < count)
        return error_set(err, VRRL_REFUSED, "Fix: put the fence outside its own batch.",
                         "the fence at ring index %u lies on a slot of its batch", wanted[count]);
    return VRRL_OK;
}

vrrl_code ring_place(const vrrl_geometry *geometry, uint32_t count, const uint32_t *wanted,
                     uint32_t next, uint32_t *indices, vrrl_error *err)
{
    if (count >= geometry->ring_slots) {
        error_set(err, VRRL_REFUSED, "", "an epoch of %u slots and its fence, a ring of %u", count,
                  geometry->ring_slots);
        error_fix(err, "Fix: give the machine a ring of at least %llu slots, or split the epoch.",
                  (unsigned long long)count + 1);
        if (err) {
            err->found = geometry->ring_slots;
            err->expected = (uint64_t)count + 1;
        }
        return VRRL_REFUSED;
    }
    if (wanted) {
        vrrl_code code = check_wanted(geometry, count, wanted, err);
        if (code)
            return code;
        memcpy(indices, wanted, (count + 1) * sizeof *indices);
        return VRRL_OK;
    }
    for (uint32_t i = 0; i <= count; i++)
        indices[i] = (next + i) % geometry->ring_slots;
    return VRRL_OK;
}
