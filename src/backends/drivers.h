/* One line a backend kind: DRIVER(name) declares driver_NAME, defined in the backend's folder. */
#ifndef VRRL_BACKENDS_DRIVERS_H
#define VRRL_BACKENDS_DRIVERS_H

#include "vrrl/run/backend.h"

#define DRIVER_TABLE(DRIVER) DRIVER(reference) DRIVER(threads) DRIVER(scheduled)

#define DRIVER(name) extern const vrrl_driver driver_##name;
DRIVER_TABLE(DRIVER)
#undef DRIVER

#endif
