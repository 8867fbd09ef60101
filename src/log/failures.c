/* A second log that healthy records do not reach. */
#include "base/error.h"
#include "vrrl/log/log.h"

vrrl_code vrrl_log_append_kept(vrrl_log *log, vrrl_log *failures, const vrrl_record *record)
{
    vrrl_code code = vrrl_log_append(log, record);
    if (!failures || record->failure_class == VRRL_FAILURE_NONE)
        return code;
    vrrl_code kept = vrrl_log_append(failures, record);
    return code ? code : kept;
}
