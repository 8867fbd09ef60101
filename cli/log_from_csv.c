/* A log from CSV: records to their places, the cursor after the last. */
#include "log_csv.h"

/* Publish order of places: upwards, and once around the end of the ring to below the first. */
struct order {
    uint64_t first, last, greatest;
    bool any, stepped_down;
};

static vrrl_code check_order(const struct log_csv *csv, struct order *order, uint64_t index,
                             uint64_t capacity, vrrl_error *err)
{
    if (!order->any)
        *order = (struct order){.first = index, .any = true};
    else if (index <= order->last && order->stepped_down)
        return log_csv_error(csv, 1, err, "Fix: put the lines in publish order, oldest first.",
                             "the index does not increase");
    else if (index <= order->last)
        order->stepped_down = true;
    if (order->stepped_down && (index >= order->first || order->greatest >= capacity))
        return log_csv_error(csv, 1, err,
                             "Fix: put the lines in publish order, oldest first, and give a "
                             "capacity above every index.",
                             "the index steps down, but not around the end of the log");
    order->last = index;
    order->greatest = index > order->greatest ? index : order->greatest;
    return VRRL_OK;
}

static vrrl_code append_at(vrrl_log *log, uint64_t index, const vrrl_record *record,
                           vrrl_error *err)
{
    uint64_t place = index % vrrl_log_capacity(log);
    vrrl_code code = VRRL_OK;
    if (place != vrrl_log_cursor(log))
        code = vrrl_log_seek(log, place, err);
    /* A failed append has its reason in the sync's error. */
    if (!code && vrrl_log_append(log, record))
        code = vrrl_log_sync(log, err);
    return code;
}

static vrrl_code fill(vrrl_log *log, struct log_csv *csv, uint64_t *count, vrrl_error *err)
{
    struct order order = {.any = false};
    for (*count = 0;; ++*count) {
        uint64_t index;
        vrrl_record record;
        bool more;
        vrrl_code code = log_csv_next(csv, &index, &record, &more, err);
        if (code || !more)
            return code;
        code = check_order(csv, &order, index, vrrl_log_capacity(log), err);
        if (!code)
            code = append_at(log, index, &record, err);
        if (code)
            return code;
    }
}

vrrl_code log_csv_import(const char *in, const char *out, uint64_t capacity, uint64_t *count,
                         vrrl_error *err)
{
    struct log_csv csv;
    vrrl_log *log;
    vrrl_code code = log_csv_open(&csv, in, err);
    if (code)
        return code;
    code = vrrl_log_create(out, capacity, &log, err);
    if (!code) {
        code = fill(log, &csv, count, err);
        if (!code)
            code = vrrl_log_publish(log, err);
        vrrl_log_close(log, NULL); /* of a log without a name this leaves nothing */
    }
    log_csv_close(&csv);
    return code;
}
