#include "recording/folder.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/sync.h"
#include "recording/json_files.h"
#include "recording/pack_format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

void recording_make_id(uint8_t id[RECORDING_ID_BYTES])
{
    if (getrandom(id, RECORDING_ID_BYTES, 0) == RECORDING_ID_BYTES)
        return;
    uint64_t state = clock_wall_ns() ^ (uint64_t)getpid() << 32; /* no entropy: unique will do */
    for (size_t i = 0; i < RECORDING_ID_BYTES; i++)
        id[i] = (uint8_t)random_next(&state);
}

vrrl_code recording_folder_name(struct recording_folder *f, const char *path, vrrl_error *err)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0)
        return error_set(err, VRRL_INVALID, "Fix: name the recording, as in RUN.vrrd.",
                         "the recording's path is empty");
    if (length + sizeof RECORDING_PARTIAL > PATH_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: choose a shorter path.",
                         "the path %.64s... is longer than %zu bytes", path,
                         PATH_MAX - sizeof RECORDING_PARTIAL);
    snprintf(f->path, PATH_MAX, "%.*s", (int)length, path);
    const char *slash = strrchr(f->path, '/');
    if (strlen(slash ? slash + 1 : f->path) + sizeof RECORDING_PARTIAL - 1 > NAME_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: choose a shorter name.",
                         "the name %.64s... is longer than %zu bytes: while it is recorded it "
                         "has " RECORDING_PARTIAL " behind it",
                         slash ? slash + 1 : f->path, NAME_MAX - (sizeof RECORDING_PARTIAL - 1));
    snprintf(f->directory, PATH_MAX + sizeof RECORDING_PARTIAL, "%s" RECORDING_PARTIAL, f->path);
    return VRRL_OK;
}

vrrl_code recording_folder_make(const struct recording_folder *f, vrrl_error *err)
{
    struct stat status;
    if (lstat(f->path, &status) == 0)
        return error_set(err, VRRL_EXISTS, "Fix: choose another name, or remove it first.",
                         "%s is already there", f->path);
    if (mkdir(f->directory, 0777) == 0)
        return VRRL_OK;
    if (errno != EEXIST)
        return error_errno(err, "mkdir", f->directory, NULL);
    return error_set(
        err, VRRL_EXISTS,
        "Fix: another run is recording there, or one was killed: replay it or remove it.",
        "%s is already there", f->directory);
}

void recording_folder_remove(const struct recording_folder *f)
{
    static const char *const names[] = {RECORDING_LOG,   RECORDING_COMPANION, RECORDING_SNAPSHOT,
                                        RECORDING_PAGES, RECORDING_MANIFEST,  RECORDING_SYMBOLS,
                                        RECORDING_NAMES, "pages-0.zst"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[PATH_MAX];
        if (recording_file(path, f->directory, names[i], NULL) == VRRL_OK)
            unlink(path);
    }
    rmdir(f->directory);
}

void recording_folder_clear(const char *directory)
{
    char path[PATH_MAX];
    char(*names)[PACK_NAME_BYTES];
    uint32_t count;
    pack_list(directory, &names, &count, NULL);
    for (uint32_t i = 0; i < count; i++)
        if (recording_file(path, directory, names[i], NULL) == VRRL_OK)
            unlink(path);
    free(names);
    rmdir(directory);
}

vrrl_code recording_folder_publish(const struct recording_folder *f, vrrl_error *err)
{
    vrrl_code code = sync_folder(f->directory, err);
    if (code == VRRL_OK && rename_new(f->directory, f->path) != 0)
        code = error_errno(err, "rename", f->directory,
                           "Fix: the recording is whole under that name; move it yourself.");
    return code == VRRL_OK ? sync_name(f->path, err) : code;
}
