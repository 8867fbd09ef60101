#include "recording/symbols.h"

#include "base/json_text.h"
#include "program/batch_view.h"
#include "recording/json_files.h"

static json_t *words_json(const vrrl_program *program)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < program->symbol_count; i++) {
        const vrrl_symbol *symbol = &program->symbols[i];
        json_array_append_new(
            rows, json_pack("[o, I, I, I]", json_text(vrrl_program_text(program, symbol->name)),
                            (json_int_t)symbol->first_word, (json_int_t)symbol->words,
                            (json_int_t)symbol->segment_words));
    }
    return rows;
}

static json_t *tenants_json(const vrrl_program *program)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < program->tenant_name_count; i++) {
        const vrrl_tenant_name *row = &program->tenant_names[i];
        json_array_append_new(rows, json_pack("[I, o]", (json_int_t)row->tenant,
                                              json_text(vrrl_program_text(program, row->name))));
    }
    return rows;
}

static json_t *labels_json(const vrrl_program *program)
{
    json_t *batches = json_array();
    for (uint32_t b = 0; b < program->batch_count; b++) {
        json_t *labels = json_array();
        const vrrl_batch *batch = &program->batches[b];
        for (uint32_t i = 0; i < batch->count; i++)
            json_array_append_new(labels, json_text(vrrl_program_text(
                                              program, program->slots[batch->first + i].label)));
        json_array_append_new(batches, labels);
    }
    return batches;
}

static json_t *epochs_json(const vrrl_program *program)
{
    json_t *epochs = json_array();
    for (uint32_t e = 0; e < program->epoch_count; e++)
        json_array_append_new(epochs, json_integer(epoch_row(program, e)->batch));
    return epochs;
}

/* A run that is longer than its log may have millions. */
static json_t *epoch_rows_json(const vrrl_program *program)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < program->epoch_rows; i++)
        json_array_append_new(rows, json_pack("[I, I]", (json_int_t)program->epochs[i].batch,
                                              (json_int_t)program->epochs[i].times));
    return rows;
}

vrrl_code symbols_write(const char *directory, const vrrl_program *program, uint32_t version,
                        vrrl_error *err)
{
    bool rows = version >= RECORDING_WRAPS_VERSION;
    json_t *json = json_pack("{s:o, s:o, s:o, s:o}", "words", words_json(program), "tenants",
                             tenants_json(program), "batches", labels_json(program),
                             rows ? "epoch_rows" : "epoch_batches",
                             rows ? epoch_rows_json(program) : epochs_json(program));
    return recording_write_json(directory, RECORDING_SYMBOLS, json, err);
}

/* A row of symbols that does not parse is left out: names are a help, never needed. */
static vrrl_code read_words(vrrl_program *program, const json_t *rows, vrrl_error *err)
{
    size_t i;
    json_t *row;
    json_array_foreach((json_t *)rows, i, row)
    {
        const char *name;
        json_int_t first, words, segment;
        if (json_unpack(row, "[s, I, I, I]", &name, &first, &words, &segment) != 0 || first < 0 ||
            words < 1 || first >= program->layout.total_words ||
            words > program->layout.total_words - first || segment < 0 || segment > words)
            continue;
        vrrl_symbol symbol = {.first_word = (uint32_t)first,
                              .words = (uint32_t)words,
                              .segment_words = (uint32_t)segment};
        vrrl_code code = vrrl_program_add_text(program, name, &symbol.name, err);
        if (code == VRRL_OK)
            code = vrrl_program_add_symbol(program, &symbol, err);
        if (code != VRRL_OK)
            return code;
    }
    return VRRL_OK;
}

static vrrl_code read_tenants(vrrl_program *program, const json_t *rows, vrrl_error *err)
{
    size_t i;
    json_t *row;
    json_array_foreach((json_t *)rows, i, row)
    {
        const char *name;
        json_int_t tenant;
        if (json_unpack(row, "[I, s]", &tenant, &name) != 0 || tenant < 0 || tenant > UINT32_MAX)
            continue;
        vrrl_code code = vrrl_program_add_tenant_name(program, (uint32_t)tenant, name, err);
        if (code != VRRL_OK)
            return code;
    }
    return VRRL_OK;
}

vrrl_code symbols_read(const char *directory, vrrl_program *program, struct symbols *symbols,
                       vrrl_error *err)
{
    *symbols = (struct symbols){0};
    vrrl_code code = recording_read_json(directory, RECORDING_SYMBOLS, &symbols->json, err);
    if (code == VRRL_OK)
        code = read_words(program, json_object_get(symbols->json, "words"), err);
    if (code == VRRL_OK)
        code = read_tenants(program, json_object_get(symbols->json, "tenants"), err);
    return code;
}

void symbols_free(struct symbols *symbols)
{
    json_decref(symbols->json);
    *symbols = (struct symbols){0};
}

/* The batch of the row of epochs that has this one; NULL where none has. */
static const json_t *batch_of_row(struct symbols *s, const json_t *rows, uint32_t epoch)
{
    while (epoch >= s->row_end && s->row < json_array_size(rows)) {
        json_int_t times = json_integer_value(json_array_get(json_array_get(rows, s->row), 1));
        s->row_first = s->row_end;
        s->row_end += times > 0 && times <= UINT32_MAX ? (uint64_t)times : 0;
        s->row++;
    }
    if (epoch < s->row_first || epoch >= s->row_end)
        return NULL;
    return json_array_get(json_array_get(rows, s->row - 1), 0);
}

const char *symbols_label(struct symbols *s, uint32_t epoch, uint32_t slot)
{
    const json_t *rows = json_object_get(s->json, "epoch_rows");
    const json_t *batch_of = rows
                                 ? batch_of_row(s, rows, epoch)
                                 : json_array_get(json_object_get(s->json, "epoch_batches"), epoch);
    json_int_t batch = json_integer_value(batch_of);
    if (!json_is_integer(batch_of) || batch < 0)
        return "";
    const json_t *labels = json_array_get(json_object_get(s->json, "batches"), (size_t)batch);
    const char *label = json_string_value(json_array_get(labels, slot));
    return label ? label : "";
}
