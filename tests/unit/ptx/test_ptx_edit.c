/* Changed modules: where jumps lead, what blocks hold, and that the module that was changed stays as it was. */
#include "ptx/edit.h"
#include "test.h"

static const char *const text = ".version 8.0\n.target sm_90\n.address_size 64\n"
                                ".entry k(.param .u64 p)\n{\n"
                                ".reg .b32 %r<3>;\n.reg .b64 %rd<2>;\n.reg .pred %p<2>;\n"
                                "ld.param.u64 %rd1, [p];\n"
                                "LOOP:\n"
                                "ld.relaxed.gpu.global.u32 %r1, [%rd1];\n"
                                "setp.eq.u32 %p1, %r1, 0;\n"
                                "@%p1 bra LOOP;\n"
                                "st.global.u32 [%rd1], %r1;\n"
                                "ret;\n}\n";

static struct ptx_module *read_text(void)
{
    struct ptx_module *m;
    vrrl_error err = {0};
    if (ptx_module_read("edit.ptx", text, strlen(text), &m, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    return m;
}

static uint32_t find(const struct ptx_function *f, uint16_t op)
{
    for (uint32_t i = 0; i < f->instruction_count; i++)
        if (f->instructions[i].op == op &&
            (op != PTX_OP_LD || f->instructions[i].memory.space == PTX_SPACE_GLOBAL))
            return i;
    fail_msg("no such instruction");
    return 0;
}

/* Blocks follow each other, and hold what is said to be in them. */
static void check_blocks(const struct ptx_function *f)
{
    uint32_t at = 0;
    for (uint32_t b = 0; b < f->block_count; b++) {
        assert_int_equal(f->blocks[b].first, at);
        for (uint32_t i = 0; i < f->blocks[b].count; i++)
            assert_int_equal(f->block_of[at + i], b);
        at += f->blocks[b].count;
    }
    assert_int_equal(at, f->instruction_count);
}

static const struct ptx_function *edit(const struct ptx_module *m, const struct ptx_edit *edits,
                                       uint32_t count, struct ptx_edited *edited)
{
    vrrl_error err = {0};
    assert_int_equal(ptx_edited_make(m, edits, count, edited, &err), VRRL_OK);
    check_blocks(&edited->module.functions[0]);
    return &edited->module.functions[0];
}

/* A jump to an instruction meets what is before it, and not what is behind the one above. */
static void jumps_lead_where_they_did(void **state)
{
    (void)state;
    struct ptx_module *m = read_text();
    struct ptx_edited edited;
    uint32_t ld = find(&m->functions[0], PTX_OP_LD);
    struct ptx_edit fence = {.kind = PTX_EDIT_FENCE,
                             .order = PTX_ORDER_ACQ_REL,
                             .scope = PTX_SCOPE_GPU,
                             .instruction = ld};
    const struct ptx_function *f = edit(m, &fence, 1, &edited);
    assert_int_equal(f->instructions[ld].op, PTX_OP_FENCE);
    assert_int_equal(f->instructions[ld + 1].op, PTX_OP_LD);
    assert_int_equal(f->instructions[find(f, PTX_OP_BRA)].branch.target, ld);
    ptx_edited_free(&edited);

    fence.behind = true;
    f = edit(m, &fence, 1, &edited);
    assert_int_equal(f->instructions[ld + 1].op, PTX_OP_FENCE);
    assert_int_equal(f->instructions[find(f, PTX_OP_BRA)].branch.target, ld);
    ptx_edited_free(&edited);

    fence.instruction = ld - 1;
    f = edit(m, &fence, 1, &edited);
    assert_int_equal(f->instructions[ld].op, PTX_OP_FENCE);
    assert_int_equal(f->instructions[find(f, PTX_OP_BRA)].branch.target, ld + 1);
    ptx_edited_free(&edited);
    ptx_module_free(m);
}

/* Two at once, of one instruction and of two; what is added has the operands that it needs. */
static void two_are_made_at_once(void **state)
{
    (void)state;
    struct ptx_module *m = read_text();
    struct ptx_edited edited;
    uint32_t ld = find(&m->functions[0], PTX_OP_LD), st = find(&m->functions[0], PTX_OP_ST);
    uint32_t count = m->functions[0].instruction_count;
    const struct ptx_edit both[] = {{.kind = PTX_EDIT_BARRIER, .instruction = st},
                                    {.kind = PTX_EDIT_ORDER,
                                     .order = PTX_ORDER_ACQUIRE,
                                     .scope = PTX_SCOPE_SYS,
                                     .instruction = ld}};
    const struct ptx_function *f = edit(m, both, 2, &edited);
    assert_int_equal(f->instruction_count, count + 1);
    assert_int_equal(f->instructions[ld].memory.order, PTX_ORDER_ACQUIRE);
    assert_int_equal(f->instructions[ld].memory.scope, PTX_SCOPE_SYS);
    const struct ptx_instruction *bar = &f->instructions[st];
    assert_int_equal(bar->op, PTX_OP_BAR);
    assert_int_equal(f->constants[PTX_32][bar->source[0] & ~PTX_CONSTANT].value, 0);
    ptx_edited_free(&edited);

    const struct ptx_edit around[] = {
        {.kind = PTX_EDIT_WARP_BARRIER, .instruction = st},
        {.kind = PTX_EDIT_WARP_BARRIER, .behind = true, .instruction = st}};
    f = edit(m, around, 2, &edited);
    assert_int_equal(f->instructions[st].op, PTX_OP_BAR_WARP);
    assert_int_equal(f->instructions[st + 1].op, PTX_OP_ST);
    assert_int_equal(f->instructions[st + 2].op, PTX_OP_BAR_WARP);
    assert_int_equal(f->constants[PTX_32][f->instructions[st].source[0] & ~PTX_CONSTANT].value,
                     UINT32_MAX);
    ptx_edited_free(&edited);

    assert_int_equal(m->functions[0].instruction_count, count);
    assert_int_equal(m->functions[0].instructions[ld].memory.order, PTX_ORDER_RELAXED);
    ptx_module_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jumps_lead_where_they_did),
        cmocka_unit_test(two_are_made_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
