/* What is replied. */
#ifndef VRRL_ASK_REPLY_H
#define VRRL_ASK_REPLY_H

#include "vrrl/analysis/ask.h"
#include "vrrl/analysis/finding.h"

#include <stdio.h>

/* A text that grows as a stream is written. */
struct reply_text {
    FILE *out;
    char *bytes;
    size_t size;
};

struct vrrl_reply {
    vrrl_answer_verdict verdict;
    struct reply_text text, json, picture, program;
    vrrl_findings *findings;
    struct reply_text result; /* JSON of the result alone, until the reply ends */
};

/* A reply whose text and result can be written; the others have no stream. */
vrrl_code reply_begin(vrrl_reply **reply, vrrl_error *err);
/* Opens the stream of a text. */
vrrl_code reply_open(struct reply_text *text, vrrl_error *err);
/* Closes all streams and puts the result into its envelope. Where `code` is not VRRL_OK, or
 * memory lacks, the reply is freed, and *reply is NULL. */
vrrl_code reply_end(vrrl_code code, const char *command, const char *const *inputs, size_t count,
                    vrrl_reply **reply, vrrl_error *err);

#endif
