#include "diff/words.h"

#include "base/error.h"
#include "program/batch_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static float as_float(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Distance in representable f32 values; infinite where one is NaN and the other is not. */
static double ulp_distance(uint32_t a, uint32_t b)
{
    if (a == b)
        return 0;
    if (isnan(as_float(a)) || isnan(as_float(b)))
        return isnan(as_float(a)) && isnan(as_float(b)) ? 0 : (double)INFINITY;
    /* Order the bits as the values are ordered: negative numbers count down from 0. */
    int64_t left = a & 0x80000000u ? -(int64_t)(a & 0x7FFFFFFFu) : (int64_t)a;
    int64_t right = b & 0x80000000u ? -(int64_t)(b & 0x7FFFFFFFu) : (int64_t)b;
    return fabs((double)(left - right));
}

/* Root mean square error over root mean square of side A, over a whole region. Words of equal bits
 * are no error, whatever they are; one that is not finite on one side alone is an infinite one. */
static double relative_rmse(const struct observation *a, const struct observation *b,
                            const vrrl_region *region)
{
    double error = 0, size = 0;
    for (uint32_t i = 0; i < region->words; i++) {
        uint32_t a_bits = state_word(a->state, region->first_word + i);
        uint32_t b_bits = state_word(b->state, region->first_word + i);
        double left = (double)as_float(a_bits), right = (double)as_float(b_bits);
        size += isfinite(left) ? left * left : 0;
        if (a_bits != b_bits && !(isnan(left) && isnan(right)))
            error += (left - right) * (left - right);
    }
    if (error == 0)
        return 0;
    if (!isfinite(error))
        return (double)INFINITY;
    return size > 0 ? sqrt(error / size) : (double)INFINITY;
}

struct word_walk {
    const vrrl_program *program;
    const struct observation *a, *b;
    vrrl_diff_result *result;
    const vrrl_slot *prefer;
    uint32_t preferred; /* how many of result->words the preferred slot writes */
    uint32_t *on_page;  /* the regions that touch the page at hand, in the program's order */
    uint32_t on_page_count;
    double *rmse; /* by region, once it was needed; before that -1 */
};

static vrrl_code begin_walk(struct word_walk *w, vrrl_error *err)
{
    size_t regions = w->program->region_count + (size_t)1;
    w->on_page = malloc(regions * sizeof *w->on_page);
    w->rmse = malloc(regions * sizeof *w->rmse);
    if (!w->on_page || !w->rmse)
        return error_no_memory(err, regions * sizeof *w->rmse);
    for (size_t i = 0; i < regions; i++)
        w->rmse[i] = -1;
    return VRRL_OK;
}

static void list_regions(struct word_walk *w, uint32_t first_word)
{
    w->on_page_count = 0;
    for (uint32_t i = 0; i < w->program->region_count; i++) {
        const vrrl_region *region = &w->program->regions[i];
        if (region->first_word < first_word + VRRL_PAGE_WORDS &&
            (uint64_t)region->first_word + region->words > first_word)
            w->on_page[w->on_page_count++] = i;
    }
}

/* The region that rules a word of the page at hand, VRRL_NO_INDEX: none. */
static uint32_t region_of(const struct word_walk *w, uint32_t word)
{
    for (uint32_t i = 0; i < w->on_page_count; i++) {
        const vrrl_region *region = &w->program->regions[w->on_page[i]];
        if (word >= region->first_word && word - region->first_word < region->words)
            return w->on_page[i];
    }
    return VRRL_NO_INDEX;
}

static double rmse_of(struct word_walk *w, uint32_t region)
{
    if (w->rmse[region] < 0)
        w->rmse[region] = relative_rmse(w->a, w->b, &w->program->regions[region]);
    return w->rmse[region];
}

struct covers {
    uint32_t word;
    bool found;
};

static void cover_visitor(void *context, const struct declared_event *access)
{
    struct covers *c = context;
    if (declared_writes(access) && c->word >= access->word &&
        c->word - access->word < access->count)
        c->found = true;
}

static bool slot_writes(const vrrl_program *program, const vrrl_slot *slot, uint32_t word)
{
    struct covers c = {.word = word};
    if (slot)
        slot_footprint(program, slot, cover_visitor, &c);
    return c.found;
}

static void keep_word(struct word_walk *w, uint32_t word, uint32_t value_a, uint32_t value_b,
                      bool known)
{
    vrrl_diff_result *r = w->result;
    bool preferred = slot_writes(w->program, w->prefer, word);
    if (preferred ? w->preferred == VRRL_WORDS_MAX : r->word_count == VRRL_WORDS_MAX)
        return;
    uint32_t at = preferred ? w->preferred++ : r->word_count;
    if (r->word_count < VRRL_WORDS_MAX)
        r->word_count++;
    /* A preferred word pushes the others back. */
    memmove(r->words + at + 1, r->words + at, (r->word_count - 1 - at) * sizeof *r->words);
    r->words[at] = (vrrl_word_difference){
        .word = word, .value_a = value_a, .value_b = value_b, .known = known};
    vrrl_program_word_name(w->program, word, r->words[at].name, sizeof r->words[at].name);
}

/* True where the difference of one word counts. */
static bool counts(struct word_walk *w, uint32_t word, uint32_t value_a, uint32_t value_b)
{
    uint32_t at = region_of(w, word);
    const vrrl_region *region = at == VRRL_NO_INDEX ? NULL : &w->program->regions[at];
    vrrl_diff_result *r = w->result;
    double distance;
    switch (region ? region->compare : VRRL_COMPARE_EXACT) {
    case VRRL_COMPARE_IGNORE:
    case VRRL_COMPARE_SCRATCH:
        return false;
    case VRRL_COMPARE_ORDER_ONLY:
        r->order_only_words++;
        return false;
    case VRRL_COMPARE_ULP:
        distance = ulp_distance(value_a, value_b);
        if (!(distance <= region->tolerance))
            return true;
        r->tolerated_words++;
        r->largest_ulp = fmax(r->largest_ulp, distance);
        return false;
    case VRRL_COMPARE_REL_RMSE:
        distance = rmse_of(w, at);
        if (!(distance <= region->tolerance))
            return true;
        r->tolerated_words++;
        r->largest_relrmse = fmax(r->largest_relrmse, distance);
        return false;
    case VRRL_COMPARE_EXACT:
        break;
    }
    return true;
}

static void compare_page(struct word_walk *w, uint32_t page)
{
    const struct observed_page *info = &w->a->state->pages[page];
    const uint32_t *left = w->a->state->words + (size_t)page * VRRL_PAGE_WORDS;
    const uint32_t *right = w->b->state->words + (size_t)page * VRRL_PAGE_WORDS;
    list_regions(w, info->number * VRRL_PAGE_WORDS);
    for (uint32_t i = 0; i < VRRL_PAGE_WORDS; i++) {
        uint32_t word = info->number * VRRL_PAGE_WORDS + i;
        if (left[i] == right[i] || !counts(w, word, left[i], right[i]))
            continue;
        w->result->words_differing++;
        keep_word(w, word, left[i], right[i], true);
    }
}

static bool same_page(const struct word_walk *w, uint32_t page)
{
    const struct observed_state *left = w->a->state, *right = w->b->state;
    size_t at = (size_t)page * VRRL_PAGE_WORDS;
    if (!left->undigested && !right->undigested)
        return memcmp(left->pages[page].digest, right->pages[page].digest, DIGEST_BYTES) == 0;
    return memcmp(left->words + at, right->words + at, VRRL_PAGE_WORDS * sizeof *left->words) == 0;
}

static void compare_pages(struct word_walk *w)
{
    vrrl_diff_result *result = w->result;
    for (uint32_t p = 0; p < w->a->state->page_count; p++) {
        const struct observed_page *left = &w->a->state->pages[p], *right = &w->b->state->pages[p];
        bool kept = left->kept && right->kept;
        result->pages_not_kept += !kept;
        if (same_page(w, p))
            continue;
        if (kept) {
            compare_page(w, p);
        } else {
            result->words_differing++;
            keep_word(w, left->number * VRRL_PAGE_WORDS, 0, 0, false);
        }
    }
}

vrrl_code diff_words(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, uint32_t prefer, vrrl_diff_result *result,
                     vrrl_error *err)
{
    struct word_walk w = {.program = program, .a = a, .b = b, .result = result};
    if (prefer != VRRL_NO_INDEX)
        w.prefer = epoch_slot(program, a->epoch, prefer);
    vrrl_code code = begin_walk(&w, err);
    if (code == VRRL_OK)
        compare_pages(&w);
    free(w.on_page);
    free(w.rmse);
    return code;
}
