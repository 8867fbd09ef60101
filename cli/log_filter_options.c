#include "log_filter_options.h"

#include "names_option.h"
#include "opcode_names.h"

enum { EPOCHS = 'e', TENANT = 't', FAILURES = 'F', SINCE = 0x600, UNTIL, SLOT, OPCODE };

static const struct argp_option option_table[] = {
    {"epochs", EPOCHS, "A-B", 0, "Only epochs A to B; A-, -B and A work too", 0},
    {"since", SINCE, "TIME", 0, "Only from this time on: UTC as in a dump, or ns", 0},
    {"until", UNTIL, "TIME", 0, "Only up to this time, itself included", 0},
    {"tenant", TENANT, "NAME", 0, "Only this tenant: a number, or a name", 0},
    {"slot", SLOT, "N", 0, "Only this ring slot", 0},
    {"opcode", OPCODE, "NAME", 0, "Only this opcode: a name, USER+k or a number", 0},
    {"failures", FAILURES, NULL, 0, "Only records whose failure class is not none", 0},
    {0},
};

static void set_time(struct argp_state *state, struct log_filter *filter, bool since,
                     const char *text)
{
    if (!filter->by_time)
        filter->until_ns = UINT64_MAX;
    filter->by_time = true;
    if (!log_filter_time(text, since ? &filter->since_ns : &filter->until_ns))
        argp_error(state,
                   "--%s \"%s\": a time such as \"2023-11-14 22:13:20.5\", in UTC, or nanoseconds "
                   "since 1970 are expected",
                   since ? "since" : "until", text);
}

/* What a name means is known when all options have been read: --names may stand behind it. */
static void find_names(struct argp_state *state, struct log_filter *filter)
{
    vrrl_error err;
    if (names_begin(&err) != VRRL_OK)
        return; /* cli_parse tells of it */
    const vrrl_names *names = names_given();
    if (filter->tenant_text &&
        !(names && vrrl_names_find_tenant(names, filter->tenant_text, &filter->tenant)))
        filter->tenant =
            (uint32_t)cli_option_number(state, "tenant", filter->tenant_text, 0, UINT32_MAX);
    if (filter->opcode_text && !opcode_parse(filter->opcode_text, &filter->opcode))
        argp_error(state, "--opcode \"%s\": a name, USER+k or a number is expected",
                   filter->opcode_text);
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct log_filter *filter = state->input;
    switch (key) {
    case EPOCHS:
        if (!log_filter_epochs(filter, argument))
            argp_error(state, "--epochs \"%s\": A-B with A not above B is expected", argument);
        return 0;
    case SINCE:
    case UNTIL:
        set_time(state, filter, key == SINCE, argument);
        return 0;
    case TENANT:
        filter->by_tenant = true;
        filter->tenant_text = argument;
        return 0;
    case SLOT:
        filter->by_slot = true;
        filter->slot = (uint32_t)cli_option_number(state, "slot", argument, 0, UINT32_MAX);
        return 0;
    case OPCODE:
        filter->by_opcode = true;
        filter->opcode_text = argument;
        return 0;
    case FAILURES:
        filter->failures = true;
        return 0;
    case ARGP_KEY_END:
        find_names(state, filter);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&names_argp, 0, NULL, 0}, {0}};
const struct argp log_filter_argp = {
    .options = option_table, .parser = parse_option, .children = children};

const struct log_printer *cli_option_printer(struct argp_state *state, const char *text)
{
    const struct log_printer *printer = log_printer_find(text);
    if (!printer)
        argp_error(state, "--format \"%s\": text, csv or jsonl is expected", text);
    return printer;
}
