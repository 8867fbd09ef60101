/* One record as text, CSV or JSON. */
#ifndef VRRL_CLI_LOG_PRINT_H
#define VRRL_CLI_LOG_PRINT_H

#include "text_out.h"
#include "vrrl/log/log.h"

/* One format of a dump. */
struct log_printer {
    const char *name; /* as --format takes it */
    void (*begin)(struct text_out *out, bool colour);
    void (*record)(struct text_out *out, bool colour, uint64_t index,
                   const vrrl_raw_record *record);
};

/* The format of this name, or NULL. */
const struct log_printer *log_printer_find(const char *name);

/* One record as one JSON object, no newline behind it. */
void log_print_json(struct text_out *out, uint64_t index, const vrrl_raw_record *record);

/* "layer=3 head=7": what --names says of a record's arguments. Returns how many columns that took. */
size_t log_print_operands(struct text_out *out, const vrrl_raw_record *record);

/* Tells stderr that `count` records of a log were being replaced, and that `command` left them out. */
void say_replaced(const char *command, const char *path, uint64_t count);

#endif
