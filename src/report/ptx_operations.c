#include "report/ptx_operations.h"

#include "base/array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *dotted(const char *word, char out[24])
{
    snprintf(out, 24, "%s%s", word[0] ? "." : "", word);
    return out;
}

static void access_text(const struct ptx_instruction *in, char out[PTX_OPERATION_TEXT_MAX])
{
    const struct ptx_memory *m = &in->memory;
    const char *name = in->op == PTX_OP_LD     ? "ld"
                       : in->op == PTX_OP_ST   ? "st"
                       : in->op == PTX_OP_ATOM ? "atom"
                                               : "red";
    bool weak = m->order == PTX_ORDER_WEAK, is_volatile = m->order == PTX_ORDER_VOLATILE;
    char order[24], scope[24], space[24], atom[24];
    snprintf(out, PTX_OPERATION_TEXT_MAX, "%s%s%s%s%s%s.%s", name,
             dotted(weak ? "" : ptx_order_name((enum ptx_order)m->order), order),
             dotted(weak || is_volatile ? "" : ptx_scope_name((enum ptx_scope)m->scope), scope),
             dotted(ptx_space_name((enum ptx_space)m->space), space),
             dotted(ptx_atom_name((enum ptx_atom)m->atom), atom),
             m->count == 2   ? ".v2"
             : m->count == 4 ? ".v4"
             : m->count == 8 ? ".v8"
                             : "",
             ptx_type_name((enum ptx_type)m->type));
}

void ptx_mbarrier_text(const struct ptx_memory *m, char out[PTX_OPERATION_TEXT_MAX])
{
    bool copies = m->atom == PTX_MBARRIER_COPIES || m->atom == PTX_MBARRIER_COPIES_COUNTED;
    bool weak = m->order == PTX_ORDER_WEAK;
    char order[24], scope[24];
    snprintf(out, PTX_OPERATION_TEXT_MAX, "%s%s%s%s", copies ? "" : "mbarrier.",
             ptx_mbarrier_name((enum ptx_mbarrier)m->atom),
             dotted(weak ? "" : ptx_order_name((enum ptx_order)m->order), order),
             dotted(weak ? "" : ptx_scope_name((enum ptx_scope)m->scope), scope));
}

static void fence_text(const struct ptx_fence *fence, char out[PTX_OPERATION_TEXT_MAX])
{
    if (fence->proxy != PTX_PROXY_NONE)
        snprintf(out, PTX_OPERATION_TEXT_MAX, "fence.proxy.%s",
                 fence->proxy == PTX_PROXY_ALIAS ? "alias" : "async");
    else
        snprintf(out, PTX_OPERATION_TEXT_MAX, "%s.%s.%s", "fence",
                 ptx_order_name((enum ptx_order)fence->order),
                 ptx_scope_name((enum ptx_scope)fence->scope));
}

static void barrier_text(const struct ptx_instruction *in, char out[PTX_OPERATION_TEXT_MAX])
{
    static const char *const kinds[] = {
        [PTX_BARRIER_SYNC] = "sync",   [PTX_BARRIER_ARRIVE] = "arrive",
        [PTX_BARRIER_WAIT] = "wait",   [PTX_BARRIER_POPC] = "red.popc",
        [PTX_BARRIER_AND] = "red.and", [PTX_BARRIER_OR] = "red.or",
    };
    bool cluster = in->op == PTX_OP_BARRIER_CLUSTER;
    snprintf(out, PTX_OPERATION_TEXT_MAX, "barrier%s.%s%s%s", cluster ? ".cluster" : "",
             kinds[in->barrier.kind],
             cluster && in->barrier.order == PTX_ORDER_RELAXED ? ".relaxed" : "",
             in->barrier.aligned ? ".aligned" : "");
}

bool ptx_operation_text(const struct ptx_instruction *in, char out[PTX_OPERATION_TEXT_MAX],
                        bool *is_weak)
{
    *is_weak = false;
    switch (in->op) {
    case PTX_OP_LD:
    case PTX_OP_ST:
    case PTX_OP_ATOM:
    case PTX_OP_RED:
        if (in->memory.space == PTX_SPACE_PARAM || in->memory.space == PTX_SPACE_LOCAL)
            return false;
        *is_weak = in->memory.order == PTX_ORDER_WEAK;
        access_text(in, out);
        return true;
    case PTX_OP_MBARRIER:
        ptx_mbarrier_text(&in->memory, out);
        return true;
    case PTX_OP_FENCE:
        fence_text(&in->fence, out);
        return true;
    case PTX_OP_BAR:
    case PTX_OP_BARRIER_CLUSTER:
        barrier_text(in, out);
        return true;
    case PTX_OP_BAR_WARP:
        snprintf(out, PTX_OPERATION_TEXT_MAX, "bar.warp.sync");
        return true;
    case PTX_OP_CP_ASYNC:
        *is_weak = true;
        snprintf(out, PTX_OPERATION_TEXT_MAX, "cp.async.shared.global");
        return true;
    case PTX_OP_CP_ASYNC_WAIT:
    case PTX_OP_CP_ASYNC_WAIT_ALL:
        snprintf(out, PTX_OPERATION_TEXT_MAX, "cp.async.wait");
        return true;
    default:
        return false;
    }
}

static struct ptx_operation *item_of(struct ptx_operations *o, const char *text)
{
    for (uint32_t i = 0; i < o->count; i++)
        if (strcmp(o->items[i].text, text) == 0)
            return &o->items[i];
    if (array_room(o->items, o->count, o->room, 1, NULL) != VRRL_OK)
        return NULL;
    struct ptx_operation *item = &o->items[o->count++];
    *item = (struct ptx_operation){.places = NULL};
    snprintf(item->text, sizeof item->text, "%s", text);
    return item;
}

vrrl_code ptx_operations_find(struct ptx_operations *o, const struct ptx_module *module)
{
    *o = (struct ptx_operations){.items = NULL};
    for (uint32_t f = 0; f < module->function_count; f++) {
        const struct ptx_function *function = &module->functions[f];
        for (uint32_t i = 0; i < function->instruction_count; i++) {
            char text[PTX_OPERATION_TEXT_MAX];
            bool is_weak;
            if (!ptx_operation_text(&function->instructions[i], text, &is_weak))
                continue;
            struct ptx_operation *item = item_of(o, text);
            if (!item || array_room(item->places, item->count, item->room, 1, NULL) != VRRL_OK)
                return VRRL_NO_MEMORY;
            item->is_weak = is_weak;
            item->places[item->count++] = function->places[i];
        }
    }
    return VRRL_OK;
}

void ptx_operations_free(struct ptx_operations *o)
{
    for (uint32_t i = 0; i < o->count; i++)
        free(o->items[i].places);
    free(o->items);
}

const struct ptx_place *ptx_place_outermost(const struct ptx_module *module, uint32_t place)
{
    const struct ptx_place *it = &module->places[place];
    while (it->inlined_at != PTX_NONE)
        it = &module->places[it->inlined_at];
    return it->file == PTX_NONE || it->line == 0 ? NULL : it;
}
