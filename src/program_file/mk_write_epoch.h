/* Epochs: batches, those that run again, prologues, expectations. */
#ifndef VRRL_PROGRAM_FILE_MK_WRITE_EPOCH_H
#define VRRL_PROGRAM_FILE_MK_WRITE_EPOCH_H

#include "program_file/mk_write.h"

void mk_write_epochs(const struct mk_writer *w);

#endif
