#include "base/spelling.h"

#include <ctype.h>
#include <string.h>

static uint32_t smallest(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t least = a < b ? a : b;
    return least < c ? least : c;
}

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

uint32_t spelling_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    uint32_t rows[3][SPELLING_BYTES_MAX + 1];
    uint32_t *older = rows[0], *old = rows[1], *now = rows[2];
    for (uint32_t j = 0; j <= b_length; j++)
        old[j] = j;
    for (uint32_t i = 1; i <= a_length; i++) {
        now[0] = i;
        for (uint32_t j = 1; j <= b_length; j++) {
            uint32_t replaced = old[j - 1] + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1);
            now[j] = smallest(now[j - 1] + 1, old[j] + 1, replaced);
            bool swapped = i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
                           same_letter(a[i - 2], b[j - 1]);
            if (swapped && older[j - 2] + 1 < now[j])
                now[j] = older[j - 2] + 1;
        }
        uint32_t *free_row = older;
        older = old;
        old = now;
        now = free_row;
    }
    return old[b_length];
}

static const char *skip_digits(const char *text)
{
    while (isdigit((unsigned char)*text))
        text++;
    return text;
}

static bool same_but_for_digits(const char *a, const char *b)
{
    for (a = skip_digits(a), b = skip_digits(b); *a && *a == *b;
         a = skip_digits(a + 1), b = skip_digits(b + 1))
        ;
    return !*a && !*b;
}

bool spelling_is_near(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b);
    size_t shorter = a_length < b_length ? a_length : b_length;
    size_t longer = a_length < b_length ? b_length : a_length;
    uint32_t most = shorter >= 8 ? 2 : 1;
    if (longer > SPELLING_BYTES_MAX || longer - shorter > most || shorter < 2)
        return false;
    return strcmp(a, b) != 0 && !same_but_for_digits(a, b) &&
           spelling_distance(a, a_length, b, b_length) <= most;
}
