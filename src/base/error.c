#define VRRL_BASE_ERROR_C
#include "base/error.h"

#include "base/printable.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *text;
} table[] = {
#define X(code, name, text) [VRRL_##code] = {name, text},
    VRRL_ERROR_TABLE(X)
#undef X
};

static const size_t table_rows = sizeof table / sizeof table[0];

const char *vrrl_code_name(vrrl_code code)
{
    return (size_t)code < table_rows ? table[code].name : "Unknown";
}

const char *vrrl_code_text(vrrl_code code)
{
    return (size_t)code < table_rows ? table[code].text : "not an error code of this version";
}

vrrl_code error_set(vrrl_error *err, vrrl_code code, const char *fix, const char *format, ...)
{
    if (!err)
        return code;
    *err = (vrrl_error){.code = code};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    make_printable(err->text, strlen(err->text), true); /* the names of files are anybody's */
    snprintf(err->fix, sizeof err->fix, "%s", fix);
    return code;
}

static const char *fix_for_errno(int number)
{
    switch (number) {
    case ENOENT:
        return "Fix: check the path; the file or its folder is not there.";
    case EACCES:
    case EPERM:
        return "Fix: get permission for the file and its folder, or choose another place.";
    case EROFS:
        return "Fix: choose a place on a file system that can be written.";
    case ENOSPC:
    case EDQUOT:
        return "Fix: free some space, or choose a smaller capacity or another file system.";
    case EMFILE:
    case ENFILE:
        return "Fix: close files, or raise the limit (ulimit -n).";
    case ENOMEM:
        return "Fix: free some memory, or choose a smaller capacity.";
    case ELOOP:
        return "Fix: name the file itself; a symbolic link leads round in a circle.";
    case EISDIR:
        return "Fix: name a file, not a folder.";
    default:
        return "Fix: see the reason that the system gave.";
    }
}

vrrl_code error_errno(vrrl_error *err, const char *call, const char *path, const char *fix)
{
    int number = errno;
    error_set(err, VRRL_IO, fix ? fix : fix_for_errno(number), "%s %s: %s", call, path,
              strerror(number));
    if (err)
        err->sys_errno = number;
    return VRRL_IO;
}

vrrl_code error_no_memory(vrrl_error *err, uint64_t bytes)
{
    error_set(err, VRRL_NO_MEMORY,
              "Fix: free some memory, or make the input or its limits smaller.",
              bytes ? "could not allocate %llu bytes" : "out of memory", (unsigned long long)bytes);
    if (err)
        err->found = bytes;
    return VRRL_NO_MEMORY;
}

void error_fix(vrrl_error *err, const char *format, ...)
{
    if (!err)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->fix, sizeof err->fix, format, arguments);
    va_end(arguments);
}
