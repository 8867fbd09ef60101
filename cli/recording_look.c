#include "recording_look.h"

#include "base/plural.h"

#include <inttypes.h>
#include <stdio.h>

/* "3,998 whole, 1 torn": what is in the places of the last records. */
static void print_places(const vrrl_recording_report *r)
{
    const char *separator = "";
    printf("  places     ");
    for (int place = 0; place < VRRL_PLACES; place++) {
        if (r->places[place] == 0)
            continue;
        printf("%s%" PRIu64 " %s", separator, r->places[place], vrrl_place_name((vrrl_place)place));
        separator = ", ";
    }
    putchar('\n');
}

void recording_look_print(const vrrl_recording_report *r)
{
    uint32_t count = r->epochs - r->first_epoch;
    printf("  recording  %s; ", r->finished ? "finished" : "unfinished");
    if (count == 0)
        printf("no epoch of it is whole");
    else if (count == 1)
        printf("epoch %u is whole", r->first_epoch);
    else
        printf("epochs %u to %u are whole", r->first_epoch, r->epochs - 1);
    printf(", %u snapshot%s", r->snapshots, plural(r->snapshots));
    if (!r->finished)
        printf("; the place of the next record: %s", vrrl_place_name(r->next));
    putchar('\n');
    print_places(r);
}

json_t *recording_look_json(const vrrl_recording_report *r)
{
    json_t *places = json_object();
    for (int place = 0; place < VRRL_PLACES; place++)
        json_object_set_new(places, vrrl_place_name((vrrl_place)place),
                            json_integer((json_int_t)r->places[place]));
    return json_pack("{s:b, s:I, s:I, s:I, s:I, s:o, s:o}", "finished", r->finished, "first_epoch",
                     (json_int_t)r->first_epoch, "epochs", (json_int_t)r->epochs, "snapshots",
                     (json_int_t)r->snapshots, "records", (json_int_t)r->records, "places", places,
                     "next", r->finished ? json_null() : json_string(vrrl_place_name(r->next)));
}
