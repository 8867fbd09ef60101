/* Strict numbers: digits and nothing else. */
#ifndef VRRL_BASE_PARSE_NUMBER_H
#define VRRL_BASE_PARSE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A decimal number, 0 … max, in exactly `size` characters: no sign, no space, no leading zero. */
bool parse_digits(const char *text, size_t size, uint64_t max, uint64_t *value);

/* The same, of a whole string. */
bool parse_number(const char *text, uint64_t max, uint64_t *value);

/* The same, or "0x" and hexadecimal digits. */
bool parse_number_or_hex(const char *text, uint64_t max, uint64_t *value);

#endif
