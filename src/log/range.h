/* The records of a range of epochs or times, found by binary search in a log of which the caller says
 * that it is in order. */
#ifndef VRRL_LOG_RANGE_H
#define VRRL_LOG_RANGE_H

#include "log/reader_state.h"

/* The error of a record, `last`, whose field goes back, or is not where the search took it to be. */
vrrl_code reader_out_of_order(const vrrl_reader *reader, vrrl_error *err);

#endif
