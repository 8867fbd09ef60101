/* An instruction of PTX as the arithmetic of a warp does it: read from its text, run over 32 lanes. */
#ifndef VRRL_TESTS_ALU_SPECIMEN_H
#define VRRL_TESTS_ALU_SPECIMEN_H

#include "kernel/alu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SPECIMEN_ROWS = 16 };

struct specimen {
    struct ptx_module *module;
    const struct ptx_function *function;
    uint32_t rows32[SPECIMEN_ROWS][WARP_LANES], constants32[SPECIMEN_ROWS][WARP_LANES];
    uint64_t rows64[SPECIMEN_ROWS][WARP_LANES], constants64[SPECIMEN_ROWS][WARP_LANES];
    uint32_t lanes[SPECIMEN_ROWS], constant_lanes[SPECIMEN_ROWS];
};

/* `text`: instructions over %h (16 bits), %r, %d (64 bits) and %p, four of each. The constants are those of the
 * text. */
static inline void specimen_open(struct specimen *s, const char *text)
{
    char module[1024];
    vrrl_error err;
    memset(s, 0, sizeof *s);
    snprintf(module, sizeof module,
             ".version 9.0\n.target sm_100\n.entry k()\n{\n.reg .b16 %%h<5>;\n.reg .b32 %%r<9>;\n"
             ".reg .b64 %%d<9>;\n.reg .pred %%p<5>;\n%s\nret;\n}\n",
             text);
    if (ptx_module_read("k.ptx", module, strlen(module), &s->module, &err) != VRRL_OK)
        fail_msg("%s: %s", text, err.text);
    if (s->module->unsupported_count)
        fail_msg("%s is not supported", s->module->unsupported[0].text);
    s->function = &s->module->functions[0];
    for (uint32_t i = 0; i < s->function->constant_count[PTX_32]; i++)
        for (unsigned lane = 0; lane < WARP_LANES; lane++)
            s->constants32[i][lane] = (uint32_t)s->function->constants[PTX_32][i].value;
    for (uint32_t i = 0; i < s->function->constant_count[PTX_64]; i++)
        for (unsigned lane = 0; lane < WARP_LANES; lane++)
            s->constants64[i][lane] = s->function->constants[PTX_64][i].value;
}

static inline void specimen_close(struct specimen *s)
{
    ptx_module_free(s->module);
}

/* Runs all of the text but the return. */
static inline void specimen_run(struct specimen *s, uint32_t mask)
{
    const struct alu_rows rows = {
        {s->rows32, s->constants32}, {s->rows64, s->constants64}, {s->lanes, s->constant_lanes}};
    for (uint32_t i = 0; i + 2 < s->function->instruction_count; i++) {
        const struct ptx_instruction *in = &s->function->instructions[i];
        assert_non_null(alu_functions[in->op]);
        alu_functions[in->op](&rows, in, mask);
    }
}

/* What an operand of the first instruction is in a lane; its width is said. */
static inline void specimen_put(struct specimen *s, unsigned source, unsigned bits, unsigned lane,
                                uint64_t value)
{
    uint16_t row = s->function->instructions[0].source[source];
    assert_true(row < SPECIMEN_ROWS);
    if (bits == 64)
        s->rows64[row][lane] = value;
    else if (bits == 1)
        s->lanes[row] = (s->lanes[row] & ~(1u << lane)) | (uint32_t)value << lane;
    else
        s->rows32[row][lane] = bits == 16 ? (uint16_t)value : (uint32_t)value;
}

/* What a target of the last instruction is in a lane. */
static inline uint64_t specimen_get(const struct specimen *s, unsigned target, unsigned bits,
                                    unsigned lane)
{
    const struct ptx_function *f = s->function;
    uint16_t row = f->instructions[f->instruction_count - 3].target[target];
    assert_true(row < SPECIMEN_ROWS);
    if (bits == 64)
        return s->rows64[row][lane];
    return bits == 1 ? s->lanes[row] >> lane & 1 : s->rows32[row][lane];
}

static inline uint64_t random_bits(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = *state;
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93u;
    return x ^ x >> 32;
}

#endif
