#include "tensor/inflate.h"

#include <string.h>

enum { BITS_MAX = 15, LITERALS = 288, DISTANCES = 32, END_OF_BLOCK = 256 };

struct stream {
    const uint8_t *bytes;
    size_t size, at;
    uint8_t *out;
    size_t out_size, out_at;
    uint32_t bits, bit_count;
    bool damaged;
};

/* A canonical code: how many codes of each length, and their symbols in order. */
struct huffman {
    uint16_t count[BITS_MAX + 1];
    uint16_t symbols[LITERALS];
};

/* ---- Bits ------------------------------------------------------------------------------------ */

/* The next bits, the first of them lowest; 0 past the end, where the stream is damaged. */
static uint32_t take(struct stream *s, uint32_t count)
{
    while (s->bit_count < count) {
        if (s->at == s->size) {
            s->damaged = true;
            return 0;
        }
        s->bits |= (uint32_t)s->bytes[s->at++] << s->bit_count;
        s->bit_count += 8;
    }
    uint32_t value = s->bits & ((1u << count) - 1);
    s->bits >>= count;
    s->bit_count -= count;
    return value;
}

static void put(struct stream *s, uint8_t byte)
{
    if (s->out_at == s->out_size)
        s->damaged = true;
    else
        s->out[s->out_at++] = byte;
}

/* ---- Codes ----------------------------------------------------------------------------------- */

/* False where the lengths claim more codes than there are. */
static bool make_code(struct huffman *h, const uint8_t *lengths, uint32_t count)
{
    uint16_t first[BITS_MAX + 2] = {0};
    int32_t left = 1;
    memset(h->count, 0, sizeof h->count);
    for (uint32_t i = 0; i < count; i++)
        h->count[lengths[i]]++;
    h->count[0] = 0;
    for (uint32_t bits = 1; bits <= BITS_MAX; bits++) {
        left = 2 * left - h->count[bits];
        if (left < 0)
            return false;
        first[bits + 1] = (uint16_t)(first[bits] + h->count[bits]);
    }
    for (uint32_t i = 0; i < count; i++)
        if (lengths[i])
            h->symbols[first[lengths[i]]++] = (uint16_t)i;
    return true;
}

static uint32_t decode(struct stream *s, const struct huffman *h)
{
    uint32_t code = 0, first = 0, index = 0;
    for (uint32_t bits = 1; bits <= BITS_MAX && !s->damaged; bits++) {
        code |= take(s, 1);
        if (code - first < h->count[bits])
            return h->symbols[index + code - first];
        index += h->count[bits];
        first = 2 * (first + h->count[bits]);
        code *= 2;
    }
    s->damaged = true;
    return END_OF_BLOCK;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

static const uint16_t length_base[] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                       15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                       67, 83, 99, 115, 131, 163, 195, 227, 258};
static const uint8_t length_bits[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                      2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const uint16_t distance_base[] = {
    1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
    193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
static const uint8_t distance_bits[] = {0, 0, 0, 0, 1, 1, 2, 2,  3,  3,  4,  4,  5,  5,  6,
                                        6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};

enum {
    LENGTH_CODES = sizeof length_base / sizeof *length_base,
    DISTANCE_CODES = sizeof distance_base / sizeof *distance_base
};

static void copy_back(struct stream *s, uint32_t length, uint32_t distance)
{
    if (distance > s->out_at || length > s->out_size - s->out_at) {
        s->damaged = true;
        return;
    }
    for (uint32_t i = 0; i < length; i++, s->out_at++) /* the two may overlap */
        s->out[s->out_at] = s->out[s->out_at - distance];
}

static void inflate_codes(struct stream *s, const struct huffman *literals,
                          const struct huffman *distances)
{
    while (!s->damaged) {
        uint32_t symbol = decode(s, literals);
        if (symbol == END_OF_BLOCK)
            return;
        if (symbol < END_OF_BLOCK) {
            put(s, (uint8_t)symbol);
            continue;
        }
        symbol -= END_OF_BLOCK + 1;
        if (symbol >= LENGTH_CODES) {
            s->damaged = true;
            return;
        }
        uint32_t length = length_base[symbol] + take(s, length_bits[symbol]);
        uint32_t code = decode(s, distances);
        if (code >= DISTANCE_CODES) {
            s->damaged = true;
            return;
        }
        copy_back(s, length, distance_base[code] + take(s, distance_bits[code]));
    }
}

static void inflate_stored(struct stream *s)
{
    s->bits = s->bit_count = 0; /* the rest of the byte is not used */
    if (s->size - s->at < 4) {
        s->damaged = true;
        return;
    }
    uint32_t length = s->bytes[s->at] | (uint32_t)s->bytes[s->at + 1] << 8;
    uint32_t check = s->bytes[s->at + 2] | (uint32_t)s->bytes[s->at + 3] << 8;
    s->at += 4;
    if (check != (~length & 0xFFFF) || length > s->size - s->at ||
        length > s->out_size - s->out_at) {
        s->damaged = true;
        return;
    }
    memcpy(s->out + s->out_at, s->bytes + s->at, length);
    s->at += length;
    s->out_at += length;
}

static void inflate_fixed(struct stream *s)
{
    struct huffman literals, distances;
    uint8_t lengths[LITERALS];
    memset(lengths, 8, sizeof lengths);
    memset(lengths + 144, 9, 256 - 144);
    memset(lengths + 256, 7, 280 - 256);
    make_code(&literals, lengths, LITERALS);
    memset(lengths, 5, DISTANCE_CODES);
    make_code(&distances, lengths, DISTANCE_CODES);
    inflate_codes(s, &literals, &distances);
}

/* The lengths of both codes, one after the other, in a code of their own. */
static bool read_lengths(struct stream *s, uint8_t *lengths, uint32_t count)
{
    static const uint8_t order[] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                    11, 4,  12, 3, 13, 2, 14, 1, 15};
    uint8_t of_lengths[sizeof order] = {0};
    struct huffman code;
    uint32_t given = take(s, 4) + 4;
    for (uint32_t i = 0; i < given; i++)
        of_lengths[order[i]] = (uint8_t)take(s, 3);
    if (s->damaged || !make_code(&code, of_lengths, sizeof order))
        return false;
    for (uint32_t i = 0; i < count && !s->damaged;) {
        uint32_t symbol = decode(s, &code), times = 1;
        uint8_t value = (uint8_t)symbol;
        if (symbol == 16 && i == 0)
            return false;
        if (symbol >= 16) {
            value = symbol == 16 ? lengths[i - 1] : 0;
            times = symbol == 16 ? 3 + take(s, 2) : symbol == 17 ? 3 + take(s, 3) : 11 + take(s, 7);
        }
        if (s->damaged || symbol > 18 || times > count - i)
            return false;
        memset(lengths + i, value, times);
        i += times;
    }
    return !s->damaged;
}

static void inflate_dynamic(struct stream *s)
{
    struct huffman literals, distances;
    uint8_t lengths[LITERALS + DISTANCES] = {0};
    uint32_t literal_count = take(s, 5) + 257, distance_count = take(s, 5) + 1;
    if (literal_count > LITERALS - 2 || !read_lengths(s, lengths, literal_count + distance_count) ||
        !make_code(&literals, lengths, literal_count) ||
        !make_code(&distances, lengths + literal_count, distance_count)) {
        s->damaged = true;
        return;
    }
    inflate_codes(s, &literals, &distances);
}

bool inflate_bytes(const uint8_t *bytes, size_t size, uint8_t *out, size_t out_size)
{
    struct stream s = {.bytes = bytes, .size = size, .out = out, .out_size = out_size};
    bool last = false;
    while (!last && !s.damaged) {
        last = take(&s, 1);
        uint32_t kind = take(&s, 2);
        if (kind == 0)
            inflate_stored(&s);
        else if (kind == 1)
            inflate_fixed(&s);
        else if (kind == 2)
            inflate_dynamic(&s);
        else
            s.damaged = true;
    }
    return !s.damaged && s.out_at == out_size;
}
