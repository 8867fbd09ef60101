#include "base/parse_number.h"

#include <stdlib.h>
#include <string.h>

bool parse_digits(const char *text, size_t size, uint64_t max, uint64_t *value)
{
    if (size == 0 || (size > 1 && text[0] == '0'))
        return false;
    uint64_t total = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (total > (max - digit) / 10 || digit > max)
            return false;
        total = total * 10 + digit;
    }
    *value = total;
    return true;
}

bool parse_number(const char *text, uint64_t max, uint64_t *value)
{
    return parse_digits(text, strlen(text), max, value);
}

bool parse_number_or_hex(const char *text, uint64_t max, uint64_t *value)
{
    if (strncmp(text, "0x", 2) != 0)
        return parse_number(text, max, value);
    size_t digits = strspn(text + 2, "0123456789abcdefABCDEF");
    if (digits == 0 || digits > 16 || text[2 + digits])
        return false;
    *value = strtoull(text + 2, NULL, 16);
    return *value <= max;
}
