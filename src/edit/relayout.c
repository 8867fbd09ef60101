#include "edit/relayout.h"

#include "base/array.h"
#include "edit/edit_copy.h"
#include "graph/task_rows.h"
#include "ops/mix_layout.h"
#include "program/batch_view.h"
#include "program/packed.h"
#include "program/program_names.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>
#include <string.h>

struct move {
    const vrrl_program *from;
    vrrl_program *to;
    const struct relayout *how;
    struct word_map *map;
    bool *kept; /* words of user memory; descriptors are not among them */
    uint32_t kept_words;
    uint32_t descriptor_words;
    uint32_t observable_end; /* observable words that are used */
    vrrl_error *err;
};

uint32_t word_map_at(const struct word_map *map, uint32_t word)
{
    if (word >= map->old_base && word - map->old_base < map->old_words)
        return map->to[word - map->old_base];
    if (word >= map->old_total) /* out of bounds, and as far as it was */
        return word - map->old_total <= UINT32_MAX - map->new_total
                   ? word - map->old_total + map->new_total
                   : word;
    return word;
}

/* ---- What is used ---------------------------------------------------------------------------- */

static void use(struct move *m, uint32_t first, uint64_t count)
{
    const vrrl_program *p = m->from;
    uint32_t base = p->layout.user_base, size = p->geometry.user_words;
    uint64_t end = (uint64_t)first + count, user_end = (uint64_t)base + size;
    for (uint64_t word = first < base ? base : first; word < end && word < user_end; word++)
        m->kept[word - base] = true;
    uint32_t observable_end = VRRL_WORD_OBSERVABLE + p->geometry.observable_words;
    if (first >= VRRL_WORD_OBSERVABLE && first < observable_end) {
        uint64_t last = end < observable_end ? end : observable_end;
        if (last - VRRL_WORD_OBSERVABLE > m->observable_end)
            m->observable_end = (uint32_t)(last - VRRL_WORD_OBSERVABLE);
    }
}

static void use_access(void *context, const struct declared_event *access)
{
    use(context, access->word, access->count);
}

/* Operands that are addresses are kept even where the slot would fault. */
static void use_operands(struct move *m, uint32_t opcode, const uint32_t *args, uint32_t count)
{
    const vrrl_opcode *row = vrrl_opcode_find(opcode);
    vrrl_operand operand;
    for (uint32_t i = 0; row && i < count && vrrl_opcode_operand(row, i, &operand); i++)
        if (operand.kind == VRRL_OPERAND_WORD && opcode != VRRL_OPCODE_MIX)
            use(m, args[i], 1);
    if (opcode == VRRL_OPCODE_DFA_STEP && count >= 3) /* its table, up to the entry that it reads */
        use(m, args[2], (uint64_t)args[0] * 256 + args[1] + 1);
}

static bool is_known(const vrrl_program *p, const vrrl_slot *slot, struct packed_slot *packed)
{
    if (slot->opcode != VRRL_OPCODE_PACKED_SLOT)
        return vrrl_opcode_find(slot->opcode) != NULL;
    if (!packed_read(p->words + slot->args, slot->arg_count, packed))
        return false;
    for (uint32_t i = 0; i < packed->count; i++)
        if (!vrrl_opcode_find(packed->opcodes[i]) || packed->opcodes[i] == VRRL_OPCODE_MIX)
            return false;
    return true;
}

static vrrl_code use_slot(struct move *m, const vrrl_slot *slot)
{
    const vrrl_program *p = m->from;
    const uint32_t *args = p->words + slot->args;
    struct packed_slot packed;
    if (!is_known(p, slot, &packed))
        return error_set(m->err, VRRL_UNSUPPORTED, "Fix: leave the program as it is.",
                         "opcode 0x%X: which of its operands are addresses is not known",
                         slot->opcode);
    slot_footprint(p, slot, use_access, m);
    if (slot->opcode == VRRL_OPCODE_PACKED_SLOT)
        for (uint32_t i = 0; i < packed.count; i++)
            use_operands(m, packed.opcodes[i], packed.words + packed.first[i],
                         packed.first[i + 1] - packed.first[i]);
    else
        use_operands(m, slot->opcode, args, slot->arg_count);
    return VRRL_OK;
}

/* Names of what is used are kept as a whole: an array stays an array. */
static void use_names(struct move *m)
{
    const vrrl_program *p = m->from;
    bool *owns = calloc(p->symbol_count + (size_t)1, sizeof *owns);
    for (uint32_t i = 0; owns && i < p->geometry.user_words; i++) {
        const vrrl_symbol *owner =
            m->kept[i] ? vrrl_program_symbol_of(p, p->layout.user_base + i) : NULL;
        if (owner)
            owns[owner - p->symbols] = true;
    }
    for (uint32_t i = 0; owns && i < p->symbol_count; i++)
        if (owns[i])
            use(m, p->symbols[i].first_word, p->symbols[i].words);
    free(owns);
}

static vrrl_code find_used(struct move *m)
{
    const vrrl_program *p = m->from;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < p->slot_count; i++)
        code = use_slot(m, &p->slots[i]);
    for (uint32_t i = 0; code == VRRL_OK && i < p->prologue_count; i++)
        code = use_slot(m, &p->prologue[i]);
    if (code != VRRL_OK)
        return code;
    for (uint32_t i = 0; i < p->expectation_count; i++)
        use(m, p->expectations[i].word, 1);
    use_names(m);
    if (m->how->keep_all)
        use(m, 0, UINT64_C(1) << 33);
    return VRRL_OK;
}

/* ---- Where it goes --------------------------------------------------------------------------- */

/* Descriptors move by themselves: each once, in the order of the file. `place`: while false, they are
 * only taken out of what is kept, and counted. */
static void place_descriptors(struct move *m, bool place)
{
    const vrrl_program *p = m->from;
    uint32_t next = m->kept_words;
    for (uint32_t e = 0; e < p->epoch_rows; e++) {
        const vrrl_batch *batch = &p->batches[p->epochs[e].batch];
        bool again = e > 0 && p->epochs[e].batch == p->epochs[e - 1].batch;
        for (uint32_t i = 0; !again && i < batch->count; i++) {
            struct task_rows rows;
            if (!task_rows_of(p, &p->slots[batch->first + i], &rows))
                continue;
            uint32_t offset = rows.at - p->layout.user_base;
            if (place && m->map->to[offset] != VRRL_NO_INDEX)
                continue; /* two slots share it */
            for (uint32_t k = 0; k < rows.words; k++) {
                m->kept[offset + k] = false;
                if (place)
                    m->map->to[offset + k] = next++;
            }
        }
    }
    if (place)
        m->descriptor_words = next - m->kept_words;
}

/* Offsets for now; the base is known with the geometry. */
static void place_words(struct move *m)
{
    for (uint32_t i = 0; i < m->map->old_words; i++)
        m->map->to[i] = VRRL_NO_INDEX;
    place_descriptors(m, false);
    for (uint32_t i = 0; i < m->map->old_words; i++)
        if (m->kept[i])
            m->map->to[i] = m->kept_words++;
    place_descriptors(m, true);
}

static uint32_t debug_records(const vrrl_program *p)
{
    uint64_t records = 0;
    for (uint32_t e = 0; e < p->epoch_rows; e++) {
        const vrrl_batch *batch = &p->batches[p->epochs[e].batch];
        for (uint32_t i = 0; i < batch->count; i++)
            if (p->slots[batch->first + i].opcode == VRRL_OPCODE_PRINTF)
                records += p->epochs[e].times;
    }
    return records < p->geometry.debug_records ? (uint32_t)records : p->geometry.debug_records;
}

static vrrl_geometry smallest_geometry(const struct move *m)
{
    const vrrl_program *p = m->from;
    vrrl_geometry g = p->geometry;
    uint32_t args = VRRL_SLOT_WORDS_MIN - VRRL_SLOT_ARG0;
    for (uint32_t i = 0; i < p->slot_count; i++)
        if (p->slots[i].arg_count > args)
            args = p->slots[i].arg_count;
    g.slot_words = args + VRRL_SLOT_ARG0;
    g.ring_slots = program_largest_batch(p) + 1 < 2 ? 2 : program_largest_batch(p) + 1;
    g.observable_words = m->observable_end < 16 ? 16 : m->observable_end;
    g.debug_records = debug_records(p);
    return g;
}

static vrrl_code set_geometry(struct move *m)
{
    vrrl_geometry g = m->how->keep_all ? m->from->geometry : smallest_geometry(m);
    if (g.slot_words < m->how->slot_words)
        g.slot_words = m->how->slot_words;
    g.user_words = m->kept_words + m->descriptor_words + m->how->extra;
    vrrl_code code = vrrl_program_set_geometry(m->to, &g, m->err);
    if (code != VRRL_OK)
        return code;
    for (uint32_t i = 0; i < m->map->old_words; i++)
        if (m->map->to[i] != VRRL_NO_INDEX)
            m->map->to[i] += m->to->layout.user_base;
    m->map->old_total = m->from->layout.total_words;
    m->map->new_total = m->to->layout.total_words;
    return VRRL_OK;
}

/* ---- Moving ---------------------------------------------------------------------------------- */

static void move_words(struct move *m)
{
    const vrrl_program *p = m->from;
    for (uint32_t i = 0; i < m->map->old_words; i++)
        if (m->map->to[i] != VRRL_NO_INDEX)
            m->to->initial[m->map->to[i] - m->to->layout.user_base] = p->initial[i];
    memcpy(m->to->tenant_masks, p->tenant_masks, 4 * (size_t)p->geometry.tenants);
    memcpy(m->to->quotas, p->quotas, sizeof p->quotas);
}

/* A word that is gone is nobody's: it keeps its number. */
static void move_address(const struct move *m, uint32_t *word)
{
    uint32_t to = word_map_at(m->map, *word);
    if (to != VRRL_NO_INDEX)
        *word = to;
}

static void move_operands(const struct move *m, uint32_t opcode, uint32_t *args, uint32_t count)
{
    const vrrl_opcode *row = vrrl_opcode_find(opcode);
    vrrl_operand operand;
    for (uint32_t i = 0; row && i < count && vrrl_opcode_operand(row, i, &operand); i++)
        if (operand.kind == VRRL_OPERAND_WORD)
            move_address(m, &args[i]);
}

static void move_rows(const struct move *m, const struct task_rows *rows)
{
    for (int a = 0; a < TASK_ARRAYS; a++)
        for (uint32_t i = 0; i < rows->counts[a]; i++)
            move_address(m, rows->rows[a] + (size_t)task_row_words((enum task_array)a) * i);
}

static vrrl_code move_text(const struct move *m, vrrl_text *text)
{
    return vrrl_program_add_text(m->to, vrrl_program_text(m->from, *text), text, m->err);
}

static vrrl_code move_slot(const struct move *m, const vrrl_slot *from, vrrl_slot *to)
{
    uint32_t args[VRRL_SLOT_WORDS_MAX];
    struct packed_slot packed;
    *to = *from;
    if (from->arg_count > VRRL_SLOT_WORDS_MAX)
        return error_set(m->err, VRRL_INVALID, "Fix: use fewer arguments.", "%u argument words",
                         from->arg_count);
    if (from->arg_count > 0)
        memcpy(args, m->from->words + from->args, from->arg_count * sizeof *args);
    if (from->opcode == VRRL_OPCODE_PACKED_SLOT && packed_read(args, from->arg_count, &packed)) {
        for (uint32_t i = 0; i < packed.count; i++)
            move_operands(m, packed.opcodes[i], packed.words + packed.first[i],
                          packed.first[i + 1] - packed.first[i]);
        packed_write(&packed, args);
    } else {
        move_operands(m, from->opcode, args, from->arg_count);
    }
    vrrl_code code = move_text(m, &to->label);
    if (code == VRRL_OK)
        code = vrrl_program_add_words(m->to, args, from->arg_count, &to->args, m->err);
    return code;
}

static vrrl_code move_batches(const struct move *m)
{
    const vrrl_program *p = m->from;
    vrrl_code code = VRRL_OK;
    for (uint32_t b = 0; code == VRRL_OK && b < p->batch_count; b++) {
        uint32_t index;
        code = vrrl_program_begin_batch(m->to, &index, m->err);
        for (uint32_t i = 0; code == VRRL_OK && i < p->batches[b].count; i++) {
            vrrl_slot slot;
            code = move_slot(m, &p->slots[p->batches[b].first + i], &slot);
            if (code == VRRL_OK)
                code = vrrl_program_add_slot(m->to, &slot, m->err);
        }
    }
    return code;
}

/* Once each: their words were copied, and hold the old addresses. */
static vrrl_code move_descriptors(const struct move *m)
{
    uint32_t words = m->to->geometry.user_words;
    bool *done = calloc(words + (size_t)1, sizeof *done);
    if (!done)
        return error_no_memory(m->err, words);
    for (uint32_t i = 0; i < m->to->slot_count; i++) {
        struct task_rows rows;
        if (!task_rows_of(m->to, &m->to->slots[i], &rows) ||
            done[rows.at - m->to->layout.user_base])
            continue;
        done[rows.at - m->to->layout.user_base] = true;
        move_rows(m, &rows);
    }
    free(done);
    return VRRL_OK;
}

static vrrl_code move_epochs(const struct move *m)
{
    const vrrl_program *p = m->from;
    vrrl_code code = VRRL_OK;
    for (uint32_t e = 0; code == VRRL_OK && e < p->epoch_rows; e++) {
        const vrrl_epoch *epoch = &p->epochs[e];
        code = vrrl_program_begin_epoch(m->to, epoch->batch, m->err);
        for (uint32_t i = 0; code == VRRL_OK && i < epoch->prologue_count; i++) {
            vrrl_slot slot;
            code = move_slot(m, &p->prologue[epoch->prologue_first + i], &slot);
            if (code == VRRL_OK)
                code = vrrl_program_add_prologue(m->to, &slot, m->err);
        }
        if (code == VRRL_OK)
            code = vrrl_program_repeat_epoch(m->to, epoch->times - 1, m->err);
    }
    return code;
}

/* ---- Names, regions, expectations ------------------------------------------------------------ */

static bool in_user(const vrrl_program *p, uint32_t word)
{
    return word >= p->layout.user_base && word - p->layout.user_base < p->geometry.user_words;
}

/* What is left of a range of words; false: nothing. Kept words keep their order, so it is one. */
static bool move_range(const struct move *m, uint32_t *first, uint32_t *words)
{
    const vrrl_program *p = m->from;
    if (!in_user(p, *first))
        return *first < VRRL_WORD_OBSERVABLE ||
               (*first - VRRL_WORD_OBSERVABLE < m->to->geometry.observable_words &&
                *words <= m->to->geometry.observable_words - (*first - VRRL_WORD_OBSERVABLE));
    uint32_t offset = *first - p->layout.user_base, count = 0, begin = 0;
    for (uint32_t i = 0; i < *words && offset + i < p->geometry.user_words; i++) {
        if (!m->kept[offset + i])
            continue;
        begin = count++ ? begin : m->map->to[offset + i];
    }
    *first = begin;
    *words = count;
    return count > 0;
}

static const char descriptors_name[] = "task_descriptors";

static vrrl_code add_symbol(const struct move *m, const char *name, vrrl_symbol symbol)
{
    vrrl_code code = vrrl_program_add_text(m->to, name, &symbol.name, m->err);
    return code == VRRL_OK ? vrrl_program_add_symbol(m->to, &symbol, m->err) : code;
}

static vrrl_code move_symbols(const struct move *m)
{
    const vrrl_program *p = m->from;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < p->symbol_count; i++) {
        vrrl_symbol symbol = p->symbols[i];
        const char *name = vrrl_program_text(p, symbol.name);
        uint32_t words = symbol.words;
        if (strcmp(name, descriptors_name) != 0 &&
            move_range(m, &symbol.first_word, &symbol.words) && symbol.words == words)
            code = add_symbol(m, name, symbol);
    }
    vrrl_symbol all = {.first_word = m->to->layout.user_base + m->kept_words,
                       .words = m->descriptor_words};
    if (code == VRRL_OK && m->descriptor_words > 0)
        code = add_symbol(m, descriptors_name, all);
    return code;
}

/* A program whose regions are all gone would observe everything: it observes nothing instead. */
static vrrl_code no_region(const struct move *m)
{
    vrrl_region region = {.first_word = VRRL_WORD_OBSERVABLE, .words = 1};
    vrrl_code code = vrrl_program_add_text(m->to, "observable[0]", &region.name, m->err);
    return code == VRRL_OK ? vrrl_program_add_region(m->to, &region, m->err) : code;
}

static vrrl_code move_regions(const struct move *m)
{
    const vrrl_program *p = m->from;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < p->region_count; i++) {
        vrrl_region region = p->regions[i];
        if (!move_range(m, &region.first_word, &region.words))
            continue;
        code = move_text(m, &region.name);
        if (code == VRRL_OK)
            code = vrrl_program_add_region(m->to, &region, m->err);
    }
    if (code == VRRL_OK && p->region_count > 0 && m->to->region_count == 0)
        code = no_region(m);
    return code;
}

static vrrl_code move_expectations(const struct move *m)
{
    const vrrl_program *p = m->from;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < p->expectation_count; i++) {
        vrrl_expectation row = p->expectations[i];
        move_address(m, &row.word);
        code = move_text(m, &row.source);
        if (code == VRRL_OK)
            code = vrrl_program_add_words(m->to, p->words + row.values, row.value_count,
                                          &row.values, m->err);
        if (code == VRRL_OK)
            code = vrrl_program_add_expectation(m->to, &row, m->err);
    }
    return code;
}

/* Names of tenants, and of opcodes. */
static vrrl_code move_names(const struct move *m)
{
    const vrrl_program *p = m->from;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < p->tenant_name_count; i++)
        code = vrrl_program_add_tenant_name(m->to, p->tenant_names[i].tenant,
                                            vrrl_program_text(p, p->tenant_names[i].name), m->err);
    return code == VRRL_OK ? program_copy_aliases(p, m->to, m->err) : code;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static vrrl_code prepare_move(struct move *m)
{
    const vrrl_program *p = m->from;
    uint32_t words = p->geometry.user_words;
    *m->map = (struct word_map){.old_base = p->layout.user_base, .old_words = words};
    m->map->to = malloc((words + (size_t)1) * sizeof *m->map->to);
    m->kept = calloc(words + (size_t)1, sizeof *m->kept);
    if (!m->map->to || !m->kept)
        return error_no_memory(m->err, (uint64_t)words * 5);
    return vrrl_program_create(&m->to, m->err);
}

static vrrl_code move_all(struct move *m)
{
    static vrrl_code (*const steps[])(const struct move *) = {
        move_batches, move_descriptors,  move_epochs, move_symbols,
        move_regions, move_expectations, move_names};
    vrrl_code code = find_used(m);
    if (code != VRRL_OK)
        return code;
    place_words(m);
    code = set_geometry(m);
    if (code != VRRL_OK)
        return code;
    move_words(m);
    m->to->model = m->from->model;
    m->to->name = m->from->name;
    code = move_text(m, &m->to->name);
    for (size_t i = 0; code == VRRL_OK && i < sizeof steps / sizeof steps[0]; i++)
        code = steps[i](m);
    return code;
}

static vrrl_code copy_origins(const struct edited *from, struct edited *out, vrrl_error *err)
{
    uint32_t slots = out->program->slot_count, epochs = out->program->epoch_count;
    out->slot_origin = malloc((slots + (size_t)1) * sizeof *out->slot_origin);
    out->epoch_origin = malloc((epochs + (size_t)1) * sizeof *out->epoch_origin);
    if (!out->slot_origin || !out->epoch_origin)
        return error_no_memory(err, (uint64_t)slots * 4);
    memcpy(out->slot_origin, from->slot_origin, slots * sizeof *out->slot_origin);
    memcpy(out->epoch_origin, from->epoch_origin, epochs * sizeof *out->epoch_origin);
    return VRRL_OK;
}

vrrl_code program_relayout(const struct edited *from, const struct relayout *how,
                           struct edited *out, struct word_map *map, vrrl_error *err)
{
    struct move m = {.from = from->program, .how = how, .map = map, .err = err};
    *out = (struct edited){.program = NULL};
    vrrl_code code = prepare_move(&m);
    if (code == VRRL_OK)
        code = move_all(&m);
    out->program = m.to;
    if (code == VRRL_OK)
        code = copy_origins(from, out, err);
    free(m.kept);
    if (code != VRRL_OK) {
        edited_free(out);
        free(map->to);
        map->to = NULL;
    }
    return code;
}
