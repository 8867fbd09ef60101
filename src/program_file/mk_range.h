/* Ranges of named words: NAME, NAME[i], NAME[first:end], and NAME[i][j] in segmented arrays. */
#ifndef VRRL_PROGRAM_FILE_MK_RANGE_H
#define VRRL_PROGRAM_FILE_MK_RANGE_H

#include "program_file/mk_parser.h"

/* NAME, NAME[i], NAME[first:end]. */
vrrl_code mk_range(struct mk_parser *p, struct mk_range *range);
/* That these words exist, as far as this pass can say; shortens the range's room to what is there.
 */
vrrl_code mk_inside_memory(struct mk_parser *p, struct mk_range *range);

#endif
