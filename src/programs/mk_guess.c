/* "did you mean": the nearest name there is. */
#include "programs/mk_parser.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct mk_guess mk_guess_for(const struct mk_parser *p, const struct mk_token *token)
{
    /* One wrong letter in three; a longer way off is another word. */
    uint32_t distance = token->length < 6 ? 2 : token->length / 3 + 1;
    return (struct mk_guess){
        .word = p->source.text + token->at, .length = token->length, .distance = distance};
}

static uint32_t smallest(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t least = a < b ? a : b;
    return least < c ? least : c;
}

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Edits (insert, remove, replace, swap neighbours) from `a` to `b`, case ignored. */
static uint32_t edit_distance(const char *a, uint32_t a_length, const char *b, uint32_t b_length)
{
    uint32_t rows[3][MK_GUESS_BYTES_MAX + 1];
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

void mk_guess_try(struct mk_guess *guess, const char *candidate, size_t length)
{
    if (length > MK_GUESS_BYTES_MAX || guess->length > MK_GUESS_BYTES_MAX)
        return;
    uint32_t distance = edit_distance(guess->word, guess->length, candidate, (uint32_t)length);
    if (distance >= guess->distance || distance >= length)
        return;
    guess->distance = distance;
    memcpy(guess->best, candidate, length);
    guess->best[length] = '\0';
}

const char *mk_guess_text(const struct mk_guess *guess, char *out, size_t size)
{
    out[0] = '\0';
    if (guess->best[0])
        snprintf(out, size, "; did you mean `%s`?", guess->best);
    return out;
}
