#include "program_file/mk_declarations.h"

#include "program_file/mk_expression.h"
#include "program_file/mk_names.h"
#include "program_file/mk_tokens.h"

vrrl_code mk_const(struct mk_parser *p, const struct mk_token *at)
{
    (void)at;
    const char *fix = "Fix: write `const NAME = VALUE`.";
    struct mk_token name;
    struct mk_name row = {.kind = MK_NAME_CONST};
    MK_TRY(mk_expect_kind(p, MK_NAME, fix, &name));
    MK_TRY(mk_expect_kind(p, MK_ASSIGN, fix, NULL));
    struct mk_token value_at = *mk_peek(p);
    MK_TRY(mk_expression(p, &row.value));
    if (row.value.kind == MK_ADDRESS)
        return mk_fail(p, &value_at,
                       "Fix: declare another name for it: `words NAME[COUNT] at ADDRESS`.",
                       "a constant is a number, found an address");
    MK_TRY(mk_declare(p, &name, row));
    return mk_end_of_line(p, fix);
}

static const char *const words_fix =
    "Fix: write `words NAME[COUNT] [of WORDS] [in observable] [at OFFSET]`.";

/* "[COUNT] [of WORDS]" */
static vrrl_code shape(struct mk_parser *p, struct mk_name *row)
{
    uint32_t count = 1, element = 1;
    if (mk_accept(p, MK_OPEN_INDEX)) {
        MK_TRY(mk_count(p, "the number of elements", 1, VRRL_FILE_ARENA_WORDS_MAX, &count));
        MK_TRY(mk_expect_kind(p, MK_CLOSE_INDEX, words_fix, NULL));
    }
    struct mk_token of = *mk_peek(p);
    if (mk_accept_word(p, "of"))
        MK_TRY(mk_count(p, "the size of an element", 1, VRRL_FILE_ARENA_WORDS_MAX, &element));
    if ((uint64_t)count * element > VRRL_FILE_ARENA_WORDS_MAX)
        return mk_limit(p, &of, "Fix: make it smaller.",
                        "an array of %llu words, expected at most %d",
                        (unsigned long long)count * element, VRRL_FILE_ARENA_WORDS_MAX);
    row->words = count * element;
    row->segment_words = element > 1 ? element : 0;
    return VRRL_OK;
}

static const struct mk_name *overlapped(const struct mk_parser *p, const struct mk_name *row)
{
    for (uint32_t i = 0; i < p->name_count; i++) {
        const struct mk_name *name = &p->names[i];
        bool words = name->kind == MK_NAME_WORDS && name->line != 0 && name->space == row->space;
        if (words && name->first < row->first + row->words &&
            row->first < name->first + name->words)
            return name;
    }
    return NULL;
}

/* A number places a name where nothing else is yet; an address makes it another name for what is
 * there. */
static vrrl_code fixed_place(struct mk_parser *p, struct mk_name *row)
{
    struct mk_token at = *mk_peek(p);
    struct mk_value value;
    MK_TRY(mk_expression(p, &value));
    bool alias = value.kind == MK_ADDRESS;
    if (value.kind == MK_F32 || value.number < 0 ||
        value.number + row->words > VRRL_FILE_ARENA_WORDS_MAX)
        return mk_fail(p, &at,
                       "Fix: write the number of words before it, or the name of other words.",
                       "expected a place in memory");
    if (alias)
        row->space = value.space;
    row->first = (uint32_t)value.number;
    MK_TRY(mk_work(p, p->name_count, &at));
    const struct mk_name *other = overlapped(p, row);
    if (other && !alias)
        return mk_fail(
            p, &at,
            "Fix: declare names at fixed places first, for others go behind them; to name "
            "the same words twice, write `at NAME`.",
            "these words are part of `%.*s` already (line %u)", (int)other->length, other->text,
            other->line);
    return VRRL_OK;
}

static vrrl_code place(struct mk_parser *p, const struct mk_token *name, struct mk_name *row)
{
    row->space = MK_USER;
    if (mk_accept_word(p, "in")) {
        if (!mk_accept_word(p, "observable"))
            return mk_unexpected(p, "`observable`", words_fix);
        row->space = MK_OBSERVABLE;
    }
    row->first = p->used[row->space];
    if (mk_accept_word(p, "at"))
        MK_TRY(fixed_place(p, row));
    uint64_t end = (uint64_t)row->first + row->words;
    uint32_t most = row->space == MK_OBSERVABLE ? 1 << 16 : VRRL_FILE_ARENA_WORDS_MAX;
    if (row->space != MK_CONTROL && end > most)
        return mk_limit(p, name, "Fix: make it smaller.",
                        "names take %llu words, expected at most %u", (unsigned long long)end,
                        most);
    if (row->space != MK_CONTROL && end > p->used[row->space]) {
        p->used[row->space] = (uint32_t)end;
        p->used_at[row->space] = p->size_at = *name;
    }
    return VRRL_OK;
}

vrrl_code mk_words(struct mk_parser *p, const struct mk_token *at)
{
    (void)at;
    struct mk_token name;
    struct mk_name row = {.kind = MK_NAME_WORDS};
    MK_TRY(mk_expect_kind(p, MK_NAME, words_fix, &name));
    MK_TRY(shape(p, &row));
    MK_TRY(place(p, &name, &row));
    MK_TRY(mk_declare(p, &name, row));
    return mk_end_of_line(p, words_fix);
}
