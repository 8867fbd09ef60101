#include "program_file/mk_range.h"

#include "base/plural.h"
#include "program_file/mk_expression.h"
#include "program_file/mk_names.h"
#include "program_file/mk_tokens.h"

#include <stdio.h>

static vrrl_code index_value(struct mk_parser *p, const char *what, int64_t *out)
{
    struct mk_token at = *mk_peek(p);
    struct mk_value value;
    MK_TRY(mk_expression(p, &value));
    if (value.kind != MK_INTEGER)
        return mk_fail(p, &at, "Fix: write an integer.", "expected %s, found %s", what,
                       value.kind == MK_F32 ? "an f32" : "an address");
    *out = value.number;
    return VRRL_OK;
}

static vrrl_code outside(struct mk_parser *p, const struct mk_token *at,
                         const struct mk_token *name, int64_t first, int64_t end, uint32_t count)
{
    char range[64];
    if (end == first + 1)
        snprintf(range, sizeof range, "index %lld", (long long)first);
    else
        snprintf(range, sizeof range, "range [%lld:%lld]", (long long)first, (long long)end);
    return mk_fail(
        p, at,
        "Fix: indices count from 0, and the end of a range is the index behind its last; "
        "NAME + k is not checked.",
        "%s is outside `%.*s`, which has %u element%s", range, (int)name->length,
        p->source.text + name->at, count, plural(count));
}

/* "[i]" or "[first:end]" of `count` elements of `element` words each. */
static vrrl_code subscript(struct mk_parser *p, const struct mk_token *name, uint32_t count,
                           uint32_t element, struct mk_range *range)
{
    int64_t first = 0, end;
    struct mk_token at = *mk_peek(p);
    MK_TRY(index_value(p, "an index", &first));
    end = first + 1;
    if (mk_accept(p, MK_COLON))
        MK_TRY(index_value(p, "the end of a range", &end));
    MK_TRY(mk_expect_kind(p, MK_CLOSE_INDEX, "Fix: close the index with `]`.", NULL));
    if (first < 0 || end > count || first >= end)
        return outside(p, &at, name, first, end, count);
    uint32_t skipped = (uint32_t)first * element;
    range->first += skipped;
    range->room -= skipped;
    range->words = (uint32_t)(end - first) * element;
    return VRRL_OK;
}

vrrl_code mk_range(struct mk_parser *p, struct mk_range *range)
{
    struct mk_token token;
    MK_TRY(mk_expect_kind(p, MK_NAME, "Fix: name declared words: NAME, NAME[i] or NAME[first:end].",
                          &token));
    const struct mk_name *name = mk_find_name(p, &token);
    if (!name || name->kind != MK_NAME_WORDS) {
        if (!name && !mk_find_loop(p, &token))
            return mk_unknown_name(p, &token, "the name of words");
        return mk_fail(p, &token, "Fix: name something declared by `word` or `words`.",
                       "`%.*s` is a number, expected the name of words", (int)token.length,
                       p->source.text + token.at);
    }
    uint32_t element = name->segment_words ? name->segment_words : 1;
    *range = (struct mk_range){.at = token,
                               .space = name->space,
                               .first = name->first,
                               .words = name->words,
                               .room = name->words,
                               .segment_words = name->segment_words};
    uint32_t count = name->words / element; /* a later declaration may move the row */
    range->whole_memory = name->line == 0 && name->space != MK_CONTROL;
    if (!mk_accept(p, MK_OPEN_INDEX))
        return VRRL_OK;
    range->whole_memory = false;
    MK_TRY(subscript(p, &token, count, element, range));
    if (range->words == element && element > 1 && mk_accept(p, MK_OPEN_INDEX)) {
        range->segment_words = 0;
        return subscript(p, &token, element, 1, range);
    }
    return VRRL_OK;
}

vrrl_code mk_inside_memory(struct mk_parser *p, struct mk_range *range)
{
    bool user = range->space == MK_USER;
    if (range->whole_memory)
        return mk_fail(p, &range->at, "Fix: name a part of it: NAME[first:end].",
                       "expected a range of words, found a whole memory");
    if (!p->building || range->space == MK_CONTROL)
        return VRRL_OK;
    uint32_t size = user ? p->geometry.user_words : p->geometry.observable_words;
    if (range->first > size || range->words > size - range->first)
        return mk_fail(p, &range->at,
                       user ? "Fix: name declared words, or set `memory N`."
                            : "Fix: name declared words, or set `observable N`.",
                       "there is no word %u: %s has %u words", range->first + range->words - 1,
                       user ? "user memory" : "observable memory", size);
    if (range->room > size - range->first)
        range->room = size - range->first;
    return VRRL_OK;
}
