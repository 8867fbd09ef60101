/* Global memory before a run: the buffers' values, the variables' initial bytes. */
#include "kernel/contents.h"

#include "kernel/grid.h"

#include "base/error.h"
#include "base/open_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint64_t region_address(uint32_t region)
{
    return (uint64_t)(WINDOW_GLOBAL + region) << 32;
}

/* The region of a variable of global or constant memory; KERNEL_NONE. */
static uint32_t region_of_variable(const struct kernel *k, uint32_t variable)
{
    for (uint32_t i = k->launch->buffer_count; i < k->region_count; i++)
        if (k->regions[i].variable == variable)
            return i;
    return KERNEL_NONE;
}

uint64_t symbol_value(const struct kernel *k, const struct grid *g, uint8_t symbol, uint32_t index)
{
    if (symbol == PTX_SYMBOL_NONE)
        return 0;
    if (symbol == PTX_SYMBOL_FUNCTION)
        return (uint64_t)WINDOW_FUNCTION << 32 | index;
    if (k->module->variables[index].space == PTX_SPACE_SHARED) {
        uint64_t at = g ? grid_shared_at(k, g, index) : 0;
        return symbol == PTX_SYMBOL_GENERIC ? (uint64_t)WINDOW_SHARED << 32 | at : at;
    }
    uint32_t region = region_of_variable(k, index);
    return region == KERNEL_NONE ? 0 : region_address(region);
}

/* ---- Buffers --------------------------------------------------------------------------------- */

static void put_word(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

static void fill_values(const struct kernel *k, const struct launch_buffer *b, uint8_t *bytes)
{
    for (uint32_t i = 0, word = 0; i < b->value_count; i++) {
        const struct launch_value *v = &k->launch->values[b->first_value + i];
        if (v->kind == LAUNCH_ADDRESS) {
            uint64_t address = region_address(v->buffer) + 4 * (uint64_t)v->word;
            put_word(bytes + 4 * (size_t)word++, (uint32_t)address);
            put_word(bytes + 4 * (size_t)word++, (uint32_t)(address >> 32));
        } else {
            put_word(bytes + 4 * (size_t)word++,
                     v->kind == LAUNCH_REAL ? v->single : (uint32_t)v->number);
        }
    }
    for (uint32_t i = 1; b->repeats && i < b->words; i++)
        memcpy(bytes + 4 * (size_t)i, bytes, 4);
    for (uint32_t i = 0; b->counts && i < b->words; i++)
        put_word(bytes + 4 * (size_t)i, i);
}

/* A path that is not absolute is relative to the launch file. */
static vrrl_code fill_from_file(const struct kernel *k, const struct launch_buffer *b,
                                uint8_t *bytes, vrrl_error *err)
{
    char path[4096];
    const char *slash = strrchr(k->launch->name, '/');
    int folder = slash && b->path[0] != '/' ? (int)(slash - k->launch->name) + 1 : 0;
    int fd = -1;
    if (snprintf(path, sizeof path, "%.*s%s", folder, k->launch->name, b->path) >= (int)sizeof path)
        return error_set(err, VRRL_INVALID, "Fix: shorten the path.", "a path of over 4095 bytes");
    vrrl_code code = open_for_reading(path, &fd, err);
    for (size_t done = 0; code == VRRL_OK && done < 4 * (size_t)b->words;) {
        ssize_t got = read(fd, bytes + done, 4 * (size_t)b->words - done);
        if (got < 0 && errno != EINTR)
            code = error_errno(err, "read", path, NULL);
        else if (got == 0)
            code = error_set(err, VRRL_INVALID, "Fix: make the buffer smaller.",
                             "%s has %zu bytes, and buffer %s %llu", path, done, b->name,
                             4 * (unsigned long long)b->words);
        done += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        close(fd);
    return code;
}

/* ---- Variables ------------------------------------------------------------------------------- */

static void fill_variable(const struct kernel *k, const struct ptx_variable *v, uint8_t *bytes)
{
    uint64_t given = v->initial_bytes < v->bytes ? v->initial_bytes : v->bytes;
    if (v->initial)
        memcpy(bytes, v->initial, given);
    for (uint32_t i = 0; i < v->relocation_count; i++) {
        const struct ptx_relocation *r = &v->relocations[i];
        uint64_t value = r->value + symbol_value(k, NULL, r->symbol, r->index);
        for (uint32_t j = 0; j < r->bytes && r->at + (uint64_t)j < v->bytes; j++)
            bytes[r->at + j] = (uint8_t)(r->shift + 8 * j < 64 ? value >> (r->shift + 8 * j) : 0);
    }
}

vrrl_code contents_make(struct kernel *k, vrrl_error *err)
{
    k->initial = calloc(k->global_bytes + 1, 1);
    k->initial_known = calloc(k->global_bytes / 4 + 1, 1);
    if (!k->initial || !k->initial_known)
        return error_no_memory(err, k->global_bytes);
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < k->region_count; i++) {
        const struct region *r = &k->regions[i];
        const struct launch_buffer *b =
            r->buffer == KERNEL_NONE ? NULL : &k->launch->buffers[r->buffer];
        memset(k->initial_known + r->at / 4, b && b->uninitialised ? 0 : 0xF,
               ((size_t)r->bytes + 3) / 4);
        if (!b && r->variable == KERNEL_NONE)
            put_word(k->initial + r->at, r->bytes);
        else if (!b)
            fill_variable(k, &k->module->variables[r->variable], k->initial + r->at);
        else if (b->path)
            code = fill_from_file(k, b, k->initial + r->at, err);
        else
            fill_values(k, b, k->initial + r->at);
    }
    return code;
}
