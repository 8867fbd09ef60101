#include "findings.h"

#include "answer.h"
#include "baseline.h"
#include "failure_options.h"

#include "base/array.h"
#include "base/error.h"
#include "vrrl/analysis/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_BASELINE = 0x800, KEY_WRITE, KEY_FAIL_ON, KEY_JUNIT, KEY_SARIF, KEY_BISECT };

/* Of one input. */
struct taken {
    char *input, *error;
    const char *verdict;
    int exit_code;
    vrrl_findings *findings; /* NULL: there are none */
};

static const vrrl_findings none = {.size = sizeof none};

static struct {
    const char *baseline_path, *write_path, *junit_path, *sarif_path;
    const char *fail_on; /* words, with commas between; NULL: any */
    bool bisect, verbose;
    struct baseline baseline;
    struct taken *list;
    uint32_t count, room;
} gate;

/* ---- Options --------------------------------------------------------------------------------- */

/* Most helps are full, so that vrrl(1) explains them for all commands. */
#define HIDDEN_OPTIONS                                                                             \
    {"baseline", KEY_BASELINE, "FILE", OPTION_HIDDEN, "Findings that are known", 8},               \
        {"write-baseline", KEY_WRITE, "FILE", OPTION_HIDDEN, "Write one of what is found", 8},     \
        {"junit", KEY_JUNIT, "FILE", OPTION_HIDDEN, "Write findings as JUnit's XML", 8},           \
        {"sarif", KEY_SARIF, "FILE", OPTION_HIDDEN, "Write findings as SARIF", 8},                 \
        {"bisect", KEY_BISECT, NULL, OPTION_HIDDEN, "What cannot be read is skipped: 125", 8},     \
    {                                                                                              \
        "verbose", 'v', NULL, OPTION_HIDDEN, "Print the ids of findings, too", 8                   \
    }

static const struct argp_option options[] = {
    {"fail-on", KEY_FAIL_ON, "WORD,...", 0, "Fail for these alone; vrrl(1) has more", 8},
    HIDDEN_OPTIONS,
    {0},
};
static const struct argp_option hidden_options[] = {
    {"fail-on", KEY_FAIL_ON, "WORD,...", OPTION_HIDDEN, "Fail for these alone", 8},
    HIDDEN_OPTIONS,
    {0},
};

static bool is_word(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(text, word, size) == 0;
}

const char *findings_word_at(uint32_t index)
{
    return index < VRRL_FINDING_KINDS    ? vrrl_finding_kind_name(index)
           : index == VRRL_FINDING_KINDS ? "unknown"
                                         : NULL;
}

static bool is_verdict(const char *text, size_t size)
{
    bool any = is_word(text, size, "not-known");
    for (uint32_t i = 0; findings_word_at(i) && !any; i++)
        any = is_word(text, size, findings_word_at(i));
    return any;
}

static void parse_fail_on(struct argp_state *state, const char *text)
{
    for (const char *at = text; at;) {
        size_t size = strcspn(at, ",");
        if (!is_verdict(at, size)) {
            char *words = cli_names(findings_word_at, ", ", ", ");
            argp_error(state, "--fail-on: \"%.*s\" is none of %s", (int)size, at,
                       words ? words : "the kinds of findings");
            free(words);
        }
        at = at[size] ? at + size + 1 : NULL;
    }
    gate.fail_on = text;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    switch (key) {
    case KEY_BASELINE:
        gate.baseline_path = argument;
        return 0;
    case KEY_WRITE:
        gate.write_path = argument;
        return 0;
    case KEY_FAIL_ON:
        parse_fail_on(state, argument);
        return 0;
    case KEY_JUNIT:
        gate.junit_path = argument;
        return 0;
    case KEY_SARIF:
        gate.sarif_path = argument;
        return 0;
    case KEY_BISECT:
        gate.bisect = true;
        return 0;
    case 'v':
        gate.verbose = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp findings_argp = {.options = options, .parser = parse_option};
const struct argp findings_hidden_argp = {.options = hidden_options, .parser = parse_option};

/* ---- What counts ----------------------------------------------------------------------------- */

/* "unknown" is what a verdict says by "not-known", and what a pair does that may race. */
static bool counts(const char *verdict)
{
    bool unknown = strcmp(verdict, "not-known") == 0 || strcmp(verdict, "may-race") == 0;
    bool any = !gate.fail_on;
    for (const char *at = gate.fail_on; at && !any;) {
        size_t size = strcspn(at, ",");
        any = is_word(at, size, verdict) || (unknown && is_word(at, size, "unknown"));
        at = at[size] ? at + size + 1 : NULL;
    }
    return any;
}

/* A verdict that no finding explains, or of which not all findings are listed, counts by itself. */
static int judge(const char *verdict, int exit_code, const vrrl_findings *findings)
{
    int worst = CLI_OK;
    bool untold = findings->count == 0 || findings->more > 0 || exit_code == CLI_CANNOT;
    if (exit_code == CLI_OK || exit_code > CLI_CANNOT || !(gate.baseline_path || gate.fail_on))
        return exit_code;
    for (uint32_t i = 0; i < findings->count; i++) {
        const vrrl_finding *finding = &findings->list[i];
        if (!finding->known && !finding->ignored)
            worst = cli_worse(worst, vrrl_finding_kind_exit(finding->kind));
    }
    return untold && counts(verdict) ? cli_worse(worst, exit_code) : worst;
}

static void keep(const char *input, const char *verdict, int exit_code, const char *error,
                 vrrl_findings *findings)
{
    if (array_room(gate.list, gate.count, gate.room, 1, NULL) != VRRL_OK) {
        vrrl_findings_free(findings);
        return;
    }
    gate.list[gate.count++] = (struct taken){.input = baseline_plain_path(input ? input : ""),
                                             .error = error ? strdup(error) : NULL,
                                             .verdict = verdict,
                                             .exit_code = exit_code,
                                             .findings = findings};
}

int findings_judge(const char *input, const char *verdict, int exit_code, vrrl_findings *findings)
{
    char *plain = baseline_plain_path(input);
    if (findings)
        baseline_apply(&gate.baseline, plain ? plain : input, findings);
    free(plain);
    for (uint32_t i = 0; findings && i < findings->count; i++)
        findings->list[i].ignored = !counts(vrrl_finding_kind_name(findings->list[i].kind));
    return judge(verdict, exit_code, findings ? findings : &none);
}

int findings_take(const char *input, const char *verdict, int exit_code, vrrl_findings *findings)
{
    exit_code = findings_judge(input, verdict, exit_code, findings);
    keep(input, verdict, exit_code, NULL, findings);
    return exit_code;
}

int findings_take_error(const char *input, const char *verdict, int exit_code, const char *text)
{
    if (gate.bisect && exit_code == CLI_USAGE)
        exit_code = CLI_CANNOT;
    if (exit_code == CLI_CANNOT && !counts("not-known") && !gate.bisect)
        exit_code = CLI_OK;
    keep(input, verdict, exit_code, text, NULL);
    return exit_code;
}

const vrrl_findings *findings_last(void)
{
    return gate.count > 0 ? gate.list[gate.count - 1].findings : NULL;
}

void findings_print(void)
{
    const vrrl_findings *findings = findings_last();
    for (uint32_t i = 0; findings && i < findings->count; i++) {
        const vrrl_finding *f = &findings->list[i];
        if (!gate.verbose && !f->known)
            continue;
        printf("  id  %s", f->id);
        if (f->line)
            printf("  line %u", f->line);
        if (f->known)
            printf("  known: %s", f->known);
        putchar('\n');
        if (f->known && f->kind == VRRL_FINDING_DIVERGED && f->epoch != VRRL_NO_INDEX)
            printf("  tolerated: this difference alone; nothing after epoch %u was compared\n",
                   f->epoch);
    }
    if (findings && findings->more > 0 && (gate.verbose || gate.baseline_path))
        printf("  %" PRIu64 " more defect%s counted, and without an id: no baseline can know %s\n",
               findings->more, findings->more == 1 ? " is" : "s are",
               findings->more == 1 ? "it" : "them");
}

/* ---- Before the first input, and after the last ---------------------------------------------- */

vrrl_code findings_begin(vrrl_error *err)
{
    vrrl_code code = gate.write_path ? failure_output_free(gate.write_path, err) : VRRL_OK;
    return code == VRRL_OK && gate.baseline_path
               ? baseline_read(gate.baseline_path, &gate.baseline, err)
               : code;
}

/* An entry for another input, which was not looked at, may still be true; so may one of a difference where the
 * comparison ended at something else. */
static bool was_looked_at(const struct known_finding *known)
{
    bool any = false, of_diff = strncmp(known->id, "diverged-", strlen("diverged-")) == 0;
    for (uint32_t i = 0; i < gate.count && !any; i++) {
        const struct taken *t = &gate.list[i];
        any = !t->error && (!known->input || strcmp(known->input, t->input) == 0) &&
              !(of_diff && t->findings && t->findings->count > 0);
    }
    return any;
}

static void tell_of_baseline(const char *command)
{
    for (size_t i = 0; i < gate.baseline.count; i++) {
        const struct known_finding *known = &gate.baseline.list[i];
        if (known->found && known->expired)
            fprintf(stderr, "vrrl %s: baseline: %s has expired on %s (%s)\n", command,
                    cli_printable(known->id), known->expires, known->reason);
        else if (!known->found && was_looked_at(known))
            fprintf(stderr, "vrrl %s: baseline: %s does not occur any more: remove it\n", command,
                    cli_printable(known->id));
    }
}

static vrrl_report_input *report_inputs(void)
{
    vrrl_report_input *inputs = calloc(gate.count + (size_t)1, sizeof *inputs);
    for (uint32_t i = 0; inputs && i < gate.count; i++) {
        const struct taken *t = &gate.list[i];
        inputs[i] = (vrrl_report_input){.path = t->input,
                                        .verdict = t->verdict,
                                        .exit_code = t->exit_code,
                                        .findings = t->findings ? t->findings : &none,
                                        .error = t->error};
    }
    return inputs;
}

/* What a run of continuous integration wrote before is replaced. */
static vrrl_code write_report(const char *path, bool sarif, const char *command, int exit_code,
                              const vrrl_report_input *inputs, vrrl_error *err)
{
    FILE *out = path ? fopen(path, "we") : NULL;
    if (!path)
        return VRRL_OK;
    if (!out)
        return error_errno(err, "create", path, NULL);
    if (sarif)
        vrrl_report_sarif(command, exit_code, inputs, gate.count, out);
    else
        vrrl_report_junit(command, inputs, gate.count, out);
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed)
        return error_errno(err, "write", path, NULL);
    return VRRL_OK;
}

static vrrl_code write_new_baseline(vrrl_error *err)
{
    struct baseline_input *inputs = calloc(gate.count + (size_t)1, sizeof *inputs);
    if (!inputs)
        return error_no_memory(err, gate.count * sizeof *inputs);
    for (uint32_t i = 0; i < gate.count; i++)
        inputs[i] = (struct baseline_input){gate.list[i].input,
                                            gate.list[i].findings ? gate.list[i].findings : &none};
    vrrl_code code = baseline_write(gate.write_path, inputs, gate.count, err);
    free(inputs);
    return code;
}

static void forget(void)
{
    for (uint32_t i = 0; i < gate.count; i++) {
        free(gate.list[i].input);
        free(gate.list[i].error);
        vrrl_findings_free(gate.list[i].findings);
    }
    free(gate.list);
    baseline_free(&gate.baseline);
}

int findings_finish(const char *command, int exit_code)
{
    vrrl_error err;
    vrrl_report_input *inputs = report_inputs();
    vrrl_code code = inputs ? VRRL_OK : (vrrl_code)error_no_memory(&err, 0);
    tell_of_baseline(command);
    if (code == VRRL_OK)
        code = write_report(gate.junit_path, false, command, exit_code, inputs, &err);
    if (code == VRRL_OK)
        code = write_report(gate.sarif_path, true, command, exit_code, inputs, &err);
    if (code == VRRL_OK && gate.write_path)
        code = write_new_baseline(&err);
    free(inputs);
    forget();
    if (code == VRRL_OK)
        return exit_code;
    fprintf(stderr, "vrrl %s: %s\n  %s\n", command, err.text, err.fix);
    return CLI_USAGE;
}
