#include "recording/capacity.h"

#include "base/error.h"
#include "base/least.h"

/* What the records of a run come to. */
struct demand {
    uint64_t run;     /* records */
    uint64_t largest; /* of one epoch */
    uint32_t epoch;   /* the first that makes as many */
};

/* Two records a slot, its fence's included, and one a prologue slot. An attempt that fails makes as many at most, and
 * one more; the last error makes one. */
static struct demand demand_of(const vrrl_program *program, uint32_t retries)
{
    struct demand d = {0};
    for (uint32_t i = 0; i < program->epoch_rows; i++) {
        const vrrl_epoch *row = &program->epochs[i];
        uint64_t records =
            row->prologue_count + 2 * (program->batches[row->batch].count + UINT64_C(1));
        d.run += row->times * records;
        if (records > d.largest) {
            d.largest = records;
            d.epoch = row->first;
        }
    }
    uint64_t attempts = retries > 0 ? retries * (d.largest + 1) + 1 : 0;
    d.run += attempts;
    d.largest += attempts;
    return d;
}

static vrrl_code refuse_epoch(const struct demand *d, uint64_t capacity, vrrl_error *err)
{
    uint64_t takes = 4 * d->largest;
    if (takes > VRRL_LOG_CAPACITY_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: record smaller batches.",
                         "epoch %u makes %llu records, and the run more than the %u that a log "
                         "holds: an epoch of such a run may make a quarter of them",
                         d->epoch, (unsigned long long)d->largest, VRRL_LOG_CAPACITY_MAX);
    error_set(err, VRRL_REFUSED, "",
              "epoch %u makes %llu records; in a log of %llu, which is less than the run makes, an "
              "epoch may make %llu",
              d->epoch, (unsigned long long)d->largest, (unsigned long long)capacity,
              (unsigned long long)intervals_epoch_records(capacity));
    error_fix(err, "Fix: ask for a capacity of at least %llu, or for none.",
              (unsigned long long)least(takes, d->run));
    return VRRL_REFUSED;
}

vrrl_code capacity_choose(const vrrl_program *program, const vrrl_record_options *options,
                          uint64_t *capacity, struct intervals_limits *kept, vrrl_error *err)
{
    struct demand d = demand_of(program, options->retries);
    uint64_t asked = options->capacity_records, run = d.run > 0 ? d.run : 1;
    if (!asked && options->max_bytes) /* the least; capacity_enlarge gives it more */
        asked = least(4 * d.largest, run);
    *capacity = asked ? asked : least(run, VRRL_LOG_CAPACITY_MAX);
    bool whole = *capacity >= d.run;
    bool wanted =
        options->snapshot_epochs || options->snapshot_ms || options->max_bytes || options->keep_all;
    *kept = (struct intervals_limits){.single = whole && !wanted,
                                      .capacity = whole ? UINT64_MAX : *capacity,
                                      .epochs = options->snapshot_epochs,
                                      .nanoseconds = UINT64_C(1000000) * options->snapshot_ms,
                                      .max_bytes = options->max_bytes};
    if (whole)
        return VRRL_OK;
    return d.largest > intervals_epoch_records(*capacity) ? refuse_epoch(&d, *capacity, err)
                                                          : VRRL_OK;
}

/* Half of what is left is the log's and the companion's. */
uint64_t capacity_enlarge(const vrrl_program *program, const vrrl_record_options *options,
                          uint64_t capacity, uint64_t bytes_left, struct intervals_limits *kept)
{
    uint64_t record = VRRL_RECORD_BYTES + companion_entry_bytes(program->geometry.slot_words);
    uint64_t run = demand_of(program, options->retries).run;
    uint64_t enlarged = least(capacity + bytes_left / 2 / record, VRRL_LOG_CAPACITY_MAX);
    if (enlarged >= run)
        enlarged = most(run, capacity);
    kept->capacity = enlarged >= run ? UINT64_MAX : enlarged;
    return enlarged;
}
