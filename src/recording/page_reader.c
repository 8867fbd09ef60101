#include "recording/page_reader.h"

#include "base/error.h"
#include "recording/json_files.h"
#include "recording/recording.h"
#include "recording/snapshots.h"

#include <errno.h>

static vrrl_code open_file(struct page_reader *p, uint32_t first, vrrl_error *err)
{
    char name[SNAPSHOT_NAME_BYTES] = RECORDING_PAGES;
    if (p->manifest->version >= RECORDING_WRAPS_VERSION)
        snapshot_pages_name(name, first);
    p->count = 0;
    vrrl_code code = recording_file(p->path, p->directory, name, err);
    if (code == VRRL_OK)
        code = frame_reader_open(&p->reader, p->path, err);
    p->reader.mark = frame_mark_of(p->manifest->id);
    return code;
}

vrrl_code page_reader_open(struct page_reader *p, const char *directory,
                           const struct manifest *manifest, uint32_t first, vrrl_error *err)
{
    *p = (struct page_reader){.reader.fd = -1, .directory = directory, .manifest = manifest};
    return open_file(p, first, err);
}

void page_reader_close(struct page_reader *p)
{
    frame_reader_close(&p->reader);
}

/* The next interval's file begins with `epoch`. *there is false where there is none. */
static vrrl_code open_next(struct page_reader *p, uint32_t epoch, bool *there, vrrl_error *err)
{
    vrrl_error why = {.code = VRRL_OK};
    *there = false;
    if (p->manifest->version < RECORDING_WRAPS_VERSION)
        return VRRL_OK;
    frame_reader_close(&p->reader);
    vrrl_code code = open_file(p, epoch, &why);
    *there = code == VRRL_OK;
    if (code == VRRL_OK || why.sys_errno == ENOENT)
        return VRRL_OK;
    if (err)
        *err = why;
    return code;
}

vrrl_code page_reader_get(struct page_reader *p, uint32_t epoch, uint64_t payload_limit,
                          bool *found, vrrl_error *err)
{
    uint32_t of = epoch;
    bool there = true;
    *found = false;
    if (p->reader.fd < 0)
        return VRRL_OK; /* there was no file to go on with */
    vrrl_code code = frame_get(&p->reader, p->path, FRAME_EPOCH, payload_limit, &of, found, err);
    if (code == VRRL_OK && !*found && p->count > 0) {
        code = open_next(p, epoch, &there, err);
        if (code == VRRL_OK && there)
            code = frame_get(&p->reader, p->path, FRAME_EPOCH, payload_limit, &of, found, err);
    }
    *found = *found && of == epoch;
    p->count += *found;
    return code;
}

vrrl_code page_reader_count(const char *directory, const struct manifest *manifest, uint32_t first,
                            uint32_t *count, vrrl_error *err)
{
    struct page_reader p;
    bool there = true;
    *count = 0;
    vrrl_code code = page_reader_open(&p, directory, manifest, first, err);
    while (code == VRRL_OK && there) {
        uint32_t more = 0;
        code = frame_count(&p.reader, p.path, &more, err);
        *count += more;
        there = false;
        if (code == VRRL_OK && more > 0)
            code = open_next(&p, first + *count, &there, err);
    }
    page_reader_close(&p);
    return code;
}
