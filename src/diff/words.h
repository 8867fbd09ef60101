/* Observed words under the rules that the program declares for its regions. */
#ifndef VRRL_DIFF_WORDS_H
#define VRRL_DIFF_WORDS_H

#include "diff/diff.h"

/* Compares the observed words under the program's rules: counts, and the first of those that count
 * in result->words, those that `prefer` writes before others (VRRL_NO_INDEX: none). */
vrrl_code diff_words(const vrrl_program *program, const struct observation *a,
                     const struct observation *b, uint32_t prefer, vrrl_diff_result *result,
                     vrrl_error *err);

#endif
