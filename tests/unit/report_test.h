/* The text of a report, as a test has it made. */
#ifndef VRRL_TEST_REPORT_TEST_H
#define VRRL_TEST_REPORT_TEST_H

#include "program_text.h"

static char *text;
static size_t size;

static inline FILE *begin(void)
{
    free(text);
    text = NULL;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    return out;
}

static inline void says(const char *wanted)
{
    if (!strstr(text, wanted))
        fail_msg("'%s' is not in\n%s", wanted, text);
}

static inline void says_not(const char *unwanted)
{
    if (strstr(text, unwanted))
        fail_msg("'%s' is in\n%s", unwanted, text);
}

static inline vrrl_program *queues(void)
{
    return program_of("workers serial 2\nword go\nepoch\nqueue 0\na: WAIT_GE go, 3\nb: NOP\nend\n"
                      "queue 1\nc: WAIT_GE go, 2\nd: NOP\nend\nend\n");
}

static inline int end_text(void **state)
{
    (void)state;
    free(text);
    return 0;
}

#endif
