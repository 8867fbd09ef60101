/* The check of a recorded run. */
#include "base/options.h"
#include "check/check_program.h"
#include "recording/recording.h"

static const struct slot_outcome *slots_of(const void *context, uint32_t epoch)
{
    const vrrl_recording *recording = context;
    const struct recorded_epoch *kept = recorded_epoch_of(recording, epoch);
    return kept ? recording->outcomes + kept->first_slot : NULL;
}

vrrl_code vrrl_check_recording(const vrrl_recording *recording,
                               const vrrl_program_check_options *options,
                               vrrl_program_check **check, vrrl_error *err)
{
    vrrl_program_check_options own;
    *check = NULL;
    vrrl_code code = OPTIONS_READ(vrrl_program_check_options, &own, options, err);
    if (code != VRRL_OK)
        return code;
    return check_program(recording->program, own.as_run ? slots_of : NULL, recording,
                         own.milliseconds, check, err);
}
