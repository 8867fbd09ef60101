#include "tensor/npy.h"

#include "base/error.h"
#include "base/printable.h"

#include <stdio.h>
#include <string.h>

static const char magic[] = "\x93NUMPY";
enum { MAGIC_BYTES = sizeof magic - 1, TYPE_BYTES = 16 };

/* The header's text, a dictionary as Python writes it: {'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), } */
struct header {
    const char *name;
    const char *text;
    size_t size, at;
    char type[TYPE_BYTES];
    bool has_type, has_order, has_shape, fortran;
    const struct npy_types *types;
    struct tensor *tensor;
    vrrl_error *err;
};

static vrrl_code wrong(const struct header *h, const char *what)
{
    return error_set(h->err, VRRL_PARSE, "Fix: write the file again, by numpy.save.",
                     "%s: the header, at its byte %zu: %s", h->name, h->at, what);
}

static char peek(const struct header *h)
{
    return h->at < h->size ? h->text[h->at] : '\0';
}

static void skip_blanks(struct header *h)
{
    while (h->at < h->size && memchr(" \t\r\n", h->text[h->at], 4))
        h->at++;
}

static bool accept(struct header *h, char c)
{
    skip_blanks(h);
    if (h->at == h->size || h->text[h->at] != c)
        return false;
    h->at++;
    return true;
}

static bool accept_word(struct header *h, const char *word)
{
    size_t size = strlen(word);
    skip_blanks(h);
    if (h->size - h->at < size || memcmp(h->text + h->at, word, size) != 0)
        return false;
    h->at += size;
    return true;
}

/* A text in quotes; what does not fit is cut off. */
static bool read_text(struct header *h, char *out, size_t room)
{
    size_t used = 0;
    char quote = accept(h, '\'') ? '\'' : accept(h, '"') ? '"' : '\0';
    if (!quote)
        return false;
    for (; h->at < h->size && peek(h) != quote; h->at++)
        if (used + 1 < room)
            out[used++] = peek(h);
    out[used] = '\0';
    return accept(h, quote);
}

static bool read_number(struct header *h, uint64_t *out)
{
    uint64_t value = 0;
    skip_blanks(h);
    if (peek(h) < '0' || peek(h) > '9')
        return false;
    for (; peek(h) >= '0' && peek(h) <= '9'; h->at++) {
        if (value > UINT64_C(1) << 56)
            return false;
        value = 10 * value + (uint64_t)(peek(h) - '0');
    }
    *out = value;
    return true;
}

static vrrl_code read_shape(struct header *h)
{
    struct tensor *t = h->tensor;
    if (!accept(h, '('))
        return wrong(h, "expected the shape, such as (2, 3)");
    while (!accept(h, ')')) {
        if (t->rank == TENSOR_DIMS_MAX)
            return wrong(h, "more dimensions than 8");
        if (!read_number(h, &t->dims[t->rank]))
            return wrong(h, "expected a length of the shape");
        t->rank++;
        if (!accept(h, ',') && peek(h) != ')')
            return wrong(h, "expected `,` or `)` behind a length");
    }
    return VRRL_OK;
}

static vrrl_code read_entry(struct header *h)
{
    char key[TYPE_BYTES];
    if (!read_text(h, key, sizeof key) || !accept(h, ':'))
        return wrong(h, "expected a key in quotes and `:`");
    if (strcmp(key, "descr") == 0) {
        h->has_type = read_text(h, h->type, sizeof h->type);
        return h->has_type ? VRRL_OK : wrong(h, "expected one type of number, such as '<i4'");
    }
    if (strcmp(key, "fortran_order") == 0) {
        h->has_order = true;
        h->fortran = accept_word(h, "True");
        return h->fortran || accept_word(h, "False") ? VRRL_OK : wrong(h, "expected True or False");
    }
    if (strcmp(key, "shape") != 0 || h->has_shape)
        return wrong(h, "expected one each of descr, fortran_order and shape");
    h->has_shape = true;
    return read_shape(h);
}

static vrrl_code read_entries(struct header *h)
{
    if (!accept(h, '{'))
        return wrong(h, "expected `{`");
    while (!accept(h, '}')) {
        vrrl_code code = read_entry(h);
        if (code != VRRL_OK)
            return code;
        if (!accept(h, ',') && peek(h) != '}')
            return wrong(h, "expected `,` or `}`");
    }
    return h->has_type && h->has_order && h->has_shape
               ? VRRL_OK
               : wrong(h, "expected descr, fortran_order and shape");
}

static bool is_one_of(const char *type, const struct npy_types *types)
{
    for (size_t i = 0; i < sizeof types->names / sizeof types->names[0]; i++)
        if (types->names[i] && strcmp(type, types->names[i]) == 0)
            return true;
    return false;
}

/* What the numbers are, once the header has been read. */
static vrrl_code check_type(struct header *h)
{
    make_printable(h->type, strlen(h->type), false);
    if (!is_one_of(h->type, h->types)) {
        error_set(h->err, VRRL_PARSE, "", "%s: its numbers are %s; expected %s", h->name, h->type,
                  h->types->text);
        error_fix(h->err, "Fix: convert it: numpy.save(PATH, a.astype('%s')).", h->types->names[0]);
        return VRRL_PARSE;
    }
    if (h->fortran)
        return error_set(h->err, VRRL_PARSE,
                         "Fix: convert it: numpy.save(PATH, numpy.ascontiguousarray(a)).",
                         "%s: it is in Fortran's order; expected C's", h->name);
    h->tensor->is_signed = h->type[1] == 'i';
    h->tensor->item_bytes = (uint32_t)(h->type[2] - '0');
    return VRRL_OK;
}

/* What a shape promises, the file has to hold: nothing is allocated by it. */
static vrrl_code check_size(const struct header *h, size_t bytes)
{
    struct tensor *t = h->tensor;
    bool fits = bytes % t->item_bytes == 0;
    t->count = 1;
    for (uint32_t i = 0; i < t->rank; i++)
        fits &= !__builtin_mul_overflow(t->count, t->dims[i], &t->count);
    if (!fits || t->count != bytes / t->item_bytes)
        return error_set(h->err, VRRL_PARSE, "Fix: write or copy the file again.",
                         "%s: its shape does not fit its data, which are %zu bytes, so %zu numbers",
                         h->name, bytes, bytes / t->item_bytes);
    return VRRL_OK;
}

vrrl_code npy_parse(const char *name, const char *bytes, size_t size, struct tensor *tensor,
                    vrrl_error *err)
{
    static const struct npy_types words = {{"<i4", "<u4"}, "<i4 or <u4 (int32 or uint32)"};
    return npy_parse_as(name, bytes, size, &words, tensor, err);
}

vrrl_code npy_parse_as(const char *name, const char *bytes, size_t size,
                       const struct npy_types *types, struct tensor *tensor, vrrl_error *err)
{
    size_t from = MAGIC_BYTES + 2;
    struct header h = {.name = name, .types = types, .tensor = tensor, .err = err};
    *tensor = (struct tensor){0};
    if (size < MAGIC_BYTES || memcmp(bytes, magic, MAGIC_BYTES) != 0)
        return error_set(err, VRRL_PARSE, "Fix: name a file that numpy.save or numpy.savez wrote.",
                         "%s is no tensor: it does not begin as a .npy file does", name);
    if (size < MAGIC_BYTES + 6)
        return error_set(err, VRRL_PARSE, "Fix: copy the file again.", "%s: cut off in its header",
                         name);
    uint8_t version = (uint8_t)bytes[MAGIC_BYTES];
    if (version < 1 || version > 3)
        return error_set(err, VRRL_PARSE, "Fix: write it by a NumPy that vrrl knows.",
                         "%s: version %u of the format; expected 1, 2 or 3", name, version);
    uint32_t length = load_le32(bytes + from);
    length = version == 1 ? length & 0xFFFF : length;
    from += version == 1 ? 2 : 4;
    if (length > size - from)
        return error_set(err, VRRL_PARSE, "Fix: copy the file again.", "%s: cut off in its header",
                         name);
    h.text = bytes + from;
    h.size = length;
    vrrl_code code = read_entries(&h);
    if (code == VRRL_OK)
        code = check_type(&h);
    if (code == VRRL_OK)
        code = check_size(&h, size - from - length);
    tensor->words = bytes + from + length;
    return code;
}
