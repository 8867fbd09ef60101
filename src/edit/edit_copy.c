#include "edit/edit_copy.h"

#include "base/array.h"
#include "program/program_rooms.h"

#include <stdlib.h>
#include <string.h>

#define copy(array, count, room)                                                                   \
    if (code == VRRL_OK)                                                                           \
    code = array_duplicate(to, from, array, count, room, err)

static vrrl_code copy_arrays(const vrrl_program *from, vrrl_program *to, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    copy(text, text_size, rooms->text);
    copy(words, word_count, rooms->words);
    copy(slots, slot_count, rooms->slots);
    copy(prologue, prologue_count, rooms->prologue);
    copy(batches, batch_count, rooms->batches);
    copy(epochs, epoch_rows, rooms->epochs);
    to->epoch_count = from->epoch_count;
    to->rooms->expectations_mixed = from->rooms->expectations_mixed;
    copy(regions, region_count, rooms->regions);
    copy(symbols, symbol_count, rooms->symbols);
    copy(expectations, expectation_count, rooms->expectations);
    copy(tenant_names, tenant_name_count, rooms->tenant_names);
    copy(rooms->aliases, rooms->alias_count, rooms->alias_room);
    return code;
}

static vrrl_code copy_program(const vrrl_program *from, vrrl_program **out, vrrl_error *err)
{
    vrrl_program *to;
    vrrl_code code = vrrl_program_create(&to, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_program_set_geometry(to, &from->geometry, err);
    if (code == VRRL_OK) {
        to->model = from->model;
        to->name = from->name;
        memcpy(to->initial, from->initial, 4 * (size_t)from->geometry.user_words);
        memcpy(to->tenant_masks, from->tenant_masks, 4 * (size_t)from->geometry.tenants);
        memcpy(to->quotas, from->quotas, sizeof to->quotas);
        code = copy_arrays(from, to, err);
    }
    if (code == VRRL_OK)
        *out = to;
    else
        vrrl_program_free(to);
    return code;
}

/* `from` NULL: 0, 1, 2 … */
static vrrl_code copy_origin(const uint32_t *from, uint32_t count, uint32_t **out, vrrl_error *err)
{
    *out = malloc((count + (size_t)1) * sizeof **out);
    if (!*out)
        return error_no_memory(err, count * sizeof **out);
    for (uint32_t i = 0; i < count; i++)
        (*out)[i] = from ? from[i] : i;
    return VRRL_OK;
}

static vrrl_code copy_all(const vrrl_program *program, const uint32_t *slots,
                          const uint32_t *epochs, struct edited *out, vrrl_error *err)
{
    *out = (struct edited){.program = NULL};
    vrrl_code code = copy_program(program, &out->program, err);
    if (code == VRRL_OK)
        code = copy_origin(slots, program->slot_count, &out->slot_origin, err);
    if (code == VRRL_OK)
        code = copy_origin(epochs, program->epoch_count, &out->epoch_origin, err);
    if (code != VRRL_OK)
        edited_free(out);
    return code;
}

vrrl_code edited_begin(const vrrl_program *program, struct edited *out, vrrl_error *err)
{
    struct edited copied;
    vrrl_code code = copy_all(program, NULL, NULL, &copied, err);
    if (code != VRRL_OK)
        return code;
    /* Slots in the order of their batches, and those in none left out: edits go by that. */
    code = program_without(&copied, NULL, NULL, 0, out, err);
    edited_free(&copied);
    return code;
}

vrrl_code edited_copy(const struct edited *from, struct edited *out, vrrl_error *err)
{
    return copy_all(from->program, from->slot_origin, from->epoch_origin, out, err);
}

void edited_free(struct edited *edited)
{
    vrrl_program_free(edited->program);
    free(edited->slot_origin);
    free(edited->epoch_origin);
    *edited = (struct edited){.program = NULL};
}
