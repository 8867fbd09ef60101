/* Known findings, in a file: docs/ci.md. */
#ifndef VRRL_CLI_BASELINE_H
#define VRRL_CLI_BASELINE_H

#include "vrrl/analysis/finding.h"

#include <stdbool.h>
#include <stddef.h>

struct known_finding {
    char *id, *input, *reason, *expires; /* input, expires: NULL where there is none */
    bool expired, found;                 /* found: it occurs in a result that was held against it */
};

struct baseline {
    const char *path;
    struct known_finding *list;
    size_t count;
};

/* "x.mk" of "./x.mk", "a/x.mk" of "a/.//x.mk": a file has one name, whoever gave it. On the heap. */
char *baseline_plain_path(const char *path);

/* Reads a baseline; what it says of each finding is checked. */
vrrl_code baseline_read(const char *path, struct baseline *baseline, vrrl_error *err);
void baseline_free(struct baseline *baseline);
/* Sets `known` of each finding of an input that the baseline has and that has not expired. */
void baseline_apply(struct baseline *baseline, const char *input, vrrl_findings *findings);

/* One input's findings, as they are written into a new baseline. */
struct baseline_input {
    const char *input;
    const vrrl_findings *findings;
};
vrrl_code baseline_write(const char *path, const struct baseline_input *inputs, size_t count,
                         vrrl_error *err);

#endif
