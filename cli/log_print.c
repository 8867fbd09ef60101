#include "log_print.h"

#include "cli.h"
#include "log_options.h"
#include "names_option.h"
#include "opcode_names.h"
#include "vrrl/run/ring.h"

#include <inttypes.h>
#include <stdio.h>

#define DIM   "\033[2m"
#define RED   "\033[31m"
#define PLAIN "\033[0m"

static bool has_evidence(const vrrl_raw_record *record)
{
    return (vrrl_raw_slot_status(record) | vrrl_raw_failure_class(record) |
            vrrl_raw_backend_code(record) | vrrl_raw_output_digest(record)) != 0;
}

/* ---- CSV ------------------------------------------------------------------------------------- */

static void csv_begin(struct text_out *out, bool colour)
{
    (void)colour;
    text_string(out, LOG_CSV_HEADER "\n");
}

static void csv_field(struct text_out *out, uint64_t value)
{
    text_char(out, ',');
    text_u64(out, value);
}

static void csv_record(struct text_out *out, bool colour, uint64_t index,
                       const vrrl_raw_record *record)
{
    (void)colour;
    text_u64(out, index);
    csv_field(out, vrrl_raw_timestamp_ns(record));
    csv_field(out, vrrl_raw_slot_idx(record));
    csv_field(out, vrrl_raw_tenant_id(record));
    csv_field(out, vrrl_raw_opcode(record));
    for (unsigned i = 0; i < VRRL_RECORD_ARGS; i++)
        csv_field(out, vrrl_raw_arg(record, i));
    csv_field(out, vrrl_raw_epoch(record));
    if (has_evidence(record)) {
        csv_field(out, vrrl_raw_slot_status(record));
        csv_field(out, vrrl_raw_failure_class(record));
        csv_field(out, vrrl_raw_backend_code(record));
        csv_field(out, vrrl_raw_output_digest(record));
        text_char(out, '\n');
    } else {
        text_string(out, ",,,,\n");
    }
}

/* ---- JSON lines ------------------------------------------------------------------------------ */

static void jsonl_begin(struct text_out *out, bool colour)
{
    (void)out;
    (void)colour;
}

static void json_field(struct text_out *out, const char *name, uint64_t value)
{
    text_string(out, ",\"");
    text_string(out, name);
    text_string(out, "\":");
    text_u64(out, value);
}

/* Its range is that of 64 bits, which readers of JSON lose digits of: a string. */
static void json_timestamp(struct text_out *out, uint64_t timestamp_ns)
{
    text_string(out, ",\"timestamp_ns\":\"");
    text_u64(out, timestamp_ns);
    text_char(out, '"');
}

static void json_evidence(struct text_out *out, const vrrl_raw_record *record)
{
    if (!has_evidence(record)) {
        text_string(out, ",\"evidence\":null");
        return;
    }
    text_string(out, ",\"evidence\":{\"slot_status\":");
    text_u64(out, vrrl_raw_slot_status(record));
    text_string(out, ",\"failure_class\":\"");
    text_string(out, vrrl_failure_class_name(vrrl_raw_failure_class(record)));
    text_char(out, '"');
    json_field(out, "backend_error_code", vrrl_raw_backend_code(record));
    text_string(out, ",\"output_digest\":\"");
    text_hex64(out, vrrl_raw_output_digest(record));
    text_string(out, "\"}");
}

static void read_args(const vrrl_raw_record *record, uint32_t args[VRRL_RECORD_ARGS])
{
    for (unsigned i = 0; i < VRRL_RECORD_ARGS; i++)
        args[i] = vrrl_raw_arg(record, i);
}

/* What --names adds. All values are strings, whatever their format. */
static void json_names(struct text_out *out, const vrrl_raw_record *record)
{
    const vrrl_names *names = names_given();
    uint32_t args[VRRL_RECORD_ARGS], opcode = vrrl_raw_opcode(record);
    const char *tenant = vrrl_names_tenant(names, vrrl_raw_tenant_id(record));
    vrrl_names_operand operand;
    read_args(record, args);
    text_string(out, ",\"tenant_name\":");
    if (tenant)
        text_json(out, tenant);
    else
        text_string(out, "null");
    text_string(out, ",\"operands\":[");
    for (uint32_t i = 0; vrrl_names_operand_at(names, opcode, i, args, VRRL_RECORD_ARGS, &operand);
         i++) {
        text_string(out, i ? ",{\"name\":" : "{\"name\":");
        text_json(out, operand.name);
        text_string(out, ",\"value\":");
        if (operand.kept)
            text_json(out, operand.value);
        else
            text_string(out, "null");
        text_char(out, '}');
    }
    text_char(out, ']');
}

void log_print_json(struct text_out *out, uint64_t index, const vrrl_raw_record *record)
{
    char name[OPCODE_NAME_MAX];
    text_string(out, "{\"index\":");
    text_u64(out, index);
    json_timestamp(out, vrrl_raw_timestamp_ns(record));
    json_field(out, "slot_idx", vrrl_raw_slot_idx(record));
    json_field(out, "tenant_id", vrrl_raw_tenant_id(record));
    json_field(out, "opcode", vrrl_raw_opcode(record));
    text_string(out, ",\"opcode_name\":");
    text_json(out, opcode_format(vrrl_raw_opcode(record), name));
    text_string(out, ",\"args\":[");
    for (unsigned i = 0; i < VRRL_RECORD_ARGS; i++) {
        if (i)
            text_char(out, ',');
        text_u64(out, vrrl_raw_arg(record, i));
    }
    text_char(out, ']');
    json_field(out, "epoch", vrrl_raw_epoch(record));
    json_evidence(out, record);
    if (names_given())
        json_names(out, record);
    text_char(out, '}');
}

static void jsonl_record(struct text_out *out, bool colour, uint64_t index,
                         const vrrl_raw_record *record)
{
    (void)colour;
    log_print_json(out, index, record);
    text_char(out, '\n');
}

/* ---- Text ------------------------------------------------------------------------------------ */

static void text_begin(struct text_out *out, bool colour)
{
    text_string(out, colour ? DIM : "");
    text_string(out,
                "  index  time (UTC)                          epoch   slot     tenant  opcode  "
                "        ");
    text_string(out, names_given() ? "  arguments                                  evidence"
                                   : "    arg0       arg1       arg2       arg3  evidence");
    text_string(out, colour ? PLAIN "\n" : "\n");
}

size_t log_print_operands(struct text_out *out, const vrrl_raw_record *record)
{
    uint32_t args[VRRL_RECORD_ARGS], opcode = vrrl_raw_opcode(record);
    vrrl_names_operand operand;
    size_t columns = 0;
    read_args(record, args);
    for (uint32_t i = 0;
         vrrl_names_operand_at(names_given(), opcode, i, args, VRRL_RECORD_ARGS, &operand); i++) {
        text_string(out, i ? " " : "");
        text_string(out, operand.name);
        text_char(out, '=');
        text_string(out, operand.value);
        columns += (i > 0) + strlen(operand.name) + 1 + strlen(operand.value);
    }
    return columns;
}

/* By their names where these are known, as wide as the four columns that stand there else. */
static void text_arguments(struct text_out *out, const vrrl_raw_record *record)
{
    enum { FIRST_COLUMN = 10, COLUMN = 11 };
    const size_t width = FIRST_COLUMN + (VRRL_RECORD_ARGS - 1) * COLUMN;
    if (names_given() && vrrl_names_has_operands(names_given(), vrrl_raw_opcode(record))) {
        text_string(out, "  ");
        size_t columns = 2 + log_print_operands(out, record);
        if (has_evidence(record) && columns < width)
            text_string_left(out, "", width - columns);
        return;
    }
    for (unsigned i = 0; i < VRRL_RECORD_ARGS; i++)
        text_u64_right(out, vrrl_raw_arg(record, i), i ? COLUMN : FIRST_COLUMN);
}

static void text_status(struct text_out *out, uint32_t status)
{
    static const char *const names[] = {
#define X(name, number, text) [number] = #name,
        VRRL_STATUS_TABLE(X)
#undef X
    };
    if (status == 0) {
        text_string(out, "status unknown");
    } else if (status < sizeof names / sizeof names[0]) {
        text_string(out, names[status]);
    } else {
        text_string(out, "status ");
        text_u64(out, status);
    }
}

static void text_evidence(struct text_out *out, bool colour, const vrrl_raw_record *record)
{
    uint32_t failure = vrrl_raw_failure_class(record);
    uint32_t code = vrrl_raw_backend_code(record);
    bool red = colour && failure != VRRL_FAILURE_NONE;
    text_string(out, red ? "  " RED : "  ");
    text_status(out, vrrl_raw_slot_status(record));
    if (failure != VRRL_FAILURE_NONE) {
        text_string(out, ", ");
        text_string(out, vrrl_failure_class_name(failure));
    }
    if (code) {
        text_string(out, ", error ");
        text_u64(out, code);
        text_string(out, " (");
        text_string(out, vrrl_backend_error_text(code));
        text_char(out, ')');
    }
    if (vrrl_raw_output_digest(record)) {
        text_string(out, ", output ");
        text_hex64(out, vrrl_raw_output_digest(record));
    }
    text_string(out, red ? PLAIN : "");
}

static void text_record(struct text_out *out, bool colour, uint64_t index,
                        const vrrl_raw_record *record)
{
    char name[OPCODE_NAME_MAX], tenant[TENANT_TEXT_MAX];
    text_u64_right(out, index, 7);
    text_string(out, "  ");
    text_time(out, vrrl_raw_timestamp_ns(record));
    text_u64_right(out, vrrl_raw_epoch(record), 12);
    text_u64_right(out, vrrl_raw_slot_idx(record), 7);
    text_string_right(out, tenant_format(vrrl_raw_tenant_id(record), tenant), 11);
    text_string(out, "  ");
    text_string_left(out, opcode_format(vrrl_raw_opcode(record), name), 14);
    text_arguments(out, record);
    if (has_evidence(record))
        text_evidence(out, colour, record);
    text_char(out, '\n');
}

static const struct log_printer printers[] = {
    {"text", text_begin, text_record},
    {"csv", csv_begin, csv_record},
    {"jsonl", jsonl_begin, jsonl_record},
};

const struct log_printer *log_printer_find(const char *name)
{
    for (size_t i = 0; i < sizeof printers / sizeof printers[0]; i++)
        if (strcmp(printers[i].name, name) == 0)
            return &printers[i];
    return NULL;
}

void say_replaced(const char *command, const char *path, uint64_t count)
{
    bool one = count == 1;
    fprintf(stderr, "vrrl %s: %s: the oldest %" PRIu64 " record%s being replaced and %s left out\n",
            command, cli_printable(path), count, one ? " was" : "s were", one ? "is" : "are");
}
