/* What the files that read launch files share. */
#ifndef VRRL_LAUNCH_LAUNCH_PARSER_H
#define VRRL_LAUNCH_LAUNCH_PARSER_H

#include "launch/launch.h"
#include "program_file/mk_parser.h"
#include "program_file/mk_tokens.h"

struct launch_parser {
    struct mk_parser mk;
    struct launch *launch;
    uint64_t threads; /* of the group that is being read */
    bool room_is_set, devices_are_set;
};

#endif
