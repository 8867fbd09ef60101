#include "log_options.h"

#include "answer.h"
#include "findings.h"
#include "names_option.h"
#include "option_list.h"

#include "base/parse_number.h"
#include "base/printable.h"
#include "base/spelling.h"
#include "cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- Usage errors: argp's words, and a hint like that of every other error ------------------- */

static argp_parser_t first_parser;
static const struct argp *first_argp;
static char **first_argv;
static char program[64];

/* The option of `argp` or its children that `name` is: itself, cut, or with `near` a misspelling of it. */
static const char *find_option(const struct argp *argp, const char *name, size_t size, bool near)
{
    char word[SPELLING_BYTES_MAX + 1];
    snprintf(word, sizeof word, "%.*s", (int)(size < sizeof word ? size : sizeof word - 1), name);
    for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++) {
        bool hidden = o->flags & OPTION_HIDDEN;
        if (o->name && (near ? !hidden && spelling_is_near(word, o->name)
                             : strncmp(o->name, word, strlen(word)) == 0))
            return o->name;
    }
    for (const struct argp_child *c = argp->children; c && c->argp; c++) {
        const char *found = find_option(c->argp, name, size, near);
        if (found)
            return found;
    }
    return NULL;
}

/* The first long option that there is not, without its "--"; else NULL. */
static const char *unknown_option(void)
{
    for (char **word = first_argv; *word && strcmp(*word, "--") != 0; word++)
        if (strncmp(*word, "--", 2) == 0 &&
            !find_option(first_argp, *word + 2, strcspn(*word + 2, "="), false))
            return *word + 2;
    return NULL;
}

/* The option that was meant by it, or NULL. */
static const char *meant_option(void)
{
    const char *name = unknown_option();
    return name ? find_option(first_argp, name, strcspn(name, "="), true) : NULL;
}

/* The first line of what argp says, without "vrrl NAME: ", as an answer. */
static void tell_usage(const char *text, size_t size, vrrl_error *error)
{
    const char *end = memchr(text, '\n', size);
    size_t name = strlen(program), line = end ? (size_t)(end - text) : size;
    if (line > name + 2 && strncmp(text, program, name) == 0)
        snprintf(error->text, sizeof error->text, "%.*s", (int)(line - name - 2), text + name + 2);
    else if (unknown_option()) /* of which getopt tells */
        snprintf(error->text, sizeof error->text, "there is no option --%.64s", unknown_option());
    else
        snprintf(error->text, sizeof error->text, "the options are not understood");
    make_printable(error->text, strlen(error->text), true);
    answer_usage(error);
}

/* A stream's write: argp ends a usage error by "Try `vrrl NAME --help' or ...". */
static ssize_t write_hint(void *cookie, const char *text, size_t size)
{
    static const char ending[] = "Try `";
    const char *at = memmem(text, size, ending, sizeof ending - 1);
    (void)cookie;
    fwrite(text, 1, at ? (size_t)(at - text) : size, stderr);
    const char *meant = at ? meant_option() : NULL;
    vrrl_error error = {.code = VRRL_INVALID};
    if (meant) {
        snprintf(error.fix, sizeof error.fix, "did you mean --%s? See `%s --help`.", meant,
                 program);
        fprintf(stderr, "  Fix: did you mean --%s? See `%s --help`.\n", meant, program);
    } else if (at) {
        snprintf(error.fix, sizeof error.fix, "see `%s --help`.", program);
        fprintf(stderr, "  Fix: see `%s --help`.\n", program);
    }
    tell_usage(text, at ? (size_t)(at - text) : size, &error);
    return (ssize_t)size;
}

static error_t parse_first(int key, char *argument, struct argp_state *state)
{
    if (key == ARGP_KEY_INIT) {
        FILE *hints = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_hint});
        state->err_stream = hints ? hints : stderr; /* exit writes it out */
    }
    return first_parser(key, argument, state);
}

/* What is wrong with a command line may stand before its --json. */
static bool asks_for_json(char **argv)
{
    for (; *argv && strcmp(*argv, "--") != 0; argv++)
        if (strcmp(*argv, "--json") == 0 || strcmp(*argv, "-j") == 0)
            return true;
    return false;
}

void cli_parse(const struct argp *argp, int argc, char **argv, void *input)
{
    struct argp first = *argp;
    vrrl_error err;
    snprintf(program, sizeof program, "vrrl %s", argv[0]);
    answer_by(argv[0], asks_for_json(argv + 1));
    argv[0] = program;
    argp_err_exit_status = CLI_USAGE;
    if (argc == 2 && strcmp(argv[1], "--options") == 0) {
        option_list_print(argp);
        exit(CLI_OK);
    }
    /* argp's two lines on the arguments of long options say what each line of options shows. */
    setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
    first_parser = argp->parser;
    first_argp = argp;
    first_argv = argv + 1;
    first.parser = parse_first;
    argp_parse(&first, argc, argv, 0, NULL, input);
    if (answer_open(&err) != VRRL_OK || names_begin(&err) != VRRL_OK ||
        findings_begin(&err) != VRRL_OK)
        exit(cli_fail(program + strlen("vrrl "), &err));
}

error_t cli_one_path(int key, char *argument, struct argp_state *state, const char *what,
                     const char **path)
{
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num > 0)
            argp_error(state, "%s is expected, \"%s\" is one too many", what, argument);
        *path = argument;
        return 0;
    case ARGP_KEY_END:
        if (!*path)
            argp_error(state, "%s is expected", what);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

error_t cli_path_and_output(int key, char *argument, struct argp_state *state, const char *what,
                            const char *output, struct cli_path_output *files)
{
    if (key == 'o') {
        files->output = argument;
        return 0;
    }
    if (key == ARGP_KEY_END && files->path && !files->output)
        argp_error(state, "-o %s is expected", output);
    return cli_one_path(key, argument, state, what, &files->path);
}

error_t cli_some_paths(int key, char *argument, struct argp_state *state, const char *what,
                       struct cli_paths *paths)
{
    switch (key) {
    case ARGP_KEY_ARG:
        if (!paths->list)
            paths->list = calloc((size_t)state->argc, sizeof *paths->list);
        if (!paths->list)
            argp_failure(state, CLI_USAGE, ENOMEM, "the list of arguments");
        else
            paths->list[paths->count++] = argument;
        return 0;
    case ARGP_KEY_END:
        if (paths->count == 0)
            argp_error(state, "%s is expected", what);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

uint64_t cli_option_number(struct argp_state *state, const char *option, const char *text,
                           uint64_t min, uint64_t max)
{
    uint64_t value = 0;
    if (!parse_number(text, max, &value) || value < min)
        argp_error(state, "--%s \"%s\": a number from %" PRIu64 " to %" PRIu64 " is expected",
                   option, text, min, max);
    return value;
}

bool log_filter_epochs(struct log_filter *filter, const char *text)
{
    const char *dash = strchr(text, '-');
    size_t first_size = dash ? (size_t)(dash - text) : strlen(text);
    uint64_t first = 0, last = UINT32_MAX;
    if (first_size > 0 || !dash)
        if (!parse_digits(text, first_size, UINT32_MAX, &first))
            return false;
    if (!dash)
        last = first;
    else if (dash[1] && !parse_number(dash + 1, UINT32_MAX, &last))
        return false;
    filter->by_epoch = true;
    filter->epoch_first = (uint32_t)first;
    filter->epoch_last = (uint32_t)last;
    return first <= last && strcmp(text, "-") != 0;
}

/* ".5" is half a second; *end is what follows. */
static bool parse_fraction(const char *text, uint64_t *ns, const char **end)
{
    uint64_t unit = 100000000;
    *ns = 0;
    *end = text;
    if (*text != '.')
        return true;
    const char *at = text + 1;
    for (; *at >= '0' && *at <= '9' && unit > 0; unit /= 10)
        *ns += unit * (uint64_t)(*at++ - '0');
    *end = at;
    return at > text + 1;
}

bool log_filter_time(const char *text, uint64_t *ns)
{
    if (parse_number(text, UINT64_MAX, ns))
        return true;
    struct tm parts = {.tm_year = 0};
    uint64_t fraction;
    const char *rest = strptime(text, "%Y-%m-%d", &parts);
    if (rest && (*rest == ' ' || *rest == 'T'))
        rest = strptime(rest + 1, "%H:%M:%S", &parts);
    if (!rest || !parse_fraction(rest, &fraction, &rest))
        return false;
    if (*rest == 'Z')
        rest++;
    time_t seconds = timegm(&parts);
    if (*rest || seconds < 0 || (uint64_t)seconds > UINT64_MAX / 1000000000u - 1)
        return false;
    *ns = (uint64_t)seconds * 1000000000u + fraction;
    return true;
}

bool log_filter_match(const struct log_filter *filter, const vrrl_raw_record *record)
{
    uint32_t epoch = vrrl_raw_epoch(record);
    if (filter->by_epoch && (epoch < filter->epoch_first || epoch > filter->epoch_last))
        return false;
    uint64_t timestamp_ns = vrrl_raw_timestamp_ns(record);
    if (filter->by_time && (timestamp_ns < filter->since_ns || timestamp_ns > filter->until_ns))
        return false;
    if (filter->by_tenant && vrrl_raw_tenant_id(record) != filter->tenant)
        return false;
    if (filter->by_slot && vrrl_raw_slot_idx(record) != filter->slot)
        return false;
    if (filter->by_opcode && vrrl_raw_opcode(record) != filter->opcode)
        return false;
    return !filter->failures || vrrl_raw_failure_class(record) != VRRL_FAILURE_NONE;
}
