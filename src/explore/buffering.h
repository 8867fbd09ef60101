/*
 * Load buffering: a store that hardware may bring before a load which it comes after in every run here.
 *
 * No memory model of vrrl lets a store overtake an earlier load of its slot, as Arm and PTX do. Where one
 * slot loads a word and then tells another, by relaxed operations alone, and that one stores to the word,
 * each run here has the load first. Happens-before does not.
 */
#ifndef VRRL_EXPLORE_BUFFERING_H
#define VRRL_EXPLORE_BUFFERING_H

#include "schedule/limit.h"
#include "schedule/run_target.h"

/* Looks at a few runs of a program, as far as they are short enough: pairs of a load and a store to its word
 * that follows from it, and that nothing orders. *found has the first, and how many there are. */
vrrl_code buffering_find(const vrrl_program *program, const struct run_target_options *options,
                         const struct search_limit *limit, vrrl_buffered *found, vrrl_error *err);

#endif
