#include "backends/drivers.h"

#include "base/error.h"

#include <stdio.h>
#include <string.h>

static const vrrl_driver *const drivers[] = {
#define DRIVER(name) &driver_##name,
    DRIVER_TABLE(DRIVER)
#undef DRIVER
};

enum { DRIVERS = sizeof drivers / sizeof drivers[0] };

const vrrl_driver *vrrl_driver_at(uint32_t index)
{
    return index < DRIVERS ? drivers[index] : NULL;
}

vrrl_code vrrl_driver_find(const char *name, const vrrl_driver **driver, vrrl_error *err)
{
    char names[VRRL_ERROR_FIX_MAX] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < DRIVERS; i++) {
        if (strcmp(drivers[i]->name, name) == 0) {
            *driver = drivers[i];
            return VRRL_OK;
        }
        if (used < sizeof names)
            used += (size_t)snprintf(names + used, sizeof names - used, " %s", drivers[i]->name);
    }
    error_set(err, VRRL_NOT_FOUND, "", "no backend of this build is called '%s'", name);
    error_fix(err, "Fix: use one of%s.", names);
    return VRRL_NOT_FOUND;
}
