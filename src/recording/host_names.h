/* What a host calls its opcodes and their operands: a names file in its recording. */
#ifndef VRRL_RECORDING_HOST_NAMES_H
#define VRRL_RECORDING_HOST_NAMES_H

#include "recording/recording.h"

/* VRRL_PARSE where the text is no names file; NULL is fine. */
vrrl_code host_names_check(const char *text, vrrl_error *err);
vrrl_code host_names_write(const char *directory, const char *text, vrrl_error *err);

/* Calls the slots of a host's recording what its names say: "ATTENTION layer=3 head=1". Names that cannot be read
 * are left out. */
vrrl_code host_names_read(vrrl_recording *recording, vrrl_error *err);

#endif
