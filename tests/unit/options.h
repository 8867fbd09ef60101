/* Options of the library in one expression: OPTIONS(vrrl_assign_options, .assign = "rr:3"). */
#ifndef TEST_OPTIONS_H
#define TEST_OPTIONS_H

#define OPTIONS(type, ...) ((type){.size = sizeof(type), __VA_ARGS__})

#endif
