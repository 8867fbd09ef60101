#include "explore/selftest_cases.h"

#include "base/array.h"
#include "base/buffer.h"
#include "base/error.h"
#include "vrrl/run/program_file.h"

#include <stdlib.h>
#include <string.h>

/* ---- The suite ------------------------------------------------------------------------------ */

struct vrrl_selftest {
    vrrl_selftest_case *cases;
    const struct embedded_program **programs; /* by case */
    uint32_t count, case_room, program_room;
};

/* A line of a text, without its newline. */
struct line {
    const char *at;
    size_t size;
    uint32_t number;
};

static vrrl_code wrong(const struct embedded_program *program, const struct line *l,
                       const char *what, vrrl_error *err)
{
    return error_set(err, VRRL_PARSE, "Fix: see src/explore/selftest_cases.h.", "%s.mk:%u: %s",
                     program->name, l->number, what);
}

static bool next_line(const struct embedded_program *program, struct line *l)
{
    const char *text = (const char *)program->text, *end = text + program->size;
    const char *at = l->at ? l->at + l->size + 1 : text;
    if (at >= end)
        return false;
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    *l = (struct line){at, (size_t)((stop ? stop : end) - at), l->number + 1};
    return true;
}

static struct line without_indent(struct line l)
{
    while (l.size > 0 && *l.at == ' ')
        l.at++, l.size--;
    return l;
}

static bool begins(struct line l, const char *prefix)
{
    return l.size >= strlen(prefix) && memcmp(l.at, prefix, strlen(prefix)) == 0;
}

/* The text up to `stop`, which goes; without spaces around. */
static bool take_until(struct line *l, char stop, struct line *token)
{
    *l = without_indent(*l);
    const char *end = memchr(l->at, stop, l->size);
    if (!end)
        return false;
    *token = (struct line){l->at, (size_t)(end - l->at), l->number};
    l->size -= token->size + 1;
    l->at = end + 1;
    *l = without_indent(*l);
    return true;
}

static char *copy_text(struct line l)
{
    char *text = malloc(l.size + 1);
    if (!text)
        return NULL;
    memcpy(text, l.at, l.size);
    text[l.size] = '\0';
    return text;
}

/* ---- Declarations ---------------------------------------------------------------------------- */

static bool equals(struct line l, const char *text)
{
    return l.size == strlen(text) && memcmp(l.at, text, l.size) == 0;
}

static bool read_kind(struct line word, vrrl_defect_kind *kind)
{
    *kind = VRRL_DEFECT_NONE;
    if (equals(word, "any"))
        return true;
    for (int k = VRRL_DEFECT_VALUE; k <= VRRL_DEFECT_SHUTDOWN; k++) {
        if (equals(word, vrrl_defect_kind_name((vrrl_defect_kind)k))) {
            *kind = (vrrl_defect_kind)k;
            return true;
        }
    }
    return false;
}

/* A case of its own: takes over the texts. */
static vrrl_code add_case(vrrl_selftest *suite, const struct embedded_program *program,
                          vrrl_selftest_case c, vrrl_error *err)
{
    vrrl_code code = array_room(suite->cases, suite->count, suite->case_room, 1, err);
    if (!code)
        code = array_room(suite->programs, suite->count, suite->program_room, 1, err);
    if (!code && (!c.name || !c.summary))
        code = error_no_memory(err, 0);
    if (code) {
        free((char *)c.name);
        free((char *)c.summary);
        free((char *)c.mutation);
        return code;
    }
    c.program = program->name;
    suite->programs[suite->count] = program;
    suite->cases[suite->count++] = c;
    return VRRL_OK;
}

/* `head` is "NAME MODEL KIND [MUTATION] ". */
static vrrl_code add_planted(vrrl_selftest *suite, const struct embedded_program *program,
                             struct line head, struct line summary, vrrl_error *err)
{
    struct line name, model, kind, mutation = {0};
    vrrl_selftest_case c = {.planted = true};
    if (!take_until(&head, ' ', &name) || !take_until(&head, ' ', &model) ||
        !take_until(&head, ' ', &kind) ||
        !vrrl_memory_model_named(model.at, model.size, &c.weakest) || !read_kind(kind, &c.kind))
        return wrong(program, &summary, "expected \"#: planted NAME MODEL KIND: summary\"", err);
    if (take_until(&head, ' ', &mutation))
        c.mutation = copy_text(mutation);
    c.name = copy_text(name);
    c.summary = copy_text(summary);
    return add_case(suite, program, c, err);
}

static vrrl_code declare(vrrl_selftest *suite, const struct embedded_program *program,
                         struct line l, vrrl_error *err)
{
    char text[512];
    struct line head, kind = {0};
    l.at += 2, l.size -= 2;
    if (!take_until(&l, ':', &head) || head.size + 2 > sizeof text)
        return wrong(program, &l, "a declaration without \": summary\"", err);
    memcpy(text, head.at, head.size);
    text[head.size] = ' '; /* so that each word ends in one */
    struct line words = {text, head.size + 1, l.number};
    if (take_until(&words, ' ', &kind) && equals(kind, "planted"))
        return add_planted(suite, program, words, l, err);
    struct line name;
    if (!equals(kind, "correct") || !take_until(&words, ' ', &name))
        return wrong(program, &l, "a declaration is of a planted or a correct variant", err);
    vrrl_selftest_case c = {.name = copy_text(name), .summary = copy_text(l)};
    return add_case(suite, program, c, err);
}

/* What the head says: its first lines, up to an empty one. */
static char *first_sentence(const struct embedded_program *program)
{
    struct byte_buffer text = {0};
    for (struct line l = {0}; next_line(program, &l) && begins(l, "# ");) {
        const char *stop = memchr(l.at, '.', l.size);
        if (text.size)
            buffer_put(&text, " ", 1);
        buffer_put(&text, l.at + 2, (stop ? (size_t)(stop - l.at) : l.size) - 2);
        if (stop)
            break;
    }
    buffer_put(&text, "", 1);
    if (text.failed)
        buffer_free(&text);
    return (char *)text.bytes;
}

/* Of an example: correct, or not for us. */
static bool is_correct(const struct embedded_program *program)
{
    bool declares = false, holds = false, says = false;
    for (struct line l = {0}; next_line(program, &l);) {
        declares |= begins(l, "#:");
        says |= begins(l, "# result:");
        holds |= begins(l, "# expectations: hold");
    }
    return declares || !says || holds;
}

static vrrl_code add_program(vrrl_selftest *suite, const struct embedded_program *program,
                             vrrl_error *err)
{
    struct line name = {program->name, strlen(program->name), 0};
    vrrl_selftest_case c = {.name = copy_text(name), .summary = first_sentence(program)};
    vrrl_code code = add_case(suite, program, c, err);
    for (struct line l = {0}; !code && next_line(program, &l);) {
        if (begins(l, "#:"))
            code = declare(suite, program, l, err);
    }
    return code;
}

/* ---- Lines of variants ----------------------------------------------------------------------- */

/* Whether the line puts something in the place of another in a variant, and in which. */
static bool read_edit(struct line l, struct line *name, struct line *text)
{
    *text = without_indent(l);
    if (!begins(*text, "#!"))
        return false;
    text->at += 2, text->size -= 2;
    return take_until(text, ':', name);
}

static void put_line(struct byte_buffer *out, struct line l)
{
    buffer_put(out, l.at, l.size);
    buffer_put(out, "\n", 1);
}

vrrl_code vrrl_selftest_text(const vrrl_selftest *suite, uint32_t index, char **text_of_case,
                             vrrl_error *err)
{
    const struct embedded_program *program = suite->programs[index];
    struct byte_buffer out = {0};
    struct line held = {0}, name, text; /* a line that an edit may yet replace */
    for (struct line l = {0}; next_line(program, &l);) {
        if (begins(l, "#:"))
            continue;
        if (read_edit(l, &name, &text)) {
            if (equals(name, suite->cases[index].name)) {
                held.at = NULL;
                if (text.size)
                    put_line(&out, text);
            }
            continue;
        }
        if (held.at)
            put_line(&out, held);
        held = l;
    }
    if (held.at)
        put_line(&out, held);
    buffer_put(&out, "", 1);
    bool failed = out.failed;
    if (failed)
        buffer_free(&out);
    *text_of_case = (char *)out.bytes;
    return failed ? error_no_memory(err, out.size) : VRRL_OK;
}

/* Each edit is of a variant of its program, and each variant differs from it. */
static vrrl_code check_edits(const vrrl_selftest *suite, const struct embedded_program *program,
                             vrrl_error *err)
{
    struct line name, text;
    for (struct line l = {0}; next_line(program, &l);) {
        if (!read_edit(l, &name, &text)) {
            if (begins(without_indent(l), "#!"))
                return wrong(program, &l, "expected \"#! NAME: LINE\"", err);
            continue;
        }
        bool known = false;
        for (uint32_t i = 0; i < suite->count && !known; i++)
            known = suite->programs[i] == program && equals(name, suite->cases[i].name);
        if (!known)
            return wrong(program, &l, "a line of a variant that is not declared", err);
    }
    return VRRL_OK;
}

static vrrl_code check_names(const vrrl_selftest *suite, vrrl_error *err)
{
    for (uint32_t i = 0; i < suite->count; i++) {
        const char *name = suite->cases[i].name;
        if (vrrl_selftest_find(suite, name) != i)
            return error_set(err, VRRL_PARSE, "Fix: give each case a name of its own.",
                             "two cases are called %s", name);
    }
    return VRRL_OK;
}

/* ---- Public ---------------------------------------------------------------------------------- */

vrrl_code selftest_of(const struct embedded_program *programs, uint32_t count, vrrl_selftest **made,
                      vrrl_error *err)
{
    vrrl_selftest *suite = calloc(1, sizeof *suite);
    vrrl_code code = suite ? VRRL_OK : error_no_memory(err, sizeof *suite);
    for (uint32_t i = 0; !code && i < count; i++) {
        if (is_correct(&programs[i]))
            code = add_program(suite, &programs[i], err);
        if (!code)
            code = check_edits(suite, &programs[i], err);
    }
    if (!code)
        code = check_names(suite, err);
    if (code)
        vrrl_selftest_free(suite);
    else
        *made = suite;
    return code;
}

vrrl_code vrrl_selftest_create(vrrl_selftest **suite, vrrl_error *err)
{
    return selftest_of(embedded_programs, embedded_program_count, suite, err);
}

void vrrl_selftest_free(vrrl_selftest *suite)
{
    if (!suite)
        return;
    for (uint32_t i = 0; i < suite->count; i++) {
        free((char *)suite->cases[i].name);
        free((char *)suite->cases[i].summary);
        free((char *)suite->cases[i].mutation);
    }
    free(suite->cases);
    free(suite->programs);
    free(suite);
}

uint32_t vrrl_selftest_count(const vrrl_selftest *suite)
{
    return suite->count;
}

const vrrl_selftest_case *vrrl_selftest_at(const vrrl_selftest *suite, uint32_t index)
{
    return &suite->cases[index];
}

uint32_t vrrl_selftest_find(const vrrl_selftest *suite, const char *name)
{
    for (uint32_t i = 0; i < suite->count; i++) {
        if (strcmp(suite->cases[i].name, name) == 0)
            return i;
    }
    return VRRL_NO_INDEX;
}

vrrl_code vrrl_selftest_program(const vrrl_selftest *suite, uint32_t index, vrrl_program **program,
                                vrrl_error *err)
{
    char *text;
    *program = NULL;
    vrrl_code code = vrrl_selftest_text(suite, index, &text, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_program_parse(text, strlen(text), suite->cases[index].name, program, err);
    free(text);
    return code;
}
