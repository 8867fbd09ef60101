#include "report/kernel_words.h"

#include "base/printable.h"
#include "report/ptx_operations.h"

#include <stdio.h>
#include <string.h>

static const char *printable(char *out)
{
    make_printable(out, strlen(out), false);
    return out;
}

/* Behind a place the lines into which it was inlined, the nearest first. */
static void add_inlined(const struct ptx_module *m, const struct ptx_place *p,
                        char out[KERNEL_WORDS_BYTES])
{
    for (int shown = 0; shown < 3 && p->inlined_at < m->place_count; shown++) {
        size_t used = strlen(out);
        p = &m->places[p->inlined_at];
        snprintf(out + used, KERNEL_WORDS_BYTES - used, "%s%u", shown ? ", " : " (inlined at ",
                 p->line);
    }
    size_t used = strlen(out);
    snprintf(out + used, KERNEL_WORDS_BYTES - used, ")");
}

const char *kernel_place_words(const struct vrrl_kernel *k, const struct kernel_side *side,
                               char out[KERNEL_WORDS_BYTES])
{
    const struct ptx_module *m = k->input.module;
    if (side->host) {
        snprintf(out, KERNEL_WORDS_BYTES, "%.300s:%u", k->input.launch->name, side->place);
        return printable(out);
    }
    const struct ptx_place *p = side->place < m->place_count ? &m->places[side->place] : NULL;
    if (!p)
        snprintf(out, KERNEL_WORDS_BYTES, "%.300s", m->name);
    else if (p->file < m->file_count && p->line > 0)
        snprintf(out, KERNEL_WORDS_BYTES, "%.200s:%u", m->files[p->file].name, p->line);
    else
        snprintf(out, KERNEL_WORDS_BYTES, "%.300s:%u", m->name, p->ptx_line);
    if (p && p->file < m->file_count && p->inlined_at != PTX_NONE)
        add_inlined(m, p, out);
    return printable(out);
}

const char *kernel_thread_words(const struct vrrl_kernel *k, const struct kernel_side *side,
                                char out[KERNEL_WORDS_BYTES])
{
    if (side->host)
        return strcpy(out, "the host");
    char lane[24] = "";
    if (side->lane != KERNEL_NONE)
        snprintf(lane, sizeof lane, ", lane %u", side->lane);
    snprintf(out, KERNEL_WORDS_BYTES, "block %u, warp %u%s of %.200s", side->block, side->warp,
             lane, k->input.launch->launches[side->launch].entry);
    return printable(out);
}

static const char *verb(const struct kernel_side *side, uint16_t op)
{
    switch (op) {
    case PTX_OP_LD:
        return "ld";
    case PTX_OP_ST:
        return "st";
    case PTX_OP_ATOM:
        return "atom";
    case PTX_OP_RED:
        return "red";
    case PTX_OP_CP_ASYNC:
        return side->writes ? "the store of cp.async" : "the load of cp.async";
    case PTX_OP_CALL:
    case PTX_OP_CALL_INDIRECT:
        return side->writes ? "a store of the stub" : "a load of the stub";
    default:
        return "it";
    }
}

const char *kernel_access_words(const struct vrrl_kernel *k, const struct kernel_side *side,
                                char out[KERNEL_WORDS_BYTES])
{
    if (side->host)
        return strcpy(out, !side->writes                      ? "wait"
                           : side->order == PTX_ORDER_RELEASE ? "release"
                                                              : "store");
    const struct ptx_function *f = &k->input.module->functions[side->function];
    const struct ptx_instruction *in = &f->instructions[side->instruction];
    bool is_object = in->op == PTX_OP_MBARRIER;
    bool accesses = in->op == PTX_OP_LD || in->op == PTX_OP_ST || in->op == PTX_OP_ATOM ||
                    in->op == PTX_OP_RED || is_object;
    if (!accesses)
        return strcpy(out, verb(side, in->op));
    if (is_object) {
        ptx_mbarrier_text(&in->memory, out);
        return out;
    }
    const char *scope = ptx_scope_name((enum ptx_scope)side->scope);
    snprintf(out, KERNEL_WORDS_BYTES, "%s.%s%s%s", verb(side, in->op),
             ptx_order_name((enum ptx_order)side->order), *scope ? "." : "", scope);
    return out;
}

const char *kernel_where_words(const struct vrrl_kernel *k, const struct kernel_where *where,
                               char out[KERNEL_WORDS_BYTES])
{
    const struct ptx_module *m = k->input.module;
    if (where->of_grid)
        snprintf(out, KERNEL_WORDS_BYTES, "the word of grid.sync()");
    else if (where->buffer != KERNEL_NONE && where->byte % 4 == 0)
        snprintf(out, KERNEL_WORDS_BYTES, "%s[%llu]", k->input.launch->buffers[where->buffer].name,
                 (unsigned long long)where->byte / 4);
    else if (where->buffer != KERNEL_NONE)
        snprintf(out, KERNEL_WORDS_BYTES, "byte %llu of %s", (unsigned long long)where->byte,
                 k->input.launch->buffers[where->buffer].name);
    else if (where->variable != KERNEL_NONE)
        snprintf(out, KERNEL_WORDS_BYTES, "byte %llu of %.250s", (unsigned long long)where->byte,
                 m->variables[where->variable].name);
    else if (where->space == PTX_SPACE_SHARED)
        snprintf(out, KERNEL_WORDS_BYTES, "byte %llu of shared memory of block %u",
                 (unsigned long long)where->byte, where->block);
    else if (where->space == PTX_SPACE_LOCAL)
        snprintf(out, KERNEL_WORDS_BYTES, "byte %llu of local memory",
                 (unsigned long long)where->byte);
    else
        snprintf(out, KERNEL_WORDS_BYTES, "address 0x%llx", (unsigned long long)where->address);
    return printable(out);
}

bool kernel_has_where(const struct kernel_finding *f)
{
    return f->kind != KERNEL_FINDS_TRAP && f->kind != KERNEL_FINDS_ASSERT &&
           f->kind != KERNEL_FINDS_LIVELOCK && f->kind != KERNEL_FINDS_BARRIER &&
           f->kind != KERNEL_FINDS_UNSUPPORTED &&
           (f->kind != KERNEL_FINDS_DEADLOCK ||
            (f->wait_count && f->waits[0].kind == KERNEL_WAITS_WORD));
}
