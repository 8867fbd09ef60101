#include "base/result.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

void *result_create(size_t size, vrrl_error *err)
{
    void *made = calloc(1, size);
    if (made)
        memcpy(made, &size, sizeof size);
    else
        error_no_memory(err, size);
    return made;
}
