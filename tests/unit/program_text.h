/* Programs from text, for tests of program files. */
#ifndef VRRL_TEST_PROGRAM_TEXT_H
#define VRRL_TEST_PROGRAM_TEXT_H

#include "vrrl/run/program_file.h"
#include "vrrl/vrrl.h"

#include "test.h"

static inline vrrl_program *program_of(const char *text)
{
    vrrl_program *program;
    vrrl_error err = {0};
    if (vrrl_program_parse(text, strlen(text), "test.mk", &program, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return program;
}

/* A program of one epoch with these lines, in a pool, over words x, y[4], seg[3] of 2, obs. */
static inline vrrl_program *program_of_slots(const char *lines)
{
    char text[4096];
    snprintf(text, sizeof text,
             "word x\nwords y[4]\nwords seg[3] of 2\nword obs in observable\nepoch\n%s\nend\n",
             lines);
    return program_of(text);
}

/* examples/NAME.mk */
static inline vrrl_program *example(const char *name)
{
    char path[512];
    vrrl_program *program = NULL;
    vrrl_error err = {0};
    snprintf(path, sizeof path, VRRL_TEST_DATA "/../../examples/%s.mk", name);
    if (vrrl_program_load(path, &program, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return program;
}

/* Arena index of word `offset` of user memory. */
static inline uint32_t user_word(const vrrl_program *program, uint32_t offset)
{
    return program->layout.user_base + offset;
}

static inline uint32_t argument(const vrrl_program *program, uint32_t slot, uint32_t index)
{
    assert_true(slot < program->slot_count && index < program->slots[slot].arg_count);
    return program->words[program->slots[slot].args + index];
}

static inline const char *label(const vrrl_program *program, uint32_t slot)
{
    assert_true(slot < program->slot_count);
    return vrrl_program_text(program, program->slots[slot].label);
}

#endif
