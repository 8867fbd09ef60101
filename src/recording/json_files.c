#include "recording/json_files.h"

#include "base/printable.h"
#include "base/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A value takes up to some 60 bytes of memory, whatever it takes in the file: at most 1 GiB. */
enum { JSON_VALUES_MAX = 1 << 24 };

vrrl_code recording_file(char out[PATH_MAX], const char *directory, const char *name,
                         vrrl_error *err)
{
    int length = snprintf(out, PATH_MAX, "%s/%s", directory, name);
    if (length < 0 || length >= PATH_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: choose a shorter path.",
                         "the path %s/%s is longer than %d bytes", directory, name, PATH_MAX - 1);
    return VRRL_OK;
}

static vrrl_code dump_to(json_t *json, const char *path, vrrl_error *err)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return error_errno(err, "open", path, NULL);
    bool good = json_dumpf(json, file, JSON_INDENT(1) | JSON_ENSURE_ASCII) == 0;
    good = fputc('\n', file) != EOF && good;
    good = fflush(file) == 0 && good;
    good = sync_data(fileno(file)) == 0 && good;
    vrrl_code code = good ? VRRL_OK : error_errno(err, "write", path, NULL);
    fclose(file);
    return code;
}

vrrl_code recording_write_json(const char *directory, const char *name, json_t *json,
                               vrrl_error *err)
{
    char path[PATH_MAX], fresh[PATH_MAX];
    char fresh_name[64];
    snprintf(fresh_name, sizeof fresh_name, "%s.new", name);
    if (!json)
        return error_no_memory(err, 0);
    vrrl_code code = recording_file(path, directory, name, err);
    if (code == VRRL_OK)
        code = recording_file(fresh, directory, fresh_name, err);
    if (code == VRRL_OK)
        code = dump_to(json, fresh, err);
    if (code == VRRL_OK && rename(fresh, path) != 0)
        code = error_errno(err, "rename", fresh, NULL);
    if (code != VRRL_OK)
        unlink(fresh);
    json_decref(json);
    return code;
}

static vrrl_code check_size(int fd, const char *path, vrrl_error *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return error_errno(err, "fstat", path, NULL);
    if (!S_ISREG(status.st_mode) || status.st_size > JSON_BYTES_MAX)
        return error_set(err, VRRL_PARSE, "Fix: the recording is damaged; record it again.",
                         "%s is no regular file of at most %d MiB", path, JSON_BYTES_MAX >> 20);
    return VRRL_OK;
}

/* A JSON file as it is parsed: every value but the first comes behind one of these. */
struct json_input {
    FILE *file;
    uint32_t values;
    bool in_text, escaped;
};

static void count_values(struct json_input *in, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char c = bytes[i];
        if (in->in_text) {
            in->in_text = in->escaped || c != '"';
            in->escaped = !in->escaped && c == '\\';
        } else {
            in->in_text = c == '"';
            in->values += c == ',' || c == '[' || c == '{' || c == ':';
        }
    }
}

static size_t read_json(void *buffer, size_t size, void *context)
{
    struct json_input *in = context;
    size_t got = fread(buffer, 1, size, in->file);
    count_values(in, buffer, got);
    return ferror(in->file) || in->values > JSON_VALUES_MAX ? (size_t)-1 : got;
}

/* Takes the descriptor. */
static vrrl_code load_from(int fd, const char *path, json_t **json, vrrl_error *err)
{
    json_error_t why;
    struct json_input in = {.file = fdopen(fd, "r")};
    if (!in.file) {
        close(fd);
        return error_errno(err, "fdopen", path, NULL);
    }
    *json = json_load_callback(read_json, &in, JSON_REJECT_DUPLICATES, &why);
    fclose(in.file);
    if (!*json && in.values > JSON_VALUES_MAX)
        return error_set(err, VRRL_PARSE, "Fix: the recording is damaged; record it again.",
                         "%s has more than %d values", path, JSON_VALUES_MAX);
    make_ascii(why.text);
    if (!*json)
        return error_set(err, VRRL_PARSE, "Fix: the recording is damaged; record it again.",
                         "%s:%d:%d: %s", path, why.line, why.column, why.text);
    return VRRL_OK;
}

vrrl_code recording_read_json(const char *directory, const char *name, json_t **json,
                              vrrl_error *err)
{
    char path[PATH_MAX];
    vrrl_code code = recording_file(path, directory, name, err);
    if (code != VRRL_OK)
        return code;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_errno(err, "open", path, "Fix: name a recording: a folder NAME.vrrd.");
    code = check_size(fd, path, err);
    if (code == VRRL_OK)
        return load_from(fd, path, json, err);
    close(fd);
    return code;
}
