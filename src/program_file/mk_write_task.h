/* MIX slots as tasks: descriptors back to waits, reads, writes and signals. */
#ifndef VRRL_PROGRAM_FILE_MK_WRITE_TASK_H
#define VRRL_PROGRAM_FILE_MK_WRITE_TASK_H

#include "program_file/mk_write.h"

/* Whether all MIX slots can be written as tasks, and one of them. */
void mk_write_plan_tasks(struct mk_writer *w);
void mk_write_task(const struct mk_writer *w, const vrrl_slot *slot);

#endif
