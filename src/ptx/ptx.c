#include "ptx/ptx.h"

#include "base/array.h"
#include "base/open_file.h"
#include "base/text_mark.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 20 };

vrrl_code vrrl_ptx_parse(const char *text, size_t size, const char *name, vrrl_ptx **ptx,
                         vrrl_error *err)
{
    *ptx = NULL;
    if (size > VRRL_PTX_BYTES_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: compile the kernels to several files.",
                         "%s: more than %u bytes of PTX", name, VRRL_PTX_BYTES_MAX);
    vrrl_ptx *made = malloc(sizeof *made);
    if (!made)
        return error_no_memory(err, sizeof *made);
    size_t mark = text_mark_size(text, size);
    vrrl_code code = ptx_module_read(name, text + mark, size - mark, &made->module, err);
    if (code == VRRL_OK)
        *ptx = made;
    else
        free(made);
    return code;
}

/* Reads what is left of a descriptor, up to one byte more than a module may have. */
static vrrl_code read_all(int fd, const char *path, char **text, size_t *size, vrrl_error *err)
{
    size_t room = 0;
    for (;;) {
        if (room - *size < READ_BYTES) {
            room = 2 * room + READ_BYTES;
            if (!array_resize(text, room, 1))
                return error_no_memory(err, room);
        }
        ssize_t got = read(fd, *text + *size, READ_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_errno(err, "read", path, NULL);
        *size += (size_t)got;
        if (got == 0 || *size > VRRL_PTX_BYTES_MAX)
            return VRRL_OK;
    }
}

vrrl_code vrrl_ptx_load(const char *path, vrrl_ptx **ptx, vrrl_error *err)
{
    int fd;
    char *text = NULL;
    size_t size = 0;
    *ptx = NULL;
    vrrl_code code = open_for_reading(path, &fd, err);
    if (code != VRRL_OK)
        return code;
    code = read_all(fd, path, &text, &size, err);
    close(fd);
    if (code == VRRL_OK)
        code = vrrl_ptx_parse(text, size, path, ptx, err);
    free(text);
    return code;
}

void vrrl_ptx_free(vrrl_ptx *ptx)
{
    if (!ptx)
        return;
    ptx_module_free(ptx->module);
    free(ptx);
}

uint64_t ptx_shared_bytes(const struct ptx_module *module, const struct ptx_function *entry,
                          bool *dynamic)
{
    uint64_t bytes = 0;
    *dynamic = false;
    for (uint32_t i = 0; i < entry->shared_count; i++) {
        const struct ptx_variable *v = &module->variables[entry->shared[i]];
        *dynamic |= v->is_extern;
        if (!v->is_extern)
            bytes = ((bytes + v->align - 1) & ~(uint64_t)(v->align - 1)) + v->bytes;
    }
    return bytes;
}
