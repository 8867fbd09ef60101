#include "vrrl/log/version.h"

#define TEXT_OF(number) #number
#define AS_TEXT(number) TEXT_OF(number)
#define VERSION_AS_TEXT                                                                            \
    AS_TEXT(VRRL_VERSION_MAJOR) "." AS_TEXT(VRRL_VERSION_MINOR) "." AS_TEXT(VRRL_VERSION_PATCH)

const char *vrrl_version(void)
{
    return VERSION_AS_TEXT;
}

int vrrl_version_number(void)
{
    return VRRL_VERSION_NUMBER;
}
