/* The tracepoint that bench_log_lttng compares with: the same fields as a record's, in LTTng's words. */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER vrrl_bench
#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "./lttng_record.h"

#if !defined(VRRL_LTTNG_RECORD_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define VRRL_LTTNG_RECORD_H

#include <lttng/tracepoint.h>
#include <stdint.h>

/* clang-format off */
LTTNG_UST_TRACEPOINT_EVENT(vrrl_bench, record,
    LTTNG_UST_TP_ARGS(uint64_t, n, uint32_t, slot, uint32_t, tenant, uint32_t, opcode,
                      const uint32_t *, args, uint32_t, epoch),
    LTTNG_UST_TP_FIELDS(
        lttng_ust_field_integer(uint64_t, n, n)
        lttng_ust_field_integer(uint32_t, slot, slot)
        lttng_ust_field_integer(uint32_t, tenant, tenant)
        lttng_ust_field_integer(uint32_t, opcode, opcode)
        lttng_ust_field_array(uint32_t, args, args, 4)
        lttng_ust_field_integer(uint32_t, epoch, epoch)
    )
)
/* clang-format on */

#endif

#include <lttng/tracepoint-event.h>
