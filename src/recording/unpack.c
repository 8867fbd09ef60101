/* The files of a pack, in a folder of their own. Nothing that the pack says is believed before it is checked. */
#include "vrrl/run/pack.h"

#include "base/open_file.h"
#include "base/sync.h"
#include "recording/folder.h"
#include "recording/json_files.h"
#include "recording/pack_format.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct unpacker {
    const char *path; /* of the pack */
    int fd;
    const char *folder;
    struct pack_header header;
    uint64_t at; /* of the next head */
};

static vrrl_code bad(const struct unpacker *u, const char *what, vrrl_error *err)
{
    return error_set(err, VRRL_CORRUPT, "Fix: the pack is damaged; get it again.", "%s: %s",
                     u->path, what);
}

/* The header agrees with the file's size, so that no size in a head can go beyond it. */
static vrrl_code read_header(struct unpacker *u, vrrl_error *err)
{
    uint8_t bytes[PACK_HEADER_BYTES];
    struct stat status;
    if (fstat(u->fd, &status) != 0)
        return error_errno(err, "fstat", u->path, NULL);
    if (!S_ISREG(status.st_mode))
        return error_set(err, VRRL_INVALID, "Fix: save it to a file first.",
                         "%s is no regular file", u->path);
    if (status.st_size < PACK_HEADER_BYTES)
        return error_set(err, VRRL_HEADER_MISMATCH, "Fix: name a file that `vrrl pack` wrote.",
                         "%s is no pack: it has less than %d bytes", u->path, PACK_HEADER_BYTES);
    if (pack_read(u->fd, bytes, sizeof bytes, 0) != 0)
        return error_errno(err, "read", u->path, NULL);
    vrrl_code code = pack_header_decode(bytes, &u->header, u->path, err);
    if (code == VRRL_OK && u->header.bytes != (uint64_t)status.st_size)
        code = error_set(err, VRRL_CORRUPT, "Fix: the pack was cut, or has grown; get it again.",
                         "%s has %" PRIu64 " bytes, and its header says %" PRIu64, u->path,
                         (uint64_t)status.st_size, u->header.bytes);
    if (code == VRRL_OK && (u->header.files == 0 || u->header.files > PACK_FILES_MAX))
        code = bad(u, "the number of files is out of range", err);
    u->at = PACK_HEADER_BYTES;
    return code;
}

static vrrl_code read_head(struct unpacker *u, struct pack_head *head, bool first, vrrl_error *err)
{
    uint8_t bytes[PACK_HEAD_BYTES];
    if (u->header.bytes - u->at < PACK_HEAD_BYTES)
        return bad(u, "it ends before its last file", err);
    if (pack_read(u->fd, bytes, sizeof bytes, u->at) != 0)
        return error_errno(err, "read", u->path, NULL);
    u->at += PACK_HEAD_BYTES;
    vrrl_code code = pack_head_decode(bytes, head, u->path, err);
    if (code == VRRL_OK && head->size > u->header.bytes - u->at)
        code = bad(u, "a file is larger than what is left", err);
    if (code == VRRL_OK && first && strcmp(head->name, RECORDING_MANIFEST) != 0)
        code = bad(u, "its first file is not " RECORDING_MANIFEST, err);
    return code;
}

static vrrl_code take_file(struct unpacker *u, bool first, vrrl_error *err)
{
    struct pack_head head;
    char path[PATH_MAX];
    uint8_t digest[DIGEST_BYTES];
    vrrl_code code = read_head(u, &head, first, err);
    if (code == VRRL_OK)
        code = recording_file(path, u->folder, head.name, err);
    if (code != VRRL_OK)
        return code;
    const struct pack_place from = {.fd = u->fd, .at = u->at, .path = u->path};
    struct pack_place to = {.path = path};
    to.fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (to.fd < 0)
        return errno == EEXIST ? bad(u, "it has a file twice", err)
                               : error_errno(err, "open", path, NULL);
    code = pack_copy(&from, &to, head.size, digest, err);
    if (code == VRRL_OK && memcmp(digest, head.digest, DIGEST_BYTES) != 0)
        code = bad(u, "the digest of a file does not hold", err);
    if (code == VRRL_OK && sync_data(to.fd) != 0)
        code = error_errno(err, "fdatasync", path, NULL);
    close(to.fd);
    u->at += head.size;
    return code;
}

static vrrl_code take_files(struct unpacker *u, const char *path, vrrl_error *err)
{
    struct recording_folder folder;
    vrrl_code code = recording_folder_name(&folder, path, err);
    if (code == VRRL_OK)
        code = recording_folder_make(&folder, err);
    if (code != VRRL_OK)
        return code;
    u->folder = folder.directory;
    for (uint32_t i = 0; code == VRRL_OK && i < u->header.files; i++)
        code = take_file(u, i == 0, err);
    if (code == VRRL_OK && u->at != u->header.bytes)
        code = bad(u, "there are bytes behind its last file", err);
    if (code != VRRL_OK)
        recording_folder_clear(folder.directory);
    return code == VRRL_OK ? recording_folder_publish(&folder, err) : code;
}

vrrl_code vrrl_unpack_recording(const char *pack, const char *path, vrrl_pack_summary *summary,
                                vrrl_error *err)
{
    struct unpacker u = {.path = pack};
    vrrl_code code = open_for_reading(pack, &u.fd, err);
    if (code != VRRL_OK)
        return code;
    code = read_header(&u, err);
    if (code == VRRL_OK)
        code = take_files(&u, path, err);
    close(u.fd);
    if (code == VRRL_OK && summary)
        *summary = (vrrl_pack_summary){.files = u.header.files, .bytes = u.header.bytes};
    return code;
}
