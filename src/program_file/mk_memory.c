#include "program_file/mk_memory.h"

#include "base/random.h"
#include "program/comparison.h"
#include "program_file/mk_expression.h"
#include "program_file/mk_range.h"
#include "program_file/mk_tokens.h"

#include <stdio.h>
#include <string.h>

static const char *const init_fix =
    "Fix: write `init NAME = VALUE, VALUE ...`, `init NAME fill VALUE` or "
    "`init NAME random LEAST to MOST [seed N]`.";

static void set_initial(struct mk_parser *p, uint32_t word, uint32_t value)
{
    if (p->building)
        p->program->initial[word] = value;
}

static vrrl_code init_list(struct mk_parser *p, const struct mk_range *range)
{
    uint32_t count = 0;
    do {
        struct mk_token at = *mk_peek(p);
        uint32_t value;
        MK_TRY(mk_word_value(p, &value));
        if (count == range->room)
            return mk_fail(p, &at, "Fix: remove values, or declare more words.",
                           "value %u of %u: there is no more room in `%.*s`", count + 1,
                           range->room, (int)range->at.length, p->source.text + range->at.at);
        set_initial(p, range->first + count++, value);
    } while (mk_accept(p, MK_COMMA));
    return VRRL_OK;
}

static vrrl_code init_fill(struct mk_parser *p, const struct mk_range *range)
{
    uint32_t value;
    MK_TRY(mk_word_value(p, &value));
    MK_TRY(mk_work(p, range->words, &range->at));
    for (uint32_t i = 0; i < range->words; i++)
        set_initial(p, range->first + i, value);
    return VRRL_OK;
}

static float f32_of(int64_t bits)
{
    uint32_t word = (uint32_t)bits;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static uint32_t random_word(uint64_t *state, struct mk_value least, struct mk_value most)
{
    if (least.kind == MK_INTEGER) {
        uint64_t span = (uint64_t)(most.number - least.number) + 1;
        return (uint32_t)(least.number + (int64_t)((random_next(state) >> 32) * span >> 32));
    }
    float low = f32_of(least.number), high = f32_of(most.number);
    float unit = (float)(random_next(state) >> 40) * 0x1p-24f;
    float value = low + (high - low) * unit;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static vrrl_code random_bounds(struct mk_parser *p, struct mk_value *least, struct mk_value *most)
{
    struct mk_token at = *mk_peek(p);
    MK_TRY(mk_expression(p, least));
    MK_TRY(mk_expect_word(p, "to", init_fix));
    MK_TRY(mk_expression(p, most));
    if (least->kind != most->kind || least->kind == MK_ADDRESS)
        return mk_fail(p, &at, "Fix: write two integers, or two numbers with a point.",
                       "expected two integers or two f32 as bounds");
    uint32_t word;
    MK_TRY(mk_value_to_word(p, &at, *least, &word));
    MK_TRY(mk_value_to_word(p, &at, *most, &word));
    bool ordered = least->kind == MK_F32 ? f32_of(least->number) <= f32_of(most->number)
                                         : least->number <= most->number;
    bool narrow = least->kind == MK_F32 || most->number - least->number <= UINT32_MAX;
    if (!ordered || !narrow)
        return mk_fail(p, &at,
                       "Fix: write the smaller bound first, at most 2^32 - 1 below the other.",
                       "the bounds are not a range");
    return VRRL_OK;
}

static vrrl_code init_random(struct mk_parser *p, const struct mk_range *range)
{
    struct mk_value least, most;
    uint32_t seed = 1;
    MK_TRY(random_bounds(p, &least, &most));
    if (mk_accept_word(p, "seed"))
        MK_TRY(mk_count(p, "a seed", 0, UINT32_MAX, &seed));
    MK_TRY(mk_work(p, range->words, &range->at));
    uint64_t state = seed;
    for (uint32_t i = 0; p->building && i < range->words; i++)
        set_initial(p, range->first + i, random_word(&state, least, most));
    return VRRL_OK;
}

vrrl_code mk_init(struct mk_parser *p, const struct mk_token *at)
{
    (void)at;
    struct mk_range range;
    MK_TRY(mk_range(p, &range));
    if (range.space != MK_USER)
        return mk_fail(p, &range.at, "Fix: set it in a prologue: `STORE_U32 VALUE, NAME`.",
                       "only user memory has initial values; these words begin as 0");
    MK_TRY(mk_inside_memory(p, &range));
    if (mk_accept(p, MK_ASSIGN))
        MK_TRY(init_list(p, &range));
    else if (mk_accept_word(p, "fill"))
        MK_TRY(init_fill(p, &range));
    else if (mk_accept_word(p, "random"))
        MK_TRY(init_random(p, &range));
    else
        return mk_unexpected(p, "`=`, `fill` or `random`", init_fix);
    return mk_end_of_line(p, init_fix);
}

static const char *const observe_fix = "Fix: write `observe NAME [exact | ulp N | relrmse X | "
                                       "ignore | scratch | order-only] [as NAME]`.";

static vrrl_code tolerance(struct mk_parser *p, double most, double *out)
{
    const char *fix = "Fix: write `ulp 4` or `relrmse 1e-5`.";
    struct mk_token token = *mk_peek(p);
    if (token.kind != MK_NUMBER && token.kind != MK_FLOAT)
        return mk_unexpected(p, "a tolerance", fix);
    mk_next(p);
    *out = token.kind == MK_FLOAT ? token.real : (double)token.number;
    if (*out > most)
        return mk_fail(p, &token, fix, "a tolerance of %g, expected at most %g", *out, most);
    return VRRL_OK;
}

/* A name of two words with a hyphen is three tokens. */
static vrrl_code rest_of_name(struct mk_parser *p, const char *name, const char *rest)
{
    char fix[64];
    snprintf(fix, sizeof fix, "Fix: write `%s`.", name);
    MK_TRY(mk_expect_kind(p, MK_MINUS, fix, NULL));
    return mk_expect_word(p, rest, fix);
}

static vrrl_code comparison(struct mk_parser *p, vrrl_region *region)
{
    for (uint32_t i = 0; i < COMPARISON_RULES; i++) {
        const struct comparison_rule *rule = &comparison_rules[i];
        char word[16];
        size_t size = strcspn(rule->name, "-");
        snprintf(word, sizeof word, "%.*s", (int)size, rule->name);
        if (!mk_accept_word(p, word))
            continue;
        region->compare = (vrrl_compare)i;
        if (rule->name[size])
            MK_TRY(rest_of_name(p, rule->name, rule->name + size + 1));
        return rule->most > 0 ? tolerance(p, rule->most, &region->tolerance) : VRRL_OK;
    }
    if (mk_peek(p)->kind != MK_NEWLINE && !mk_at_word(p, "as"))
        return mk_unexpected(p, "how to compare", observe_fix);
    return VRRL_OK;
}

/* "data" or "data[4]" or "data[4:8]", as the file wrote it. */
static void region_name(const struct mk_parser *p, const struct mk_range *range, uint32_t end_token,
                        char *out, size_t size)
{
    const struct mk_token *last = &p->source.tokens[end_token - 1];
    uint32_t name_end = range->at.at + range->at.length + range->at.quoted;
    uint32_t behind = last->at + last->length + last->quoted - name_end;
    snprintf(out, size, "%.*s%.*s", (int)range->at.length, p->source.text + range->at.at,
             (int)behind, p->source.text + name_end);
}

static vrrl_code given_name(struct mk_parser *p, char *out, size_t size)
{
    struct mk_token name;
    MK_TRY(mk_expect_kind(p, MK_NAME, observe_fix, &name));
    if (name.length >= size)
        return mk_fail(p, &name, "Fix: shorten it.", "a name of %u bytes, expected at most %zu",
                       name.length, size - 1);
    snprintf(out, size, "%.*s", (int)name.length, p->source.text + name.at);
    return VRRL_OK;
}

vrrl_code mk_observe(struct mk_parser *p, const struct mk_token *at)
{
    struct mk_range range;
    MK_TRY(mk_range(p, &range));
    if (range.space == MK_CONTROL)
        return mk_fail(p, &range.at, "Fix: leave it out: control words are always compared.",
                       "regions lie in user memory or in the observable words");
    MK_TRY(mk_inside_memory(p, &range));
    if (++p->regions > VRRL_FILE_REGIONS_MAX)
        return mk_limit(p, at, "Fix: observe larger ranges.", "more than %d regions",
                        VRRL_FILE_REGIONS_MAX);
    char name[VRRL_FILE_NAME_BYTES_MAX + 1];
    region_name(p, &range, p->at, name, sizeof name);
    vrrl_region region = {.first_word = p->base[range.space] + range.first, .words = range.words};
    MK_TRY(comparison(p, &region));
    if (mk_accept_word(p, "as"))
        MK_TRY(given_name(p, name, sizeof name));
    if (p->building) {
        MK_TRY(vrrl_program_add_text(p->program, name, &region.name, p->err));
        MK_TRY(vrrl_program_add_region(p->program, &region, p->err));
    }
    return mk_end_of_line(p, observe_fix);
}
