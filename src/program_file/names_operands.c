/* What a slot's arguments say, operand by operand. */
#include "program_file/names.h"

#include "vrrl/run/opcode.h"
#include "vrrl/run/ring.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Values ---------------------------------------------------------------------------------- */

/* The bytes of an operand as one number: words, and the bytes in them, begin with the lowest. */
static uint64_t bits_of(const uint32_t *words, uint32_t first_byte, uint32_t bytes)
{
    uint64_t bits = 0;
    for (uint32_t i = 0; i < bytes; i++) {
        uint32_t byte = first_byte + i;
        bits |= (uint64_t)(words[byte / 4] >> byte % 4 * 8 & 0xFF) << 8 * i;
    }
    return bits;
}

static int64_t signed_of(uint64_t bits, uint32_t bytes)
{
    uint64_t sign = UINT64_C(1) << (8 * bytes - 1);
    return (int64_t)((bits ^ sign) - sign);
}

/* The fewest digits that are this float, and no other: 0.7, not 0.699999988. */
static void write_f32(uint32_t bits, char *out, size_t size)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(out, size, "%.*g", digits, (double)value);
        if (strtof(out, NULL) == value)
            return;
    }
}

static void write_f64(uint64_t bits, char *out, size_t size)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(out, size, "%.*g", digits, value);
        if (strtod(out, NULL) == value)
            return;
    }
}

/* The name that holds the word. */
static const struct names_row *words_of(const vrrl_names *names, uint32_t word)
{
    const struct names_list *list = &names->lists[NAMES_WORDS];
    uint32_t low = 0, high = list->count; /* the first that begins behind the word is in between */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (list->rows[middle].number <= word)
            low = middle + 1;
        else
            high = middle;
    }
    const struct names_row *row = low > 0 ? &list->rows[low - 1] : NULL;
    return row && word - row->number < row->words ? row : NULL;
}

/* "tail", "queue[3]"; of elements of two words "seq[3].lo", as vrrl_program_word_name has it. */
static void write_word(const vrrl_names *names, uint32_t word, char *out, size_t size)
{
    const struct names_row *row = words_of(names, word);
    uint32_t offset = row ? word - row->number : 0;
    if (!row)
        snprintf(out, size, "%" PRIu32, word);
    else if (row->words == 1)
        snprintf(out, size, "%s", row->name);
    else if (row->segment_words == 2 && row->words == 2)
        snprintf(out, size, "%s%s", row->name, offset ? ".hi" : ".lo");
    else if (row->segment_words == 2)
        snprintf(out, size, "%s[%" PRIu32 "]%s", row->name, offset / 2, offset % 2 ? ".hi" : ".lo");
    else
        snprintf(out, size, "%s[%" PRIu32 "]", row->name, offset);
}

static void write_value(const vrrl_names *names, const struct names_format *format, uint64_t bits,
                        char *out, size_t size)
{
    switch (format->sort) {
    case NAMES_UNSIGNED:
        snprintf(out, size, "%" PRIu64, bits);
        return;
    case NAMES_SIGNED:
        snprintf(out, size, "%" PRId64, signed_of(bits, format->bytes));
        return;
    case NAMES_HEX:
        snprintf(out, size, "0x%" PRIx64, bits);
        return;
    case NAMES_FLOAT:
        if (format->bytes == 4)
            write_f32((uint32_t)bits, out, size);
        else
            write_f64(bits, out, size);
        return;
    case NAMES_WORD:
        write_word(names, (uint32_t)bits, out, size);
        return;
    }
}

/* ---- Operands -------------------------------------------------------------------------------- */

static const struct names_format plain = {"u32", 4, NAMES_UNSIGNED};

/* What an opcode of vrrl's own says of argument word `index`. Bytes are not one operand but many. */
static bool own_operand(const vrrl_opcode *row, uint32_t index, struct names_operand *operand)
{
    static const struct names_format formats[] = {
        [VRRL_OPERAND_VALUE] = {"u32", 4, NAMES_UNSIGNED},
        [VRRL_OPERAND_WORD] = {"word", 4, NAMES_WORD},
        [VRRL_OPERAND_COUNT] = {"u32", 4, NAMES_UNSIGNED},
        [VRRL_OPERAND_F32] = {"f32", 4, NAMES_FLOAT},
    };
    vrrl_operand found;
    if (!row || !vrrl_opcode_operand(row, index, &found) || found.kind == VRRL_OPERAND_BYTES)
        return false;
    *operand = (struct names_operand){.first_byte = 4 * index, .format = &formats[found.kind]};
    snprintf(operand->name, sizeof operand->name, "%s", found.name);
    return true;
}

/* What user opcodes mean is their host's to say: our own pack is not asked. */
static const vrrl_opcode *own_row(uint32_t opcode)
{
    bool user = opcode >= VRRL_OPCODE_USER_FIRST && opcode <= VRRL_OPCODE_USER_LAST;
    return user ? NULL : vrrl_opcode_find(opcode);
}

/* Counts `index` down over the operands that have a name; *end: the first word that none of them touches. */
static bool named_operand(const vrrl_names *names, const struct names_row *row, uint32_t *index,
                          struct names_operand *operand, uint32_t *end)
{
    *end = 0;
    for (uint32_t i = 0; i < row->operand_count; i++) {
        const struct names_operand *o = &names->operands[row->first_operand + i];
        *end = (o->first_byte + o->format->bytes + 3) / 4;
        if (o->name[0] && (*index)-- == 0) {
            *operand = *o;
            return true;
        }
    }
    return false;
}

/* The same of the operands that vrrl knows. */
static bool known_operand(uint32_t opcode, uint32_t *index, struct names_operand *operand,
                          uint32_t *end)
{
    const vrrl_opcode *row = own_row(opcode);
    for (*end = 0; own_operand(row, *end, operand); ++*end)
        if ((*index)-- == 0)
            return true;
    return false;
}

/* The words behind all operands, those that are not 0. */
static bool further_word(const uint32_t *words, uint32_t count, uint32_t first, uint32_t index,
                         struct names_operand *operand)
{
    for (uint32_t i = first; i < count; i++)
        if (words[i] != 0 && index-- == 0) {
            *operand = (struct names_operand){.first_byte = 4 * i, .format = &plain};
            snprintf(operand->name, sizeof operand->name, "arg%" PRIu32, i);
            return true;
        }
    return false;
}

bool vrrl_names_has_operands(const vrrl_names *names, uint32_t opcode)
{
    struct names_operand first;
    return names_find(&names->lists[NAMES_OPCODES], opcode) ||
           (own_row(opcode) && (vrrl_opcode_operand_count(own_row(opcode)) == 0 ||
                                own_operand(own_row(opcode), 0, &first)));
}

bool vrrl_names_operand_at(const vrrl_names *names, uint32_t opcode, uint32_t index,
                           const uint32_t *words, uint32_t count, vrrl_names_operand *out)
{
    const struct names_row *row = names_find(&names->lists[NAMES_OPCODES], opcode);
    struct names_operand operand;
    uint32_t end;
    if (!vrrl_names_has_operands(names, opcode))
        return false;
    bool found = row ? named_operand(names, row, &index, &operand, &end)
                     : known_operand(opcode, &index, &operand, &end);
    if (!found && !further_word(words, count, end, index, &operand))
        return false;
    uint32_t bytes = operand.format->bytes;
    *out = (vrrl_names_operand){.kept = (operand.first_byte + bytes + 3) / 4 <= count};
    memcpy(out->name, operand.name, sizeof out->name);
    if (out->kept)
        write_value(names, operand.format, bits_of(words, operand.first_byte, bytes), out->value,
                    sizeof out->value);
    else
        snprintf(out->value, sizeof out->value, "?");
    return true;
}
