#include "program_file/mk_write_names.h"

#include "base/error.h"
#include "base/printable.h"
#include "program_file/mk_names.h"

#include <stdlib.h>
#include <string.h>

/* Past so many words of all symbols together, owners are looked up one by one. */
#define OWNED_WORDS_MAX (UINT64_C(1) << 27)

static bool is_plain(const char *name)
{
    bool letter = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') || *name == '_';
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "0123456789_.");
    return letter && name[length] == '\0' && !mk_is_reserved(name);
}

/* `name` as a token: bare, or in backquotes. `out` has three bytes more than the name. */
static void quote(const char *name, char *out, size_t size)
{
    snprintf(out, size, is_plain(name) ? "%s" : "`%s`", name);
}

/* Bytes that no quoted name can have become `_`. */
static void clean(const char *name, char *out, size_t size)
{
    snprintf(out, size, "%s", name);
    make_printable(out, strlen(out), false);
    for (char *c = out; *c; c++)
        if (*c == '`' || (*c == '?' && name[c - out] != '?'))
            *c = '_';
}

const char *mk_write_quoted(const char *name, char *out, size_t size)
{
    char cleaned[VRRL_FILE_NAME_BYTES_MAX + 1];
    clean(name, cleaned, sizeof cleaned);
    quote(cleaned, out, size);
    return out;
}

/* "tile[3][4]": a plain name, and indices that read back as they stand here. */
static bool is_plain_label(const char *label)
{
    char name[VRRL_FILE_NAME_BYTES_MAX + 1];
    size_t length = strcspn(label, "[");
    if (length >= sizeof name)
        return false;
    snprintf(name, sizeof name, "%.*s", (int)length, label);
    const char *at = label + length;
    while (*at == '[') {
        size_t digits = strspn(at + 1, "0123456789");
        bool canonical = digits > 0 && digits < 10 && (digits == 1 || at[1] != '0');
        if (!canonical || at[1 + digits] != ']')
            return false;
        at += digits + 2;
    }
    return *at == '\0' && is_plain(name);
}

const char *mk_write_label(const char *label, char *out, size_t size)
{
    char cleaned[VRRL_FILE_NAME_BYTES_MAX + 1];
    if (is_plain_label(label)) {
        snprintf(out, size, "%s", label);
    } else {
        clean(label, cleaned, sizeof cleaned);
        snprintf(out, size, "`%s`", cleaned);
    }
    return out;
}

/* ---- Names ---------------------------------------------------------------------------------- */

struct named {
    const char *text;
    uint32_t at; /* tenants first, then symbols: the order of the file */
};

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static const char *text_of(const struct mk_writer *w, uint32_t at)
{
    const vrrl_program *p = w->program;
    uint32_t tenants = p->tenant_name_count;
    return vrrl_program_text(p, at < tenants ? p->tenant_names[at].name
                                             : p->symbols[at - tenants].name);
}

static char **slot_of(const struct mk_writer *w, uint32_t at)
{
    uint32_t tenants = w->program->tenant_name_count;
    return at < tenants ? &w->tenant_names[at] : &w->names[at - tenants];
}

/* The first of equals keeps its name; the others get a mark and their number. */
static vrrl_code give_name(const struct mk_writer *w, const struct named *row, bool taken,
                           vrrl_error *err)
{
    enum { MARK_BYTES = 12 };
    char name[VRRL_FILE_NAME_BYTES_MAX + 1], quoted[VRRL_FILE_NAME_BYTES_MAX + 3];
    clean(row->text, name, sizeof name);
    bool changed = strcmp(name, row->text) != 0 || name[0] == '\0';
    if (taken || changed || mk_is_builtin(name)) {
        size_t length = strlen(name);
        size_t kept = length + MARK_BYTES < sizeof name ? length : sizeof name - MARK_BYTES;
        snprintf(name + kept, sizeof name - kept, "~%u", row->at);
    }
    quote(name, quoted, sizeof quoted);
    char **out = slot_of(w, row->at);
    *out = strdup(quoted);
    return *out ? VRRL_OK : error_no_memory(err, strlen(quoted));
}

static vrrl_code give_names(struct mk_writer *w, vrrl_error *err)
{
    const vrrl_program *p = w->program;
    uint32_t count = p->tenant_name_count + p->symbol_count;
    struct named *rows = calloc(count + (size_t)1, sizeof *rows);
    if (!rows)
        return error_no_memory(err, count * sizeof *rows);
    for (uint32_t i = 0; i < count; i++)
        rows[i] = (struct named){text_of(w, i), i};
    qsort(rows, count, sizeof *rows, compare_named);
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < count; i++)
        code = give_name(w, &rows[i], i > 0 && strcmp(rows[i].text, rows[i - 1].text) == 0, err);
    free(rows);
    return code;
}

static bool inside(uint32_t first, uint32_t words, uint32_t base, uint32_t size)
{
    return first >= base && first - base <= size && words <= size - (first - base);
}

static bool in_user(const vrrl_program *p, uint32_t first, uint32_t words)
{
    return inside(first, words, p->layout.user_base, p->geometry.user_words);
}

static bool in_observable(const vrrl_program *p, uint32_t first, uint32_t words)
{
    return inside(first, words, VRRL_WORD_OBSERVABLE, p->geometry.observable_words);
}

/* Names of words in the ring or beyond the arena cannot be declared. */
static bool can_declare(const vrrl_program *p, const vrrl_symbol *s)
{
    bool shape = s->words > 0 && (s->segment_words < 2 || s->words % s->segment_words == 0);
    return shape &&
           (in_user(p, s->first_word, s->words) || in_observable(p, s->first_word, s->words) ||
            inside(s->first_word, s->words, 0, VRRL_WORD_EPOCH + 1));
}

static void drop_undeclared(struct mk_writer *w)
{
    const vrrl_program *p = w->program;
    for (uint32_t i = 0; i < p->symbol_count; i++) {
        const vrrl_symbol *s = &p->symbols[i];
        if (can_declare(p, s))
            continue;
        free(w->names[i]);
        w->names[i] = NULL;
    }
}

/* ---- Owners --------------------------------------------------------------------------------- */

static int compare_sizes(const void *a, const void *b)
{
    const vrrl_symbol *x = *(const vrrl_symbol *const *)a, *y = *(const vrrl_symbol *const *)b;
    if (x->words != y->words)
        return x->words > y->words ? -1 : 1;
    return (x < y) - (x > y);
}

/* The largest first, so that the narrowest name is on top. */
static void paint_owners(struct mk_writer *w, const vrrl_symbol **rows, uint32_t count)
{
    const vrrl_program *p = w->program;
    qsort(rows, count, sizeof *rows, compare_sizes);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < rows[i]->words; k++)
            w->owner[rows[i]->first_word - p->layout.user_base + k] =
                (uint32_t)(rows[i] - p->symbols) + 1;
}

static vrrl_code find_owners(struct mk_writer *w, vrrl_error *err)
{
    const vrrl_program *p = w->program;
    const vrrl_symbol **rows = calloc(p->symbol_count + (size_t)1, sizeof *rows);
    if (!rows)
        return error_no_memory(err, p->symbol_count * sizeof *rows);
    uint32_t count = 0;
    uint64_t words = 0;
    for (uint32_t i = 0; i < p->symbol_count; i++) {
        const vrrl_symbol *s = &p->symbols[i];
        if (!w->names[i] || !in_user(p, s->first_word, s->words))
            continue;
        rows[count++] = s;
        words += s->words;
    }
    if (words <= OWNED_WORDS_MAX)
        w->owner = calloc(p->geometry.user_words + (size_t)1, sizeof *w->owner);
    if (w->owner)
        paint_owners(w, rows, count);
    free(rows);
    return VRRL_OK;
}

vrrl_code mk_write_names(struct mk_writer *w, vrrl_error *err)
{
    const vrrl_program *p = w->program;
    w->names = calloc(p->symbol_count + (size_t)1, sizeof *w->names);
    w->tenant_names = calloc(p->tenant_name_count + (size_t)1, sizeof *w->tenant_names);
    if (!w->names || !w->tenant_names)
        return error_no_memory(err, p->symbol_count * sizeof *w->names);
    vrrl_code code = give_names(w, err);
    if (code != VRRL_OK)
        return code;
    drop_undeclared(w);
    w->declaring = UINT32_MAX;
    return find_owners(w, err);
}

void mk_write_names_free(struct mk_writer *w)
{
    for (uint32_t i = 0; w->names && i < w->program->symbol_count; i++)
        free(w->names[i]);
    for (uint32_t i = 0; w->tenant_names && i < w->program->tenant_name_count; i++)
        free(w->tenant_names[i]);
    free(w->names);
    free(w->tenant_names);
    free(w->owner);
}

/* ---- Words ---------------------------------------------------------------------------------- */

/* The narrowest declared name that holds the word; one by one. */
static const vrrl_symbol *look_up(const struct mk_writer *w, uint32_t word)
{
    const vrrl_program *p = w->program;
    const vrrl_symbol *best = NULL;
    for (uint32_t i = 0; i < p->symbol_count; i++) {
        const vrrl_symbol *s = &p->symbols[i];
        bool holds = w->names[i] && word >= s->first_word && word - s->first_word < s->words;
        if (holds && (!best || s->words < best->words))
            best = s;
    }
    return best;
}

const vrrl_symbol *mk_write_owner(const struct mk_writer *w, uint32_t word)
{
    const vrrl_program *p = w->program;
    if (!w->owner || !in_user(p, word, 1))
        return look_up(w, word);
    uint32_t owner = w->owner[word - p->layout.user_base];
    return owner && w->names[owner - 1] ? &p->symbols[owner - 1] : NULL;
}

static const char *mk_write_name_of(const struct mk_writer *w, const vrrl_symbol *symbol)
{
    return w->names[symbol - w->program->symbols];
}

void mk_write_value(const struct mk_writer *w, uint32_t value)
{
    fprintf(w->out, value < 1000000 ? "%u" : "0x%08X", value);
}

static void named_address(const struct mk_writer *w, const vrrl_symbol *s, uint32_t offset)
{
    const char *name = mk_write_name_of(w, s);
    uint32_t element = s->segment_words > 1 ? s->segment_words : 1;
    if (s->words == 1 || (s->words == element && offset == 0))
        fprintf(w->out, "%s", name);
    else if (offset % element == 0)
        fprintf(w->out, "%s[%u]", name, offset / element);
    else
        fprintf(w->out, "%s[%u][%u]", name, offset / element, offset % element);
}

static const struct {
    uint32_t first, words;
    const char *name;
} control_words[] = {
    {VRRL_WORD_SHUTDOWN, 1, "SHUTDOWN"},  {VRRL_WORD_DONE_COUNT, 1, "DONE_COUNT"},
    {VRRL_WORD_EPOCH, 1, "EPOCH"},        {VRRL_WORD_QUOTA, 32, "QUOTA"},
    {VRRL_WORD_FAIRNESS, 32, "FAIRNESS"}, {VRRL_WORD_METRICS, 32, "METRICS"},
};

static void machine_address(const struct mk_writer *w, uint32_t word)
{
    for (size_t i = 0; i < sizeof control_words / sizeof control_words[0]; i++) {
        uint32_t offset = word - control_words[i].first;
        if (offset >= control_words[i].words)
            continue;
        fprintf(w->out, control_words[i].words == 1 ? "%s" : "%s[%u]", control_words[i].name,
                offset);
        return;
    }
    mk_write_value(w, word);
}

void mk_write_address(const struct mk_writer *w, uint32_t word)
{
    const vrrl_program *p = w->program;
    const vrrl_symbol *owner = mk_write_owner(w, word);
    if (owner)
        named_address(w, owner, word - owner->first_word);
    else if (in_user(p, word, 1))
        fprintf(w->out, "user[%u]", word - p->layout.user_base);
    else if (in_observable(p, word, 1))
        fprintf(w->out, "observable[%u]", word - VRRL_WORD_OBSERVABLE);
    else
        machine_address(w, word);
}

/* ---- Ranges --------------------------------------------------------------------------------- */

/* "NAME", "NAME[2]", "NAME[2:4]" for whole elements. */
static void elements(FILE *out, const char *name, uint32_t count, uint32_t first, uint32_t end)
{
    if (first == 0 && end == count)
        fprintf(out, "%s", name);
    else if (end == first + 1)
        fprintf(out, "%s[%u]", name, first);
    else
        fprintf(out, "%s[%u:%u]", name, first, end);
}

/* Whether [first, first + words) are whole elements of one name. */
static bool named_range(const struct mk_writer *w, const vrrl_symbol *s, uint32_t first,
                        uint32_t words, FILE *out)
{
    uint32_t element = s->segment_words > 1 ? s->segment_words : 1;
    uint32_t offset = first - s->first_word;
    if (words > s->words - offset || offset % element || words % element)
        return false;
    if (out)
        elements(out, mk_write_name_of(w, s), s->words / element, offset / element,
                 (offset + words) / element);
    return true;
}

void mk_write_range(const struct mk_writer *w, uint32_t first, uint32_t words)
{
    const vrrl_program *p = w->program;
    const vrrl_symbol *owner = mk_write_owner(w, first);
    if (owner && named_range(w, owner, first, words, w->out))
        return;
    bool user = in_user(p, first, 1);
    uint32_t offset = first - (user ? p->layout.user_base : VRRL_WORD_OBSERVABLE);
    fprintf(w->out, "%s[%u:%u]", user ? "user" : "observable", offset, offset + words);
}

bool mk_write_segments(const struct mk_writer *w, uint32_t first, uint32_t segments, FILE *out)
{
    enum { SEGMENT_WORDS = 2 };
    if (segments == 0 || segments > UINT32_MAX / SEGMENT_WORDS ||
        first > UINT32_MAX - SEGMENT_WORDS * segments)
        return false;
    uint32_t last = first + SEGMENT_WORDS * (segments - 1);
    const vrrl_symbol *from = mk_write_owner(w, first), *to = mk_write_owner(w, last);
    if (!from || !to || from->segment_words != SEGMENT_WORDS || to->segment_words != SEGMENT_WORDS)
        return false;
    if (named_range(w, from, first, SEGMENT_WORDS * segments, out))
        return true;
    bool one_memory = in_user(w->program, first, SEGMENT_WORDS * segments) ||
                      in_observable(w->program, first, SEGMENT_WORDS * segments);
    if (!one_memory || !named_range(w, from, first, SEGMENT_WORDS, out))
        return false;
    if (out)
        fprintf(out, " to ");
    return named_range(w, to, last, SEGMENT_WORDS, out);
}
