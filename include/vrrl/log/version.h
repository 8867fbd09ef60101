/* SPDX-License-Identifier: MIT */
/*
 * Versions: of these headers, which a program is compiled with, and of the library that it runs with.
 *
 * Until 1.0 a new MINOR may break programs, and has another SOVERSION then; a new PATCH breaks none.
 * docs/api.md says what else holds from one version to the next.
 */
#ifndef VRRL_API_LOG_VERSION_H
#define VRRL_API_LOG_VERSION_H

#include "vrrl/log/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The one place: the build reads them from here. */
#define VRRL_VERSION_MAJOR 0
#define VRRL_VERSION_MINOR 1
#define VRRL_VERSION_PATCH 0

/* A number that grows with the version: 1.2.3 is 10203. */
#define VRRL_VERSION_NUMBER                                                                        \
    (VRRL_VERSION_MAJOR * 10000 + VRRL_VERSION_MINOR * 100 + VRRL_VERSION_PATCH)

/* Of the library: "0.1.0". */
VRRL_API const char *vrrl_version(void);
/* Of the library: its VRRL_VERSION_NUMBER. */
VRRL_API int vrrl_version_number(void);

#ifdef __cplusplus
}
#endif
#endif
