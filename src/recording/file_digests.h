/* Which of a recording's small files are its own: the manifest has digests of them. */
#ifndef VRRL_RECORDING_FILE_DIGESTS_H
#define VRRL_RECORDING_FILE_DIGESTS_H

#include "recording/recording.h"

/* An object of names and digests: of those of symbols.json and host.names that are in the folder. */
vrrl_code file_digests_json(const char *directory, json_t **json, vrrl_error *err);
/* VRRL_CORRUPT where a file that is there is not the one of `digests`. One that these do not name is not
 * looked at. */
vrrl_code file_digests_check(const char *directory, const json_t *digests, vrrl_error *err);

#endif
