#include "host/state.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/sorted.h"

#include <stdlib.h>
#include <string.h>

static int by_first_word(const void *a, const void *b)
{
    const struct word_range *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

/* Sorts, and joins what overlaps or touches. */
static uint32_t normalise(struct word_range *ranges, uint32_t count)
{
    qsort(ranges, count, sizeof *ranges, by_first_word);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (ranges[i].count == 0)
            continue;
        struct word_range *last = kept > 0 ? &ranges[kept - 1] : NULL;
        if (last && ranges[i].first <= last->first + last->count) {
            uint32_t end = ranges[i].first + ranges[i].count;
            if (end > last->first + last->count)
                last->count = end - last->first;
        } else {
            ranges[kept++] = ranges[i];
        }
    }
    return kept;
}

static uint32_t last_page_of(const struct word_range *range)
{
    return (range->first + range->count - 1) / VRRL_PAGE_WORDS;
}

/* Lists the pages that the ranges touch; with `pages` NULL only counts them. */
static uint32_t list_pages(const struct word_range *ranges, uint32_t count,
                           struct observed_page *pages)
{
    uint32_t listed = 0, previous = VRRL_NO_INDEX;
    for (uint32_t r = 0; r < count; r++) {
        for (uint32_t n = ranges[r].first / VRRL_PAGE_WORDS; n <= last_page_of(&ranges[r]); n++) {
            if (n != previous) {
                if (pages)
                    pages[listed] = (struct observed_page){.number = n, .first_range = r};
                listed++;
                previous = n;
            }
            if (pages)
                pages[listed - 1].end_range = r + 1;
        }
    }
    return listed;
}

vrrl_code state_create(struct observed_state *state, const struct word_range *ranges,
                       uint32_t range_count, vrrl_error *err)
{
    *state = (struct observed_state){0};
    state->ranges = malloc((range_count + (size_t)1) * sizeof *state->ranges);
    if (!state->ranges)
        return error_no_memory(err, range_count * sizeof *state->ranges);
    memcpy(state->ranges, ranges, range_count * sizeof *ranges);
    state->range_count = normalise(state->ranges, range_count);
    state->page_count = list_pages(state->ranges, state->range_count, NULL);
    state->pages = calloc(state->page_count + (size_t)1, sizeof *state->pages);
    state->words = calloc((state->page_count + (size_t)1) * VRRL_PAGE_WORDS, sizeof *state->words);
    if (!state->pages || !state->words) {
        uint64_t bytes = (uint64_t)state->page_count * VRRL_PAGE_WORDS * 4;
        state_free(state);
        return error_no_memory(err, bytes);
    }
    list_pages(state->ranges, state->range_count, state->pages);
    uint8_t zeros[DIGEST_BYTES];
    state_page_digest(state->words, zeros);
    for (uint32_t p = 0; p < state->page_count; p++) {
        state->pages[p].kept = true;
        memcpy(state->pages[p].digest, zeros, DIGEST_BYTES);
    }
    state_finish_digest(state);
    return VRRL_OK;
}

void state_free(struct observed_state *state)
{
    free(state->ranges);
    free(state->pages);
    free(state->words);
    *state = (struct observed_state){0};
}

void state_page_digest(const uint32_t *words, uint8_t digest[DIGEST_BYTES])
{
    uint8_t bytes[4 * VRRL_PAGE_WORDS];
    for (size_t i = 0; i < VRRL_PAGE_WORDS; i++)
        store_le32(bytes + 4 * i, words[i]);
    digest_blake3(bytes, sizeof bytes, digest);
}

/* The observed words of one page, the others 0. */
static void collect_page(const struct observed_state *state, const struct observed_page *page,
                         const uint32_t *arena, uint32_t *out)
{
    uint32_t base = page->number * VRRL_PAGE_WORDS;
    memset(out, 0, VRRL_PAGE_WORDS * sizeof *out);
    for (uint32_t r = page->first_range; r < page->end_range; r++) {
        uint32_t first = state->ranges[r].first, end = first + state->ranges[r].count;
        if (first < base)
            first = base;
        if (end > base + VRRL_PAGE_WORDS)
            end = base + VRRL_PAGE_WORDS;
        memcpy(out + (first - base), arena + first, (end - first) * sizeof *out);
    }
}

void state_update(struct observed_state *state, const uint32_t *arena)
{
    state_clear_changes(state);
    for (uint32_t p = 0; p < state->page_count; p++) {
        uint32_t now[VRRL_PAGE_WORDS];
        uint32_t *before = state->words + (size_t)p * VRRL_PAGE_WORDS;
        collect_page(state, &state->pages[p], arena, now);
        if (memcmp(now, before, sizeof now) == 0)
            continue;
        uint8_t digest[DIGEST_BYTES] = {0};
        if (!state->undigested)
            state_page_digest(now, digest);
        state_set_page(state, p, now, digest);
    }
    if (state->changed_count > 0 && !state->undigested)
        state_finish_digest(state);
}

void state_clear_changes(struct observed_state *state)
{
    for (uint32_t p = 0; p < state->page_count; p++)
        state->pages[p].changed = false;
    state->changed_count = 0;
}

uint32_t state_find_page(const struct observed_state *state, uint32_t number)
{
    uint32_t at = sorted_from(state->pages, state->page_count, sizeof *state->pages, number);
    return at < state->page_count && state->pages[at].number == number ? at : VRRL_NO_INDEX;
}

void state_set_page(struct observed_state *state, uint32_t position, const uint32_t *words,
                    const uint8_t digest[DIGEST_BYTES])
{
    struct observed_page *page = &state->pages[position];
    if (!page->changed)
        state->changed_count++;
    page->changed = true;
    page->kept = words != NULL;
    memcpy(page->digest, digest, DIGEST_BYTES);
    if (words)
        memcpy(state->words + (size_t)position * VRRL_PAGE_WORDS, words,
               VRRL_PAGE_WORDS * sizeof *words);
}

void state_finish_digest(struct observed_state *state)
{
    struct digest_stream stream;
    digest_stream_begin(&stream);
    for (uint32_t p = 0; p < state->page_count; p++)
        digest_stream_add(&stream, state->pages[p].digest, DIGEST_BYTES);
    digest_stream_end(&stream, state->digest);
}

uint32_t state_word(const struct observed_state *state, uint32_t word)
{
    uint32_t page = state_find_page(state, word / VRRL_PAGE_WORDS);
    if (page == VRRL_NO_INDEX)
        return 0;
    return state->words[(size_t)page * VRRL_PAGE_WORDS + word % VRRL_PAGE_WORDS];
}
