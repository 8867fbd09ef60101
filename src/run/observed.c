#include "run/observed.h"

#include "base/error.h"

#include <stdlib.h>

vrrl_code observed_state_of(const vrrl_program *program, struct observed_state *state,
                            vrrl_error *err)
{
    size_t room = program->region_count + (size_t)2;
    struct word_range *ranges = malloc(room * sizeof *ranges);
    if (!ranges)
        return error_no_memory(err, room * sizeof *ranges);
    uint32_t count = 0;
    ranges[count++] =
        (struct word_range){0, VRRL_WORD_OBSERVABLE + program->geometry.observable_words};
    if (program->region_count == 0)
        ranges[count++] =
            (struct word_range){program->layout.user_base, program->geometry.user_words};
    for (uint32_t i = 0; i < program->region_count; i++) {
        const vrrl_region *region = &program->regions[i];
        if (region->compare != VRRL_COMPARE_IGNORE && region->compare != VRRL_COMPARE_SCRATCH)
            ranges[count++] = (struct word_range){region->first_word, region->words};
    }
    vrrl_code code = state_create(state, ranges, count, err);
    free(ranges);
    return code;
}
