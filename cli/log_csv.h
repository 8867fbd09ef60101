/* A log as CSV, line by line: what `vrrl dump --format csv` prints. */
#ifndef VRRL_CLI_LOG_CSV_H
#define VRRL_CLI_LOG_CSV_H

#include "vrrl/log/log.h"

#include <stdio.h>

#define LOG_CSV_LINE_MAX 512

struct log_csv {
    FILE *file;
    const char *path;
    uint64_t line; /* of the line read last, from 1 */
    size_t size;   /* of its text */
    char text[LOG_CSV_LINE_MAX];
};

/* Opens the file and checks its header line. */
vrrl_code log_csv_open(struct log_csv *csv, const char *path, vrrl_error *err);

/* The next line; *more is false at the end. Errors name file:line:column. */
vrrl_code log_csv_next(struct log_csv *csv, uint64_t *index, vrrl_record *record, bool *more,
                       vrrl_error *err);

/* An error at a column (from 1) of the line read last. */
vrrl_code log_csv_error(const struct log_csv *csv, size_t column, vrrl_error *err, const char *fix,
                        const char *what);

void log_csv_close(struct log_csv *csv);

/* Makes the log `out`, which must not exist, of the CSV file `in`; *count is the number of its
 * lines. `out` appears when it is whole, or not at all. */
vrrl_code log_csv_import(const char *in, const char *out, uint64_t capacity, uint64_t *count,
                         vrrl_error *err);

#endif
