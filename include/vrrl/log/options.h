/* SPDX-License-Identifier: MIT */
/*
 * Options: the structs called vrrl_*_options, which a function takes beside what it works on.
 *
 * Each begins with its size, so that programs and libraries of different versions understand each other.
 * A field that is 0 has its default, and NULL in the place of options is all defaults.
 *
 *     vrrl_explore_options options;
 *     VRRL_OPTIONS_INIT(&options);
 *     options.schedules = 2000;
 *
 * or, where initialisers have names, `vrrl_explore_options options = {.size = sizeof options, .schedules =
 * 2000};`.
 *
 * A library that is newer than the program reads `size` bytes, and what it knows besides has its default.
 * One that is older refuses (VRRL_UNSUPPORTED) options in which a byte that it does not know is not 0. A size
 * of 0, or of less than a size, is VRRL_INVALID: somebody forgot it.
 */
#ifndef VRRL_API_LOG_OPTIONS_H
#define VRRL_API_LOG_OPTIONS_H

#include <stddef.h>
#include <string.h>

/* Defaults for the options that it points to. */
#define VRRL_OPTIONS_INIT(options)                                                                 \
    (memset((options), 0, sizeof *(options)), (void)((options)->size = sizeof *(options)))

/* What a seed of 0 stands for, wherever one is asked for; --seed of the tool has the same default. */
#define VRRL_SEED_DEFAULT 1u

#endif
