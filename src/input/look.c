/* What bytes are: a table of what formats begin with, then what text looks like. */
#include "vrrl/run/input.h"

#include "base/text_mark.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <zstd.h>

const char *vrrl_input_kind_name(vrrl_input_kind kind)
{
    static const char *const names[] = {
#define X(code, name, advice) [VRRL_INPUT_##code] = name,
        VRRL_INPUT_KIND_TABLE(X)
#undef X
    };
    static_assert(VRRL_INPUT_KINDS <= 32, "a set of kinds is a number of 32 bits");
    return (uint32_t)kind < VRRL_INPUT_KINDS ? names[kind] : "?";
}

const char *vrrl_input_kind_advice(vrrl_input_kind kind)
{
    static const char *const advices[] = {
#define X(code, name, advice) [VRRL_INPUT_##code] = advice,
        VRRL_INPUT_KIND_TABLE(X)
#undef X
    };
    return (uint32_t)kind < VRRL_INPUT_KINDS ? advices[kind] : "?";
}

/* ---- Formats that begin with bytes of their own ---------------------------------------------- */

struct head {
    const unsigned char *bytes;
    size_t size;
};

static bool has_at(const struct head *h, size_t at, const char *bytes, size_t size)
{
    return h->size >= at + size && memcmp(h->bytes + at, bytes, size) == 0;
}

/* A number of two bytes; 0 where the head ends before. */
static unsigned le16_at(const struct head *h, size_t at)
{
    return h->size >= at + 2 ? h->bytes[at] | (unsigned)h->bytes[at + 1] << 8 : 0;
}

/* A log that was cut inside of its magic is one, too. */
static bool is_log(const struct head *h)
{
    return has_at(h, 0, "VRRL", 4);
}

/* .npz is a zip of .npy files: the first entry's name tells. */
static bool is_npz(const struct head *h)
{
    enum { NAME_SIZE_AT = 26, NAME_AT = 30 };
    size_t size = le16_at(h, NAME_SIZE_AT);
    return size >= 4 && has_at(h, NAME_AT + size - 4, ".npy", 4);
}

static vrrl_input_kind kind_of_elf(const struct head *h)
{
    enum { MACHINE_AT = 18, MACHINE_CUDA = 190, MACHINE_AMDGPU = 224 };
    unsigned machine = le16_at(h, MACHINE_AT);
    return machine == MACHINE_CUDA || machine == MACHINE_AMDGPU ? VRRL_INPUT_CUBIN : VRRL_INPUT_ELF;
}

/* A frame of zstd is a tensor or a task graph where it begins as one once it is decompressed. What cannot be
 * decompressed so far is left to the importer, which says where it is damaged. */
static vrrl_input_kind kind_of_zstd(const struct head *h)
{
    char plain[64];
    ZSTD_inBuffer in = {h->bytes, h->size, 0};
    ZSTD_outBuffer out = {plain, sizeof plain, 0};
    ZSTD_DStream *stream = ZSTD_createDStream();
    size_t left = stream ? ZSTD_decompressStream(stream, &out, &in) : 0;
    ZSTD_freeDStream(stream);
    bool told = !ZSTD_isError(left) && out.pos > 0;
    const struct head inner = {(const unsigned char *)plain, told ? out.pos : 0};
    if (has_at(&inner, 0, "\x93NUMPY", 6))
        return VRRL_INPUT_NPY;
    if (has_at(&inner, 0, "PK\x03\x04", 4) && is_npz(&inner))
        return VRRL_INPUT_NPZ;
    return told && !vrrl_graph_looks_like(plain, out.pos) ? VRRL_INPUT_ZSTD : VRRL_INPUT_GRAPH_ZSTD;
}

struct magic {
    size_t at;
    const char *bytes;
    size_t size;
    vrrl_input_kind kind;
};

#define MAGIC(at, bytes, kind)                                                                     \
    {                                                                                              \
        at, bytes, sizeof bytes - 1, VRRL_INPUT_##kind                                             \
    }

static const struct magic magics[] = {
    MAGIC(0, "VRRX0001", PART), /* slots.vrrx */
    MAGIC(0, "V*M\x18", PART),  /* state-0.zst and pages.zst: frames behind a skippable one */
    MAGIC(0, "\x1F\x8B", GZIP),
    MAGIC(0, "\x28\xB5\x2F\xFD", ZSTD),
    MAGIC(0,
          "\xFD"
          "7zXZ",
          XZ),
    MAGIC(0, "BZh", BZIP2),
    MAGIC(0, "PK\x03\x04", ZIP),
    MAGIC(0, "PK\x05\x06", ZIP), /* an empty one */
    MAGIC(257, "ustar", TAR),
    MAGIC(0, "\x93NUMPY", NPY),
    MAGIC(0,
          "\x7F"
          "ELF",
          ELF),
    MAGIC(0, "\x50\xED\x55\xBA", FATBIN),
    MAGIC(0, "\x03\x02\x23\x07", SPIRV),
    MAGIC(0, "\xFF\xFE", UTF16),
    MAGIC(0, "\xFE\xFF", UTF16),
};

static vrrl_input_kind kind_of_magic(const struct head *h)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        const struct magic *m = &magics[i];
        if (!has_at(h, m->at, m->bytes, m->size))
            continue;
        if (m->kind == VRRL_INPUT_ZIP && is_npz(h))
            return VRRL_INPUT_NPZ;
        return m->kind == VRRL_INPUT_ELF    ? kind_of_elf(h)
               : m->kind == VRRL_INPUT_ZSTD ? kind_of_zstd(h)
                                            : m->kind;
    }
    return VRRL_INPUT_UNKNOWN;
}

/* ---- Text ------------------------------------------------------------------------------------ */

/* UTF-16 without a mark: every other byte of the first characters is 0. */
static bool is_utf16(const struct head *h)
{
    enum { LOOKED_AT = 32 };
    size_t zeros[2] = {0, 0}, size = h->size < LOOKED_AT ? h->size & ~(size_t)1 : LOOKED_AT;
    for (size_t i = 0; i < size; i++)
        zeros[i & 1] += h->bytes[i] == 0;
    for (size_t i = 0; i < size; i++)
        if (h->bytes[i] != 0 && !isprint(h->bytes[i]) && !isspace(h->bytes[i]))
            return false;
    return size >= 4 && zeros[0] + zeros[1] == size / 2 && (zeros[0] == 0 || zeros[1] == 0);
}

/* No NUL, and of eight bytes at most one that no text has: what is wrong with a text, its reader says. */
static bool is_text(const struct head *h)
{
    size_t odd = 0;
    for (size_t i = 0; i < h->size; i++) {
        unsigned char c = h->bytes[i];
        if (c == 0)
            return false;
        odd += (c < 0x20 && !isspace(c)) || c == 0x7F;
    }
    return odd <= h->size / 8;
}

static bool begins(const char *text, size_t size, const char *with)
{
    size_t length = strlen(with);
    return size >= length && memcmp(text, with, length) == 0;
}

/* PTX begins with `.version`, behind comments. */
static bool is_ptx(const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        size_t left = size - at;
        if (isspace((unsigned char)text[at])) {
            at++;
        } else if (left >= 2 && memcmp(text + at, "//", 2) == 0) {
            const char *end = memchr(text + at, '\n', left);
            at = end ? (size_t)(end - text) : size;
        } else if (left >= 2 && memcmp(text + at, "/*", 2) == 0) {
            const char *end = memmem(text + at + 2, left - 2, "*/", 2);
            at = end ? (size_t)(end - text) + 2 : size;
        } else {
            return left >= 8 && memcmp(text + at, ".version", 8) == 0;
        }
    }
    return false;
}

/* A line begins as one of a program file does, and as few of other texts. */
static bool is_program(const char *text, size_t size)
{
    static const char *const words[] = {"program \"", "epoch\n", "epoch\r\n", "epoch times "};
    for (size_t at = 0; at < size;) {
        while (at < size && (text[at] == ' ' || text[at] == '\t'))
            at++;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (begins(text + at, size - at, words[i]))
                return true;
        const char *end = at < size ? memchr(text + at, '\n', size - at) : NULL;
        at = end ? (size_t)(end - text) + 1 : size;
    }
    return false;
}

/* manifest.json and symbols.json are as the recorder writes them. */
static vrrl_input_kind kind_of_object(const char *text, size_t size)
{
    if (begins(text, size, "{\n \"format\": \"vrrl ") || begins(text, size, "{\n \"words\": ["))
        return VRRL_INPUT_PART;
    bool ir = memmem(text, size, "\"ir_version\"", 12);
    bool mirage =
        memmem(text, size, "\"all_tasks\"", 11) || memmem(text, size, "\"all_events\"", 12);
    return ir || mirage ? VRRL_INPUT_GRAPH : VRRL_INPUT_OBJECT;
}

static vrrl_input_kind kind_of_text(const struct head *h)
{
    const char *text = (const char *)h->bytes;
    size_t size = h->size, at = text_mark_size(text, size);
    while (at < size && isspace((unsigned char)text[at]))
        at++;
    text += at;
    size -= at;
    if (size == 0)
        return VRRL_INPUT_TEXT; /* its reader says what is missing */
    if (text[0] == '{')
        return kind_of_object(text, size);
    if (vrrl_graph_looks_like(text, size))
        return VRRL_INPUT_GRAPH;
    if (text[0] == '[' || text[0] == '"')
        return VRRL_INPUT_JSON;
    if (begins(text, size, "index,timestamp_ns"))
        return VRRL_INPUT_CSV;
    if (begins(text, size, "v1:"))
        return VRRL_INPUT_SCHEDULE;
    if (is_ptx(text, size))
        return VRRL_INPUT_PTX;
    return is_program(text, size) ? VRRL_INPUT_PROGRAM : VRRL_INPUT_TEXT;
}

vrrl_input_kind vrrl_input_look(const void *bytes, size_t size)
{
    const struct head head = {bytes, size < VRRL_INPUT_HEAD_BYTES ? size : VRRL_INPUT_HEAD_BYTES};
    if (head.size == 0)
        return VRRL_INPUT_EMPTY;
    if (has_at(&head, 0, "VRRLPACK", 8))
        return VRRL_INPUT_PACK;
    if (is_log(&head))
        return VRRL_INPUT_LOG;
    vrrl_input_kind kind = kind_of_magic(&head);
    if (kind != VRRL_INPUT_UNKNOWN)
        return kind;
    if (is_utf16(&head))
        return VRRL_INPUT_UTF16;
    return is_text(&head) ? kind_of_text(&head) : VRRL_INPUT_UNKNOWN;
}
