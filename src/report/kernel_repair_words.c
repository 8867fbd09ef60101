#include "report/kernel_repair_words.h"

#include "report/ptx_operations.h"

#include <stdio.h>
#include <string.h>

static const struct ptx_instruction *instruction_of(const struct vrrl_kernel *k,
                                                    const struct ptx_edit *e)
{
    return &k->input.module->functions[e->function].instructions[e->instruction];
}

/* ---- In PTX ---------------------------------------------------------------------------------------- */

static struct ptx_instruction changed(const struct ptx_instruction *in, const struct ptx_edit *e)
{
    struct ptx_instruction new = *in;
    if (in->op == PTX_OP_FENCE) {
        new.fence.order = e->order;
        new.fence.scope = e->scope;
    } else {
        new.memory.order = e->order;
        new.memory.scope = e->scope;
    }
    return new;
}

const char *kernel_edit_ptx(const struct vrrl_kernel *k, const struct ptx_edit *edit,
                            char out[KERNEL_WORDS_BYTES])
{
    const struct ptx_instruction *in = instruction_of(k, edit);
    char old[PTX_OPERATION_TEXT_MAX], new[PTX_OPERATION_TEXT_MAX];
    bool ignored, named = ptx_operation_text(in, old, &ignored);
    switch (edit->kind) {
    case PTX_EDIT_ORDER: {
        const struct ptx_instruction made = changed(in, edit);
        ptx_operation_text(&made, new, &ignored);
        snprintf(out, KERNEL_WORDS_BYTES, "%.150s for %.150s", new, old);
        return out;
    }
    case PTX_EDIT_FENCE:
        snprintf(new, sizeof new, "fence.%s.%s", ptx_order_name((enum ptx_order)edit->order),
                 ptx_scope_name((enum ptx_scope)edit->scope));
        break;
    case PTX_EDIT_BARRIER:
        snprintf(new, sizeof new, "bar.sync 0");
        break;
    default:
        snprintf(new, sizeof new, "bar.warp.sync 0xffffffff");
    }
    snprintf(out, KERNEL_WORDS_BYTES, "%.150s %s %.150s", new, edit->behind ? "behind" : "before",
             named ? old : "it");
    return out;
}

/* ---- In CUDA --------------------------------------------------------------------------------------- */

static const char *scope_in_cuda(uint8_t scope)
{
    return scope == PTX_SCOPE_CTA   ? "cuda::thread_scope_block"
           : scope == PTX_SCOPE_GPU ? "cuda::thread_scope_device"
           : scope == PTX_SCOPE_SYS ? "cuda::thread_scope_system"
                                    : NULL;
}

static const char *fence_in_cuda(uint8_t scope)
{
    return scope == PTX_SCOPE_CTA   ? "__threadfence_block()"
           : scope == PTX_SCOPE_GPU ? "__threadfence()"
           : scope == PTX_SCOPE_SYS ? "__threadfence_system()"
                                    : NULL;
}

static const char *type_in_cuda(uint8_t type)
{
    bool wide = ptx_type_bytes((enum ptx_type)type) == 8;
    if (ptx_type_bytes((enum ptx_type)type) < 4)
        return "T";
    switch (ptx_type_sort((enum ptx_type)type)) {
    case PTX_SIGNED:
        return wide ? "long long" : "int";
    case PTX_FLOATING:
        return type == PTX_F64 ? "double" : type == PTX_F32 ? "float" : "T";
    default:
        return wide ? "unsigned long long" : "unsigned";
    }
}

/* The call of an atomic_ref, up to its order; NULL: it has none that does this. */
static const char *call_in_cuda(const struct ptx_instruction *in)
{
    static const char *const calls[] = {
        [PTX_ATOM_ADD] = "fetch_add(n, ", [PTX_ATOM_MIN] = "fetch_min(n, ",
        [PTX_ATOM_MAX] = "fetch_max(n, ", [PTX_ATOM_AND] = "fetch_and(n, ",
        [PTX_ATOM_OR] = "fetch_or(n, ",   [PTX_ATOM_XOR] = "fetch_xor(n, ",
        [PTX_ATOM_EXCH] = "exchange(n, ", [PTX_ATOM_CAS] = "compare_exchange_strong(old, n, ",
    };
    if (in->op == PTX_OP_LD)
        return "load(";
    if (in->op == PTX_OP_ST)
        return "store(n, ";
    return in->memory.atom < sizeof calls / sizeof *calls ? calls[in->memory.atom] : NULL;
}

static const char *access_in_cuda(const struct ptx_instruction *in, const struct ptx_edit *e,
                                  char out[KERNEL_WORDS_BYTES])
{
    const char *scope = scope_in_cuda(e->scope), *call = call_in_cuda(in);
    if (scope && call)
        snprintf(out, KERNEL_WORDS_BYTES, "cuda::atomic_ref<%s, %s>(x).%scuda::memory_order_%s)",
                 type_in_cuda(in->memory.type), scope, call,
                 ptx_order_name((enum ptx_order)e->order));
    else
        snprintf(out, KERNEL_WORDS_BYTES, "the PTX by asm volatile: the library has no such call");
    return out;
}

static const char *fence_words(const struct ptx_edit *e, char out[KERNEL_WORDS_BYTES])
{
    const char *scope = scope_in_cuda(e->scope), *fence = fence_in_cuda(e->scope);
    if (!scope || !fence)
        snprintf(out, KERNEL_WORDS_BYTES, "the PTX by asm volatile: CUDA has no such scope");
    else if (e->order == PTX_ORDER_SC)
        snprintf(out, KERNEL_WORDS_BYTES, "%s", fence);
    else
        snprintf(out, KERNEL_WORDS_BYTES,
                 "cuda::atomic_thread_fence(cuda::memory_order_%s, %s), or %s, which is stronger",
                 ptx_order_name((enum ptx_order)e->order), scope, fence);
    return out;
}

const char *kernel_edit_cuda(const struct vrrl_kernel *k, const struct ptx_edit *edit,
                             char out[KERNEL_WORDS_BYTES])
{
    const struct ptx_instruction *in = instruction_of(k, edit);
    if (edit->kind == PTX_EDIT_BARRIER)
        return strcpy(out, "__syncthreads()");
    if (edit->kind == PTX_EDIT_WARP_BARRIER)
        return strcpy(out, "__syncwarp()");
    if (edit->kind == PTX_EDIT_FENCE || in->op == PTX_OP_FENCE)
        return fence_words(edit, out);
    return access_in_cuda(in, edit, out);
}

/* ---- What it adds ---------------------------------------------------------------------------------- */

uint32_t kernel_repair_adds(const struct vrrl_kernel *k, const struct kernel_repair *repair)
{
    uint32_t adds = 0;
    for (uint32_t i = 0; i < repair->what.count; i++) {
        const struct ptx_edit *e = &repair->what.edits[i];
        const struct ptx_instruction *in = instruction_of(k, e);
        bool is_fence = in->op == PTX_OP_FENCE;
        uint8_t order = is_fence ? in->fence.order : in->memory.order;
        uint8_t scope = is_fence ? in->fence.scope : in->memory.scope;
        if (e->kind == PTX_EDIT_FENCE)
            adds |= KERNEL_MISSES_FENCE;
        else if (e->kind != PTX_EDIT_ORDER)
            adds |= KERNEL_MISSES_BARRIER;
        else if (order == PTX_ORDER_WEAK)
            adds |= e->order == PTX_ORDER_RELAXED ? KERNEL_MISSES_STRENGTH
                                                  : KERNEL_MISSES_STRENGTH | KERNEL_MISSES_ORDER;
        else
            adds |= (order != e->order ? KERNEL_MISSES_ORDER : 0u) |
                    (scope != PTX_SCOPE_NONE && scope != e->scope ? KERNEL_MISSES_SCOPE : 0u);
    }
    return adds;
}
