/* A launch file: whatever it says, it is read or refused, and what is read keeps its limits. */
#include "input.h"

#include "launch/launch_file.h"

static void look(const struct launch *l)
{
    CHECK(l->launch_count >= 1 && l->launch_count <= LAUNCH_LAUNCHES_MAX);
    CHECK(l->words <= LAUNCH_WORDS_MAX);
    for (uint32_t i = 0; i < l->buffer_count; i++) {
        const struct launch_buffer *b = &l->buffers[i];
        CHECK(launch_find_buffer(l, b->name, strlen(b->name)) == i);
        CHECK(b->first_value + b->value_count <= l->value_count && b->device < l->devices);
    }
    for (uint32_t i = 0; i < l->value_count; i++)
        CHECK(l->values[i].kind != LAUNCH_ADDRESS ||
              l->values[i].word < l->buffers[l->values[i].buffer].words);
    for (uint32_t i = 0; i < l->step_count; i++)
        CHECK(l->steps[i].word < l->buffers[l->steps[i].buffer].words);
    for (uint32_t i = 0; i < l->launch_count; i++)
        CHECK(l->launches[i].group < l->group_count && l->launches[i].device < l->devices);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct launch *launch;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = launch_parse((const char *)data, size, "fuzz.launch", &launch, &err);
    check_error(&err, code);
    if (code == VRRL_OK)
        look(launch);
    launch_free(launch);
    return 0;
}
