/*
 * The observed state of an arena: the words that a user can see, by 4 KiB page, with digests.
 *
 * A page is VRRL_PAGE_WORDS words of the arena, numbered from word 0. Words of a page that are not
 * observed read as 0, so that a page's bytes depend on observed words alone. The state digest is
 * BLAKE3 over the 32-byte BLAKE3 digests of the pages in address order; a page's bytes are its
 * words in little-endian order.
 */
#ifndef VRRL_HOST_STATE_H
#define VRRL_HOST_STATE_H

#include "base/digest.h"
#include "vrrl/run/ring.h"

struct word_range {
    uint32_t first;
    uint32_t count;
};

struct observed_page {
    uint32_t number;      /* the page's first word is number * VRRL_PAGE_WORDS */
    uint32_t first_range; /* the ranges that touch it: [first_range, end_range) */
    uint32_t end_range;
    bool changed; /* by the last update */
    bool kept;    /* false: only the digest is known */
    uint8_t digest[DIGEST_BYTES];
};

struct observed_state {
    struct word_range *ranges; /* sorted, disjoint */
    uint32_t range_count;
    struct observed_page *pages; /* in address order */
    uint32_t page_count;
    uint32_t changed_count; /* pages with `changed` */
    uint32_t *words;        /* page_count * VRRL_PAGE_WORDS */
    uint8_t digest[DIGEST_BYTES];
    bool undigested; /* updates make no digests: for those who compare words alone */
};

/* `ranges` in any order, overlaps allowed; all pages start as zeros. Free with state_free. */
vrrl_code state_create(struct observed_state *state, const struct word_range *ranges,
                       uint32_t range_count, vrrl_error *err);
void state_free(struct observed_state *state);

/* Takes the observed words of a quiescent arena; marks the pages that changed. */
void state_update(struct observed_state *state, const uint32_t *arena);

/* For a reader of recordings: forgets the marks; sets one page; makes the state digest anew. */
void state_clear_changes(struct observed_state *state);
/* The page's position in pages[], or VRRL_NO_INDEX where it is not observed. */
uint32_t state_find_page(const struct observed_state *state, uint32_t number);
/* `words` NULL: only its digest is known. */
void state_set_page(struct observed_state *state, uint32_t position, const uint32_t *words,
                    const uint8_t digest[DIGEST_BYTES]);
void state_finish_digest(struct observed_state *state);

/* The observed value of a word; 0 where it is not observed. */
uint32_t state_word(const struct observed_state *state, uint32_t word);

/* The digest of one page's words. */
void state_page_digest(const uint32_t *words, uint8_t digest[DIGEST_BYTES]);

#endif
