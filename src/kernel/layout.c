/* A kernel is laid out: where memory lies, who runs. */
#include "kernel/layout.h"

#include "kernel/contents.h"
#include "kernel/grid.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static void *zeroed(size_t count, size_t size, vrrl_error *err, vrrl_code *code)
{
    void *made = calloc(count ? count : 1, size);
    if (!made)
        *code = error_no_memory(err, (uint64_t)count * size);
    return made;
}

/* ---- Global memory --------------------------------------------------------------------------- */

/* Regions begin at rows of words, as what a host allocates does. */
static uint64_t whole_rows(uint64_t bytes)
{
    return (bytes + 127) & ~UINT64_C(127);
}

/* Buffers first, so that a buffer's number is its region's; then the module's variables. */
static vrrl_code place_regions(struct kernel *k, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    uint32_t most = k->launch->buffer_count + k->module->variable_count + k->launch->launch_count;
    uint64_t at = 0;
    k->regions = zeroed(most, sizeof *k->regions, err, &code);
    for (uint32_t i = 0; code == VRRL_OK && i < k->launch->buffer_count; i++) {
        k->regions[k->region_count++] = (struct region){.at = at,
                                                        .bytes = 4 * k->launch->buffers[i].words,
                                                        .buffer = i,
                                                        .variable = KERNEL_NONE};
        at += whole_rows(4 * (uint64_t)k->launch->buffers[i].words);
    }
    for (uint32_t i = 0; code == VRRL_OK && i < k->module->variable_count; i++) {
        const struct ptx_variable *v = &k->module->variables[i];
        bool constant = v->space == PTX_SPACE_CONST;
        if ((v->space != PTX_SPACE_GLOBAL && !constant) || v->is_extern)
            continue;
        if (v->bytes > 4 * (uint64_t)LAUNCH_WORDS_MAX || at > 8 * (uint64_t)LAUNCH_WORDS_MAX)
            return error_set(err, VRRL_TOO_LARGE, "Fix: make the variables of the module smaller.",
                             "the variable %s has %llu bytes, expected at most %d in all", v->name,
                             (unsigned long long)v->bytes, 4 * LAUNCH_WORDS_MAX);
        k->regions[k->region_count++] = (struct region){.at = at,
                                                        .bytes = (uint32_t)v->bytes,
                                                        .buffer = KERNEL_NONE,
                                                        .variable = i,
                                                        .is_constant = constant};
        at += whole_rows(v->bytes);
    }
    for (uint32_t i = 0; code == VRRL_OK && i < k->launch->launch_count; i++) {
        if (!k->launch->launches[i].cooperative)
            continue;
        k->regions[k->region_count++] = (struct region){.at = at,
                                                        .bytes = 4 * WORKSPACE_WORDS,
                                                        .buffer = KERNEL_NONE,
                                                        .variable = KERNEL_NONE,
                                                        .launch = i};
        at += whole_rows(4 * WORKSPACE_WORDS);
    }
    k->global_bytes = (at + (1u << PAGE_SHIFT) - 1) >> PAGE_SHIFT << PAGE_SHIFT;
    return code;
}

/* ---- Blocks and warps ------------------------------------------------------------------------ */

static struct launch_size position(uint32_t index, struct launch_size of)
{
    return (struct launch_size){index % of.x, index / of.x % of.y, index / of.x / of.y};
}

static uint32_t volume(struct launch_size of)
{
    return of.x * of.y * of.z;
}

static uint32_t warps_of(const struct kernel *k, uint32_t launch)
{
    return (k->grids[launch].threads + WARP_LANES - 1) / WARP_LANES;
}

/* The blocks of a launch, behind those that there are; *cluster is the number of clusters of its group. */
static void place_blocks(struct kernel *k, struct together *t, uint32_t launch, uint32_t *cluster)
{
    const struct launch_grid *l = &k->launch->launches[launch];
    const struct grid *g = &k->grids[launch];
    uint32_t warps = warps_of(k, launch);
    struct launch_size in_cluster = l->cluster;
    struct launch_size clusters = {l->grid.x / in_cluster.x, l->grid.y / in_cluster.y,
                                   l->grid.z / in_cluster.z};
    for (uint32_t i = 0; i < g->blocks; i++) {
        struct launch_size at = position(i, l->grid);
        struct launch_size of = {at.x / in_cluster.x, at.y / in_cluster.y, at.z / in_cluster.z};
        struct launch_size in = {at.x % in_cluster.x, at.y % in_cluster.y, at.z % in_cluster.z};
        k->blocks[t->first_block + t->blocks] = (struct block_place){
            .launch = launch,
            .index = i,
            .at = at,
            .first_warp = t->warps,
            .warps = warps,
            .cluster = *cluster + of.x + clusters.x * (of.y + clusters.y * of.z),
            .rank = in.x + in_cluster.x * (in.y + in_cluster.y * in.z),
            .device = l->device};
        for (uint32_t w = 0; w < warps; w++) {
            uint32_t left = g->threads - w * WARP_LANES;
            k->warps[t->first_warp + t->warps++] =
                (struct warp_place){.block = t->blocks,
                                    .number = w,
                                    .lanes = left >= WARP_LANES ? UINT32_MAX : (1u << left) - 1,
                                    .first_thread = w * WARP_LANES};
        }
        t->blocks++;
    }
    *cluster += volume(clusters);
}

static void place_together(struct kernel *k, uint32_t group)
{
    struct together *t = &k->togethers[group];
    uint32_t clusters = 0;
    *t = (struct together){.first_block = k->block_count, .first_warp = k->warp_count};
    for (uint32_t i = 0; i < k->launch->launch_count; i++)
        if (k->launch->launches[i].group == group)
            place_blocks(k, t, i, &clusters);
    for (uint32_t i = 0; i < k->launch->step_count; i++)
        if (k->launch->steps[i].group == group) {
            t->first_step = t->steps++ ? t->first_step : i;
        }
    k->block_count += t->blocks;
    k->warp_count += t->warps;
    k->most_blocks = t->blocks > k->most_blocks ? t->blocks : k->most_blocks;
    k->most_warps = t->warps > k->most_warps ? t->warps : k->most_warps;
}

static vrrl_code place_all(struct kernel *k, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    uint64_t blocks = 0, warps = 0;
    for (uint32_t i = 0; i < k->launch->launch_count; i++) {
        blocks += k->grids[i].blocks;
        warps += (uint64_t)k->grids[i].blocks * warps_of(k, i);
    }
    k->blocks = zeroed(blocks, sizeof *k->blocks, err, &code);
    if (code == VRRL_OK)
        k->warps = zeroed(warps, sizeof *k->warps, err, &code);
    if (code == VRRL_OK)
        k->togethers = zeroed(k->launch->group_count, sizeof *k->togethers, err, &code);
    for (uint32_t i = 0; code == VRRL_OK && i < k->launch->group_count; i++)
        place_together(k, i);
    return code;
}

/* ---- What a warp and a thread need ------------------------------------------------------------ */

struct needs {
    uint64_t rows[PTX_WIDTHS], frame_bytes, local_bytes;
};

static void widen(struct needs *to, const struct needs *by)
{
    for (int i = 0; i < PTX_WIDTHS; i++)
        to->rows[i] = to->rows[i] > by->rows[i] ? to->rows[i] : by->rows[i];
    to->frame_bytes = to->frame_bytes > by->frame_bytes ? to->frame_bytes : by->frame_bytes;
    to->local_bytes = to->local_bytes > by->local_bytes ? to->local_bytes : by->local_bytes;
}

/* The most that a chain of calls from any entry can need, of at most DEPTH_MAX frames: a sum for each level of the
 * widest function. A module that calls nothing needs one level. */
static struct needs needs_of(const struct kernel *k)
{
    struct needs entry = {.frame_bytes = 0}, other = entry;
    bool calls = false;
    for (uint32_t i = 0; i < k->module->function_count; i++) {
        const struct ptx_function *f = &k->module->functions[i];
        struct needs own = {.rows = {f->rows[0], f->rows[1], f->rows[2]},
                            .frame_bytes = (f->frame_bytes + 15) & ~15u,
                            .local_bytes = (f->local_bytes + 15) & ~15u};
        widen(f->is_entry ? &entry : &other, &own);
        for (uint32_t j = 0; j < f->instruction_count; j++)
            calls = calls || f->instructions[j].op == PTX_OP_CALL ||
                    f->instructions[j].op == PTX_OP_CALL_INDIRECT;
    }
    uint64_t levels = calls ? DEPTH_MAX - 1 : 0;
    for (int i = 0; i < PTX_WIDTHS; i++)
        entry.rows[i] += levels * other.rows[i] + 1;
    entry.frame_bytes += levels * other.frame_bytes;
    entry.local_bytes += levels * other.local_bytes;
    return entry;
}

static vrrl_code place_threads(struct kernel *k, vrrl_error *err)
{
    struct needs needs = needs_of(k);
    uint64_t threads = (uint64_t)k->most_warps * WARP_LANES;
    for (uint32_t i = 0; i < k->launch->launch_count; i++)
        if (k->grids[i].shared_bytes > k->shared_bytes)
            k->shared_bytes = k->grids[i].shared_bytes;
    uint64_t page = (1u << PAGE_SHIFT) - 1;
    uint64_t shared = (k->shared_bytes + page) & ~page, local = (needs.local_bytes + 15) & ~15ull;
    uint64_t rows = needs.rows[PTX_32] * 128 + needs.rows[PTX_64] * 256 + needs.frame_bytes * 32;
    uint64_t bytes = shared * k->most_blocks + local * threads + rows * k->most_warps;
    if (local > LOCAL_BYTES_MAX || bytes > UINT64_C(1) << 30)
        return error_set(err, VRRL_TOO_LARGE, "Fix: launch fewer blocks, or smaller ones.",
                         "the threads of a launch need %llu bytes of registers, shared and local "
                         "memory, expected at most 1073741824",
                         (unsigned long long)bytes);
    k->shared_bytes = (uint32_t)shared;
    k->local_bytes = (uint32_t)local;
    k->rows32 = (uint32_t)needs.rows[PTX_32];
    k->rows64 = (uint32_t)needs.rows[PTX_64];
    k->lanes = (uint32_t)needs.rows[PTX_LANES];
    k->frame_bytes = (uint32_t)needs.frame_bytes;
    k->shared_at = k->global_bytes;
    k->local_at = k->shared_at + shared * k->most_blocks;
    k->bytes = (k->local_at + local * threads + page) & ~page;
    return VRRL_OK;
}

/* ---- Sites and stubs ------------------------------------------------------------------------- */

static vrrl_code number_sites(struct kernel *k, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    uint32_t functions = k->module->function_count;
    k->first_site = zeroed(functions + 1, sizeof *k->first_site, err, &code);
    if (code == VRRL_OK)
        k->stub_of = zeroed(functions, sizeof *k->stub_of, err, &code);
    for (uint32_t i = 0; code == VRRL_OK && i < functions; i++) {
        const struct ptx_function *f = &k->module->functions[i];
        k->first_site[i + 1] = k->first_site[i] + f->instruction_count;
        k->stub_of[i] = KERNEL_NONE;
        for (uint32_t j = 0; j < f->instruction_count; j++)
            k->has_async_copies |= f->instructions[j].op == PTX_OP_CP_ASYNC;
    }
    if (code != VRRL_OK)
        return code;
    k->sites = k->first_site[functions];
    for (uint32_t i = 0; i < k->launch->stub_count; i++) {
        uint32_t function = grid_function(k, k->launch->stubs[i].name);
        if (function == KERNEL_NONE || k->module->functions[function].is_entry)
            return error_set(err, VRRL_NOT_FOUND,
                             "Fix: `vrrl ptx` lists the functions of a module.",
                             "%s:%u: the module has no function %s that a call could reach",
                             k->launch->name, k->launch->stubs[i].line, k->launch->stubs[i].name);
        k->stub_of[function] = i;
    }
    return VRRL_OK;
}

void kernel_site(const struct kernel *kernel, uint32_t site, uint32_t *function,
                 uint32_t *instruction)
{
    uint32_t low = 0, high = kernel->module->function_count;
    while (low + 1 < high) {
        uint32_t middle = low + (high - low) / 2;
        *(kernel->first_site[middle] <= site ? &low : &high) = middle;
    }
    *function = low;
    *instruction = site - kernel->first_site[low];
}

/* ---- All of it ------------------------------------------------------------------------------- */

vrrl_code kernel_open(const struct ptx_module *module, const struct launch *launch,
                      struct kernel **kernel, vrrl_error *err)
{
    struct kernel *k = calloc(1, sizeof *k);
    *kernel = NULL;
    if (!k)
        return error_no_memory(err, sizeof *k);
    k->module = module;
    k->launch = launch;
    vrrl_code code = place_regions(k, err);
    if (code == VRRL_OK)
        code = number_sites(k, err);
    if (code == VRRL_OK)
        code = grids_make(k, err);
    if (code == VRRL_OK)
        code = place_all(k, err);
    if (code == VRRL_OK)
        code = place_threads(k, err);
    if (code == VRRL_OK)
        code = contents_make(k, err);
    if (code == VRRL_OK)
        *kernel = k;
    else
        kernel_close(k);
    return code;
}

void kernel_close(struct kernel *k)
{
    if (!k)
        return;
    grids_free(k);
    free(k->regions);
    free(k->togethers);
    free(k->blocks);
    free(k->warps);
    free(k->initial);
    free(k->initial_known);
    free(k->first_site);
    free(k->stub_of);
    free(k);
}
