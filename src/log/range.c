#include "log/range.h"

#include "base/error.h"
#include "log/reader_state.h"

#include <inttypes.h>

/* What a look at one record reads; where there are places without any, more and more. */
enum { LOOK_RECORDS = 16 };

struct search {
    vrrl_reader *reader;
    uint64_t newest; /* value of the newest record: one above it is a writer's, of the next lap */
};

vrrl_code reader_out_of_order(const vrrl_reader *reader, vrrl_error *err)
{
    bool epoch = reader->field == VRRL_ORDER_EPOCH;
    return error_set(
        err, VRRL_INVALID,
        "Fix: do not say that it is in order; if it is being written, search a snapshot.",
        "%s: record %" PRIu64 " has %s %" PRIu64 ", which is out of order", reader->path,
        vrrl_reader_index(reader), epoch ? "epoch" : "timestamp",
        log_order_value(reader->last, reader->field));
}

/* The first live record of the positions from ... end - 1: *at is where, or `end`. */
static vrrl_code look(const struct search *s, uint64_t from, uint64_t end, uint64_t *at,
                      uint64_t *value, vrrl_error *err)
{
    vrrl_reader *reader = s->reader;
    reader_go(reader, from, end, LOOK_RECORDS);
    vrrl_code code = reader_find_run(reader, err);
    bool found = !code && reader->next < reader->run_end;
    *at = found ? reader->visited - (uint64_t)(reader->end - reader->next) : end;
    *value = found ? log_order_value(reader->next, reader->field) : 0;
    return code;
}

/* The newest record is the last in publish order. Where it is just being written nothing is known. */
static vrrl_code look_at_newest(struct search *s, vrrl_error *err)
{
    uint64_t capacity = s->reader->capacity, at;
    vrrl_code code = look(s, capacity - 1, capacity, &at, &s->newest, err);
    if (at == capacity)
        s->newest = UINT64_MAX;
    return code;
}

/* The first position whose record's field is `value` or more. Each record that is looked at must fit
 * those before. */
static vrrl_code lower_bound(const struct search *s, uint64_t value, uint64_t *bound,
                             vrrl_error *err)
{
    uint64_t first = 0, end = s->reader->capacity, low = 0, high = UINT64_MAX;
    vrrl_code code = VRRL_OK;
    while (first < end && !code) {
        uint64_t middle = first + (end - first) / 2, at, found;
        code = look(s, middle, end, &at, &found, err);
        if (code || at == end) {
            end = middle;
        } else if (found > s->newest) {
            first = at + 1;
        } else if (found < low || found > high) {
            code = reader_out_of_order(s->reader, err);
        } else if (found < value) {
            first = at + 1;
            low = found;
        } else {
            end = middle;
            high = found;
        }
    }
    *bound = first;
    return code;
}

vrrl_code vrrl_reader_range(vrrl_reader *reader, vrrl_order_field field, uint64_t least,
                            uint64_t greatest, vrrl_error *err)
{
    struct search s = {.reader = reader};
    uint64_t first = 0, end = 0;
    vrrl_code code = vrrl_reader_rewind(reader, err);
    reader->field = field;
    if (!code)
        code = look_at_newest(&s, err);
    if (!code)
        code = lower_bound(&s, least, &first, err);
    end = reader->capacity;
    if (!code && greatest < UINT64_MAX)
        code = lower_bound(&s, greatest + 1, &end, err);
    if (code)
        return code;
    reader->replaced = 0;
    reader->in_range = true;
    reader->least = least;
    reader->greatest = greatest;
    reader_go(reader, first, end > first ? end : first, BLOCK_RECORDS);
    return VRRL_OK;
}
