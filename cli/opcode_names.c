#include "opcode_names.h"

#include "base/parse_number.h"
#include "names_option.h"
#include "vrrl/run/opcode.h"

#include <stdio.h>
#include <strings.h>

/* What a user opcode means is for its producer to say, so a bare log shows its number, not the name
 * that our own pack has for it. */
#define USER_FIRST 0x40000000u
#define USER_LAST  0x7FFFFFFFu

const char *opcode_format(uint32_t opcode, char name[OPCODE_NAME_MAX])
{
    const vrrl_opcode *row = vrrl_opcode_find(opcode);
    const char *given = names_given() ? vrrl_names_opcode(names_given(), opcode) : NULL;
    if (given)
        snprintf(name, OPCODE_NAME_MAX, "%s", given);
    else if (opcode >= USER_FIRST && opcode <= USER_LAST)
        snprintf(name, OPCODE_NAME_MAX, "USER+%u", opcode - USER_FIRST);
    else if (row)
        snprintf(name, OPCODE_NAME_MAX, "%s", row->name);
    else
        snprintf(name, OPCODE_NAME_MAX, "op 0x%x", opcode);
    return name;
}

bool opcode_has_name(uint32_t opcode)
{
    return (names_given() && vrrl_names_opcode(names_given(), opcode)) ||
           (opcode >= USER_FIRST && opcode <= USER_LAST) || vrrl_opcode_find(opcode);
}

bool opcode_parse(const char *text, uint32_t *opcode)
{
    const vrrl_opcode *row;
    uint64_t number;
    if (names_given() && vrrl_names_find_opcode(names_given(), text, opcode))
        return true;
    if (vrrl_opcode_find_by_name(text, &row, NULL) == VRRL_OK) {
        number = row->number;
    } else if (strncasecmp(text, "USER+", 5) == 0) {
        if (!parse_number(text + 5, USER_LAST - USER_FIRST, &number))
            return false;
        number += USER_FIRST;
    } else if (!parse_number_or_hex(text, UINT32_MAX, &number)) {
        return false;
    }
    *opcode = (uint32_t)number;
    return true;
}
