/* The folder of a recording while it is made: NAME.partial, until it gets its name. */
#ifndef VRRL_RECORDING_FOLDER_H
#define VRRL_RECORDING_FOLDER_H

#include "recording/recording.h"

struct recording_folder {
    char path[PATH_MAX]; /* without slashes at its end */
    char directory[PATH_MAX + sizeof RECORDING_PARTIAL];
};

/* Sets both names. */
vrrl_code recording_folder_name(struct recording_folder *folder, const char *path, vrrl_error *err);
/* Makes it; VRRL_EXISTS where either name is taken. */
vrrl_code recording_folder_make(const struct recording_folder *folder, vrrl_error *err);
/* Makes it durable, and gives it its name. */
vrrl_code recording_folder_publish(const struct recording_folder *folder, vrrl_error *err);
/* Removes it, and the files that a recorder makes in it. */
void recording_folder_remove(const struct recording_folder *folder);
/* The same of a folder that the caller has made of another recording's files: whichever it has. */
void recording_folder_clear(const char *directory);

/* Random bytes that no other recording has. */
void recording_make_id(uint8_t id[RECORDING_ID_BYTES]);

#endif
