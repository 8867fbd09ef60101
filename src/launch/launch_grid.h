/* Launch files: a launch, behind its keyword, and its block of lines. */
#ifndef VRRL_LAUNCH_LAUNCH_GRID_H
#define VRRL_LAUNCH_LAUNCH_GRID_H

#include "launch/launch_parser.h"

vrrl_code launch_read_grid(struct launch_parser *p, uint32_t group, const struct mk_token *at);

#endif
