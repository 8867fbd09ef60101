/* Leaves out lines of a program of which the check says something wrong, as long as it does. */
#ifndef VRRL_TEST_ORACLE_MINIMISE_H
#define VRRL_TEST_ORACLE_MINIMISE_H

#include "oracle_judge.h"
#include "oracle_program.h"

/* What is wrong with what the check says of a text; nothing of one that is no program, or too large. */
static inline oracle_fault oracle_fault_of(const char *text, const oracle_options *options)
{
    static oracle o;
    vrrl_program *p;
    vrrl_error err = {0};
    oracle_fault fault = FAULT_NONE;
    if (vrrl_program_parse(text, strlen(text), "oracle.mk", &p, &err) != VRRL_OK)
        return FAULT_NONE;
    oracle_run(&o, p, options);
    if (!o.too_large) {
        vrrl_program_check *check = oracle_check(p);
        fault = oracle_judge(&o, check);
        vrrl_program_check_free(check);
    }
    oracle_free(&o);
    vrrl_program_free(p);
    return fault;
}

static inline bool oracle_opens(const char *line)
{
    while (*line == ' ')
        line++;
    return strncmp(line, "epoch", 5) == 0 || strncmp(line, "prologue", 8) == 0 ||
           strncmp(line, "task", 4) == 0 ||
           (strcspn(line, "\n") > 6 && strstr(line, ": pack") &&
            strstr(line, ": pack") < line + strcspn(line, "\n"));
}

/* Where the line or block that begins at `from` ends. */
static inline const char *oracle_block_end(const char *from)
{
    int depth = 0;
    do {
        const char *words = from + strspn(from, " ");
        depth += oracle_opens(from);
        depth -= strncmp(words, "end", 3) == 0;
        from += strcspn(from, "\n");
        from += *from == '\n';
    } while (depth > 0 && *from);
    return from;
}

/* The caller frees it. */
static inline char *oracle_minimise(const char *text, oracle_fault fault,
                                    const oracle_options *options)
{
    char *least = strdup(text), *tried = malloc(strlen(text) + 1);
    assert_true(least && tried);
    for (bool smaller = true; smaller;) {
        smaller = false;
        for (size_t at = 0; least[at];) {
            const char *end = oracle_block_end(least + at);
            memcpy(tried, least, at);
            strcpy(tried + at, end);
            if (oracle_fault_of(tried, options) == fault) {
                strcpy(least, tried);
                smaller = true;
                continue;
            }
            at += strcspn(least + at, "\n");
            at += least[at] == '\n';
        }
    }
    free(tried);
    return least;
}

#endif
