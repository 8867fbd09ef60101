#include "ptx/opcode.h"

#include "base/array.h"
#include "ptx/lower_alu.h"
#include "ptx/lower_control.h"
#include "ptx/lower_mbarrier.h"
#include "ptx/lower_memory.h"
#include "ptx/lower_warp.h"
#include "ptx/place.h"

#include <string.h>
#include <xxhash.h>

/* ---- Patterns ---------------------------------------------------------------------------------- */

static bool matches(const char *pattern, const char *end, const char *text, const char *text_end);

/* One of the choices up to `close`, and then the rest. */
static bool matches_choice(const char *choice, const char *close, const char *end, const char *text,
                           const char *text_end)
{
    while (choice < close) {
        const char *bar = memchr(choice, '|', (size_t)(close - choice));
        size_t size = (size_t)((bar ? bar : close) - choice);
        if ((size_t)(text_end - text) >= size && memcmp(text, choice, size) == 0 &&
            matches(close + 1, end, text + size, text_end))
            return true;
        choice += size + 1;
    }
    return false;
}

/* Whether one of the spellings of `pattern`, up to `end`, is all of the text. Patterns are ours, and short. */
static bool matches(const char *pattern, const char *end, const char *text, const char *text_end)
{
    while (pattern < end) {
        bool optional = *pattern == '[';
        if (optional || *pattern == '{') {
            const char *close = memchr(pattern, optional ? ']' : '}', (size_t)(end - pattern));
            if (matches_choice(pattern + 1, close, end, text, text_end))
                return true;
            if (!optional)
                return false;
            pattern = close + 1;
        } else {
            if (text == text_end || *text != *pattern)
                return false;
            pattern++;
            text++;
        }
    }
    return text == text_end;
}

bool ptx_pattern_is(const char *pattern, const char *spelling, size_t length)
{
    return matches(pattern, pattern + strlen(pattern), spelling, spelling + length);
}

/* ---- Modifiers --------------------------------------------------------------------------------- */

static bool is_modifier(const struct ptx_modifiers *m, unsigned i, const char *name)
{
    return !m->taken[i] && strlen(name) == m->length[i] &&
           memcmp(name, m->text[i], m->length[i]) == 0;
}

bool ptx_modifier(struct ptx_modifiers *m, const char *name)
{
    for (unsigned i = 0; i < m->count; i++)
        if (is_modifier(m, i, name))
            return m->taken[i] = true;
    return false;
}

unsigned ptx_modifier_of(struct ptx_modifiers *m, const char *(*name)(unsigned), unsigned first,
                         unsigned count, unsigned otherwise)
{
    for (unsigned i = 0; i < m->count; i++)
        for (unsigned k = first; k < count; k++)
            if (is_modifier(m, i, name(k))) {
                m->taken[i] = true;
                return k;
            }
    return otherwise;
}

static const char *type_name(unsigned type)
{
    return ptx_type_name((enum ptx_type)type);
}

enum ptx_type ptx_modifier_type(struct ptx_modifiers *m)
{
    return (enum ptx_type)ptx_modifier_of(m, type_name, PTX_PRED, PTX_TYPES, PTX_NO_TYPE);
}

bool ptx_modifiers_end(const struct ptx_modifiers *m)
{
    for (unsigned i = 0; i < m->count; i++)
        if (!m->taken[i])
            return false;
    return true;
}

bool ptx_modifiers_split(struct ptx_modifiers *m, const char *text, const char *end)
{
    m->count = 0;
    while (text < end) {
        const char *point = memchr(text + 1, '.', (size_t)(end - text) - 1);
        size_t length = (size_t)((point ? point : end) - text) - 1;
        if (m->count == PTX_MODIFIERS_MAX || length > UINT8_MAX)
            return false;
        m->text[m->count] = text + 1;
        m->length[m->count] = (uint8_t)length;
        m->taken[m->count++] = false;
        text += length + 1;
    }
    return true;
}

/* ---- Spellings --------------------------------------------------------------------------------- */

static const struct ptx_family *const tables[] = {ptx_memory_families, ptx_mbarrier_families,
                                                  ptx_control_families, ptx_warp_families};

const char *ptx_family_spelling(unsigned i)
{
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const struct ptx_family *f = tables[t]; f->name; f++)
            if (i-- == 0)
                return f->spelling;
    return NULL;
}

static bool decode(struct ptx_opcode *opcode)
{
    const char *text = opcode->text, *end = text + opcode->length;
    const char *point = memchr(text, '.', opcode->length);
    size_t base = (size_t)((point ? point : end) - text);
    struct ptx_modifiers modifiers;
    if (!ptx_modifiers_split(&modifiers, text + base, end))
        return false;
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const struct ptx_family *f = tables[t]; f->name; f++)
            if (strlen(f->name) == base && memcmp(f->name, text, base) == 0)
                return f->decode(&modifiers, opcode) && ptx_modifiers_end(&modifiers);
    return ptx_alu_decode(opcode);
}

static bool count(struct ptx_parser *p, struct ptx_opcode *opcode)
{
    struct ptx_module *m = p->module;
    vrrl_code code = array_room(m->spelled, m->spelled_count, m->spelled_room, 1, p->lex.err);
    uint32_t place = ptx_place_here(p);
    if (code != VRRL_OK)
        return ptx_stop(p, code);
    opcode->spelled = m->spelled_count;
    m->spelled[m->spelled_count++] = (struct ptx_spelled){
        .text = opcode->text, .first = place, .is_supported = opcode->lower != NULL};
    return place != PTX_NONE;
}

struct ptx_opcode *ptx_opcode_of(struct ptx_parser *p, const struct ptx_token *spelling)
{
    const char *text = p->lex.text + spelling->at;
    uint64_t key = XXH3_64bits(text, spelling->length);
    uint32_t at;
    for (;; key++) {
        at = hash_table_item(&p->opcode_table, key, p->opcode_count);
        if (at == HASH_TABLE_NONE) {
            ptx_stop(p, error_no_memory(p->lex.err, hash_table_bytes(&p->opcode_table)));
            return NULL;
        }
        if (at == p->opcode_count || (p->opcodes[at].length == spelling->length &&
                                      memcmp(p->opcodes[at].text, text, spelling->length) == 0))
            break;
    }
    if (at < p->opcode_count)
        return &p->opcodes[at];
    vrrl_code code = array_room(p->opcodes, p->opcode_count, p->opcode_room, 1, p->lex.err);
    const char *kept = ptx_keep(p, text, spelling->length);
    if (code != VRRL_OK || !kept) {
        ptx_stop(p, code);
        return NULL;
    }
    struct ptx_opcode *opcode = &p->opcodes[p->opcode_count++];
    *opcode = (struct ptx_opcode){.text = kept, .length = (uint32_t)spelling->length, .why = ""};
    if (!decode(opcode))
        opcode->lower = NULL;
    return count(p, opcode) ? opcode : NULL;
}
