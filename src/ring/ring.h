/* The ring as the host sees it. */
#ifndef VRRL_RING_RING_H
#define VRRL_RING_RING_H

#include "vrrl/run/backend.h"
#include "vrrl/run/ring.h"

/* An arena with its layout, as the host sees it. Plain data; borrows the arena. */
struct ring {
    uint32_t *arena;
    vrrl_geometry geometry;
    vrrl_layout layout;
};

static inline uint32_t ring_slot_word(const struct ring *r, uint32_t index)
{
    return r->layout.ring_base + index * r->geometry.slot_words;
}

/* A word that slots work on, in user memory or observable: no control word, and none of the ring. */
static inline bool ring_is_data(const vrrl_layout *layout, const vrrl_geometry *geometry,
                                uint32_t word)
{
    return (word >= VRRL_WORD_OBSERVABLE &&
            word - VRRL_WORD_OBSERVABLE < geometry->observable_words) ||
           (word >= layout->user_base && word - layout->user_base < geometry->user_words);
}

#endif
