#include "program_file/mk_names.h"

#include "base/array.h"
#include "program_file/mk_error.h"
#include "program_file/mk_guess.h"
#include "program_file/mk_tokens.h"
#include "program_file/mk_write.h"

#include <string.h>

static uint32_t bucket_of(const char *text, uint32_t length)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (uint32_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    return (hash ^ hash >> 16) % MK_HASH_BUCKETS;
}

static bool same_name(const struct mk_parser *p, const struct mk_token *token, const char *text,
                      uint32_t length)
{
    return token->length == length && memcmp(p->source.text + token->at, text, length) == 0;
}

static vrrl_code add_name(struct mk_parser *p, const char *text, uint32_t length,
                          struct mk_name row)
{
    MK_TRY(array_room(p->names, p->name_count, p->name_room, 1, p->err));
    uint32_t *bucket = &p->buckets[bucket_of(text, length)];
    row.text = text;
    row.length = length;
    row.next = *bucket;
    p->names[p->name_count++] = row;
    *bucket = p->name_count;
    return VRRL_OK;
}

/* Words that every program has: what the control words hold, and both memories as a whole. */
static const struct {
    const char *text;
    enum mk_space space;
    uint32_t first, words;
} builtins[] = {
    {"SHUTDOWN", MK_CONTROL, VRRL_WORD_SHUTDOWN, 1},
    {"DONE_COUNT", MK_CONTROL, VRRL_WORD_DONE_COUNT, 1},
    {"QUOTA", MK_CONTROL, VRRL_WORD_QUOTA, 32},
    {"FAIRNESS", MK_CONTROL, VRRL_WORD_FAIRNESS, 32},
    {"METRICS", MK_CONTROL, VRRL_WORD_METRICS, 32},
    {"EPOCH", MK_CONTROL, VRRL_WORD_EPOCH, 1},
    /* Their lengths are not known yet: an index is checked against the largest there may be. */
    {"observable", MK_OBSERVABLE, 0, 1u << 16},
    {"user", MK_USER, 0, VRRL_FILE_ARENA_WORDS_MAX},
};

vrrl_code mk_names_begin(struct mk_parser *p)
{
    for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++) {
        struct mk_name row = {.kind = MK_NAME_WORDS,
                              .space = builtins[i].space,
                              .first = builtins[i].first,
                              .words = builtins[i].words};
        MK_TRY(add_name(p, builtins[i].text, (uint32_t)strlen(builtins[i].text), row));
    }
    return VRRL_OK;
}

struct mk_name *mk_find_name(struct mk_parser *p, const struct mk_token *token)
{
    uint32_t at = p->buckets[bucket_of(p->source.text + token->at, token->length)];
    while (at != 0) {
        struct mk_name *name = &p->names[at - 1];
        p->work++; /* a file may aim all its names at one bucket */
        if (same_name(p, token, name->text, name->length))
            return name;
        at = name->next;
    }
    return NULL;
}

const struct mk_loop_variable *mk_find_loop(const struct mk_parser *p, const struct mk_token *token)
{
    for (uint32_t i = p->loop_count; i-- > 0;) {
        const struct mk_token *name = &p->loops[i].name;
        if (same_name(p, token, p->source.text + name->at, name->length))
            return &p->loops[i];
    }
    return NULL;
}

/* Words that may follow an operand: as names they would make lines that read two ways. */
static const char *const reserved[] = {"on",  "tenant", "then", "any",    "of",
                                       "end", "in",     "at",   "as",     "from",
                                       "to",  "seed",   "fill", "random", "relaxed"};

bool mk_is_reserved(const char *name)
{
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (strcmp(reserved[i], name) == 0)
            return true;
    return false;
}

bool mk_is_builtin(const char *name)
{
    for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++)
        if (strcmp(builtins[i].text, name) == 0)
            return true;
    return false;
}

vrrl_code mk_check_new_name(struct mk_parser *p, const struct mk_token *token)
{
    const char *text = p->source.text + token->at;
    if (token->length > VRRL_FILE_NAME_BYTES_MAX)
        return mk_fail(p, token, "Fix: shorten it.", "a name of %u characters, expected at most %d",
                       token->length, VRRL_FILE_NAME_BYTES_MAX);
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (mk_token_is(&p->source, token, reserved[i]))
            return mk_fail(p, token, "Fix: choose another name.",
                           "`%s` is a word of the language, and cannot be a name", reserved[i]);
    const struct mk_name *old = mk_find_name(p, token);
    if (old && old->line == 0)
        return mk_fail(p, token, "Fix: choose another name.", "`%.*s` is the name of machine words",
                       (int)token->length, text);
    if (old)
        return mk_fail(p, token, "Fix: choose another name, or remove one of the two.",
                       "`%.*s` is declared on line %u already", (int)token->length, text,
                       old->line);
    const struct mk_loop_variable *loop = mk_find_loop(p, token);
    if (loop)
        return mk_fail(p, token, "Fix: choose another name.",
                       "`%.*s` is the variable of the loop on line %u", (int)token->length, text,
                       loop->name.line);
    return VRRL_OK;
}

vrrl_code mk_declare(struct mk_parser *p, const struct mk_token *token, struct mk_name row)
{
    MK_TRY(mk_check_new_name(p, token));
    if (p->name_count >= VRRL_FILE_NAMES_MAX)
        return mk_limit(p, token, "Fix: use arrays: `words NAME[COUNT]`.", "more than %d names",
                        VRRL_FILE_NAMES_MAX);
    row.line = token->line;
    return add_name(p, p->source.text + token->at, token->length, row);
}

vrrl_code mk_unknown_name(struct mk_parser *p, const struct mk_token *token, const char *what)
{
    struct mk_guess guess = mk_guess_for(p, token);
    for (uint32_t i = 0; i < p->name_count; i++)
        mk_guess_try(&guess, p->names[i].text, p->names[i].length);
    for (uint32_t i = 0; i < p->loop_count; i++)
        mk_guess_try(&guess, p->source.text + p->loops[i].name.at, p->loops[i].name.length);
    char found[64], hint[MK_GUESS_BYTES_MAX + 32];
    mk_token_text(&p->source, token, found, sizeof found);
    return mk_fail(p, token,
                   "Fix: declare it above this line: `word NAME`, `words NAME[COUNT]`, "
                   "`const NAME = VALUE` or `tenant NAME`.",
                   "expected %s, and there is no name %s%s", what, found,
                   mk_guess_text(&guess, hint, sizeof hint));
}
