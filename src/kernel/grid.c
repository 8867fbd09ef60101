/* Launches held to the module. */
#include "kernel/grid.h"

#include "kernel/contents.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* ---- Shared memory --------------------------------------------------------------------------- */

/* Variables one after the other, as the entry lists them; those whose size a launch gives lie behind them all. */
static uint64_t shared_layout(const struct kernel *k, const struct grid *g, uint32_t wanted,
                              uint32_t *dynamic_at)
{
    const struct ptx_function *f = &k->module->functions[g->function];
    uint64_t at = 0, found = 0;
    uint32_t align = 16;
    for (uint32_t i = 0; i < f->shared_count; i++) {
        const struct ptx_variable *v = &k->module->variables[f->shared[i]];
        uint64_t mask = v->align ? v->align - 1 : 0;
        if (v->is_extern || v->bytes == 0) {
            align = v->align > align ? v->align : align;
            continue;
        }
        at = (at + mask) & ~mask;
        if (f->shared[i] == wanted)
            found = at;
        at += v->bytes;
    }
    uint64_t behind = (at + align - 1) & ~(uint64_t)(align - 1);
    const struct ptx_variable *w = wanted == KERNEL_NONE ? NULL : &k->module->variables[wanted];
    if (w && (w->is_extern || w->bytes == 0))
        found = behind;
    *dynamic_at = (uint32_t)behind;
    return w ? found : at;
}

uint32_t grid_shared_at(const struct kernel *k, const struct grid *g, uint32_t variable)
{
    uint32_t ignored;
    return (uint32_t)shared_layout(k, g, variable, &ignored);
}

/* ---- Parameters ------------------------------------------------------------------------------ */

static void put(uint8_t *bytes, uint64_t value, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i < 8 ? value >> 8 * i : 0);
}

static uint64_t value_bits(const struct launch_value *v, uint32_t bytes)
{
    uint64_t bits;
    if (v->kind == LAUNCH_ADDRESS)
        return region_address(v->buffer) + 4 * (uint64_t)v->word;
    if (v->kind == LAUNCH_INTEGER)
        return (uint64_t)v->number;
    if (bytes != 8)
        return v->single;
    memcpy(&bits, &v->real, sizeof bits);
    return bits;
}

struct values {
    const struct launch *launch;
    const struct launch_grid *from;
    uint32_t at;
};

static const struct launch_value *next_value(struct values *v)
{
    return v->at < v->from->value_count ? &v->launch->values[v->from->first_value + v->at++] : NULL;
}

static vrrl_code wrong_values(const struct values *v, const struct ptx_parameter *p,
                              vrrl_error *err)
{
    return error_set(err, VRRL_INVALID,
                     "Fix: write one value for each parameter, for a struct or an array one for "
                     "each word; an address wants 8 bytes.",
                     "%s:%u: the values end, or do not fit, at parameter %s (%u bytes) of %s",
                     v->launch->name, v->from->line, p->name, p->bytes, v->from->entry);
}

static vrrl_code put_parameter(struct values *v, const struct ptx_parameter *p, uint8_t *bytes,
                               vrrl_error *err)
{
    bool wide = p->is_array || p->bytes > 8;
    uint32_t at = 0;
    do {
        const struct launch_value *value = next_value(v);
        uint32_t size = !wide ? p->bytes : value && value->kind == LAUNCH_ADDRESS ? 8 : 4;
        if (wide && size > p->bytes - at && value && value->kind != LAUNCH_ADDRESS)
            size = p->bytes - at;
        if (!value || size > p->bytes - at || (value->kind == LAUNCH_ADDRESS && size < 8))
            return wrong_values(v, p, err);
        put(bytes + p->offset + at, value_bits(value, size), size);
        at += size;
    } while (at < p->bytes);
    return VRRL_OK;
}

static vrrl_code make_parameters(const struct kernel *k, uint32_t launch, struct grid *g,
                                 vrrl_error *err)
{
    const struct ptx_function *f = &k->module->functions[g->function];
    struct values values = {k->launch, &k->launch->launches[launch], 0};
    g->parameter_bytes = f->parameter_bytes;
    g->parameters = calloc(f->parameter_bytes + 16u, 1);
    if (!g->parameters)
        return error_no_memory(err, f->parameter_bytes);
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < f->parameter_count; i++)
        if (f->parameters[i].bytes > 0)
            code = put_parameter(&values, &f->parameters[i], g->parameters, err);
    if (code == VRRL_OK && next_value(&values))
        return error_set(err, VRRL_INVALID, "Fix: leave the last ones out.",
                         "%s:%u: %u parameters, and %s has %u", k->launch->name, values.from->line,
                         values.from->value_count, f->name, f->parameter_count);
    return code;
}

/* ---- Constants ------------------------------------------------------------------------------- */

static void fill_constant(const struct kernel *k, const struct grid *g, enum ptx_width width,
                          const struct ptx_constant *c, struct constant_rows *rows, uint32_t row)
{
    uint64_t value = c->value + symbol_value(k, g, c->symbol, c->index);
    if (width == PTX_LANES)
        rows->lanes[row] = value ? UINT32_MAX : 0;
    for (uint32_t lane = 0; lane < WARP_LANES; lane++) {
        if (width == PTX_32)
            rows->rows32[row][lane] = (uint32_t)value;
        else if (width == PTX_64)
            rows->rows64[row][lane] = value;
    }
}

static vrrl_code make_constants(const struct kernel *k, struct grid *g, vrrl_error *err)
{
    g->constants = calloc(k->module->function_count + 1u, sizeof *g->constants);
    if (!g->constants)
        return error_no_memory(err, 0);
    for (uint32_t i = 0; i < k->module->function_count; i++) {
        const struct ptx_function *f = &k->module->functions[i];
        struct constant_rows *rows = &g->constants[i];
        rows->rows32 = calloc(f->constant_count[PTX_32] + 1u, sizeof *rows->rows32);
        rows->rows64 = calloc(f->constant_count[PTX_64] + 1u, sizeof *rows->rows64);
        rows->lanes = calloc(f->constant_count[PTX_LANES] + 1u, sizeof *rows->lanes);
        if (!rows->rows32 || !rows->rows64 || !rows->lanes)
            return error_no_memory(err, 0);
        for (int width = 0; width < PTX_WIDTHS; width++)
            for (uint32_t j = 0; j < f->constant_count[width]; j++)
                fill_constant(k, g, (enum ptx_width)width, &f->constants[width][j], rows, j);
    }
    return VRRL_OK;
}

uint32_t grid_function(const struct kernel *k, const char *name)
{
    for (uint32_t i = 0; i < k->module->function_count; i++)
        if (strcmp(k->module->functions[i].name, name) == 0)
            return i;
    return KERNEL_NONE;
}

/* ---- Sizes and room -------------------------------------------------------------------------- */

static uint32_t least(uint64_t a, uint64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

/* How many blocks a device has room for. */
static uint32_t room_for(const struct kernel *k, const struct grid *g)
{
    const struct launch_room *r = &k->launch->room;
    uint32_t threads = (g->threads + WARP_LANES - 1) / WARP_LANES * WARP_LANES;
    uint32_t each = least(r->blocks, r->threads / threads);
    if (g->shared_bytes > 0)
        each = least(each, r->shared_bytes / g->shared_bytes);
    if (r->thread_registers > 0)
        each = least(each, r->registers / ((uint64_t)r->thread_registers * threads));
    return least(UINT32_MAX, (uint64_t)each * r->multiprocessors);
}

static vrrl_code fit(const struct kernel *k, uint32_t launch, const struct grid *g, vrrl_error *err)
{
    const struct launch_grid *l = &k->launch->launches[launch];
    const struct ptx_function *f = &k->module->functions[g->function];
    uint64_t most = f->max_threads[0];
    for (int i = 1; i < 3; i++)
        most *= f->max_threads[i] ? f->max_threads[i] : 1;
    if (most && g->threads > most)
        return error_set(err, VRRL_INVALID, "Fix: use smaller blocks.",
                         "%s:%u: blocks of %u threads, and %s allows %llu (.maxntid)",
                         k->launch->name, l->line, g->threads, f->name, (unsigned long long)most);
    const uint32_t *r = f->required_threads;
    if (r[0] &&
        (r[0] != l->block.x || (r[1] ? r[1] : 1) != l->block.y || (r[2] ? r[2] : 1) != l->block.z))
        return error_set(err, VRRL_INVALID, "Fix: launch blocks of that size.",
                         "%s:%u: %s requires blocks of %u, %u, %u threads (.reqntid)",
                         k->launch->name, l->line, f->name, r[0], r[1] ? r[1] : 1, r[2] ? r[2] : 1);
    if (g->shared_bytes > SHARED_BYTES_MAX || g->room == 0)
        return error_set(err, VRRL_INVALID, "Fix: use smaller blocks, or more room.",
                         "%s:%u: not one block of %s fits on a multiprocessor", k->launch->name,
                         l->line, f->name);
    if (l->cooperative && g->room < g->blocks)
        return error_set(err, VRRL_INVALID,
                         "Fix: launch fewer blocks, or more room (`multiprocessors`).",
                         "%s:%u: a cooperative launch of %u blocks, of which %u fit",
                         k->launch->name, l->line, g->blocks, g->room);
    return VRRL_OK;
}

/* Shared memory that the system has for itself, behind the block's own, and lends to cooperative groups of several
 * warps. It is there for modules that ask where it is. */
enum { RESERVED_BYTES = 1024 };

static bool reads_reserved(const struct ptx_module *module)
{
    for (uint32_t i = 0; i < module->function_count; i++) {
        const struct ptx_function *f = &module->functions[i];
        for (uint32_t j = 0; j < f->instruction_count; j++)
            if (f->instructions[j].op == PTX_OP_SPECIAL &&
                f->instructions[j].special.special >= PTX_SPECIAL_RESERVED_BEGIN &&
                f->instructions[j].special.special <= PTX_SPECIAL_RESERVED_1)
                return true;
    }
    return false;
}

static vrrl_code make_grid(struct kernel *k, uint32_t launch, struct grid *g, vrrl_error *err)
{
    const struct launch_grid *l = &k->launch->launches[launch];
    g->function = grid_function(k, l->entry);
    if (g->function == KERNEL_NONE || !k->module->functions[g->function].is_entry)
        return error_set(err, VRRL_NOT_FOUND, "Fix: `vrrl ptx` lists the entries of a module.",
                         "%s:%u: the module has no entry %s", k->launch->name, l->line, l->entry);
    g->blocks = l->grid.x * l->grid.y * l->grid.z;
    g->threads = l->block.x * l->block.y * l->block.z;
    uint64_t fixed = shared_layout(k, g, KERNEL_NONE, &g->dynamic_at);
    if (fixed > SHARED_BYTES_MAX)
        fixed = SHARED_BYTES_MAX + 1;
    g->shared_bytes = (uint32_t)(l->shared_bytes ? g->dynamic_at + l->shared_bytes : fixed);
    g->room = room_for(k, g);
    if (reads_reserved(k->module)) {
        g->reserved_bytes = RESERVED_BYTES;
        g->shared_bytes = (g->shared_bytes + 15u) / 16 * 16 + RESERVED_BYTES;
    }
    for (uint32_t i = 0; l->cooperative && i < k->region_count; i++)
        if (k->regions[i].buffer == KERNEL_NONE && k->regions[i].variable == KERNEL_NONE &&
            k->regions[i].launch == launch)
            g->workspace = region_address(i);
    vrrl_code code = fit(k, launch, g, err);
    if (code == VRRL_OK)
        code = make_parameters(k, launch, g, err);
    return code == VRRL_OK ? make_constants(k, g, err) : code;
}

vrrl_code grids_make(struct kernel *k, vrrl_error *err)
{
    k->grids = calloc(k->launch->launch_count + 1u, sizeof *k->grids);
    if (!k->grids)
        return error_no_memory(err, 0);
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < k->launch->launch_count; i++)
        code = make_grid(k, i, &k->grids[i], err);
    return code;
}

void grids_free(struct kernel *k)
{
    for (uint32_t i = 0; k->grids && i < k->launch->launch_count; i++) {
        struct grid *g = &k->grids[i];
        for (uint32_t j = 0; g->constants && j < k->module->function_count; j++) {
            free(g->constants[j].rows32);
            free(g->constants[j].rows64);
            free(g->constants[j].lanes);
        }
        free(g->constants);
        free(g->parameters);
    }
    free(k->grids);
}
