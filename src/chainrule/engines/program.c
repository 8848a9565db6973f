// The Program, read from the table of byte_form.py. It knows no op.
#include <stdlib.h>
#include <string.h>
#include "plan.h"

enum { HEADER = 10, MAGIC = 0x31435243, MOST = 1 << 24 }; // values, steps

int FN(named)(const char *name, const char *text, int32_t length) {
  return (int32_t)strlen(name) == length && !memcmp(name, text, length);
}

typedef struct {
  const int32_t *word, *end;
  int bad;
} Reader;

static int32_t take(Reader *r) {
  if (r->word < r->end) return *r->word++;
  r->bad = 1;
  return 0;
}

static int32_t take_below(Reader *r, int64_t limit) { // an index, or a count
  const int32_t i = take(r);
  if (i >= 0 && i < limit) return i;
  r->bad = 1;
  return 0;
}

static double take_double(Reader *r) {
  const int32_t half[2] = {take(r), take(r)};
  double number;
  memcpy(&number, half, sizeof number);
  return number;
}

static const char *take_text(Reader *r, const Program *p, int64_t text, int32_t *length) {
  const int32_t start = take_below(r, text + 1);
  *length = take_below(r, text + 1 - start);
  return p->text + start;
}

static void read_value(Reader *r, Program *p, Value *v, int64_t text) {
  int32_t skipped;
  v->shared = take_below(r, 2), v->index = take_below(r, 2), v->role = take_below(r, 4),
  v->place = take(r);
  v->ndim = take_below(r, MAX_DIMENSIONS + 2) - !v->shared; // without the axis of rows
  if (v->ndim < 0 || v->ndim > MAX_DIMENSIONS) r->bad = 1, v->ndim = 0;
  if (!v->shared) take_below(r, 1); // the axis of rows is 0
  v->size = 1;
  for (int32_t d = 0; d < v->ndim; d++) {
    v->shape[d] = take_below(r, INT32_MAX), v->size *= v->shape[d];
    if (v->size > INT32_MAX) r->bad = 1, v->size = 0; // so that the next product does not run over
  }
  take_text(r, p, text, &skipped);
  take_text(r, p, text, &skipped);
}

static void read_step(Reader *r, Program *p, Step *s, int64_t text, double **attr) {
  int32_t skipped;
  s->kind = take_below(r, 3), s->ours = take_below(r, 2), s->output = take_below(r, p->values);
  s->inputs = take_below(r, MAX_INPUTS + 1);
  for (int32_t k = 0; k < s->inputs; k++) s->input[k] = take_below(r, p->values);
  s->name = take_text(r, p, text, &s->name_length);
  take_text(r, p, text, &skipped); // the attributes as JSON; here are their numbers:
  s->attrs = take_below(r, (int32_t)(r->end - r->word) / 2 + 1);
  s->attr = *attr;
  for (int32_t k = 0; k < s->attrs; k++) *(*attr)++ = take_double(r);
}

// 0, or an error of engine.h.
int FN(read_program)(Program *p, const int32_t *bytes, int64_t length) {
  const int64_t words = length / 4;
  *p = (Program){0};
  if (!bytes || (uintptr_t)bytes % 4 || words < HEADER || bytes[0] != MAGIC) return NOT_A_PROGRAM;
  const int64_t table = bytes[8], text = bytes[9];
  p->values = bytes[1], p->steps = bytes[2], p->parameters = bytes[3], p->size = bytes[4],
  p->output = bytes[5];
  p->inputs = bytes[6], p->moves = bytes[7];
  if (p->values < 1 || p->steps < 0 || p->inputs < 0 || p->moves < 0 || p->output < 0 ||
      p->output >= p->values || table < 0 || text < 0 || 4 * (HEADER + table) + text != length ||
      p->values > table || p->steps > table || p->inputs > table || p->moves > table ||
      p->parameters < 0 || p->parameters > p->size)
    return NOT_A_PROGRAM;
  if (p->values > MOST || p->steps > MOST) return TOO_LARGE;
  p->value = calloc(p->values + 1, sizeof(Value));
  p->step = calloc(p->steps + 1, sizeof(Step));
  p->input = calloc(p->inputs + 1, sizeof(Input));
  p->move = calloc(p->moves + 1, sizeof(Move));
  p->attr = calloc(table + 1, sizeof(double));
  p->text = malloc(text + 1);
  if (!p->value || !p->step || !p->input || !p->move || !p->attr || !p->text) return NO_MEMORY;
  memcpy(p->text, (const char *)bytes + 4 * (HEADER + table), text);
  Reader r = {bytes + HEADER, bytes + HEADER + table, 0};
  double *attr = p->attr;
  for (int32_t i = 0; i < p->values; i++) read_value(&r, p, p->value + i, text);
  for (int32_t s = 0; s < p->steps && !r.bad; s++)
    read_step(&r, p, p->step + s, text, &attr), p->step[s].number = s;
  for (int32_t i = 0; i < p->inputs; i++) {
    p->input[i].value = take_below(&r, p->values);
    p->input[i].name = take_text(&r, p, text, &p->input[i].length);
  }
  for (int32_t i = 0; i < p->moves; i++) {
    Move *m = p->move + i;
    m->state = take_below(&r, p->values), m->statistic = take_below(&r, p->values),
    m->rate = take_double(&r);
  }
  return r.bad || r.word != r.end ? NOT_A_PROGRAM : FINE;
}

void FN(free_program)(Program *p) {
  free(p->value), free(p->step), free(p->input), free(p->move), free(p->attr), free(p->text);
}
