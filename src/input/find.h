/* Where the bytes of an input are, and what they are. */
#ifndef VRRL_INPUT_FIND_H
#define VRRL_INPUT_FIND_H

#include "input/input.h"

/* Finds the bytes of `path` and what they are: fills the fields above `loaded`. What is none of `takes` is
 * not read beyond its head. */
vrrl_code input_find(vrrl_input *input, const char *path, uint32_t takes, vrrl_error *err);

#endif
