/* What the accesses of an epoch's slots leave, where their arguments tell. Private to the check. */
#ifndef VRRL_CHECK_SLOT_VALUES_H
#define VRRL_CHECK_SLOT_VALUES_H

#include "check/check.h"
#include "program/epoch_touches.h"

struct slot_values {
    const struct epoch_touches *touches;
    const uint32_t *arena; /* when the epoch began */
    uint8_t *writers;      /* of each word, up to 2 */
    uint32_t *waits;       /* words below each that some slot waits for; one more at the end */
    uint32_t words;
};

/* Both are borrowed. */
vrrl_code slot_values_create(const struct epoch_touches *touches, const uint32_t *arena,
                             uint32_t words, struct slot_values *values, vrrl_error *err);
void slot_values_free(struct slot_values *values);
/* For struct pair_values: whether two slots, by position, do anything to a word that makes a difference. */
enum pair_value slot_values_of(void *context, uint32_t a, uint32_t b);
bool slot_values_there(const void *context, const vrrl_graph *graph, const vrrl_check_pair *pair);

#endif
