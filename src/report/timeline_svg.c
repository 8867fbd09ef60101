/* Both runs of an explanation as a standalone SVG. */
#include "vrrl/analysis/report.h"

#include "report/timeline.h"

enum { CELL = 9, ROW = 34, BOX = 24, LEFT = 90, TOP = 58, GAP = 64, COLUMNS_MAX = 400 };

/* Text of any bytes as character data: names need not be XML, nor UTF-8. */
static void put_text(FILE *out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '<' || *c == '>' || *c == '&' || *c == '"' || *c < ' ' || *c > '~')
            fprintf(out, "&#%u;", *c < ' ' || *c > '~' ? '?' : *c);
        else
            fputc(*c, out);
    }
}

static void put_box(FILE *out, const struct timeline_box *box, uint32_t top)
{
    uint32_t x = LEFT + box->first * CELL, width = (box->last - box->first + 1) * CELL - 3;
    uint32_t y = top + box->row * ROW;
    const char *fill = box->slot->first ? "#2f6f4f" : box->slot->second ? "#a33b2a" : "#8a8f98";
    fprintf(out, "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%d\" rx=\"4\" fill=\"%s\"%s/>\n", x,
            y, width, BOX, fill, box->slot->to ? "" : " stroke=\"#000\" stroke-dasharray=\"3 3\"");
    fprintf(out, "<text x=\"%u\" y=\"%u\" fill=\"#fff\">", x + 5, y + 16);
    put_text(out, box->label);
    fprintf(out, "</text><title>");
    put_text(out, box->slot->name);
    fprintf(out, "</title>\n");
}

static void put_timeline(FILE *out, const vrrl_timeline *t, const struct timeline_picture *p,
                         const char *title, uint32_t top)
{
    fprintf(out, "<text x=\"12\" y=\"%u\" font-weight=\"bold\">%s</text>\n", top - 12, title);
    for (uint32_t row = 0; row < p->rows; row++) {
        uint32_t y = top + row * ROW;
        fprintf(out, "<text x=\"12\" y=\"%u\" fill=\"#555\">%s %u</text>\n", y + 16,
                timeline_lane(t), p->lanes[row]);
        fprintf(out, "<line x1=\"%d\" y1=\"%u\" x2=\"%u\" y2=\"%u\" stroke=\"#ccc\"/>\n", LEFT,
                y + BOX / 2, LEFT + p->columns * CELL, y + BOX / 2);
    }
    for (uint32_t i = 0; i < p->count; i++) {
        fprintf(out, "<g>");
        put_box(out, &p->boxes[i], top);
        fprintf(out, "</g>\n");
    }
}

void vrrl_report_explain_svg(const vrrl_explain_result *r, FILE *out)
{
    struct timeline_picture failing, passing;
    timeline_draw(&r->failing, COLUMNS_MAX, &failing);
    timeline_draw(&r->passing, COLUMNS_MAX, &passing);
    uint32_t columns = failing.columns > passing.columns ? failing.columns : passing.columns;
    uint32_t second = TOP + failing.rows * ROW + GAP;
    uint32_t height = second + (r->passing.count ? passing.rows * ROW : 0);
    uint32_t width = LEFT + columns * CELL + 16 < 480 ? 480 : LEFT + columns * CELL + 16;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
            "viewBox=\"0 0 %u %u\" font-family=\"monospace\" font-size=\"13\">\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text x=\"12\" y=\"22\">",
            width, height, width, height);
    put_text(out, vrrl_defect_kind_name(r->outcome.kind));
    fprintf(out, " at ");
    put_text(out, r->name);
    fprintf(out, "</text>\n");
    put_timeline(out, &r->failing, &failing, r->undirected ? "one order" : "fails", TOP);
    if (r->passing.count)
        put_timeline(out, &r->passing, &passing, r->undirected ? "the other" : "does not fail",
                     second);
    fprintf(out, "</svg>\n");
}
