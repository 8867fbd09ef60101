/* What a recording's folder has. */
#include "vrrl/run/recording_files.h"

#include "base/error.h"
#include "recording/json_files.h"
#include "recording/pack_format.h"
#include "recording/recording.h"
#include "recording/snapshots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The sum that a file of this name belongs to. */
static uint64_t *sum_of(vrrl_recording_files *files, const char *name)
{
    return strcmp(name, RECORDING_LOG) == 0         ? &files->log_bytes
           : strncmp(name, "slots-", 6) == 0        ? &files->log_bytes
           : strcmp(name, RECORDING_COMPANION) == 0 ? &files->companion_bytes
           : strncmp(name, "state-", 6) == 0        ? &files->snapshot_bytes
           : strncmp(name, "pages", 5) == 0         ? &files->page_bytes
                                                    : &files->other_bytes;
}

static vrrl_code add_sizes(const vrrl_recording *r, vrrl_recording_files *files, vrrl_error *err)
{
    char(*names)[PACK_NAME_BYTES];
    uint32_t count;
    vrrl_code code = pack_list(r->path, &names, &count, err);
    for (uint32_t i = 0; code == VRRL_OK && i < count; i++) {
        char path[PATH_MAX];
        struct stat status;
        code = recording_file(path, r->path, names[i], err);
        if (code == VRRL_OK && stat(path, &status) == 0)
            *sum_of(files, names[i]) += (uint64_t)status.st_size;
        else if (code == VRRL_OK && errno != ENOENT) /* one can go while it is recorded */
            code = error_errno(err, "stat", path, NULL);
    }
    free(names);
    return code;
}

vrrl_code vrrl_recording_list_files(const vrrl_recording *r, vrrl_recording_files **out,
                                    vrrl_error *err)
{
    *out = NULL;
    vrrl_recording_files *files = calloc(1, sizeof *files);
    if (!files)
        return error_no_memory(err, sizeof *files);
    files->size = sizeof *files;
    vrrl_code code = snapshot_list(r->path, &files->snapshots, &files->snapshot_count, err);
    if (code == VRRL_OK)
        code = add_sizes(r, files, err);
    if (code == VRRL_OK)
        *out = files;
    else
        vrrl_recording_files_free(files);
    return code;
}

void vrrl_recording_files_free(vrrl_recording_files *files)
{
    if (!files)
        return;
    free(files->snapshots);
    free(files);
}
