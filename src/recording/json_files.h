/* The JSON files of a recording: written whole, read with limits. */
#ifndef VRRL_RECORDING_JSON_FILES_H
#define VRRL_RECORDING_JSON_FILES_H

#include "recording/recording.h"

/* Of a file that is read. Symbols of a million slots are some 40 MB. */
enum { JSON_BYTES_MAX = 512 << 20 };

/* "DIRECTORY/NAME"; VRRL_TOO_LARGE where it does not fit. */
vrrl_code recording_file(char out[PATH_MAX], const char *directory, const char *name,
                         vrrl_error *err);

/* Writes a JSON file whole, by rename. Takes the reference. */
vrrl_code recording_write_json(const char *directory, const char *name, json_t *json,
                               vrrl_error *err);
vrrl_code recording_read_json(const char *directory, const char *name, json_t **json,
                              vrrl_error *err);

#endif
