/* What a path names, before anything of it is trusted: a folder, a file, or a descriptor, which is read
 * into memory. */
#include "input/find.h"

#include "base/error.h"
#include "base/open_file.h"
#include "input/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_IN_RECORDING "slots.vrrl"
#define MANIFEST         "manifest.json"

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), size = strlen(end);
    return length > size && strcasecmp(text + length - size, end) == 0;
}

static bool takes(uint32_t set, vrrl_input_kind kind)
{
    return set >> kind & 1;
}

/* ---- What it should have been ---------------------------------------------------------------- */

/* "Fix: name a log, a program file or a task graph." */
static void write_fix(uint32_t set, vrrl_error *err)
{
    static const vrrl_input_kind told[] = {
        VRRL_INPUT_PROGRAM, VRRL_INPUT_GRAPH,    VRRL_INPUT_RECORDING, VRRL_INPUT_LOG,
        VRRL_INPUT_CSV,     VRRL_INPUT_SCHEDULE, VRRL_INPUT_NPY,       VRRL_INPUT_NPZ,
        VRRL_INPUT_PTX,     VRRL_INPUT_PACK};
    char list[256] = "";
    uint32_t left = 0;
    if (!takes(set, VRRL_INPUT_NPY)) /* few archives need no description */
        set &= ~VRRL_INPUT_SET(NPZ);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        left += takes(set, told[i]);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        if (!takes(set, told[i]))
            continue;
        size_t used = strlen(list);
        left--;
        snprintf(list + used, sizeof list - used, "%s%s", vrrl_input_kind_name(told[i]),
                 left > 1   ? ", "
                 : left > 0 ? " or "
                            : "");
    }
    error_fix(err, "Fix: name %s.", list);
}

static vrrl_code refuse(const vrrl_input *input, uint32_t set, vrrl_error *err)
{
    error_set(err, VRRL_INVALID, "", "%s is %s: %s", input->name, vrrl_input_kind_name(input->kind),
              vrrl_input_kind_advice(input->kind));
    if (input->kind == VRRL_INPUT_PTX && takes(set, VRRL_INPUT_PROGRAM))
        error_fix(err, "Fix: give `vrrl explore` or `vrrl replay` the kernel's launch file, by "
                       "--launch FILE: docs/launch.md.");
    else
        write_fix(set, err);
    return VRRL_INVALID;
}

/* What is only guessed at by its bytes, by what its owner calls it. */
static vrrl_input_kind by_name(const char *name, vrrl_input_kind kind)
{
    bool vague = kind == VRRL_INPUT_UNKNOWN || kind == VRRL_INPUT_EMPTY;
    if (vague && ends_with(name, ".vrrl"))
        return VRRL_INPUT_LOG;
    if (kind == VRRL_INPUT_TEXT && ends_with(name, ".json"))
        return VRRL_INPUT_JSON;
    return kind == VRRL_INPUT_TEXT && ends_with(name, ".mk") ? VRRL_INPUT_PROGRAM : kind;
}

/* ---- Descriptors ----------------------------------------------------------------------------- */

/* Up to `size` bytes; fewer at its end. */
static vrrl_code read_some(int fd, const char *name, char *bytes, size_t size, size_t *got,
                           vrrl_error *err)
{
    *got = 0;
    while (*got < size) {
        ssize_t part = read(fd, bytes + *got, size - *got);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return error_errno(err, "read", name, NULL);
        if (part == 0)
            break;
        *got += (size_t)part;
    }
    return VRRL_OK;
}

static vrrl_code keep_bytes(int spool, const char *bytes, size_t size, vrrl_error *err)
{
    for (size_t done = 0; done < size;) {
        ssize_t part = write(spool, bytes + done, size - done);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return error_errno(err, "write into memory for", "what a descriptor gives", NULL);
        done += (size_t)part;
    }
    return VRRL_OK;
}

/* All that comes after the head. */
static vrrl_code keep_rest(const vrrl_input *input, int fd, size_t kept, vrrl_error *err)
{
    enum { PIECE = 1 << 16 };
    char *piece = malloc(PIECE);
    size_t got = PIECE;
    vrrl_code code = piece ? VRRL_OK : (vrrl_code)error_no_memory(err, PIECE);
    while (code == VRRL_OK && got == PIECE) {
        code = read_some(fd, input->name, piece, PIECE, &got, err);
        kept += got;
        if (code == VRRL_OK && kept > VRRL_INPUT_SPOOL_BYTES_MAX)
            code = error_set(err, VRRL_TOO_LARGE, "Fix: write it into a file, and name that.",
                             "%s gives more than %u MiB, which is what vrrl keeps of it in memory",
                             input->name, VRRL_INPUT_SPOOL_BYTES_MAX >> 20);
        if (code == VRRL_OK)
            code = keep_bytes(input->spool, piece, got, err);
    }
    free(piece);
    return code;
}

static vrrl_code find_in_descriptor(vrrl_input *input, int fd, uint32_t set, vrrl_error *err)
{
    char head[VRRL_INPUT_HEAD_BYTES];
    size_t got;
    if (fd == STDIN_FILENO)
        snprintf(input->name, sizeof input->name, "standard input");
    vrrl_code code = read_some(fd, input->name, head, sizeof head, &got, err);
    if (code != VRRL_OK)
        return code;
    input->kind = vrrl_input_look(head, got);
    if (!takes(set, input->kind))
        return refuse(input, set, err);
    input->spool = memfd_create("vrrl", MFD_CLOEXEC);
    if (input->spool < 0)
        return error_errno(err, "memfd_create for", input->name, NULL);
    snprintf(input->path, sizeof input->path, "/proc/self/fd/%d", input->spool);
    code = keep_bytes(input->spool, head, got, err);
    return code == VRRL_OK && got == sizeof head ? keep_rest(input, fd, got, err) : code;
}

/* ---- Paths ----------------------------------------------------------------------------------- */

static bool has_entry(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat status;
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    return length > 0 && length < PATH_MAX && lstat(path, &status) == 0;
}

/* While a recording is written, and where its process was killed, it is called NAME.partial. */
static vrrl_code find_in_folder(vrrl_input *input, uint32_t set, vrrl_error *err)
{
    char *end = input->path + strlen(input->path);
    while (end > input->path + 1 && end[-1] == '/')
        *--end = '\0';
    if (ends_with(input->path, ".partial"))
        input->kind = VRRL_INPUT_UNFINISHED;
    else if (has_entry(input->path, MANIFEST) || ends_with(input->path, ".vrrd"))
        input->kind = VRRL_INPUT_RECORDING;
    else
        input->kind = VRRL_INPUT_FOLDER;
    if (!takes(set, input->kind))
        return refuse(input, set, err);
    int length =
        snprintf(input->log_path, sizeof input->log_path, "%s/" LOG_IN_RECORDING, input->path);
    if (length >= PATH_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: choose a shorter path.",
                         "the path is too long");
    return VRRL_OK;
}

/* What stands before the colon in ARCHIVE:MEMBER, where tensors are taken and there is no file of the whole name. */
static void without_member(const char *path, uint32_t set, char file[PATH_MAX])
{
    struct stat status;
    const char *colon = strrchr(path, ':');
    bool member = colon && (set & VRRL_INPUTS_TENSOR) && stat(path, &status) != 0;
    snprintf(file, PATH_MAX, "%.*s", member ? (int)(colon - path) : PATH_MAX - 1, path);
}

static vrrl_code find_in_file(vrrl_input *input, uint32_t set, vrrl_error *err)
{
    char head[VRRL_INPUT_HEAD_BYTES];
    size_t got = 0;
    int fd;
    char file[PATH_MAX];
    without_member(input->path, set, file);
    vrrl_code code = open_for_reading(file, &fd, err);
    if (code != VRRL_OK)
        return code;
    code = read_some(fd, input->name, head, sizeof head, &got, err);
    close(fd);
    if (code != VRRL_OK)
        return code;
    input->kind = by_name(input->path, vrrl_input_look(head, got));
    return takes(set, input->kind) ? VRRL_OK : refuse(input, set, err);
}

vrrl_code input_find(vrrl_input *input, const char *path, uint32_t set, vrrl_error *err)
{
    struct stat status;
    int fd = path_descriptor(path);
    if (strlen(path) >= PATH_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: choose a shorter path.",
                         "the path is too long");
    snprintf(input->name, sizeof input->name, "%s", path);
    snprintf(input->path, sizeof input->path, "%s", path);
    if (fd >= 0)
        return find_in_descriptor(input, fd, set, err);
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return find_in_folder(input, set, err);
    return find_in_file(input, set, err);
}
