/* A merge of k logs: a heap of the next record of each. */
#include "vrrl/log/merge.h"

#include "base/error.h"
#include "vrrl/log/snapshot.h"

#include <stdlib.h>
#include <string.h>

struct source {
    const char *path;
    size_t number; /* as the caller counts them */
    vrrl_snapshot *snapshot;
    const vrrl_raw_record *records;
    uint32_t *order; /* NULL: as they are */
    size_t count, next;
};

struct vrrl_merge {
    struct source *sources; /* in the order of their paths */
    size_t count;
    size_t *heap; /* of sources that have a record; the first is the least */
    size_t heap_count;
};

static const vrrl_raw_record *record_of(const struct source *source)
{
    return &source->records[source->order ? source->order[source->next] : source->next];
}

/* ---- The heap -------------------------------------------------------------------------------- */

static bool is_before(const struct vrrl_merge *merge, size_t a, size_t b)
{
    uint64_t x = vrrl_raw_timestamp_ns(record_of(&merge->sources[a]));
    uint64_t y = vrrl_raw_timestamp_ns(record_of(&merge->sources[b]));
    return x != y ? x < y : a < b;
}

static void sift_down(struct vrrl_merge *merge, size_t at)
{
    size_t *heap = merge->heap;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= merge->heap_count)
            return;
        if (child + 1 < merge->heap_count && is_before(merge, heap[child + 1], heap[child]))
            child++;
        if (!is_before(merge, heap[child], heap[at]))
            return;
        size_t moved = heap[at];
        heap[at] = heap[child];
        heap[child] = moved;
        at = child;
    }
}

bool vrrl_merge_next(vrrl_merge *merge, vrrl_merged *next)
{
    if (merge->heap_count == 0)
        return false;
    struct source *source = &merge->sources[merge->heap[0]];
    size_t position = source->order ? source->order[source->next] : source->next;
    *next = (vrrl_merged){&source->records[position], source->number,
                          vrrl_snapshot_index(source->snapshot, position)};
    if (++source->next == source->count)
        merge->heap[0] = merge->heap[--merge->heap_count];
    sift_down(merge, 0);
    return true;
}

/* ---- Opening --------------------------------------------------------------------------------- */

static int by_time_then_position(const void *a, const void *b, void *context)
{
    const vrrl_raw_record *records = context;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    uint64_t x = vrrl_raw_timestamp_ns(&records[i]), y = vrrl_raw_timestamp_ns(&records[j]);
    return x != y ? (x > y) - (x < y) : (i > j) - (i < j);
}

static vrrl_code open_source(struct source *source, vrrl_error *err)
{
    vrrl_code code = vrrl_snapshot_take(source->path, &source->snapshot, err);
    if (code)
        return code;
    source->records = vrrl_snapshot_records(source->snapshot, &source->count);
    if (vrrl_snapshot_is_ordered(source->snapshot, VRRL_ORDER_TIMESTAMP))
        return VRRL_OK;
    source->order = malloc(source->count * sizeof *source->order);
    if (!source->order)
        return error_no_memory(err, source->count * sizeof *source->order);
    for (size_t i = 0; i < source->count; i++)
        source->order[i] = (uint32_t)i;
    qsort_r(source->order, source->count, sizeof *source->order, by_time_then_position,
            (void *)(uintptr_t)source->records);
    return VRRL_OK;
}

static int by_path(const void *a, const void *b)
{
    const struct source *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

static vrrl_code open_sources(struct vrrl_merge *merge, const char *const *paths, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (size_t i = 0; i < merge->count; i++)
        merge->sources[i] = (struct source){.path = paths[i], .number = i};
    qsort(merge->sources, merge->count, sizeof *merge->sources, by_path);
    for (size_t i = 0; i < merge->count && !code; i++) {
        code = open_source(&merge->sources[i], err);
        if (!code && merge->sources[i].count > 0)
            merge->heap[merge->heap_count++] = i;
    }
    for (size_t i = merge->heap_count; i-- > 0 && !code;)
        sift_down(merge, i);
    return code;
}

vrrl_code vrrl_merge_open(const char *const *paths, size_t count, vrrl_merge **out, vrrl_error *err)
{
    struct vrrl_merge *merge = calloc(1, sizeof *merge);
    *out = NULL;
    if (!merge)
        return error_no_memory(err, sizeof *merge);
    merge->count = count;
    merge->sources = calloc(count ? count : 1, sizeof *merge->sources);
    merge->heap = calloc(count ? count : 1, sizeof *merge->heap);
    vrrl_code code = merge->sources && merge->heap
                         ? open_sources(merge, paths, err)
                         : error_no_memory(err, count * sizeof *merge->sources);
    if (code)
        vrrl_merge_close(merge);
    else
        *out = merge;
    return code;
}

void vrrl_merge_close(vrrl_merge *merge)
{
    if (!merge)
        return;
    for (size_t i = 0; merge->sources && i < merge->count; i++) {
        vrrl_snapshot_free(merge->sources[i].snapshot);
        free(merge->sources[i].order);
    }
    free(merge->sources);
    free(merge->heap);
    free(merge);
}

static const struct source *source_of(const vrrl_merge *merge, size_t number)
{
    size_t i = 0;
    while (merge->sources[i].number != number)
        i++;
    return &merge->sources[i];
}

uint64_t vrrl_merge_records(const vrrl_merge *merge)
{
    uint64_t records = 0;
    for (size_t i = 0; i < merge->count; i++)
        records += merge->sources[i].count;
    return records;
}
bool vrrl_merge_was_ordered(const vrrl_merge *merge, size_t source)
{
    return !source_of(merge, source)->order;
}
uint64_t vrrl_merge_replaced(const vrrl_merge *merge, size_t source)
{
    return vrrl_snapshot_replaced(source_of(merge, source)->snapshot);
}
