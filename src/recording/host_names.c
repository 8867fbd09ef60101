#include "recording/host_names.h"

#include "base/sync.h"
#include "program_file/names.h"
#include "recording/json_files.h"

#include <stdio.h>
#include <string.h>

vrrl_code host_names_check(const char *text, vrrl_error *err)
{
    vrrl_names *names;
    if (!text)
        return VRRL_OK;
    vrrl_code code = vrrl_names_parse(text, strlen(text), "names", &names, err);
    if (code == VRRL_OK)
        vrrl_names_free(names);
    return code;
}

vrrl_code host_names_write(const char *directory, const char *text, vrrl_error *err)
{
    char path[PATH_MAX];
    if (!text)
        return VRRL_OK;
    vrrl_code code = recording_file(path, directory, RECORDING_NAMES, err);
    if (code != VRRL_OK)
        return code;
    FILE *file = fopen(path, "wx");
    if (!file)
        return error_errno(err, "open", path, NULL);
    bool good = fputs(text, file) != EOF;
    good = fflush(file) == 0 && good;
    good = sync_data(fileno(file)) == 0 && good;
    code = good ? VRRL_OK : error_errno(err, "write", path, NULL);
    fclose(file);
    return code;
}

/* ---- Labels ---------------------------------------------------------------------------------- */

enum { LABEL_BYTES = 160 };

/* "ATTENTION layer=3 head=1", as far as it has room. */
static void make_label(const vrrl_names *names, const vrrl_program *program, const vrrl_slot *slot,
                       char label[LABEL_BYTES])
{
    uint32_t words[VRRL_SLOT_WORDS_MAX] = {0};
    uint32_t count = program->geometry.slot_words - VRRL_SLOT_ARG0;
    if (slot->arg_count > 0)
        memcpy(words, program->words + slot->args, slot->arg_count * sizeof *words);
    int at = snprintf(label, LABEL_BYTES, "%s", vrrl_names_opcode(names, slot->opcode));
    vrrl_names_operand operand;
    for (uint32_t i = 0;
         at < LABEL_BYTES && vrrl_names_operand_at(names, slot->opcode, i, words, count, &operand);
         i++)
        at += snprintf(label + at, LABEL_BYTES - (size_t)at, " %s=%s", operand.name, operand.value);
}

static vrrl_code label_slots(vrrl_program *program, const vrrl_names *names, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    char label[LABEL_BYTES];
    for (uint32_t i = 0; code == VRRL_OK && i < program->slot_count; i++) {
        vrrl_slot *slot = &program->slots[i];
        if (!vrrl_names_opcode(names, slot->opcode))
            continue;
        make_label(names, program, slot, label);
        code = vrrl_program_add_text(program, label, &slot->label, err);
    }
    return code;
}

vrrl_code host_names_read(vrrl_recording *r, vrrl_error *err)
{
    char path[PATH_MAX];
    vrrl_names *names;
    if (!r->program->host_slots)
        return VRRL_OK;
    vrrl_code code = recording_file(path, r->path, RECORDING_NAMES, err);
    if (code != VRRL_OK)
        return code;
    if (vrrl_names_load(path, &names, NULL) != VRRL_OK)
        return VRRL_OK;
    code = names_call_opcodes(r->program, names, err);
    if (code == VRRL_OK)
        code = label_slots(r->program, names, err);
    vrrl_names_free(names);
    return code;
}
