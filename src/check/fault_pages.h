/* Buffers that lie on one page. */
#ifndef VRRL_CHECK_FAULT_PAGES_H
#define VRRL_CHECK_FAULT_PAGES_H

#include "check/faults.h"

/* Uses of one buffer and writes of another on its page, that nothing orders; and where the graph has neither races nor
 * stuck tasks (`ordered`), reads of what another has overwritten. The first of each page. */
vrrl_code fault_pages(const struct outcome *outcome, bool ordered, vrrl_check_faults *faults,
                      vrrl_error *err);

#endif
