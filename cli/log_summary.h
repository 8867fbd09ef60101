/* What a log holds, counted. */
#ifndef VRRL_CLI_LOG_SUMMARY_H
#define VRRL_CLI_LOG_SUMMARY_H

#include "vrrl/log/log.h"

#define FAILURE_CLASSES 5

/* How often a value occurs. */
struct value_count {
    uint32_t value;
    uint64_t records;
};

/* The distinct values of one field, the most frequent first. */
struct value_counts {
    struct value_count *entries;
    size_t count;
};

/* How many of the publishes that were under way are named. */
enum { IN_FLIGHT_NAMED = 8 };

struct in_flight {
    uint64_t index; /* in the file */
    vrrl_raw_record record;
};

struct log_summary {
    uint64_t capacity, cursor, live, replaced;
    uint64_t first_timestamp_ns, last_timestamp_ns; /* of the oldest and the newest record */
    uint32_t first_epoch, last_epoch;               /* least and greatest */
    uint64_t with_evidence;
    uint64_t by_class[FAILURE_CLASSES]; /* of those with evidence */
    struct value_counts epochs, tenants, opcodes;
    /* Publishes that nothing shows to have ended, and the oldest of them; where a writer leaves time to see. */
    bool has_in_flight;
    uint64_t in_flight;
    struct in_flight oldest[IN_FLIGHT_NAMED];
};

vrrl_code log_summarise(const char *path, struct log_summary *summary, vrrl_error *err);
void log_summary_free(struct log_summary *summary);

#endif
