#include "log_summary.h"

#include "base/array.h"
#include "base/error.h"
#include "vrrl/log/snapshot.h"

#include <stdlib.h>

enum { EPOCH, TENANT, OPCODE, FIELDS };

/* The values of three fields, one array each, as many as there are records. */
struct values {
    uint32_t *fields[FIELDS];
    size_t count, room;
};

static vrrl_code add_values(struct values *values, const vrrl_raw_record *record, vrrl_error *err)
{
    if (values->count == values->room) {
        size_t room = values->room ? values->room * 2 : 1024;
        for (int i = 0; i < FIELDS; i++) {
            if (!array_resize(&values->fields[i], room, sizeof *values->fields[i]))
                return error_no_memory(err, room * sizeof *values->fields[i]);
        }
        values->room = room;
    }
    values->fields[EPOCH][values->count] = vrrl_raw_epoch(record);
    values->fields[TENANT][values->count] = vrrl_raw_tenant_id(record);
    values->fields[OPCODE][values->count] = vrrl_raw_opcode(record);
    values->count++;
    return VRRL_OK;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int by_frequency(const void *a, const void *b)
{
    const struct value_count *x = a, *y = b;
    if (x->records != y->records)
        return x->records < y->records ? 1 : -1;
    return (x->value > y->value) - (x->value < y->value);
}

/* Counts equal values; sorts `values` to do so. */
static vrrl_code count_values(uint32_t *values, size_t count, struct value_counts *out,
                              vrrl_error *err)
{
    if (count == 0)
        return VRRL_OK;
    qsort(values, count, sizeof *values, by_value);
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++)
        distinct += i == 0 || values[i] != values[i - 1];
    out->entries = calloc(distinct, sizeof *out->entries);
    if (!out->entries)
        return error_no_memory(err, distinct * sizeof *out->entries);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || values[i] != values[i - 1])
            out->entries[out->count++].value = values[i];
        out->entries[out->count - 1].records++;
    }
    qsort(out->entries, out->count, sizeof *out->entries, by_frequency);
    return VRRL_OK;
}

static void add_record(struct log_summary *summary, const vrrl_raw_record *raw)
{
    vrrl_record record;
    vrrl_raw_decode(raw, &record);
    if (summary->live++ == 0) {
        summary->first_timestamp_ns = record.timestamp_ns;
        summary->first_epoch = summary->last_epoch = record.epoch;
    }
    summary->last_timestamp_ns = record.timestamp_ns;
    if (record.epoch < summary->first_epoch)
        summary->first_epoch = record.epoch;
    if (record.epoch > summary->last_epoch)
        summary->last_epoch = record.epoch;
    if (vrrl_record_has_evidence(&record)) {
        summary->with_evidence++;
        summary->by_class[record.failure_class]++;
    }
}

static vrrl_code read_records(vrrl_reader *reader, struct log_summary *summary,
                              struct values *values, vrrl_error *err)
{
    const vrrl_raw_record *record;
    vrrl_code code;
    while (!(code = vrrl_reader_next(reader, &record, err)) && record) {
        add_record(summary, record);
        code = add_values(values, record, err);
        if (code)
            return code;
    }
    summary->replaced = vrrl_reader_replaced(reader);
    return code;
}

static vrrl_code find_in_flight(const char *path, struct log_summary *summary, vrrl_error *err)
{
    vrrl_snapshot *snapshot;
    size_t *positions, count, all;
    uint64_t ends;
    /* A writer that goes round too fast leaves no moment to tell of. */
    if (vrrl_snapshot_take(path, &snapshot, NULL))
        return VRRL_OK;
    const vrrl_raw_record *records = vrrl_snapshot_records(snapshot, &all);
    vrrl_code code = vrrl_snapshot_in_flight(snapshot, &positions, &count, &ends, err);
    if (!code) {
        summary->has_in_flight = true;
        summary->in_flight = count;
        for (size_t i = 0; i < count && i < IN_FLIGHT_NAMED; i++)
            summary->oldest[i] = (struct in_flight){vrrl_snapshot_index(snapshot, positions[i]),
                                                    records[positions[i]]};
        free(positions);
    }
    vrrl_snapshot_free(snapshot);
    return code;
}

vrrl_code log_summarise(const char *path, struct log_summary *summary, vrrl_error *err)
{
    *summary = (struct log_summary){.capacity = 0};
    struct values values = {.count = 0};
    vrrl_reader *reader;
    /* Somebody may be writing it. */
    vrrl_code code = vrrl_reader_open(path, VRRL_READ_LIVE, &reader, err);
    if (code)
        return code;
    summary->capacity = vrrl_reader_capacity(reader);
    summary->cursor = vrrl_reader_cursor(reader);
    code = read_records(reader, summary, &values, err);
    struct value_counts *counts[FIELDS] = {&summary->epochs, &summary->tenants, &summary->opcodes};
    for (int i = 0; i < FIELDS && !code; i++)
        code = count_values(values.fields[i], values.count, counts[i], err);
    for (int i = 0; i < FIELDS; i++)
        free(values.fields[i]);
    vrrl_reader_close(reader);
    if (!code)
        code = find_in_flight(path, summary, err);
    if (code)
        log_summary_free(summary);
    return code;
}

void log_summary_free(struct log_summary *summary)
{
    free(summary->epochs.entries);
    free(summary->tenants.entries);
    free(summary->opcodes.entries);
}
