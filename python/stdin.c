/* What stands in for libc's stdin where jansson is linked into a shared library: CMakeLists.txt. */
#include <stdio.h>

extern FILE *vrrl_i_stdin;
FILE *vrrl_i_stdin;
