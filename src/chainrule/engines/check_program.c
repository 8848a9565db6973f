// check_program: whether this Program can be planned and run without further checks. Its bytes come
// from files and pages, so no part of them is trusted.
#include <stdlib.h>
#include <string.h>
#include "plan.h"

static int trouble(Trouble *t, int32_t code, int32_t what, int64_t at) {
  *t = (Trouble){code, what, at};
  return code == FINE;
}

// ---- patterns of shapes: see Takes in native.h

enum { MAX_TOKENS = MAX_DIMENSIONS + 2, NAMES = 'z' + 1 };

// What the names of one pattern stand for so far.
typedef struct {
  int32_t size[NAMES];        // of D, U, ...; 0: not known
  int8_t rows[NAMES];         // of n, m: 1, no rows; 2, rows
  const int32_t *axes[NAMES]; // of *, *x, ...
  int32_t axis_count[NAMES];
} Names;

static int size_agrees(Names *names, const char *token, int32_t size) {
  if (token[0] >= '0' && token[0] <= '9') return size == token[0] - '0';
  int32_t *known = names->size + token[0];
  if (!*known) *known = size;
  return *known == size;
}

static int axes_agree(Names *names, const char *token, const int32_t *axes, int32_t count) {
  const int name = token[1] >= 'a' && token[1] <= 'z' ? token[1] : '*';
  if (!names->axes[name]) names->axes[name] = axes, names->axis_count[name] = count;
  return names->axis_count[name] == count &&
         !memcmp(names->axes[name], axes, (size_t)count * sizeof *axes);
}

// Match one bracket of a pattern with a value, and move *pattern past it.
static int matches(const char **pattern, const Value *v, Names *names) {
  const char *at = *pattern, *token[MAX_TOKENS];
  const int index = *at++ == '[';
  int32_t count = 0, star = -1, first = 0;
  for (; *at != ')' && *at != ']'; at++) {
    if (*at == ',') continue;
    if (*at == '*') star = count;
    token[count++] = at;
    if (*at == '*' && at[1] >= 'a' && at[1] <= 'z') at++; // its name
  }
  *pattern = at + 1;
  if (index != v->index) return 0;
  const char rows = count ? *token[0] : 0;
  if (rows == 'n' || rows == 'm') {
    int8_t *known = names->rows + rows;
    if (!*known) *known = v->shared ? 1 : 2;
    if (*known != (v->shared ? 1 : 2)) return 0;
    first = 1;
  } else if ((rows == 'N') == v->shared) {
    return 0;
  } else {
    first = rows == 'N';
  }
  const int32_t fixed = count - first - (star >= 0), free = v->ndim - fixed;
  if (star < 0 ? free != 0 : free < 0) return 0;
  for (int32_t k = first, d = 0; k < count; k++) {
    if (k == star ? !axes_agree(names, token[k], v->shape + d, free)
                  : !size_agrees(names, token[k], v->shape[d]))
      return 0;
    d += k == star ? free : 1;
  }
  return 1;
}

static const char *next_bracket(const char *at) {
  while (*at && *at != '(' && *at != '[') at++;
  return at;
}

// Return the shape without the numbers, for `fits`.
static Array shape_of(const Value *v) {
  Array a = {0, v->shared ? 0 : v->size, (int32_t)v->size, v->ndim, {0}, 0, 0, 0};
  memcpy(a.shape, v->shape, sizeof a.shape);
  return a;
}

// Return FINE, or what is wrong with the inputs of a step and its numbers.
static int32_t check_twin(const Program *p, const Step *s) {
  const Takes *takes = s->twin->takes;
  const char *at = next_bracket(takes->shapes);
  Names names = {{0}, {0}, {0}, {0}};
  int32_t brackets = 0;
  for (const char *c = at; *c; c++) brackets += *c == '(' || *c == '[';
  if (brackets != s->inputs + 1) return WRONG_ARITY;
  if (takes->numbers != ANY_COUNT && takes->numbers != s->attrs) return WRONG_NUMBERS;
  Array a[1 + MAX_INPUTS];
  for (int32_t k = 0; k <= s->inputs; k++, at = next_bracket(at)) {
    const Value *v = p->value + (k < s->inputs ? s->input[k] : s->output);
    if (!matches(&at, v, &names)) return WRONG_SHAPES;
    a[k < s->inputs ? k + 1 : 0] = shape_of(v);
  }
  return s->twin->fits && !s->twin->fits(a, s->attrs, s->attr) ? WRONG_SHAPES : FINE;
}

// ---- values

static int by_place(const void *a, const void *b) {
  const Value *x = *(const Value *const *)a, *y = *(const Value *const *)b;
  return x->place < y->place ? -1 : x->place > y->place;
}

// Check parameters and states: each must have its own part of theta.
static int check_places(const Program *p, Trouble *t) {
  const Value **tensor = calloc((size_t)p->values + 1, sizeof *tensor);
  int32_t n = 0;
  if (!tensor) return trouble(t, NO_MEMORY, A_PROGRAM, 0);
  for (const Value *v = p->value; v < p->value + p->values; v++) {
    if (v->role != PARAMETER && v->role != STATE) continue;
    if (!v->shared || v->index)
      trouble(t, WRONG_ROLE, A_VALUE, v - p->value);
    else if (v->place < 0 || v->place + v->size > p->size)
      trouble(t, WRONG_PLACE, A_VALUE, v - p->value);
    tensor[n++] = v;
  }
  qsort(tensor, (size_t)n, sizeof *tensor, by_place);
  for (int32_t k = 1; k < n && t->code == FINE; k++)
    if (tensor[k - 1]->place + tensor[k - 1]->size > tensor[k]->place)
      trouble(t, WRONG_PLACE, A_VALUE, tensor[k] - p->value);
  free(tensor);
  return t->code == FINE;
}

enum { MOST_BYTES_LOG = 46 }; // more than any machine has

// Check each size and the memory of all values together, so that no sum of a layout overflows.
static int check_sizes(const Program *p, const Request *r, Trouble *t) {
  double bytes = 4.0 * sizeof(double) * p->size; // theta, g
  for (int32_t i = 0; i < p->values; i++) {
    const Value *v = p->value + i;
    if (v->size < 1) return trouble(t, WRONG_SIZE, A_VALUE, i);
    bytes += ((double)v->size + 4 * LINE) * sizeof(double) * (v->shared ? MAX_SHARDS : r->rows);
  }
  return bytes < (double)((int64_t)1 << MOST_BYTES_LOG) || trouble(t, NO_MEMORY, A_PROGRAM, 0);
}

// ---- inputs

// Return 1 if an input is one that the engine fills itself (by its name), a row input, or a λ.
static int input_fits(const Program *p, const Input *in) {
  const Value *v = p->value + in->value;
  if (v->role != INPUT) return 0;
  if (FN(named)("c", in->name, in->length)) return !v->shared && !v->index && v->ndim == 0;
  if (FN(named)("row", in->name, in->length)) return !v->shared && v->index && v->ndim == 0;
  if (FN(named)("key", in->name, in->length)) return v->shared && v->index && v->size == 2;
  return !v->shared || (!v->index && v->size == 1); // N and every λ are one number
}

// seen[i] is 1 if value i is an input, lies in theta, or has been computed by an earlier step.
static int check_inputs(const Program *p, uint8_t *seen, Trouble *t) {
  for (int32_t k = 0; k < p->inputs; k++) {
    const Input *in = p->input + k;
    if (!input_fits(p, in) || seen[in->value]) return trouble(t, WRONG_INPUT, AN_INPUT, k);
    seen[in->value] = 1;
  }
  for (int32_t i = 0; i < p->values; i++) {
    const int32_t role = p->value[i].role;
    if (role == PARAMETER || role == STATE) seen[i] = 1;
  }
  return 1;
}

// ---- steps

static const Twin *twin_named(const Step *s) {
  for (const Twin *twin = FN(twins); s->ours && twin->name; twin++)
    if (FN(named)(twin->name, s->name, s->name_length)) return twin;
  return 0;
}

static int32_t kind_of(const Program *p, const Step *s) {
  int rows = 0;
  for (int32_t k = 0; k < s->inputs; k++) rows |= !p->value[s->input[k]].shared;
  if (!p->value[s->output].shared) return rows ? ROW : -1; // a row value needs a row input
  return rows ? REDUCTION : ONCE;
}

static int check_steps(Program *p, const Request *r, uint8_t *seen, Trouble *t) {
  for (int32_t i = 0; i < p->steps; i++) {
    Step *s = p->step + i;
    s->outside = r->outside ? r->outside[i] & 3 : 0;
    s->twin = twin_named(s);
    for (int32_t k = 0; k < s->inputs; k++)
      if (!seen[s->input[k]]) return trouble(t, WRONG_ORDER, A_STEP, i);
    if (p->value[s->output].role != COMPUTED) return trouble(t, WRONG_ROLE, A_STEP, i);
    if (seen[s->output]) return trouble(t, COMPUTED_TWICE, A_STEP, i);
    if (s->kind != kind_of(p, s)) return trouble(t, WRONG_KIND, A_STEP, i);
    seen[s->output] = 1;
    if (s->outside) {
      // whole numbers have no gradient
      if (s->outside & 2 && p->value[s->output].index) return trouble(t, WRONG_SHAPES, A_STEP, i);
      continue; // the caller knows which inputs it takes
    }
    if (!s->twin || !s->twin->forward) return trouble(t, NO_TWIN, A_STEP, i);
    const int32_t code = check_twin(p, s);
    if (code) return trouble(t, code, A_STEP, i);
  }
  return 1;
}

// ---- moves, the output

static int check_moves(const Program *p, const uint8_t *seen, uint8_t *moved, Trouble *t) {
  for (int32_t k = 0; k < p->moves; k++) {
    const Value *state = p->value + p->move[k].state, *statistic = p->value + p->move[k].statistic;
    if (state->role != STATE || statistic->role != COMPUTED || !statistic->shared ||
        statistic->index || statistic->size != state->size || !seen[p->move[k].statistic] ||
        moved[p->move[k].state])
      return trouble(t, WRONG_MOVE, A_MOVE, k);
    moved[p->move[k].state] = 1;
  }
  return 1;
}

// A prediction is a row value; a loss is one computed number. A part of a Program may have values
// that no step of it computes; nothing may ask for them.
static int check_output(const Program *p, const Request *r, const uint8_t *seen, Trouble *t) {
  if (!seen[p->output]) return trouble(t, WRONG_ORDER, A_VALUE, p->output);
  for (int32_t i = 0; r->wanted && i < p->values; i++)
    if (r->wanted[i] && !seen[i]) return trouble(t, WRONG_ORDER, A_VALUE, i);
  const Value *out = p->value + p->output;
  const int is_loss = out->shared && out->role == COMPUTED && !out->index && out->size == 1;
  if (out->shared ? !is_loss : r->wanted != 0) return trouble(t, WRONG_OUTPUT, A_VALUE, p->output);
  return 1;
}

// ---- the rest of a Request

static int by_start(const void *a, const void *b) {
  const int32_t *x = a, *y = b;
  return x[0] < y[0] ? -1 : x[0] > y[0];
}

static int check_groups(const Program *p, const Request *r, Trouble *t) {
  int32_t *group = calloc((size_t)r->group_count + 1, 3 * sizeof *group);
  if (!group) return trouble(t, NO_MEMORY, A_PROGRAM, 0);
  if (r->group_count) memcpy(group, r->groups, (size_t)r->group_count * 3 * sizeof *group);
  qsort(group, (size_t)r->group_count, 3 * sizeof *group, by_start);
  int64_t end = 0;
  for (int32_t k = 0; k < r->group_count; k++) {
    const int32_t *g = group + 3 * k;
    if (g[0] < end || g[1] < 0 || g[2] < 0 || g[0] + (int64_t)g[1] > p->parameters)
      trouble(t, WRONG_GROUP, A_GROUP, k);
    end = g[0] + (int64_t)g[1];
  }
  free(group);
  return t->code == FINE;
}

static int check_rule(const Request *r, Trouble *t) {
  if (!r->rule) return 1;
  for (const NamedRule *rule = FN(rules); rule->name; rule++)
    if (!strcmp(rule->name, r->rule))
      return (rule->takes->slots == r->slots && rule->takes->numbers == r->hypers) ||
             trouble(t, WRONG_RULE, A_PROGRAM, 0);
  return trouble(t, NO_RULE, A_PROGRAM, 0);
}

static int check_request(const Program *p, const Request *r, Trouble *t) {
  const int counts = r->rows > 0 && r->slots >= 0 && r->slots <= MAX_SLOTS && r->hypers >= 0 &&
                     r->group_count >= 0 && r->constant_count >= 0,
            sizes = (!r->wanted || r->wanted_count == p->values) &&
                    (!r->outside || r->outside_count == p->steps),
            given = (r->groups || !r->group_count) && (r->constants || !r->constant_count);
  if (!counts || !sizes || !given) return trouble(t, WRONG_REQUEST, A_PROGRAM, 0);
  return 1;
}

// Check everything in a Program that has been read, and find the twins of its steps.
int FN(check_read)(Program *p, const Request *r, Trouble *t) {
  *t = (Trouble){FINE, A_PROGRAM, 0};
  if (!check_request(p, r, t)) return 0;
  uint8_t *seen = calloc(2 * (size_t)p->values, 1), *moved = seen + p->values;
  if (!seen) return trouble(t, NO_MEMORY, A_PROGRAM, 0);
  const int fine = check_sizes(p, r, t) && check_places(p, t) && check_inputs(p, seen, t) &&
                   check_steps(p, r, seen, t) && check_moves(p, seen, moved, t) &&
                   check_output(p, r, seen, t) && check_groups(p, r, t) && check_rule(r, t);
  free(seen);
  return fine;
}

int FN(check_program)(const Request *r, Trouble *t) {
  Program p;
  const int32_t code = FN(read_program)(&p, r->program, r->program_bytes);
  const int fine = code ? trouble(t, code, A_PROGRAM, 0) : FN(check_read)(&p, r, t);
  FN(free_program)(&p);
  return fine;
}
