/* A names file: parsed, asked about slots of many opcodes, and given to a program. */
#include "input.h"

#include "vrrl/run/names.h"
#include "vrrl/run/opcode.h"

static void ask(const vrrl_names *names, uint32_t opcode, const uint32_t *words)
{
    vrrl_names_operand operand;
    for (uint32_t count = 0; count <= 4; count++)
        for (uint32_t i = 0; vrrl_names_operand_at(names, opcode, i, words, count, &operand); i++)
            continue;
}

static void apply(const vrrl_names *names)
{
    const vrrl_geometry geometry = {
        .slot_words = VRRL_SLOT_WORDS_MIN, .ring_slots = 2, .observable_words = 4, .user_words = 8};
    vrrl_program *program;
    vrrl_error err = {.code = VRRL_OK};
    char name[64];
    vrrl_code code = vrrl_program_create(&program, &err);
    check_error(&err, code);
    if (code != VRRL_OK)
        return;
    code = vrrl_program_set_geometry(program, &geometry, &err);
    if (code == VRRL_OK)
        code = vrrl_names_apply(program, names, &err);
    check_error(&err, code);
    for (uint32_t word = 0; word < program->layout.total_words; word++)
        vrrl_program_word_name(program, word, name, sizeof name);
    vrrl_program_free(program);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t words[] = {42, 70027, 0x40000000, 0x7F3A};
    vrrl_names *names;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = vrrl_names_parse((const char *)data, size, "fuzz.names", &names, &err);
    check_error(&err, code);
    if (code != VRRL_OK)
        return 0;
    for (uint32_t opcode = 0; opcode < 64; opcode++) {
        ask(names, opcode, words);
        ask(names, VRRL_OPCODE_USER_FIRST + opcode, words);
    }
    apply(names);
    vrrl_names_free(names);
    return 0;
}
