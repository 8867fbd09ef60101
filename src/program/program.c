#include "vrrl/run/program.h"

#include "base/array.h"
#include "base/result.h"
#include "program/program_rooms.h"
#include "vrrl/run/opcode.h"

#include <stdlib.h>
#include <string.h>

vrrl_code vrrl_program_create(vrrl_program **out, vrrl_error *err)
{
    vrrl_program *program = *out = result_create(sizeof *program, err);
    if (!program)
        return VRRL_NO_MEMORY;
    vrrl_code code = VRRL_OK;
    program->rooms = calloc(1, sizeof *program->rooms);
    if (!program->rooms)
        code = error_no_memory(err, sizeof *program->rooms);
    if (code == VRRL_OK)
        code = array_room(program->text, 0, program->rooms->text, 1, err);
    if (code != VRRL_OK) {
        vrrl_program_free(program);
        *out = NULL;
        return code;
    }
    program->text[0] = '\0'; /* offset 0 is the empty text */
    program->text_size = 1;
    return VRRL_OK;
}

void vrrl_program_free(vrrl_program *program)
{
    if (!program)
        return;
    free(program->initial);
    free(program->tenant_masks);
    free(program->memory);
    free(program->text);
    free(program->words);
    free(program->slots);
    free(program->prologue);
    free(program->batches);
    free(program->epochs);
    free(program->regions);
    free(program->symbols);
    free(program->expectations);
    free(program->tenant_names);
    if (program->rooms)
        free(program->rooms->aliases);
    free(program->rooms);
    free(program);
}

vrrl_code vrrl_program_set_geometry(vrrl_program *program, const vrrl_geometry *geometry,
                                    vrrl_error *err)
{
    vrrl_layout layout;
    vrrl_code code = vrrl_geometry_layout(geometry, &layout, err);
    if (code != VRRL_OK)
        return code;
    uint32_t *initial = calloc(geometry->user_words + (size_t)1, sizeof *initial);
    uint32_t *masks = malloc((geometry->tenants + (size_t)1) * sizeof *masks);
    if (!initial || !masks) {
        free(initial);
        free(masks);
        return error_no_memory(err, ((uint64_t)geometry->user_words + geometry->tenants) * 4);
    }
    memset(masks, 0xFF, (geometry->tenants + (size_t)1) * sizeof *masks);
    program->initial = initial;
    program->tenant_masks = masks;
    program->geometry = *geometry;
    program->layout = layout;
    return VRRL_OK;
}

vrrl_code vrrl_program_add_text(vrrl_program *program, const char *text, vrrl_text *at,
                                vrrl_error *err)
{
    size_t size = strlen(text) + 1;
    if (size == 1) {
        *at = 0;
        return VRRL_OK;
    }
    if (size > UINT32_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: shorten it.", "a text of %zu bytes", size);
    vrrl_code code =
        array_room(program->text, program->text_size, program->rooms->text, (uint32_t)size, err);
    if (code != VRRL_OK)
        return code;
    memcpy(program->text + program->text_size, text, size);
    *at = program->text_size;
    program->text_size += (uint32_t)size;
    return VRRL_OK;
}

vrrl_code vrrl_program_add_words(vrrl_program *program, const uint32_t *words, uint32_t count,
                                 uint32_t *at, vrrl_error *err)
{
    vrrl_code code =
        array_room(program->words, program->word_count, program->rooms->words, count, err);
    if (code != VRRL_OK)
        return code;
    if (count > 0)
        memcpy(program->words + program->word_count, words, count * sizeof *words);
    *at = program->word_count;
    program->word_count += count;
    return VRRL_OK;
}

/* Appends one element to an array of the program. */
#define append(program, array, counter, roomy, element, err)                                       \
    do {                                                                                           \
        vrrl_code code_ =                                                                          \
            array_room((program)->array, (program)->counter, (program)->roomy, 1, (err));          \
        if (code_ != VRRL_OK)                                                                      \
            return code_;                                                                          \
        (program)->array[(program)->counter++] = (element);                                        \
    } while (0)

vrrl_code vrrl_program_begin_batch(vrrl_program *program, uint32_t *batch, vrrl_error *err)
{
    vrrl_batch empty = {.first = program->slot_count};
    append(program, batches, batch_count, rooms->batches, empty, err);
    *batch = program->batch_count - 1;
    return VRRL_OK;
}

vrrl_code vrrl_program_add_slot(vrrl_program *program, const vrrl_slot *slot, vrrl_error *err)
{
    append(program, slots, slot_count, rooms->slots, *slot, err);
    program->batches[program->batch_count - 1].count++;
    return VRRL_OK;
}

static vrrl_code too_many_epochs(vrrl_error *err)
{
    return error_set(err, VRRL_TOO_LARGE, "Fix: run fewer.", "more than %u epochs", UINT32_MAX);
}

vrrl_code vrrl_program_begin_epoch(vrrl_program *program, uint32_t batch, vrrl_error *err)
{
    vrrl_epoch epoch = {.batch = batch,
                        .prologue_first = program->prologue_count,
                        .first = program->epoch_count,
                        .times = 1};
    if (program->epoch_count == UINT32_MAX)
        return too_many_epochs(err);
    append(program, epochs, epoch_rows, rooms->epochs, epoch, err);
    program->epoch_count++;
    return VRRL_OK;
}

vrrl_code vrrl_program_repeat_epoch(vrrl_program *program, uint32_t more, vrrl_error *err)
{
    if (program->epoch_rows == 0)
        return error_set(err, VRRL_INVALID, "Fix: begin an epoch first.",
                         "there is no epoch that could be repeated");
    if (more > UINT32_MAX - program->epoch_count)
        return too_many_epochs(err);
    vrrl_epoch *last = &program->epochs[program->epoch_rows - 1];
    for (uint32_t i = program->expectation_count;
         i > 0 && program->expectations[i - 1].epoch >= last->first; i--)
        program->expectations[i - 1].epochs += more;
    last->times += more;
    program->epoch_count += more;
    return VRRL_OK;
}

vrrl_code vrrl_program_add_prologue(vrrl_program *program, const vrrl_slot *slot, vrrl_error *err)
{
    append(program, prologue, prologue_count, rooms->prologue, *slot, err);
    program->epochs[program->epoch_rows - 1].prologue_count++;
    return VRRL_OK;
}

vrrl_code vrrl_program_add_region(vrrl_program *program, const vrrl_region *region, vrrl_error *err)
{
    append(program, regions, region_count, rooms->regions, *region, err);
    return VRRL_OK;
}

vrrl_code vrrl_program_add_symbol(vrrl_program *program, const vrrl_symbol *symbol, vrrl_error *err)
{
    append(program, symbols, symbol_count, rooms->symbols, *symbol, err);
    return VRRL_OK;
}

vrrl_code vrrl_program_add_expectation(vrrl_program *program, const vrrl_expectation *expectation,
                                       vrrl_error *err)
{
    vrrl_expectation row = *expectation;
    const uint32_t count = program->expectation_count;
    row.epochs = row.epochs > 0 ? row.epochs : 1;
    if (count > 0 && row.epoch < program->expectations[count - 1].epoch)
        program->rooms->expectations_mixed = true;
    append(program, expectations, expectation_count, rooms->expectations, row, err);
    return VRRL_OK;
}

vrrl_code vrrl_program_add_tenant_name(vrrl_program *program, uint32_t tenant, const char *name,
                                       vrrl_error *err)
{
    vrrl_tenant_name row = {.tenant = tenant};
    vrrl_code code = vrrl_program_add_text(program, name, &row.name, err);
    if (code != VRRL_OK)
        return code;
    append(program, tenant_names, tenant_name_count, rooms->tenant_names, row, err);
    return VRRL_OK;
}

const char *vrrl_program_text(const vrrl_program *program, vrrl_text at)
{
    return at < program->text_size ? program->text + at : "";
}

bool vrrl_program_is_symbolic(const vrrl_program *program)
{
    for (uint32_t i = 0; !program->host_slots && i < program->slot_count; i++)
        if (program->slots[i].opcode == VRRL_OPCODE_MIX)
            return true;
    return false;
}
