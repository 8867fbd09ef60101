/* A FILE whose bytes go to a function. */
#include "vrrl/run/stream.h"

#include "base/error.h"

#include <errno.h>
#include <stdlib.h>

struct stream {
    vrrl_write write;
    void *context;
    bool failed;
};

static ssize_t pass_on(void *cookie, const char *bytes, size_t size)
{
    struct stream *s = cookie;
    if (size > 0 && !s->failed)
        s->failed = !s->write(s->context, bytes, size);
    if (s->failed)
        errno = EIO;
    return s->failed ? 0 : (ssize_t)size;
}

static int close_stream(void *cookie)
{
    struct stream *s = cookie;
    bool failed = s->failed;
    free(s);
    return failed ? EOF : 0;
}

vrrl_code vrrl_stream_open(vrrl_write write, void *context, FILE **out, vrrl_error *err)
{
    struct stream *s = malloc(sizeof *s);
    *out = NULL;
    if (!s)
        return error_no_memory(err, sizeof *s);
    *s = (struct stream){.write = write, .context = context};
    *out = fopencookie(s, "w", (cookie_io_functions_t){.write = pass_on, .close = close_stream});
    if (*out)
        return VRRL_OK;
    free(s);
    return error_no_memory(err, sizeof *s);
}
