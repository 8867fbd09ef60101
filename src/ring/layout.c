#include "base/error.h"
#include "vrrl/run/ring.h"

#include <stddef.h>

_Static_assert(VRRL_WORD_OBSERVABLE % VRRL_SLOT_WORDS_MIN == 0, "observable words are aligned");

static const struct {
    const char *name;
    size_t offset;
    uint32_t least, most;
} ranges[] = {
    {"slot_words", offsetof(vrrl_geometry, slot_words), VRRL_SLOT_WORDS_MIN, VRRL_SLOT_WORDS_MAX},
    {"ring_slots", offsetof(vrrl_geometry, ring_slots), 2, 1u << 21},
    {"observable_words", offsetof(vrrl_geometry, observable_words), 1, 1u << 16},
    {"tenants", offsetof(vrrl_geometry, tenants), 0, 1u << 16},
    {"user_words", offsetof(vrrl_geometry, user_words), 0, 1u << 26},
    {"debug_records", offsetof(vrrl_geometry, debug_records), 0, 1u << 20},
};

static vrrl_code check(const vrrl_geometry *geometry, vrrl_error *err)
{
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        uint32_t value = *(const uint32_t *)((const char *)geometry + ranges[i].offset);
        if (value >= ranges[i].least && value <= ranges[i].most)
            continue;
        vrrl_code code = value < ranges[i].least ? VRRL_INVALID : VRRL_TOO_LARGE;
        error_set(err, code, "", "%s is %u, expected %u to %u", ranges[i].name, value,
                  ranges[i].least, ranges[i].most);
        error_fix(err, "Fix: choose %s from %u to %u.", ranges[i].name, ranges[i].least,
                  ranges[i].most);
        if (err) {
            err->found = value;
            err->expected = code == VRRL_INVALID ? ranges[i].least : ranges[i].most;
        }
        return code;
    }
    return VRRL_OK;
}

static uint32_t round_up(uint32_t value, uint32_t to)
{
    return (value + to - 1) / to * to;
}

/* No sum can overflow: the largest arena is under 2^29 words by the ranges above. */
vrrl_code vrrl_geometry_layout(const vrrl_geometry *geometry, vrrl_layout *layout, vrrl_error *err)
{
    vrrl_code code = check(geometry, err);
    if (code)
        return code;
    uint32_t at = VRRL_WORD_OBSERVABLE + geometry->observable_words;
    layout->tenant_base = geometry->tenants ? at : 0;
    at = round_up(at + geometry->tenants, VRRL_SLOT_WORDS_MIN);
    layout->ring_base = at;
    at = round_up(at + geometry->ring_slots * geometry->slot_words, VRRL_PAGE_WORDS);
    layout->user_base = at;
    at += geometry->user_words;
    layout->debug_base = at;
    layout->total_words = at + 1 + geometry->debug_records * VRRL_DEBUG_RECORD_WORDS;
    return VRRL_OK;
}
