/* manifest.json: how the recording was made, and on what machine. */
#ifndef VRRL_RECORDING_MANIFEST_H
#define VRRL_RECORDING_MANIFEST_H

#include "recording/recording.h"

/* Replaces the manifest as a whole: a reader sees the old or the new one. It has the digests of symbols and names that
 * are in the folder by then. */
vrrl_code manifest_write(const char *directory, const struct manifest *manifest,
                         const vrrl_program *program, vrrl_error *err);
/* Fills a manifest and a fresh program's geometry, model, name, regions and expectations. *json
 * holds the texts; give it to json_decref. */
vrrl_code manifest_read(const char *directory, struct manifest *manifest, vrrl_program *program,
                        json_t **json, const char **tool_version, vrrl_error *err);

#endif
