#include "recording/file_digests.h"

#include "base/error.h"
#include "base/hex.h"
#include "recording/json_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Those that have no id of the recording in them. */
static const char *const named_files[] = {RECORDING_SYMBOLS, RECORDING_NAMES};
enum { NAMED_FILES = sizeof named_files / sizeof named_files[0] };

#define DIGEST_TEXT (2 * DIGEST_BYTES + 1)

static vrrl_code digest_of(int fd, const char *path, char text[DIGEST_TEXT], vrrl_error *err)
{
    uint8_t bytes[16384], digest[DIGEST_BYTES];
    struct digest_stream stream;
    ssize_t got;
    digest_stream_begin(&stream);
    while ((got = read(fd, bytes, sizeof bytes)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_errno(err, "read", path, NULL);
        digest_stream_add(&stream, bytes, (size_t)got);
    }
    digest_stream_end(&stream, digest);
    hex_text(text, digest, DIGEST_BYTES);
    return VRRL_OK;
}

/* "" of a file that is not there, and of what is no regular file of at most the size that a reader takes. */
static vrrl_code digest_file(const char *directory, const char *name, char text[DIGEST_TEXT],
                             vrrl_error *err)
{
    char path[PATH_MAX];
    struct stat status;
    text[0] = '\0';
    vrrl_code code = recording_file(path, directory, name, err);
    if (code != VRRL_OK)
        return code;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? VRRL_OK : error_errno(err, "open", path, NULL);
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= JSON_BYTES_MAX)
        code = digest_of(fd, path, text, err);
    close(fd);
    return code;
}

vrrl_code file_digests_json(const char *directory, json_t **json, vrrl_error *err)
{
    char text[DIGEST_TEXT];
    vrrl_code code = VRRL_OK;
    *json = json_object();
    for (int i = 0; code == VRRL_OK && i < NAMED_FILES; i++) {
        code = digest_file(directory, named_files[i], text, err);
        if (code == VRRL_OK && text[0] != '\0')
            json_object_set_new(*json, named_files[i], json_string(text));
    }
    return code;
}

vrrl_code file_digests_check(const char *directory, const json_t *digests, vrrl_error *err)
{
    for (int i = 0; i < NAMED_FILES; i++) {
        char text[DIGEST_TEXT];
        const char *said = json_string_value(json_object_get(digests, named_files[i]));
        struct stat status;
        char path[PATH_MAX];
        if (!said)
            continue;
        vrrl_code code = recording_file(path, directory, named_files[i], err);
        if (code == VRRL_OK && lstat(path, &status) != 0)
            continue; /* who needs it says that it is missing */
        if (code == VRRL_OK)
            code = digest_file(directory, named_files[i], text, err);
        if (code != VRRL_OK)
            return code;
        if (strcmp(text, said) != 0)
            return error_set(err, VRRL_CORRUPT,
                             "Fix: the file is damaged, or of another recording: get it again.",
                             "%s is not the file that the manifest has the digest of", path);
    }
    return VRRL_OK;
}
