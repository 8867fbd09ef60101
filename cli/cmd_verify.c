/* vrrl verify: does a file keep the promises of the log's format? */
#include "base/plural.h"
#include "cli.h"
#include "log_options.h"

#include <inttypes.h>

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    return cli_one_path(key, argument, state, "a FILE", state->input);
}

static const struct argp argp = {
    .parser = parse_option,
    .args_doc = "FILE",
    .doc = "Check the log FILE against the numbered conditions of the format.\v"
           "A log is valid if and only if\n"
           "  1. the file has at least 32 bytes,\n"
           "  2. it begins with VRRL0001,\n"
           "  3. its version is 1,\n"
           "  4. its capacity is 1 to 1,048,576 records,\n"
           "  5. the file holds as many records as its capacity says,\n"
           "  6. each record's magic is 0xDEADBEEF (live) or 0 (never written).\n"
           "The lowest number that fails is printed.\n\n"
           "Exit: 0 valid, 1 damaged, 2 usage or unreadable.",
};

static void print_notes(const vrrl_log_verdict *verdict)
{
    uint64_t whole = VRRL_RECORD_BYTES * verdict->capacity + 32;
    if (verdict->flags)
        printf("  note: flags 0x%08X, ignored\n", verdict->flags);
    if (verdict->stored_next >= verdict->capacity)
        printf("  note: next_slot %" PRIu64 " is taken modulo the capacity: %" PRIu64 "\n",
               verdict->stored_next, verdict->stored_next % verdict->capacity);
    if (verdict->file_bytes > whole)
        printf("  note: %" PRIu64 " bytes after the last record, ignored\n",
               verdict->file_bytes - whole);
}

static void print_damage(const char *path, const vrrl_log_verdict *verdict, const vrrl_error *err)
{
    printf("%s: damaged, condition %u fails", cli_printable(path), verdict->condition);
    if (verdict->condition >= 5)
        printf(" at record %" PRIu64, verdict->record);
    printf("\n  %s\n", err->text);
    if (verdict->damaged > 1)
        printf("  %" PRIu64 " records have a wrong magic\n", verdict->damaged);
    if (verdict->condition >= 5)
        printf("  %" PRIu64 " live record%s there\n", verdict->live,
               verdict->live == 1 ? " is" : "s are");
    printf("  %s\n", err->fix);
}

static int run(int argc, char **argv)
{
    const char *path = NULL;
    vrrl_error err;
    vrrl_log_verdict verdict;
    cli_parse(&argp, argc, argv, &path);
    vrrl_code code = vrrl_log_verify(path, &verdict, &err);
    if (code && !verdict.condition)
        return cli_fail("verify", &err);
    if (code) {
        print_damage(path, &verdict, &err);
        return CLI_DIFFERENT;
    }
    printf("%s: valid, %" PRIu64 " live record%s, %" PRIu64 " never written\n", cli_printable(path),
           verdict.live, plural(verdict.live), verdict.empty);
    print_notes(&verdict);
    return CLI_OK;
}

const struct cli_command cmd_verify = {
    .name = "verify",
    .arguments = "FILE",
    .summary = "check a log against the conditions of its format",
    .run = run,
};
