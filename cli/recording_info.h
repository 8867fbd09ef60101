/* What `vrrl info` says of a recording beside its log. */
#ifndef VRRL_CLI_RECORDING_INFO_H
#define VRRL_CLI_RECORDING_INFO_H

#include "log_input.h"

#include <jansson.h>

/* How it was made, how far it goes, its snapshots, its bytes by kind; of one whose last epoch did not end which slots
 * were in flight then, and what each waits for. Of one that cannot be opened: why. Nothing of a log alone. */
void recording_info_print(const struct log_input *log);
/* The same; JSON's null of a log alone. */
json_t *recording_info_json(const struct log_input *log);

#endif
