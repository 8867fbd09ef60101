/* Launch files: buffers and stubs, behind their keyword. */
#ifndef VRRL_LAUNCH_LAUNCH_BUFFER_H
#define VRRL_LAUNCH_LAUNCH_BUFFER_H

#include "launch/launch_parser.h"

vrrl_code launch_read_buffer(struct launch_parser *p);
vrrl_code launch_read_stub(struct launch_parser *p);

#endif
