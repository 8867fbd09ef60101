/* A host that logs what it publishes, and how it ended; then what it finds in the log, and what could be saved of it
 * if it were damaged. It links vrrl::log alone.
 *
 *     cc log.c $(pkg-config --cflags --libs vrrl-log) -o log && ./log run.vrrl
 */
#include <vrrl/log/clock.h>
#include <vrrl/log/log.h>
#include <vrrl/log/salvage.h>

#include <stdio.h>
#include <string.h>

enum { SLOTS = 3, STATUS_DONE = 3, STATUS_FAULT = 7 };

static int fail(const vrrl_error *err)
{
    fprintf(stderr, "%s: %s\n%s\n", vrrl_code_name(err->code), err->text, err->fix);
    return 2;
}

static vrrl_record published(vrrl_clock *clock, uint32_t slot)
{
    vrrl_record record;
    memset(&record, 0, sizeof record);
    record.timestamp_ns = vrrl_clock_now(clock);
    record.slot_idx = slot;
    record.opcode = 2;
    record.args[0] = 100 + slot;
    record.epoch = 1;
    return record;
}

/* Each slot is logged when it is published, and once more, with evidence, when it has ended. */
static vrrl_code run(vrrl_log *log)
{
    vrrl_clock clock;
    vrrl_clock_start(&clock);
    vrrl_code code = VRRL_OK;
    for (uint32_t slot = 0; code == VRRL_OK && slot < SLOTS; slot++) {
        const vrrl_record record = published(&clock, slot);
        code = vrrl_log_append(log, &record);
    }
    for (uint32_t slot = 0; code == VRRL_OK && slot < SLOTS; slot++) {
        vrrl_record record = published(&clock, slot);
        record.slot_status = slot == 1 ? STATUS_FAULT : STATUS_DONE;
        record.failure_class = slot == 1 ? VRRL_FAILURE_PROGRAM_BUG : VRRL_FAILURE_NONE;
        code = vrrl_log_append(log, &record);
    }
    return code;
}

static vrrl_code print(const char *path, vrrl_error *err)
{
    vrrl_reader *reader;
    const vrrl_raw_record *raw;
    vrrl_code code = vrrl_reader_open(path, 0, &reader, err);
    if (code != VRRL_OK)
        return code;
    while ((code = vrrl_reader_next(reader, &raw, err)) == VRRL_OK && raw) {
        vrrl_record record;
        vrrl_raw_decode(raw, &record);
        if (vrrl_record_has_evidence(&record))
            printf("slot %u ended: status %u, failure %s\n", record.slot_idx, record.slot_status,
                   vrrl_failure_class_name(record.failure_class));
        else
            printf("slot %u published: opcode %u of %u\n", record.slot_idx, record.opcode,
                   record.args[0]);
    }
    vrrl_reader_close(reader);
    return code;
}

/* A copy of all that is valid; here, where nothing is wrong, that is everything. */
static vrrl_code salvage(const char *path, vrrl_error *err)
{
    char copy[4096];
    vrrl_salvage_report report;
    snprintf(copy, sizeof copy, "%s.salvaged", path);
    vrrl_code code = vrrl_log_salvage(path, NULL, copy, &report, err);
    if (code == VRRL_OK)
        printf("salvaged: %u records, %u left out\n", (unsigned)report.kept,
               (unsigned)(report.damaged + report.missing + report.torn));
    remove(copy);
    return code;
}

int main(int count, char **arguments)
{
    const char *path = count > 1 ? arguments[1] : "run.vrrl";
    vrrl_log *log;
    vrrl_error err;
    if (vrrl_log_open(path, 65536, &log, &err) != VRRL_OK)
        return fail(&err);
    const vrrl_code appended = run(log); /* vrrl_log_close says why, where one failed */
    if (vrrl_log_close(log, &err) != VRRL_OK || appended != VRRL_OK)
        return fail(&err);
    if (print(path, &err) != VRRL_OK || salvage(path, &err) != VRRL_OK)
        return fail(&err);
    return 0;
}
