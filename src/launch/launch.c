/* Launches as data: made empty, asked, freed. */
#include "launch/launch.h"

#include <stdlib.h>
#include <string.h>

uint32_t launch_find_buffer(const struct launch *launch, const char *name, size_t length)
{
    for (uint32_t i = 0; i < launch->buffer_count; i++)
        if (strncmp(launch->buffers[i].name, name, length) == 0 &&
            launch->buffers[i].name[length] == '\0')
            return i;
    return LAUNCH_NONE;
}

bool launch_holds(enum launch_relation relation, uint32_t left, uint32_t right)
{
    switch (relation) {
    case LAUNCH_EQUAL:
        return left == right;
    case LAUNCH_NOT_EQUAL:
        return left != right;
    case LAUNCH_AT_LEAST:
        return left >= right;
    case LAUNCH_AT_MOST:
        return left <= right;
    case LAUNCH_MORE:
        return left > right;
    default:
        return left < right;
    }
}

const char *launch_relation_text(enum launch_relation relation)
{
    static const char *const texts[] = {"==", "!=", ">=", "<=", ">", "<"};
    return texts[relation];
}

void launch_free(struct launch *launch)
{
    if (!launch)
        return;
    for (uint32_t i = 0; i < launch->buffer_count; i++) {
        free(launch->buffers[i].name);
        free(launch->buffers[i].path);
    }
    for (uint32_t i = 0; i < launch->launch_count; i++)
        free(launch->launches[i].entry);
    for (uint32_t i = 0; i < launch->stub_count; i++)
        free(launch->stubs[i].name);
    free(launch->buffers);
    free(launch->values);
    free(launch->launches);
    free(launch->steps);
    free(launch->expectations);
    free(launch->stubs);
    free(launch->observed);
    free(launch->name);
    free(launch);
}
