/* PTX: what nvcc writes is read as a whole, and what is wrong is refused where it is wrong. */
#include "ptx/module.h"
#include "ptx/ptx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD ".version 9.0\n.target sm_90\n.address_size 64\n"
#define REGISTERS                                                                                  \
    ".reg .pred %p<9>;\n.reg .b16 %rs<9>;\n.reg .b32 %r<9>;\n.reg .b64 %rd<9>;\n.reg .f32 "        \
    "%f<9>;\n"
#define ENTRY(body)                                                                                \
    HEAD ".visible .entry k(.param .u64 a, .param .u32 b)\n{\n" REGISTERS body "\nret;\n}\n"

static struct ptx_module *module_of(const char *text)
{
    struct ptx_module *m;
    vrrl_error err;
    if (ptx_module_read("k.ptx", text, strlen(text), &m, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return m;
}

static const struct ptx_function *function_of(const struct ptx_module *m, const char *name)
{
    for (uint32_t i = 0; i < m->function_count; i++)
        if (strcmp(m->functions[i].name, name) == 0)
            return &m->functions[i];
    fail_msg("no function %s", name);
    return NULL;
}

static const struct ptx_function *entry_of(const struct ptx_module *m)
{
    return function_of(m, "k");
}

static struct ptx_module *corpus(const char *name)
{
    char path[1024];
    vrrl_ptx *ptx;
    vrrl_error err;
    snprintf(path, sizeof path, "%s/ptx/%s", VRRL_TEST_DATA, name);
    if (vrrl_ptx_load(path, &ptx, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    struct ptx_module *m = ptx->module;
    ptx->module = NULL;
    vrrl_ptx_free(ptx);
    return m;
}

/* ---- What nvcc writes -------------------------------------------------------------------------- */

static void test_corpus_is_supported(void **state)
{
    static const char *const names[] = {"language.ptx", "spins.ptx", "numbers.ptx", "warps.ptx"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct ptx_module *m = corpus(names[i]);
        for (uint32_t k = 0; k < m->unsupported_count; k++)
            print_message("%s: %s\n", names[i], m->unsupported[k].text);
        assert_int_equal(m->unsupported_count, 0);
        assert_true(m->function_count > 0 && m->place_count > 0);
        ptx_module_free(m);
    }
    (void)state;
}

static void test_variables(void **state)
{
    struct ptx_module *m = corpus("language.ptx");
    for (uint32_t i = 0; i < m->variable_count; i++) {
        const struct ptx_variable *v = &m->variables[i];
        if (strcmp(v->name, "grid_of") == 0) {
            static const uint8_t bytes[] = {1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 4};
            assert_int_equal(v->bytes, 24);
            assert_int_equal(v->initial_bytes, sizeof bytes);
            assert_memory_equal(v->initial, bytes, sizeof bytes);
        }
        if (strcmp(v->name, "inside") == 0) {
            assert_int_equal(v->relocation_count, 1);
            assert_int_equal(v->relocations[0].symbol, PTX_SYMBOL_GENERIC);
            assert_int_equal(v->relocations[0].value, 4);
            assert_string_equal(m->variables[v->relocations[0].index].name, "numbers");
        }
        if (strcmp(v->name, "operations") == 0) {
            assert_int_equal(v->relocation_count, 2);
            assert_int_equal(v->relocations[1].symbol, PTX_SYMBOL_FUNCTION);
        }
        if (strcmp(v->name, "dynamic") == 0)
            assert_true(v->is_extern && v->bytes == 0 && v->space == PTX_SPACE_SHARED);
    }
    ptx_module_free(m);
    (void)state;
}

/* ---- Lines ------------------------------------------------------------------------------------- */

static void test_places(void **state)
{
    struct ptx_module *m =
        module_of(HEAD ".file 1 \"a.cu\"\n.file 2 \"b.h\"\n.entry k()\n{\n"
                       ".loc 1 10 3\n.loc 2 5 1, function_name $x, inlined_at 1 10 3\n"
                       ".loc 2 7 1, function_name $y+4, inlined_at 2 5 1\nmembar.gl;\nret;\n}\n");
    const struct ptx_function *f = entry_of(m);
    const struct ptx_place *p = &m->places[f->places[0]];
    assert_int_equal(f->instructions[0].op, PTX_OP_FENCE);
    assert_int_equal(p->line, 7);
    assert_string_equal(m->files[p->file].name, "b.h");
    p = &m->places[p->inlined_at];
    assert_int_equal(p->line, 5);
    p = &m->places[p->inlined_at];
    assert_int_equal(p->line, 10);
    assert_string_equal(m->files[p->file].name, "a.cu");
    assert_int_equal(p->inlined_at, PTX_NONE);
    ptx_module_free(m);
    (void)state;
}

/* ---- Lowering ---------------------------------------------------------------------------------- */

static void test_accesses(void **state)
{
    struct ptx_module *m = module_of(
        ENTRY("ld.acquire.gpu.global.u32 %r1, [%rd1+8];\nst.volatile.global.s16 [%rd1], %rs1;\n"
              "atom.global.cas.b32 %r2, [%rd1+-4], %r1, 7;\nld.global.v4.f32 {%f1, %f2, _, %f3}, "
              "[%rd2];\n"
              "ld.s8 %rd3, [%rd1];\nld.s8 %rs2, [%rd1];\nfence.acq_rel.cluster;\nred.async.weird "
              "[%rd1], 3;\n"
              "ld.param.u32 %r3, [b];\nst.global.u32 [%rd1], %r3;"));
    const struct ptx_instruction *in = entry_of(m)->instructions;
    assert_int_equal(in[0].op, PTX_OP_LD);
    assert_int_equal(in[0].memory.order, PTX_ORDER_ACQUIRE);
    assert_int_equal(in[0].memory.scope, PTX_SCOPE_GPU);
    assert_int_equal(in[0].memory.offset, 8);
    assert_int_equal(in[1].memory.order, PTX_ORDER_VOLATILE);
    assert_int_equal(in[1].memory.scope, PTX_SCOPE_SYS);
    assert_int_equal(in[2].memory.atom, PTX_ATOM_CAS);
    assert_int_equal(in[2].memory.order, PTX_ORDER_RELAXED);
    assert_int_equal(in[2].memory.scope, PTX_SCOPE_GPU);
    assert_int_equal(in[2].memory.offset, -4);
    assert_int_equal(in[3].memory.count, 4);
    assert_int_equal(entry_of(m)->operands[in[3].memory.values + 2], PTX_NO_OPERAND);
    assert_true(in[4].memory.width == PTX_64 && !in[4].memory.narrow);
    assert_true(in[5].memory.width == PTX_32 && in[5].memory.narrow);
    assert_int_equal(in[6].fence.scope, PTX_SCOPE_CLUSTER);
    assert_int_equal(in[7].op, PTX_OP_UNSUPPORTED);
    assert_string_equal(m->unsupported[in[7].unsupported].text, "red.async.weird [%rd1], 3");
    assert_true(in[8].memory.frame && in[8].memory.offset == 8);
    ptx_module_free(m);
    (void)state;
}

/* Registers have numbers; what begins by % otherwise is a special register, of this ISA or a later one. */
static void test_special_registers_that_are_unknown(void **state)
{
    struct ptx_module *m =
        module_of(ENTRY("mov.u32 %r1, %pm3;\n@%p1 mov.u64 %rd1, %pm0_64;\n"
                        "add.u32 %r2, %r1, %new_thing.x;\nld.global.u32 %r2, [%rd1+4];\n"));
    const struct ptx_instruction *in = entry_of(m)->instructions;
    static const char *const texts[] = {"mov.u32 %r1, %pm3", "mov.u64 %rd1, %pm0_64",
                                        "add.u32 %r2, %r1, %new_thing.x"};
    assert_int_equal(m->unsupported_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(in[i].op, PTX_OP_UNSUPPORTED);
        assert_string_equal(m->unsupported[in[i].unsupported].text, texts[i]);
        assert_string_equal(m->unsupported[in[i].unsupported].why,
                            "a special register that vrrl does not know");
    }
    assert_true(in[1].guard != PTX_NO_OPERAND);
    assert_int_equal(in[3].op, PTX_OP_LD);
    ptx_module_free(m);
    (void)state;
}

static void test_scoped_labels(void **state)
{
    struct ptx_module *m = module_of(
        ENTRY("{\n.reg .pred p;\nL: setp.eq.u32 p, %r1, 0;\n@p bra D;\nbra L;\nD:\n}\n"
              "{\n.reg .pred p;\nL: setp.eq.u32 p, %r1, 1;\n@!p bra D;\nbra L;\nD:\n}\n"));
    const struct ptx_instruction *in = entry_of(m)->instructions;
    assert_int_equal(in[1].branch.target, 3);
    assert_int_equal(in[2].branch.target, 0);
    assert_int_equal(in[4].branch.target, 6);
    assert_true(in[4].unless);
    assert_int_equal(in[5].branch.target, 3);
    ptx_module_free(m);
    (void)state;
}

static void test_calls(void **state)
{
    struct ptx_module *m = module_of(
        HEAD ".func (.param .b32 r) f (.param .b32 x, .param .b64 y)\n{\n.reg .b32 %r<3>;\n"
             "ld.param.u32 %r1, [x];\nst.param.b32 [r], %r1;\nret;\n}\n"
             ".func (.reg .u32 out) g (.reg .u32 in)\n{\nadd.u32 out, in, 1;\nret;\n}\n"
             ".entry k()\n{\n" REGISTERS "{\n.param .b32 p0;\n.param .b64 p1;\n.param .b32 q;\n"
             "st.param.b32 [p0], %r1;\ncall.uni (q), f, (p0, p1);\nld.param.b32 %r2, [q];\n}\n"
             "call (%r3), g, (%r2);\ncall (%r3), g, (5);\nret;\n}\n");
    const struct ptx_function *f = function_of(m, "f");
    assert_int_equal(f->results[0].offset, 0);
    assert_int_equal(f->parameters[0].offset, 4);
    assert_int_equal(f->parameters[1].offset, 8);
    assert_int_equal(m->call_count, 3);
    assert_int_equal(m->calls[0].arguments[0].to, 4);
    assert_int_equal(m->calls[0].arguments[1].bytes, 8);
    assert_int_equal(m->calls[0].results[0].from, 0);
    const struct ptx_function *g = function_of(m, "g");
    assert_int_equal(g->instructions[0].op, PTX_OP_LD);
    assert_int_equal(g->instructions[2].op, PTX_OP_ST);
    assert_int_equal(g->instructions[3].op, PTX_OP_RET);
    ptx_module_free(m);
    (void)state;
}

/* ---- Liveness and rows ------------------------------------------------------------------------- */

static bool is_live(const struct ptx_function *f, uint32_t block, enum ptx_width width,
                    uint16_t row)
{
    uint32_t at =
        row + (width > PTX_32 ? f->rows[PTX_32] : 0) + (width > PTX_64 ? f->rows[PTX_64] : 0);
    return f->live_bits[f->blocks[block].live + at / 32] >> at % 32 & 1;
}

/* What a loop computes only to sleep by, or to compute itself, is dead; what decides or is stored is live. */
static void test_live(void **state)
{
    struct ptx_module *m = module_of(ENTRY(
        "ld.param.u64 %rd1, [a];\nmov.u32 %r1, 8;\nmov.u32 %r2, 0;\nmov.u32 %r3, 0;\n"
        "L: ld.acquire.gpu.global.u32 %r4, [%rd1];\nnanosleep.u32 %r1;\nshl.b32 %r1, %r1, 1;\n"
        "add.u32 %r2, %r2, 1;\nadd.u32 %r3, %r3, 1;\nsetp.eq.u32 %p1, %r4, 0;\n@%p1 bra L;\n"
        "st.global.u32 [%rd1+4], %r3;"));
    const struct ptx_function *f = entry_of(m);
    const struct ptx_instruction *in = f->instructions;
    uint32_t loop = f->block_of[4];
    assert_true(f->blocks[loop].is_loop_head);
    assert_true(is_live(f, loop, PTX_64, in[0].memory.width == PTX_64 ? in[4].source[0] : 0));
    assert_false(is_live(f, loop, PTX_32, in[1].target[0]));
    assert_false(is_live(f, loop, PTX_32, in[2].target[0]));
    assert_true(is_live(f, loop, PTX_32, in[3].target[0]));
    ptx_module_free(m);
    (void)state;
}

/* A guarded instruction keeps what its lanes do not set. */
static void test_guarded_set_keeps(void **state)
{
    struct ptx_module *m =
        module_of(ENTRY("ld.param.u64 %rd1, [a];\nld.param.u32 %r1, [b];\nsetp.eq.u32 %p1, %r1, "
                        "0;\nmov.u32 %r2, 5;\n"
                        "bra L;\nL: @%p1 mov.u32 %r2, 6;\nst.global.u32 [%rd1], %r2;"));
    const struct ptx_function *f = entry_of(m);
    assert_true(is_live(f, f->block_of[5], PTX_32, f->instructions[3].target[0]));
    assert_int_equal(f->instructions[3].target[0], f->instructions[5].target[0]);
    ptx_module_free(m);
    (void)state;
}

/* Registers that are never live together share rows. */
static void test_rows_are_shared(void **state)
{
    char text[8192] = HEAD ".entry k(.param .u64 a)\n{\n.reg .b32 %r<99>;\n.reg .b64 %rd<9>;\n"
                           "ld.param.u64 %rd1, [a];\nmov.u32 %r0, 1;\n";
    for (int i = 1; i < 90; i++)
        sprintf(text + strlen(text), "add.u32 %%r%d, %%r%d, 1;\n", i, i - 1);
    strcat(text, "st.global.u32 [%rd1], %r89;\nret;\n}\n");
    struct ptx_module *m = module_of(text);
    assert_int_equal(entry_of(m)->rows[PTX_32], 2);
    assert_int_equal(entry_of(m)->rows[PTX_64], 1);
    assert_int_equal(entry_of(m)->register_bytes, 16);
    ptx_module_free(m);
    (void)state;
}

/* ---- What is wrong ----------------------------------------------------------------------------- */

static void test_errors(void **state)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"", "k.ptx:1:1: found the end of the file, expected `.version`"},
        {".version x\n", "k.ptx:1:10: found `x`, expected the version of PTX"},
        {ENTRY("add.u32 %r1, %r2, %r9;"), "found `%r9`, expected a declared register or variable"},
        {ENTRY("add.u32 %r1, %r2, %rd1;"), "k.ptx:11:19: found `%rd1` of type .b64 in `add.u32`"},
        {ENTRY("add.f32 %f1, %f2, 1;"), "expected a value of type .f32"},
        {ENTRY("add.s32 %f1, %r2, 1;"), "found `%f1` of type .f32 in `add.s32`"},
        {ENTRY("add.u32 %r1, %r2;"), "found `add.u32` with 2 operands, expected 3"},
        {ENTRY("bra NOWHERE;"), "found `NOWHERE`, expected a label of this function"},
        {ENTRY("L: L: membar.gl;"), "found `L`, which is declared in this scope already"},
        {ENTRY("call foo;"), "found `foo`, expected a function that is declared above"},
        {ENTRY("ld.global.u32 %r1, %rd1;"), "expected an address in brackets"},
        {ENTRY("ld.shared.u32 %r1, [a];"), "expected a variable of the space .shared"},
        {ENTRY("ld.global.v2.u32 %r1, [%rd1];"),
         "expected a vector of as many registers as .v says"},
        {ENTRY("@%r1 bra L;"), "found `%r1`, expected a register of type .pred"},
        {ENTRY("mov.u32 %r1, 0x1FFFFFFFFFFFFFFFF;"), "expected a number of 64 bits"},
        {ENTRY("mov.f32 %f1, 0f12;"), "expected a number of 8 digits"},
        {ENTRY("st.global.u32 [%rd1], 5"), "k.ptx:12:1: found `ret`, expected `;`"},
        {HEAD ".entry k() {\n", "found the end of the file"},
        {HEAD "/* \n", "found a comment without an end"},
        {HEAD ".global .align 3 .b8 x[4];\n", "expected a power of two"},
        {HEAD ".global .u32 x[2] = {1, 2, 3};\n", "expected no more initial values than elements"},
        {HEAD ".global .u32 x = y;\n", "expected a number, a variable or a function"},
        {HEAD "\x01", "found a character (0x01) that PTX does not have"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct ptx_module *m;
        vrrl_error err;
        assert_int_equal(ptx_module_read("k.ptx", wrong[i].text, strlen(wrong[i].text), &m, &err),
                         VRRL_PARSE);
        assert_null(m);
        if (!strstr(err.text, wrong[i].says))
            fail_msg("found: %s\nwanted: %s", err.text, wrong[i].says);
        assert_memory_equal(err.fix, "Fix: ", 5);
    }
    (void)state;
}

/* Each end of a right text is an end that is refused, or none; nothing is read behind it. */
static void test_cut(void **state)
{
    const char *text = ENTRY("L: @!%p1 ld.global.v2.u32 {%r1, %r2}, [%rd1+4]; // x\n"
                             "mov.f32 %f1, 0f3F800000; bra L;\n");
    for (size_t size = 0; size < strlen(text); size++) {
        char *copy = malloc(size ? size : 1);
        struct ptx_module *m;
        vrrl_error err;
        memcpy(copy, text, size);
        if (ptx_module_read("k.ptx", copy, size, &m, &err) == VRRL_OK)
            ptx_module_free(m);
        free(copy);
    }
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus_is_supported),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_accesses),
        cmocka_unit_test(test_special_registers_that_are_unknown),
        cmocka_unit_test(test_scoped_labels),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_live),
        cmocka_unit_test(test_guarded_set_keeps),
        cmocka_unit_test(test_rows_are_shared),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
