/* Epochs that are alike, one by one. */
#ifndef VRRL_EDIT_EDIT_EPOCHS_H
#define VRRL_EDIT_EDIT_EPOCHS_H

#include "vrrl/run/program.h"

/* Above so many, epochs that are alike stay one row: what is edited is edited in all of them. */
enum { EPOCHS_ONE_BY_ONE_MAX = 1 << 16 };

/* Whether each epoch has a row of its own. */
bool epochs_are_one_by_one(const vrrl_program *program);

/* Gives each epoch a row, a prologue and expectations of its own, so that one can be edited without the
 * others; a program of too many stays as it is. */
vrrl_code epochs_one_by_one(vrrl_program *program, vrrl_error *err);

#endif
