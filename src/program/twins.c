#include "program/twins.h"

#include "program/batch_view.h"

#include <string.h>

enum { NAME_MAX_BYTES = 160 };

static bool is_called(const vrrl_program *p, uint32_t batch, uint32_t position, const char *name)
{
    char other[NAME_MAX_BYTES];
    batch_slot_name(p, batch, position, other, sizeof other);
    return strcmp(name, other) == 0;
}

uint32_t twin_in(const vrrl_program *p, uint32_t of, uint32_t position, uint32_t batch)
{
    char name[NAME_MAX_BYTES];
    const vrrl_batch *b = &p->batches[batch];
    if (of == batch)
        return b->first + position;
    batch_slot_name(p, of, position, name, sizeof name);
    if (position < b->count && is_called(p, batch, position, name))
        return b->first + position; /* epochs made by one `repeat` */
    for (uint32_t i = 0; i < b->count; i++)
        if (is_called(p, batch, i, name))
            return b->first + i;
    return VRRL_NO_INDEX;
}
