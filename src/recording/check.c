/* The check of a recorded run. */
#include "check/check_program.h"
#include "recording/recording.h"

static const struct slot_outcome *slots_of(const void *context, uint32_t epoch)
{
    const vrrl_recording *recording = context;
    return epoch < recording->epoch_count
               ? recording->outcomes + recording->epochs[epoch].first_slot
               : NULL;
}

vrrl_code vrrl_check_recording(const vrrl_recording *recording, bool as_run, uint32_t milliseconds,
                               vrrl_program_check **check, vrrl_error *err)
{
    return check_program(recording->program, as_run ? slots_of : NULL, recording, milliseconds,
                         check, err);
}
