/* Where the tasks of a task graph stand in its JSON: for messages, which the graph itself keeps no lines for. */
#include "input/input.h"

#include "base/array.h"
#include "base/error.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct scan {
    const char *at, *end;
    uint32_t line, depth;
    bool named;    /* the last string of the outermost object was "tasks" */
    bool in_tasks; /* its array is open */
    uint32_t *lines, count, room;
};

/* Goes to the quotation mark that ends a string. */
static void skip_string(struct scan *s)
{
    const char *begin = ++s->at;
    while (s->at < s->end && *s->at != '"')
        s->at += *s->at == '\\' && s->end - s->at > 1 ? 2 : 1;
    if (s->depth == 1)
        s->named = s->at - begin == 5 && memcmp(begin, "tasks", 5) == 0;
}

static vrrl_code open_bracket(struct scan *s, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    if (s->depth == 1)
        s->in_tasks = s->named && *s->at == '[';
    if (s->depth == 2 && s->in_tasks && *s->at == '{' &&
        (code = array_room(s->lines, s->count, s->room, 1, err)) == VRRL_OK)
        s->lines[s->count++] = s->line;
    s->depth++;
    return code;
}

/* The text has been read as JSON already: it is well-formed. */
static vrrl_code scan(struct scan *s, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (; s->at < s->end && code == VRRL_OK; s->at++) {
        if (*s->at == '\n')
            s->line++;
        else if (*s->at == '"')
            skip_string(s);
        else if (*s->at == '{' || *s->at == '[')
            code = open_bracket(s, err);
        else if ((*s->at == '}' || *s->at == ']') && s->depth > 0)
            s->depth--;
    }
    return code;
}

static vrrl_code scan_file(const vrrl_input *input, int fd, struct scan *s, vrrl_error *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return error_errno(err, "fstat", input->name, NULL);
    if (status.st_size == 0)
        return VRRL_OK;
    size_t size = (size_t)status.st_size;
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return error_errno(err, "mmap", input->name, NULL);
    s->at = bytes;
    s->end = s->at + size;
    s->line = 1;
    vrrl_code code = scan(s, err);
    munmap(bytes, size);
    return code;
}

vrrl_code vrrl_input_task_lines(const vrrl_input *input, uint32_t **lines, uint32_t *count,
                                vrrl_error *err)
{
    struct scan s = {.at = NULL};
    *lines = NULL;
    *count = 0;
    if (input->kind != VRRL_INPUT_GRAPH && input->kind != VRRL_INPUT_OBJECT)
        return VRRL_OK;
    int fd = input->spool >= 0 ? input->spool : open(input->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, "open", input->name, NULL);
    vrrl_code code = scan_file(input, fd, &s, err);
    if (fd != input->spool)
        close(fd);
    if (code != VRRL_OK) {
        free(s.lines);
        return code;
    }
    *lines = s.lines;
    *count = s.count;
    return VRRL_OK;
}
