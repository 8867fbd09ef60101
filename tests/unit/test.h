/* What every unit test includes: cmocka wants these headers first, in this order. */
#ifndef VRRL_TEST_H
#define VRRL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#endif
