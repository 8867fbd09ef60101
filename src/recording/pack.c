/* A recording's files, one after the other in one file. */
#include "vrrl/run/pack.h"

#include "base/options.h"
#include "base/sync.h"
#include "recording/folder.h"
#include "recording/json_files.h"
#include "recording/pack_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct packer {
    const char *folder; /* the recording */
    const char *path;   /* of the pack, while it is written */
    int fd;
    uint64_t at; /* where the next head goes */
    uint32_t cut_paths;
    bool no_memory;
};

/* ---- The manifest ---------------------------------------------------------------------------- */

static void cut_paths(json_t *json, uint32_t *count);

/* What an array or an object has in a place; a text that is an absolute path gives way to its last part. */
static json_t *cut_value(json_t *value, uint32_t *count)
{
    const char *text = json_string_value(value);
    if (!text || text[0] != '/') {
        cut_paths(value, count);
        return NULL;
    }
    ++*count;
    return json_string(strrchr(text, '/') + 1);
}

/* As deep as the parser lets JSON be. */
static void cut_paths(json_t *json, uint32_t *count)
{
    const char *key;
    json_t *value, *fresh;
    size_t i;
    json_object_foreach(json, key, value) if ((fresh = cut_value(value, count)) != NULL)
        json_object_set_new(json, key, fresh);
    json_array_foreach(json, i, value) if ((fresh = cut_value(value, count)) != NULL)
        json_array_set_new(json, i, fresh);
}

/* ---- Files ----------------------------------------------------------------------------------- */

/* A link is none of a recorder's files, and would bring in what lies elsewhere. */
static vrrl_code open_file(const char *path, int *fd, uint64_t *size, vrrl_error *err)
{
    struct stat status;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (*fd < 0 && errno != ELOOP)
        return error_errno(err, "open", path, NULL);
    if (*fd >= 0 && fstat(*fd, &status) == 0 && S_ISREG(status.st_mode)) {
        *size = (uint64_t)status.st_size;
        return VRRL_OK;
    }
    if (*fd >= 0)
        close(*fd);
    return error_set(err, VRRL_CORRUPT, "Fix: put the file itself there.",
                     "%s is no regular file, as those of a recording are", path);
}

/* The head goes before bytes that are there. */
static vrrl_code put_head(struct packer *p, struct pack_head *head, vrrl_error *err)
{
    uint8_t bytes[PACK_HEAD_BYTES];
    pack_head_encode(bytes, head);
    if (pack_write(p->fd, bytes, sizeof bytes, p->at) != 0)
        return error_errno(err, "write", p->path, NULL);
    p->at += PACK_HEAD_BYTES + head->size;
    return VRRL_OK;
}

static vrrl_code put_text(struct packer *p, struct pack_head *head, const char *text,
                          vrrl_error *err)
{
    head->size = strlen(text);
    digest_blake3(text, (size_t)head->size, head->digest);
    if (pack_write(p->fd, text, (size_t)head->size, p->at + PACK_HEAD_BYTES) != 0)
        return error_errno(err, "write", p->path, NULL);
    return put_head(p, head, err);
}

static vrrl_code put_file(struct packer *p, struct pack_head *head, vrrl_error *err)
{
    char path[PATH_MAX];
    struct pack_place from = {.path = path};
    const struct pack_place to = {.fd = p->fd, .at = p->at + PACK_HEAD_BYTES, .path = p->path};
    vrrl_code code = recording_file(path, p->folder, head->name, err);
    if (code == VRRL_OK)
        code = open_file(path, &from.fd, &head->size, err);
    if (code != VRRL_OK)
        return code;
    code = pack_copy(&from, &to, head->size, head->digest, err);
    close(from.fd);
    return code == VRRL_OK ? put_head(p, head, err) : code;
}

/* As the recorder writes it. A string of the heap; NULL where memory lacks. */
static char *text_of(const json_t *json)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    bool good = json_dumpf(json, out, JSON_INDENT(1) | JSON_ENSURE_ASCII) == 0;
    good = fputc('\n', out) != EOF && good;
    if (fclose(out) == 0 && good)
        return text;
    free(text);
    return NULL;
}

/* As it is, where it has no absolute path and nothing is left out. */
static vrrl_code put_manifest(struct packer *p, struct pack_head *head, vrrl_error *err)
{
    char path[PATH_MAX];
    int fd;
    json_t *json;
    vrrl_code code = recording_file(path, p->folder, head->name, err);
    if (code == VRRL_OK)
        code = open_file(path, &fd, &head->size, err); /* no link */
    if (code != VRRL_OK)
        return code;
    close(fd);
    code = recording_read_json(p->folder, head->name, &json, err);
    if (code != VRRL_OK)
        return code;
    cut_paths(json, &p->cut_paths);
    if (p->no_memory)
        json_object_set_new(json, RECORDING_MEMORY, json_string(RECORDING_MEMORY_LEFT_OUT));
    if (p->cut_paths == 0 && !p->no_memory) {
        code = put_file(p, head, err);
    } else {
        char *text = text_of(json);
        code = text ? put_text(p, head, text, err) : error_no_memory(err, 0);
        free(text);
    }
    json_decref(json);
    return code;
}

/* Drops the names of files that hold memory. */
static void leave_memory_out(char (*names)[PACK_NAME_BYTES], uint32_t *count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++)
        if (strncmp(names[i], "state-", 6) != 0 && strncmp(names[i], "pages", 5) != 0)
            memmove(names[kept++], names[i], PACK_NAME_BYTES);
    *count = kept;
}

/* ---- The pack -------------------------------------------------------------------------------- */

static vrrl_code put_files(struct packer *p, char (*names)[PACK_NAME_BYTES], uint32_t count,
                           vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; code == VRRL_OK && i < count; i++) {
        struct pack_head head = {.size = 0};
        memcpy(head.name, names[i], PACK_NAME_BYTES);
        code = i == 0 ? put_manifest(p, &head, err) : put_file(p, &head, err);
    }
    uint8_t bytes[PACK_HEADER_BYTES];
    pack_header_encode(bytes, &(struct pack_header){.files = count, .bytes = p->at});
    if (code == VRRL_OK && pack_write(p->fd, bytes, sizeof bytes, 0) != 0)
        code = error_errno(err, "write", p->path, NULL);
    if (code == VRRL_OK && sync_data(p->fd) != 0)
        code = error_errno(err, "fdatasync", p->path, NULL);
    return code;
}

static vrrl_code name_pack(const char *path, struct recording_folder *name, vrrl_error *err)
{
    struct stat status;
    vrrl_code code = recording_folder_name(name, path, err);
    if (code == VRRL_OK && lstat(name->path, &status) == 0)
        code = error_set(err, VRRL_EXISTS, "Fix: choose another name, or remove it first.",
                         "%s is already there", name->path);
    return code;
}

static vrrl_code open_pack(struct packer *p, vrrl_error *err)
{
    p->fd = open(p->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (p->fd >= 0)
        return VRRL_OK;
    if (errno != EEXIST)
        return error_errno(err, "open", p->path, NULL);
    return error_set(err, VRRL_EXISTS,
                     "Fix: a pack is being written there, or its writer was killed: remove it.",
                     "%s is already there", p->path);
}

static vrrl_code write_pack(struct packer *p, char (*names)[PACK_NAME_BYTES], uint32_t count,
                            const char *final, vrrl_error *err)
{
    vrrl_code code = open_pack(p, err);
    if (code != VRRL_OK)
        return code;
    code = put_files(p, names, count, err);
    close(p->fd);
    if (code == VRRL_OK && rename_new(p->path, final) != 0)
        code = error_errno(err, "rename", p->path, NULL);
    if (code != VRRL_OK)
        unlink(p->path);
    return code == VRRL_OK ? sync_name(final, err) : code;
}

vrrl_code vrrl_pack_recording_with(const char *path, const char *pack,
                                   const vrrl_pack_options *options, vrrl_pack_summary *summary,
                                   vrrl_error *err)
{
    struct recording_folder name;
    char(*names)[PACK_NAME_BYTES] = NULL;
    uint32_t count = 0;
    vrrl_pack_options own;
    struct packer p = {.folder = path, .path = name.directory, .at = PACK_HEADER_BYTES};
    vrrl_code code = OPTIONS_READ(vrrl_pack_options, &own, options, err);
    if (code == VRRL_OK)
        code = name_pack(pack, &name, err);
    if (code == VRRL_OK)
        code = pack_list(path, &names, &count, err);
    if (code == VRRL_OK && (count == 0 || strcmp(names[0], RECORDING_MANIFEST) != 0))
        code = error_set(err, VRRL_INVALID, "Fix: name a recording: a folder NAME.vrrd.",
                         "%s is no recording: it has no " RECORDING_MANIFEST, path);
    p.no_memory = code == VRRL_OK && own.no_memory;
    if (p.no_memory)
        leave_memory_out(names, &count);
    if (code == VRRL_OK)
        code = write_pack(&p, names, count, name.path, err);
    free(names);
    if (code == VRRL_OK && summary)
        *summary = (vrrl_pack_summary){.files = count, .cut_paths = p.cut_paths, .bytes = p.at};
    return code;
}

vrrl_code vrrl_pack_recording(const char *path, const char *pack, vrrl_pack_summary *summary,
                              vrrl_error *err)
{
    return vrrl_pack_recording_with(path, pack, NULL, summary, err);
}
