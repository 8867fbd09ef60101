/*
 * Schedule strings. docs/schedules.md describes them field by field.
 *
 *   v1:SETUP[.mBUG].yN.DIGEST.cN.CHOICES.CHECK
 *   v1:SETUP[.mBUG].yN.DIGEST.STRATEGY.dN.bN.kN.sN[.hN].CHECK
 *
 * SETUP is a field for each row of src/event/setup.c that has one: MODEL.GRAIN.wN[.lN][.tN]
 */
#include "schedule/schedule_string.h"

#include "base/array.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/hex.h"
#include "event/setup.h"
#include "schedule/schedule.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum { PASTE_MAX = 2048, SHORT_SKIP = 0, SHORT_OPTION, SKIP, BOTH };

void schedule_free(struct schedule *s)
{
    decisions_free(&s->deviations);
    *s = (struct schedule){0};
}

uint32_t schedule_version(const vrrl_program *program)
{
    const vrrl_worker_model *model = &program->model;
    return model->kind == VRRL_MODEL_PIPELINED && model->depth > 1 ? 2 : 1;
}

static uint32_t check_of(const char *text, size_t size)
{
    return (uint32_t)XXH3_64bits(text, size);
}

static void program_prefix(const vrrl_program *program, uint8_t out[SCHEDULE_DIGEST_BYTES])
{
    uint8_t digest[32];
    vrrl_program_digest(program, digest);
    memcpy(out, digest, SCHEDULE_DIGEST_BYTES);
}

/* False where that is none of SCHEDULE_DIGEST_BYTES. */
static bool from_hex(const char *text, uint8_t out[SCHEDULE_DIGEST_BYTES])
{
    for (size_t i = 0; i < SCHEDULE_DIGEST_BYTES; i++) {
        unsigned byte;
        if (!isxdigit((unsigned char)text[2 * i]) || sscanf(text + 2 * i, "%2x", &byte) != 1)
            return false;
        out[i] = (uint8_t)byte;
    }
    return true;
}

/* ---- Choices as bytes ------------------------------------------------------------------------ */

static void put_number(struct byte_buffer *out, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        buffer_put(out, &(uint8_t){(uint8_t)(number | 0x80)}, 1);
    buffer_put(out, &(uint8_t){(uint8_t)number}, 1);
}

static uint64_t get_number(struct byte_cursor *from)
{
    uint64_t number = 0;
    for (uint32_t shift = 0; shift < 64; shift += 7) {
        uint8_t byte = 0;
        cursor_get(from, &byte, 1);
        number |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return number;
    }
    from->failed = true;
    return 0;
}

/* A number holds the gap to the deviation before it, and in its two lowest bits what follows: nothing
 * where one lane is skipped, or none is and option 1 is taken; the skip; or both numbers. */
static void put_deviation(struct byte_buffer *out, const struct decision *d, uint32_t next)
{
    uint32_t kind = d->skip && d->option ? BOTH : SKIP;
    if (!d->option && d->skip == 1)
        kind = SHORT_SKIP;
    else if (!d->skip && d->option == 1)
        kind = SHORT_OPTION;
    else if (!d->skip)
        kind = BOTH;
    put_number(out, (uint64_t)(d->number - next) << 2 | kind);
    if (kind >= SKIP)
        put_number(out, d->skip);
    if (kind == BOTH)
        put_number(out, d->option);
}

static bool get_deviation(struct byte_cursor *from, struct decision *d, uint32_t next)
{
    uint64_t head = get_number(from), gap = head >> 2, kind = head & 3;
    uint64_t skip = kind == SHORT_SKIP, option = kind == SHORT_OPTION;
    if (kind >= SKIP)
        skip = get_number(from);
    if (kind == BOTH)
        option = get_number(from);
    if (from->failed || next + gap >= UINT32_MAX || skip > UINT32_MAX || option > UINT32_MAX)
        return false;
    *d = decision_deviation(next + (uint32_t)gap, (uint32_t)skip, (uint32_t)option);
    return true;
}

/* ---- Bytes as text: base64url, without padding ------------------------------------------------ */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void put_base64(FILE *out, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i += 3) {
        uint32_t left = size - i < 3 ? (uint32_t)(size - i) : 3, bits = 0;
        for (uint32_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < left ? bytes[i + k] : 0u);
        for (uint32_t k = 0; k <= left; k++)
            putc(digits[bits >> (18 - 6 * k) & 63], out);
    }
}

/* Room for 3/4 of `size` and a bit. SIZE_MAX: no base64url. */
static size_t get_base64(const char *text, size_t size, uint8_t *out)
{
    size_t count = 0;
    uint32_t bits = 0, have = 0;
    for (size_t i = 0; i < size; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit)
            return SIZE_MAX;
        bits = bits << 6 | (uint32_t)(digit - digits);
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        out[count++] = (uint8_t)(bits >> have);
    }
    /* What is left over is zeros, and less than a digit: else two texts would be the same bytes. */
    return have < 6 && (bits & ((1u << have) - 1)) == 0 ? count : SIZE_MAX;
}

/* ---- Writing --------------------------------------------------------------------------------- */

/* A field has no points. */
static void put_mutation(FILE *out, const step_mutation *mutation)
{
    char text[STEP_MUTATION_TEXT_MAX];
    step_mutation_text(mutation, text);
    if (*text)
        fputs(".m", out);
    for (const char *c = text; *c; c++)
        putc(*c == '.' ? '-' : *c, out);
}

static void put_setup(FILE *out, const vrrl_setup *setup)
{
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        const struct setup_field *row = &setup_table[i];
        uint64_t value = vrrl_setup_get(setup, i);
        if (row->in_string == SETUP_STRING_DRAWN || (row->in_string == SETUP_STRING_SET && !value))
            continue;
        putc(i == 0 ? ':' : '.', out);
        if (row->words)
            fputs(row->words[value], out);
        else
            fprintf(out, "%c%llu", row->letter, (unsigned long long)value);
    }
}

static void put_head(FILE *out, const struct schedule *s)
{
    char digest[2 * SCHEDULE_DIGEST_BYTES + 1];
    hex_text(digest, s->program, SCHEDULE_DIGEST_BYTES);
    fprintf(out, "v%d", 1);
    put_setup(out, &s->target.setup);
    put_mutation(out, &s->target.mutation);
    fprintf(out, ".y%u.%s", s->version, digest);
}

static bool put_choices(FILE *out, const struct schedule *s)
{
    struct byte_buffer bytes = {0};
    uint32_t next = 0;
    const struct decisions *kept = &s->deviations;
    for (uint32_t i = 0; i < kept->count; i++) {
        put_deviation(&bytes, &kept->list[i], next);
        next = kept->list[i].number + 1;
    }
    fprintf(out, ".c%u.", kept->count);
    put_base64(out, bytes.bytes, bytes.size);
    bool good = !bytes.failed;
    buffer_free(&bytes);
    return good;
}

static void put_strategy(FILE *out, const struct strategy_setup *s)
{
    fprintf(out, ".%s.d%u.b%u.k%llu.s%llu", vrrl_strategy_name(s->kind), s->depth, s->bound,
            (unsigned long long)s->choices, (unsigned long long)s->seed);
    if (s->holds_one)
        fprintf(out, ".h%u", s->held);
}

vrrl_code schedule_write(const struct schedule *s, char **text, vrrl_error *err)
{
    size_t size = 0;
    *text = NULL;
    FILE *out = open_memstream(text, &size);
    bool good = out != NULL;
    if (out) {
        put_head(out, s);
        if (s->drawn)
            put_strategy(out, &s->strategy);
        else
            good = put_choices(out, s);
        fflush(out);
        fprintf(out, ".%08x", check_of(*text, size));
        good = fclose(out) == 0 && good;
    }
    vrrl_code code = VRRL_OK;
    if (!good)
        code = error_no_memory(err, size);
    else if (size > VRRL_SCHEDULE_TEXT_MAX)
        code = error_set(err, VRRL_TOO_LARGE, "Fix: keep its strategy and seed instead.",
                         "a schedule string of %zu bytes; at most %d can be read", size,
                         VRRL_SCHEDULE_TEXT_MAX);
    if (code) {
        free(*text);
        *text = NULL;
    }
    return code;
}

vrrl_code schedule_of_run(const vrrl_program *program, const struct run_target_options *options,
                          const struct decisions *deviations, const struct strategy_setup *drawn_by,
                          char **text, vrrl_error *err)
{
    struct schedule s = {
        .target = *options, .version = schedule_version(program), .deviations = *deviations};
    *text = NULL;
    if (deviations->exhausted)
        return error_no_memory(err, deviations->room * sizeof *deviations->list);
    program_prefix(program, s.program);
    vrrl_code code = schedule_write(&s, text, err);
    if (!drawn_by || (code == VRRL_OK && strlen(*text) <= PASTE_MAX))
        return code;
    free(*text);
    s.drawn = true;
    s.strategy = *drawn_by;
    return schedule_write(&s, text, err);
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* A string under way: fields that a point ends. */
struct fields {
    const char *at, *end; /* the next field; the end of all */
    vrrl_error *err;
    vrrl_code code;
};

__attribute__((format(printf, 2, 3))) static void damaged(struct fields *f, const char *format, ...)
{
    char text[160];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    for (char *c = text; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    if (f->code == VRRL_OK)
        f->code = error_set(f->err, VRRL_PARSE,
                            "Fix: give the whole string as it was printed, from v1: to its end.",
                            "no schedule string: %s", text);
}

static void next_field(struct fields *f, const char **field, size_t *size)
{
    const char *point = memchr(f->at, '.', (size_t)(f->end - f->at));
    const char *end = point ? point : f->end;
    *field = f->at;
    *size = (size_t)(end - f->at);
    f->at = point ? point + 1 : f->end;
}

static bool field_is(const char *field, size_t size, const char *name)
{
    return strlen(name) == size && memcmp(field, name, size) == 0;
}

/* The number after `letter`, at most `most`; *given tells whether the field is there at all. */
static uint64_t lettered(struct fields *f, char letter, uint64_t most, bool *given)
{
    const char *before = f->at, *field;
    size_t size;
    uint64_t number = 0;
    next_field(f, &field, &size);
    bool good = size >= 2 && *field == letter;
    for (size_t i = 1; i < size && good; i++) {
        uint64_t digit = (uint64_t)(field[i] - '0');
        good = digit <= 9 && number <= (UINT64_MAX - digit) / 10;
        number = number * 10 + digit;
    }
    good = good && number <= most && !(field[1] == '0' && size > 2);
    if (given)
        *given = good;
    if (!good && given)
        f->at = before;
    else if (!good)
        damaged(f, "'%c' and a number up to %llu is expected, found \"%.*s\"", letter,
                (unsigned long long)most, (int)(size < 32 ? size : 32), field);
    return good ? number : 0;
}

static void unknown(struct fields *f, const char *what, const char *field, size_t size)
{
    damaged(f, "\"%.*s\" is no %s", (int)(size < 32 ? size : 32), field, what);
}

static uint32_t named(struct fields *f, const char *what, const char *const *names, uint32_t count)
{
    const char *field;
    size_t size;
    next_field(f, &field, &size);
    for (uint32_t i = 0; i < count; i++)
        if (names[i] && field_is(field, size, names[i]))
            return i;
    unknown(f, what, field, size);
    return 0;
}

static void read_mutation(struct fields *f, step_mutation *mutation)
{
    char text[STEP_MUTATION_TEXT_MAX];
    const char *field;
    size_t size;
    if (f->at == f->end || *f->at != 'm')
        return;
    next_field(f, &field, &size);
    snprintf(text, sizeof text, "%.*s", (int)(size - 1), field + 1);
    for (char *c = text; *c; c++)
        *c = *c == '-' ? '.' : *c;
    if (size > sizeof text || !step_mutation_parse(text, mutation))
        damaged(f, "\"%s\" is no bug to plant", text);
}

static void read_setup(struct fields *f, vrrl_setup *setup)
{
    for (uint32_t i = 0; i < vrrl_setup_fields(); i++) {
        const struct setup_field *row = &setup_table[i];
        bool given, *optional = row->in_string == SETUP_STRING_SET ? &given : NULL;
        if (row->words)
            setup_put(setup, i, named(f, row->noun, row->words, setup_words(row)));
        else if (row->in_string != SETUP_STRING_DRAWN)
            setup_put(setup, i, lettered(f, row->letter, row->most, optional));
    }
}

static void read_target(struct fields *f, struct run_target_options *s)
{
    read_setup(f, &s->setup);
    read_mutation(f, &s->mutation);
}

static void refuse(struct fields *f, const char *fix, const char *what, const char *found,
                   const char *expected)
{
    if (f->code == VRRL_OK)
        f->code = error_set(f->err, VRRL_REFUSED, fix, "the schedule is of %s %s, and this is %s",
                            what, found, expected);
}

/* Who takes strings of another version of the steps than this program's; docs/schedules.md has the table. */
static const char *step_fix(uint64_t version, uint32_t own)
{
    static const char *const taken_by[SCHEDULE_VERSION_MAX] = {
        [1] = "Fix: run it with a vrrl 0.1.0 from before its release, which took version 1 here.",
    };
    if (version > SCHEDULE_VERSION_MAX)
        return "Fix: run it with a newer vrrl, the one that printed it.";
    if (version == 0 || version > own)
        return "Fix: give the program that it was printed for.";
    return taken_by[version];
}

static void read_steps(struct fields *f, const vrrl_program *program, struct schedule *s)
{
    char found[24], expected[24];
    uint64_t version = lettered(f, 'y', UINT32_MAX, NULL);
    bool known = version >= 1 && version <= SCHEDULE_VERSION_MAX;
    uint32_t own = program ? schedule_version(program) : known ? (uint32_t)version : 1;
    s->version = own;
    snprintf(found, sizeof found, "%llu", (unsigned long long)version);
    snprintf(expected, sizeof expected, "%u", own);
    if (version != own)
        refuse(f, step_fix(version, own), "step version", found, expected);
}

static void read_program(struct fields *f, const vrrl_program *program, struct schedule *s)
{
    char found[2 * SCHEDULE_DIGEST_BYTES + 1], expected[2 * SCHEDULE_DIGEST_BYTES + 1];
    const char *field;
    size_t size;
    next_field(f, &field, &size);
    snprintf(found, sizeof found, "%.*s", (int)size, field);
    if (program)
        program_prefix(program, s->program);
    else if (!from_hex(found, s->program))
        damaged(f, "\"%s\" is no program", found);
    hex_text(expected, s->program, SCHEDULE_DIGEST_BYTES);
    if (size != sizeof found - 1 || strcmp(found, expected) != 0)
        refuse(f, "Fix: give the program that it was found in, unchanged.", "program", found,
               expected);
}

static void read_deviations(struct fields *f, struct byte_cursor *from, uint32_t count,
                            struct decisions *to)
{
    uint32_t next = 0;
    /* Each takes a byte at least. */
    if (count > from->left) {
        damaged(f, "%u choices in %zu bytes", count, from->left);
        return;
    }
    f->code = array_room(to->list, 0, to->room, count, f->err);
    if (f->code)
        return;
    for (to->count = 0; to->count < count; to->count++) {
        struct decision *d = &to->list[to->count];
        if (!get_deviation(from, d, next)) {
            damaged(f, "choice %u of %u cannot be read", to->count, count);
            return;
        }
        next = d->number + 1;
    }
    if (from->left)
        damaged(f, "%zu bytes after its last choice", from->left);
}

static void read_choices(struct fields *f, struct schedule *s)
{
    const char *field;
    size_t size;
    uint32_t choices = (uint32_t)lettered(f, 'c', UINT32_MAX - 1, NULL);
    next_field(f, &field, &size);
    if (f->code)
        return;
    uint8_t *bytes = malloc(size + 1);
    if (!bytes) {
        f->code = error_no_memory(f->err, size);
        return;
    }
    size_t count = get_base64(field, size, bytes);
    if (count == SIZE_MAX)
        damaged(f, "its choices are no base64url");
    struct byte_cursor from = {.at = bytes, .left = count};
    if (!f->code)
        read_deviations(f, &from, choices, &s->deviations);
    free(bytes);
}

static void read_strategy_name(struct fields *f, vrrl_strategy *kind)
{
    const char *field;
    size_t size;
    next_field(f, &field, &size);
    if (!vrrl_strategy_named(field, size, kind) || !strategy_draws(*kind))
        unknown(f, "strategy", field, size);
}

static void read_strategy(struct fields *f, struct schedule *s)
{
    s->drawn = true;
    read_strategy_name(f, &s->strategy.kind);
    s->strategy.depth = (uint32_t)lettered(f, 'd', STRATEGY_DEPTH_MAX, NULL);
    s->strategy.bound = (uint32_t)lettered(f, 'b', STRATEGY_BOUND_MAX, NULL);
    s->strategy.choices = lettered(f, 'k', UINT64_MAX, NULL);
    s->strategy.seed = lettered(f, 's', UINT64_MAX, NULL);
    s->target.setup.seed = s->strategy.seed;
    s->strategy.held = (uint32_t)lettered(f, 'h', UINT32_MAX, &s->strategy.holds_one);
    bool shallow = strategy_has_depth(s->strategy.kind) && s->strategy.depth == 0;
    if (!f->code && (shallow || s->strategy.choices == 0))
        damaged(f, "a strategy of depth %u over %llu choices", s->strategy.depth,
                (unsigned long long)s->strategy.choices);
}

/* The sum is over all before the last point: a string that was cut or mistyped ends here. */
static void verify(struct fields *f, const char *text)
{
    char found[13], expected[9];
    const char *point = f->end;
    while (point > f->at && *point != '.')
        point--;
    snprintf(expected, sizeof expected, "%08x", check_of(text, (size_t)(point - text)));
    snprintf(found, sizeof found, "%s", *point == '.' ? point + 1 : "");
    if (*point != '.' || f->end - point != sizeof expected || strcmp(found, expected) != 0)
        damaged(f, "its checksum is \"%s\", and that of its text is %s: cut or mistyped", found,
                expected);
    f->end = point;
}

static void read_version(struct fields *f, const char *text)
{
    if (text[0] != 'v' || text[1] < '1' || text[1] > '9') {
        damaged(f, "it begins with \"%.16s\" instead of v1:", text);
        return;
    }
    size_t size = strcspn(text, ":");
    char found[8];
    snprintf(found, sizeof found, "%.*s", (int)(size < 7 ? size : 7), text);
    if (text[size] == '\0')
        damaged(f, "it begins with \"%s\" instead of v1:", found);
    else if (strcmp(found, "v1") != 0)
        refuse(f, "Fix: use a newer vrrl.", "string version", found, "v1");
    f->at = text + size + 1;
}

vrrl_code schedule_read_planted(const vrrl_program *program, const char *text, struct schedule *s,
                                vrrl_error *err)
{
    size_t size = strnlen(text, VRRL_SCHEDULE_TEXT_MAX + 1);
    struct fields f = {.at = text, .end = text + size, .err = err};
    *s = (struct schedule){0};
    if (size > VRRL_SCHEDULE_TEXT_MAX)
        damaged(&f, "it is over %d bytes long", VRRL_SCHEDULE_TEXT_MAX);
    if (!f.code)
        read_version(&f, text);
    if (!f.code)
        verify(&f, text);
    if (!f.code)
        read_target(&f, &s->target);
    if (!f.code)
        read_steps(&f, program, s);
    if (!f.code)
        read_program(&f, program, s);
    if (!f.code && f.at < f.end && *f.at == 'c')
        read_choices(&f, s);
    else if (!f.code)
        read_strategy(&f, s);
    if (!f.code && f.at != f.end)
        damaged(&f, "there is more after its last field");
    if (f.code)
        schedule_free(s);
    return f.code;
}

vrrl_code schedule_read(const vrrl_program *program, const char *text, struct schedule *s,
                        vrrl_error *err)
{
    char planted[STEP_MUTATION_TEXT_MAX];
    vrrl_code code = schedule_read_planted(program, text, s, err);
    if (code != VRRL_OK)
        return code;
    step_mutation_text(&s->target.mutation, planted);
    if (!*planted)
        return VRRL_OK;
    schedule_free(s);
    return error_set(
        err, VRRL_REFUSED, "Fix: repeat it by vrrl selftest --replay, which plants the bug again.",
        "the schedule is of a machine with the bug %s, and this one has none", planted);
}
