/* Repairs by a word: releases, acquires and fences wherever it is written or read. */
#ifndef VRRL_EXPLAIN_EXPLAIN_WORDS_H
#define VRRL_EXPLAIN_EXPLAIN_WORDS_H

#include "explain/explain.h"

/* On one side or on both, as functions that many slots call have them. */
vrrl_code repair_words(struct explainer *x, vrrl_error *err);

#endif
