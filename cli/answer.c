#include "answer.h"

#include "colour.h"
#include "findings.h"
#include "interrupt.h"

#include "base/error.h"
#include "vrrl/analysis/report.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* The answer at hand. A tool answers one after the other. */
static struct {
    const char *command;
    const char *const *inputs;
    const char *input;
    size_t input_count;
    bool json, quiet, streams;
    FILE *out;
    char *result;
    size_t size;
    vrrl_findings *findings; /* NULL: there are none */
} answer;

/* ---- --json, --quiet ------------------------------------------------------------------------- */

static const struct argp_option option_table[] = {
    {"json", 'j', NULL, 0, "Print one JSON object: docs/json.md", 0},
    {"quiet", 'q', NULL, OPTION_HIDDEN, "Print nothing: the exit code tells", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    (void)argument, (void)state;
    if (key != 'j' && key != 'q')
        return ARGP_ERR_UNKNOWN;
    *(key == 'j' ? &answer.json : &answer.quiet) = true;
    return 0;
}

static const struct argp_child children[] = {{&colour_argp, 0, NULL, 0}, {0}};
const struct argp answer_argp = {
    .options = option_table, .parser = parse_option, .children = children};

vrrl_code answer_open(vrrl_error *err)
{
    if (answer.json)
        return VRRL_OK;
    if (answer.quiet && !freopen("/dev/null", "w", stdout))
        return error_errno(err, "open", "/dev/null", NULL);
    if (!answer.quiet && colour_is_on())
        colour_verdicts();
    return VRRL_OK;
}

bool answer_is_json(void)
{
    return answer.json;
}

void answer_by(const char *command, bool json)
{
    answer.command = command;
    answer.json = answer.json || json;
}

void answer_about(const char *input)
{
    answer.input = input;
    answer_about_all(&answer.input, 1);
}

void answer_about_all(const char *const *inputs, size_t count)
{
    answer.inputs = inputs;
    answer.input_count = count;
}

/* ---- The envelope ---------------------------------------------------------------------------- */

static void print_head(FILE *out)
{
    vrrl_report_envelope_begin(answer.command, answer.inputs, answer.input_count, out);
}

/* What stands behind the result. */
static void print_tail(const vrrl_error *error)
{
    vrrl_report_envelope_end(error ? NULL : findings_last(), error, stdout);
    fflush(stdout);
}

static void drop_result(void)
{
    if (answer.out)
        fclose(answer.out);
    free(answer.result);
    answer.out = NULL;
    answer.result = NULL;
}

FILE *answer_begin(void)
{
    if (!answer.json)
        return stdout;
    answer.out = open_memstream(&answer.result, &answer.size);
    return answer.out ? answer.out : stdout;
}

/* The result as it was printed into the stream; false: memory lacks. */
static bool take_result(void)
{
    bool whole = answer.out && !ferror(answer.out);
    if (answer.out && fclose(answer.out) != 0)
        whole = false;
    answer.out = NULL;
    while (whole && answer.size > 0 && answer.result[answer.size - 1] == '\n')
        answer.size--;
    return whole && answer.size > 0;
}

/* A signal that ended the work before it found anything is what there is to say. */
static const char *settle(vrrl_answer_verdict verdict, int *exit_code)
{
    *exit_code = interrupt_exit(vrrl_answer_exit(verdict));
    return *exit_code == vrrl_answer_exit(verdict) ? vrrl_answer_word(verdict) : "interrupted";
}

/* Of several inputs, as diff has, what is found is in the last. */
static const char *last_input(void)
{
    return answer.input_count > 0 ? answer.inputs[answer.input_count - 1] : "";
}

void answer_findings(vrrl_findings *findings)
{
    vrrl_findings_free(answer.findings);
    answer.findings = findings;
}

static int print_answer(const char *word, int exit_code)
{
    if (answer.streams) {
        fputs("]}", stdout);
        vrrl_report_envelope_verdict(word, exit_code, stdout);
    } else if (take_result()) {
        print_head(stdout);
        vrrl_report_envelope_verdict(word, exit_code, stdout);
        fputs(",\"result\":", stdout);
        fwrite(answer.result, 1, answer.size, stdout);
    } else {
        const vrrl_error error = {.code = VRRL_NO_MEMORY, .text = "out of memory"};
        return cli_fail(answer.command, &error);
    }
    print_tail(NULL);
    drop_result();
    return exit_code;
}

int answer_end(vrrl_answer_verdict verdict)
{
    int exit_code;
    const char *word = settle(verdict, &exit_code);
    exit_code = findings_take(last_input(), word, exit_code, answer.findings);
    answer.findings = NULL;
    if (answer.json)
        return print_answer(word, exit_code);
    findings_print();
    return exit_code;
}

int answer_object(json_t *result, vrrl_answer_verdict verdict)
{
    FILE *out = answer_begin();
    if (result)
        json_dumpf(result, out, JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(result);
    return answer_end(verdict);
}

void answer_stream(void)
{
    print_head(stdout);
    fputs(",\"result\":{\"records\":[", stdout);
    fflush(stdout);
    answer.streams = true;
}

/* The whole answer of work that a signal ends, on the heap; NULL: memory lacks. */
static char *interrupted_answer(const char *word, int exit_code, const json_t *result,
                                const vrrl_findings *findings)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    print_head(out);
    vrrl_report_envelope_verdict(word, exit_code, out);
    fputs(",\"result\":", out);
    json_dumpf(result, out, JSON_COMPACT);
    vrrl_report_envelope_end(findings, NULL, out);
    fclose(out);
    return text;
}

void answer_if_interrupted(vrrl_answer_verdict known, int worst, const char *line, json_t *result,
                           vrrl_findings *findings)
{
    static const int signals[] = {SIGINT, SIGTERM};
    char *lines[2];
    bool failed = known != VRRL_ANSWER_SAFE && known != VRRL_ANSWER_NOT_KNOWN;
    const char *word = failed ? vrrl_answer_word(known) : "interrupted";
    int code =
        failed ? findings_judge(last_input(), word, vrrl_answer_exit(known), findings) : CLI_OK;
    for (int i = 0; i < 2; i++)
        lines[i] = answer.json
                       ? interrupted_answer(word, code ? code : 128 + signals[i], result, findings)
                       : strdup(line);
    interrupt_last_lines(cli_worse(worst, code), lines);
    json_decref(result);
    vrrl_findings_free(findings);
}

static void print_failure(const vrrl_error *error, const char *word, int exit_code)
{
    if (!answer.json)
        return;
    drop_result();
    if (answer.streams)
        fputs("]}", stdout);
    else
        print_head(stdout);
    vrrl_report_envelope_verdict(word, exit_code, stdout);
    if (!answer.streams)
        fputs(",\"result\":null", stdout);
    print_tail(error);
}

int answer_error(const vrrl_error *error, int exit_code)
{
    vrrl_answer_verdict verdict =
        exit_code == CLI_CANNOT ? VRRL_ANSWER_NOT_KNOWN : VRRL_ANSWER_ERROR;
    const char *word = vrrl_answer_word(verdict);
    exit_code = findings_take_error(last_input(), word, exit_code, error->text);
    print_failure(error, word, exit_code);
    return exit_code;
}

void answer_usage(const vrrl_error *error)
{
    print_failure(error, vrrl_answer_word(VRRL_ANSWER_ERROR), CLI_USAGE);
}
