/* Findings as JUnit's XML. */
#include "vrrl/analysis/report.h"

#include <string.h>

/* What XML cannot hold is '?'. */
static void put_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '&')
            fputs("&amp;", out);
        else if (c == '<')
            fputs("&lt;", out);
        else if (c == '>')
            fputs("&gt;", out);
        else if (c == '"')
            fputs("&quot;", out);
        else
            fputc(c < 0x20 || c >= 0x7F ? '?' : c, out);
    }
}

static void put_attribute(FILE *out, const char *name, const char *text)
{
    fprintf(out, " %s=\"", name);
    put_text(out, text);
    fputc('"', out);
}

static void begin_case(FILE *out, const char *command, const vrrl_report_input *input,
                       const char *name, uint32_t line)
{
    fputs("    <testcase", out);
    put_attribute(out, "classname", command);
    put_attribute(out, "name", name);
    put_attribute(out, "file", input->path);
    if (line)
        fprintf(out, " line=\"%u\"", line);
}

/* One child of a case: <failure type="race" message="...">more</failure>. */
static void put_child(FILE *out, const char *element, const char *type, const char *message,
                      const char *more)
{
    fprintf(out, ">\n      <%s", element);
    if (type)
        put_attribute(out, "type", type);
    put_attribute(out, "message", message);
    fputc('>', out);
    put_text(out, more ? more : "");
    fprintf(out, "</%s>\n    </testcase>\n", element);
}

static void put_finding(FILE *out, const char *command, const vrrl_report_input *input,
                        const vrrl_finding *finding)
{
    begin_case(out, command, input, finding->id, finding->line);
    if (finding->known)
        put_child(out, "skipped", NULL, finding->known, finding->text);
    else if (finding->ignored)
        put_child(out, "skipped", NULL, "it does not count here", finding->text);
    else
        put_child(out, "failure", vrrl_finding_kind_name(finding->kind), finding->text,
                  finding->replay ? finding->replay : finding->string);
}

static bool counts(const vrrl_finding *finding)
{
    return !finding->known && !finding->ignored;
}

/* The input itself: it fails where no finding that is not known tells why. */
static bool is_told(const vrrl_report_input *input)
{
    for (uint32_t i = 0; i < input->findings->count; i++)
        if (counts(&input->findings->list[i]))
            return true;
    return false;
}

static void put_input(FILE *out, const char *command, const vrrl_report_input *input)
{
    begin_case(out, command, input, input->path, 0);
    if (input->error)
        put_child(out, "error", input->verdict, input->error, NULL);
    else if (input->exit_code != 0 && !is_told(input))
        put_child(out, "error", input->verdict, input->verdict, NULL);
    else
        fputs("/>\n", out);
}

struct counts {
    uint32_t tests, failures, errors, skipped;
};

static struct counts count(const vrrl_report_input *input)
{
    struct counts c = {.tests = 1 + input->findings->count};
    for (uint32_t i = 0; i < input->findings->count; i++)
        *(counts(&input->findings->list[i]) ? &c.failures : &c.skipped) += 1;
    c.errors = input->error || (input->exit_code != 0 && c.failures == 0);
    return c;
}

static void put_counts(FILE *out, const struct counts *c)
{
    fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"", c->tests,
            c->failures, c->errors, c->skipped);
}

void vrrl_report_junit(const char *command, const vrrl_report_input *inputs, uint32_t input_count,
                       FILE *out)
{
    struct counts all = {.tests = 0};
    for (uint32_t i = 0; i < input_count; i++) {
        struct counts c = count(&inputs[i]);
        all.tests += c.tests;
        all.failures += c.failures;
        all.errors += c.errors;
        all.skipped += c.skipped;
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"vrrl\"", out);
    put_counts(out, &all);
    fputs(">\n", out);
    for (uint32_t i = 0; i < input_count; i++) {
        struct counts c = count(&inputs[i]);
        fputs("  <testsuite", out);
        put_attribute(out, "name", inputs[i].path);
        put_counts(out, &c);
        fputs(">\n", out);
        put_input(out, command, &inputs[i]);
        for (uint32_t k = 0; k < inputs[i].findings->count; k++)
            put_finding(out, command, &inputs[i], &inputs[i].findings->list[k]);
        fputs("  </testsuite>\n", out);
    }
    fputs("</testsuites>\n", out);
}
