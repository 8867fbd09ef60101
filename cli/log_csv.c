#include "log_csv.h"

#include "base/error.h"
#include "base/parse_number.h"
#include "base/printable.h"
#include "base/text_mark.h"
#include "log_options.h"

#include <inttypes.h>
#include <string.h>

enum { COLUMNS = 14, EVIDENCE = 10 };

/* The columns in order, and the greatest number in each. */
static const struct {
    const char *name;
    uint64_t max;
} columns[COLUMNS] = {
    {"index", UINT64_MAX},
    {"timestamp_ns", UINT64_MAX},
    {"slot_idx", UINT32_MAX},
    {"tenant_id", UINT32_MAX},
    {"opcode", UINT32_MAX},
    {"arg0", UINT32_MAX},
    {"arg1", UINT32_MAX},
    {"arg2", UINT32_MAX},
    {"arg3", UINT32_MAX},
    {"epoch", UINT32_MAX},
    {"slot_status", UINT32_MAX},
    {"failure_class", VRRL_FAILURE_UNCLASSIFIED},
    {"backend_error_code", UINT32_MAX},
    {"output_digest", UINT64_MAX},
};

vrrl_code log_csv_error(const struct log_csv *csv, size_t column, vrrl_error *err, const char *fix,
                        const char *what)
{
    return error_set(err, VRRL_PARSE, fix, "%s:%" PRIu64 ":%zu: %s", csv->path, csv->line, column,
                     what);
}

/* One line without its end; "\r\n" is an end, too. */
static vrrl_code read_line(struct log_csv *csv, bool *more, vrrl_error *err)
{
    int c;
    csv->size = 0;
    csv->line++;
    while ((c = getc_unlocked(csv->file)) != EOF && c != '\n') {
        if (csv->size == LOG_CSV_LINE_MAX)
            return log_csv_error(csv, csv->size + 1, err,
                                 "Fix: give 14 numbers a line, as `vrrl dump --format csv` does.",
                                 "the line is too long");
        csv->text[csv->size++] = (char)c;
    }
    if (ferror(csv->file))
        return error_errno(err, "read", csv->path, NULL);
    *more = c != EOF || csv->size > 0;
    if (c == '\n' && csv->size > 0 && csv->text[csv->size - 1] == '\r')
        csv->size--;
    return VRRL_OK;
}

vrrl_code log_csv_open(struct log_csv *csv, const char *path, vrrl_error *err)
{
    *csv = (struct log_csv){.path = path, .file = fopen(path, "re")};
    if (!csv->file)
        return error_errno(err, "open", path, NULL);
    bool more;
    vrrl_code code = read_line(csv, &more, err);
    size_t mark = code ? 0 : text_mark_size(csv->text, csv->size);
    csv->size -= mark;
    memmove(csv->text, csv->text + mark, csv->size);
    if (!code &&
        (csv->size != strlen(LOG_CSV_HEADER) || memcmp(csv->text, LOG_CSV_HEADER, csv->size) != 0))
        code = log_csv_error(csv, 1, err, "Fix: begin with the line " LOG_CSV_HEADER ".",
                             "the header line is not that of a log");
    if (code)
        log_csv_close(csv);
    return code;
}

void log_csv_close(struct log_csv *csv)
{
    fclose(csv->file);
    csv->file = NULL;
}

static vrrl_code bad_field(const struct log_csv *csv, size_t start, size_t size, int column,
                           vrrl_error *err)
{
    char what[128];
    snprintf(what, sizeof what, "\"%.*s\" where %s, a number from 0 to %" PRIu64 ", is expected",
             (int)(size < 32 ? size : 32), csv->text + start, columns[column].name,
             columns[column].max);
    make_ascii(what);
    return log_csv_error(csv, start + 1, err,
                         "Fix: write decimal digits only, no sign, space or leading zero.", what);
}

static vrrl_code wrong_count(const struct log_csv *csv, size_t at, bool too_many, vrrl_error *err)
{
    return log_csv_error(
        csv, at + 1, err, "Fix: give 14 fields a line; the last four may be empty.",
        too_many ? "there is more after the 14th field" : "the line ends before its 14th field");
}

/* Where each field starts, and after the last one where a 15th would. */
static vrrl_code split(const struct log_csv *csv, size_t starts[COLUMNS + 1], vrrl_error *err)
{
    int column = 0;
    starts[0] = 0;
    for (size_t i = 0; i < csv->size; i++) {
        if (csv->text[i] != ',')
            continue;
        if (++column == COLUMNS)
            return wrong_count(csv, i, true, err);
        starts[column] = i + 1;
    }
    if (column + 1 < COLUMNS)
        return wrong_count(csv, csv->size, false, err);
    starts[COLUMNS] = csv->size + 1;
    return VRRL_OK;
}

/* The evidence is there as a whole or not at all. */
static bool without_evidence(const size_t starts[COLUMNS + 1])
{
    return starts[COLUMNS] - starts[EVIDENCE] == COLUMNS - EVIDENCE;
}

vrrl_code log_csv_next(struct log_csv *csv, uint64_t *index, vrrl_record *record, bool *more,
                       vrrl_error *err)
{
    size_t starts[COLUMNS + 1];
    uint64_t values[COLUMNS] = {0};
    vrrl_code code = read_line(csv, more, err);
    if (code || !*more)
        return code;
    code = split(csv, starts, err);
    if (code)
        return code;
    int count = without_evidence(starts) ? EVIDENCE : COLUMNS;
    for (int i = 0; i < count; i++) {
        size_t size = starts[i + 1] - starts[i] - 1;
        if (!parse_digits(csv->text + starts[i], size, columns[i].max, &values[i]))
            return bad_field(csv, starts[i], size, i, err);
    }
    *index = values[0];
    *record = (vrrl_record){
        .timestamp_ns = values[1],
        .slot_idx = (uint32_t)values[2],
        .tenant_id = (uint32_t)values[3],
        .opcode = (uint32_t)values[4],
        .args = {(uint32_t)values[5], (uint32_t)values[6], (uint32_t)values[7],
                 (uint32_t)values[8]},
        .epoch = (uint32_t)values[9],
        .slot_status = (uint32_t)values[10],
        .failure_class = (uint32_t)values[11],
        .backend_code = (uint32_t)values[12],
        .output_digest = values[13],
    };
    return VRRL_OK;
}
