/* MegaTriton's work queues: an archive is made of the input, whose checksums are right, parsed, checked and lowered.
 * Bytes, in turn: queues, words of the scoreboard's shape, dependencies, entries of each queue; then a byte for each
 * word of the dependencies and of the tasks; and behind that the footprints. */
#include "input.h"

#include "vrrl/analysis/check.h"
#include "vrrl/run/program.h"
#include "vrrl/run/tensor.h"

#include "base/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUES = 4, ENTRIES = 6, DEPS = 16, WORDS = 6, TASKS_MOST = 64 };

struct archive {
    uint8_t *bytes;
    size_t size;
    uint8_t directory[1024];
    size_t directory_size;
    uint32_t members;
};

static uint32_t checksum(const uint8_t *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

static void put(struct archive *a, const void *bytes, size_t size)
{
    memcpy(a->bytes + a->size, bytes, size);
    a->size += size;
}

static void put_words(uint8_t *at, size_t count, const uint32_t *words)
{
    for (size_t i = 0; i < count; i++)
        store_le32(at + 4 * i, words[i]);
}

/* The fields that an entry of the directory and what stands before a member share. */
static void put_head(uint8_t *at, uint32_t crc, size_t size, size_t name_size)
{
    const uint32_t fields[] = {20, 0, 0, crc, (uint32_t)size, (uint32_t)size, (uint32_t)name_size};
    at[0] = (uint8_t)fields[0];
    put_words(at + 10, 3, fields + 3);
    at[22] = (uint8_t)name_size;
}

static void add_member(struct archive *a, const char *name, const char *header, const void *data,
                       size_t size)
{
    char file[32];
    uint8_t local[30] = "PK\3\4", entry[46] = "PK\1\2", npy[10] = "\x93NUMPY\1";
    size_t header_size = strlen(header), name_size, at = a->size, from;
    snprintf(file, sizeof file, "%s.npy", name);
    name_size = strlen(file);
    npy[8] = (uint8_t)header_size;
    put(a, local, sizeof local);
    put(a, file, name_size);
    from = a->size;
    put(a, npy, sizeof npy);
    put(a, header, header_size);
    put(a, data, size);
    uint32_t crc = checksum(a->bytes + from, a->size - from);
    put_head(a->bytes + at + 4, crc, a->size - from, name_size);
    put_head(entry + 6, crc, a->size - from, name_size);
    store_le32(entry + 42, (uint32_t)at);
    memcpy(a->directory + a->directory_size, entry, sizeof entry);
    memcpy(a->directory + a->directory_size + sizeof entry, file, name_size);
    a->directory_size += sizeof entry + name_size;
    a->members++;
}

static void end(struct archive *a)
{
    uint8_t record[22] = "PK\5\6";
    record[8] = record[10] = (uint8_t)a->members;
    store_le32(record + 12, (uint32_t)a->directory_size);
    store_le32(record + 16, (uint32_t)a->size);
    put(a, a->directory, a->directory_size);
    put(a, record, sizeof record);
}

/* ---- Members ---------------------------------------------------------------------------------- */

static const uint8_t *input;
static size_t left;

static uint32_t next_byte(uint32_t below)
{
    if (left == 0)
        return 0;
    left--;
    return *input++ % below;
}

static void add_words(struct archive *a, const char *name, const char *header, uint32_t count,
                      uint32_t below)
{
    uint8_t words[4 * QUEUES * ENTRIES * WORDS];
    for (uint32_t i = 0; i < count; i++)
        store_le32(words + 4 * (size_t)i, next_byte(below));
    add_member(a, name, header, words, 4 * (size_t)count);
}

static void make(struct archive *a)
{
    char header[100];
    uint32_t queues = 1 + next_byte(QUEUES), deps = next_byte(DEPS + 1);
    snprintf(header, sizeof header, "{'descr':'<i4','fortran_order':False,'shape':(3,)}");
    add_words(a, "scoreboard_shape", header, 3, 8);
    snprintf(header, sizeof header, "{'descr':'<i4','fortran_order':False,'shape':(%u,)}", queues);
    add_words(a, "num_tasks", header, queues, ENTRIES + 1);
    snprintf(header, sizeof header, "{'descr':'<i4','fortran_order':False,'shape':(%u,2)}", deps);
    add_words(a, "task_deps", header, 2 * deps, 256);
    snprintf(header, sizeof header, "{'descr':'<u4','fortran_order':False,'shape':(%d,%u,%d)}",
             ENTRIES, queues, WORDS);
    add_words(a, "work_queues", header, ENTRIES * queues * WORDS, 256);
    snprintf(header, sizeof header, "{'descr':'|u1','fortran_order':False,'shape':(%zu,)}", left);
    add_member(a, "footprints", header, input, left);
    end(a);
}

static void use(const vrrl_graph *graph)
{
    vrrl_error err = {.code = VRRL_OK};
    vrrl_check_result *result = NULL;
    vrrl_program *program = NULL;
    vrrl_code code = vrrl_check(graph, NULL, &result, &err);
    check_error(&err, code);
    vrrl_check_result_free(result);
    code = vrrl_graph_lower(graph, NULL, &program, &err);
    check_error(&err, code);
    vrrl_program_free(program);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct archive a = {.bytes = calloc(1, size + 8192)};
    vrrl_graph *graph = NULL;
    vrrl_error err = {.code = VRRL_OK};
    if (!a.bytes)
        return 0;
    input = data;
    left = size;
    make(&a);
    vrrl_code code = vrrl_graph_parse_work_queues(a.bytes, a.size, "fuzz.npz", NULL, &graph, &err);
    check_error(&err, code);
    if (code == VRRL_OK && graph->task_count <= TASKS_MOST && graph->segment_count <= 4096)
        use(graph);
    vrrl_graph_free(code == VRRL_OK ? graph : NULL);
    free(a.bytes);
    return 0;
}
