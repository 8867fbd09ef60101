/* SPDX-License-Identifier: MIT */
/* The whole public API of libvrrl. */
#ifndef VRRL_VRRL_H
#define VRRL_VRRL_H

#include "vrrl/error.h"

#endif
