// Hostile Programs and hostile runs at the engine's door: bytes of good ones are changed, and
// whatever the door lets through is run. Made with AddressSanitizer and UBSan, which end the
// program at the first byte that is touched outside of an array, and at the first overflow.
//   fuzz CORPUS CASES SEED
// CORPUS is a file of job.h, for each case: int64 numbers (rows, slots, hypers, row inputs, 1 for
// one that predicts, t, step, seed) | types of the row inputs | program wanted rule groups
// constants theta slots ... row inputs ... order c starts hyper. scripts/fuzz.py makes both.
#include <string.h>
#include "engines/engine.h"
#include "kernels/native.h"
#include "job.h"

extern const Engine CHAINRULE_JOIN(chainrule_engine, VARIANT);
static const Engine *const engine = &CHAINRULE_JOIN(chainrule_engine, VARIANT);
enum { REAL_TYPE = sizeof(real) == 4 ? FLOAT32_TYPE : FLOAT64_TYPE, MOST_CASES = 4096 };
enum { MOST_MEMORY = 4 << 20, MOST_ARRAY = 16 << 20 }; // bytes of a plan, of an array, that is run

// ---- random numbers: xorshift64* (Marsaglia 2003; Vigna 2016)

static uint64_t state;
static uint64_t next(void) {
  state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
  return state * 0x2545F4914F6CDD1Dull;
}
static int64_t below(int64_t n) {
  return n > 0 ? (int64_t)(next() >> 33) % n : 0;
}
static int one_in(int64_t n) {
  return below(n) == 0;
}

// ---- the corpus

typedef struct {
  Request request;
  Given given;
  Buffer rows[MAX_DATA];
  int predicts;
} Case;

static Buffer read_buffer(FILE *file, int32_t type) {
  Buffer b = {0, 0, type, 0};
  b.data = array(file, &b.bytes);
  return b;
}

static int read_case(FILE *file, Case *c) {
  const int more = fgetc(file);
  if (more == EOF) return 0;
  ungetc(more, file);
  int64_t *number = array(file, 0), *type = array(file, 0), bytes;
  Request *r = &c->request;
  Given *g = &c->given;
  memset(c, 0, sizeof *c);
  c->predicts = number[4] != 0;
  r->rows = (int32_t)number[0], r->slots = (int32_t)number[1], r->hypers = (int32_t)number[2];
  r->threads = 1;
  r->program = array(file, &r->program_bytes), r->wanted = array(file, &r->wanted_count);
  r->rule = array(file, 0);
  r->groups = array(file, &bytes), r->group_count = (int32_t)(bytes / 12);
  r->constants = array(file, &bytes), r->constant_count = (int32_t)(bytes / 8);
  g->theta = read_buffer(file, REAL_TYPE), g->slots = r->slots;
  for (int32_t k = 0; k < r->slots; k++) g->slot[k] = read_buffer(file, REAL_TYPE);
  g->row_inputs = (int32_t)number[3];
  for (int32_t k = 0; k < g->row_inputs; k++) c->rows[k] = read_buffer(file, (int32_t)type[k]);
  g->order = read_buffer(file, INT32_TYPE), g->c = read_buffer(file, REAL_TYPE);
  g->starts = read_buffer(file, INT64_TYPE), g->hyper = read_buffer(file, FLOAT64_TYPE);
  g->t = number[5], g->step = number[6], g->seed = number[7], g->predicted = r->rows;
  g->losses = (Buffer){0, 8 * (g->starts.bytes / 8 - 1), FLOAT64_TYPE, 0};
  free(number), free(type);
  return 1;
}

// ---- changed Programs

static const int32_t WORDS[] = {0,  1,   2,     3,     4,          5,       7,         8,
                                -1, -2,  16,    64,    255,        256,     1 << 15,   1 << 16,
                                9,  100, 46341, 65536, 0x7FFFFFFF, 1 << 30, INT32_MIN, 1 << 24};
static const double NUMBERS[] = {0, -1, 1, 0.5, 2, 3, 1e9, -1e9, 1e300, 4294967296.0, 1e19};

static void change_number(int32_t *word, int64_t words) {
  double value = NUMBERS[below(sizeof NUMBERS / sizeof *NUMBERS)];
  if (one_in(4)) value = one_in(2) ? __builtin_nan("") : -__builtin_inf();
  memcpy(word + below(words - 1), &value, sizeof value);
}

// Every size n becomes m: shapes that agree go on agreeing.
static void change_size(int32_t *word, int64_t words) {
  const int32_t n = word[below(words)], m = (int32_t)(one_in(2) ? below(12) : n + below(3) - 1);
  for (int64_t k = 0; k < words && n > 1; k++)
    if (word[k] == n) word[k] = m;
}

// An attribute that is a whole number becomes another one.
static void change_attribute(int32_t *word, int64_t words) {
  enum { TRIES = 200 };
  for (int k = 0; k < TRIES; k++) {
    int32_t *at = word + below(words - 1);
    double value;
    memcpy(&value, at, sizeof value);
    if (!(value >= 1 && value <= 64) || value != (double)(int64_t)value) continue;
    value = (double)(below(8) - 1);
    memcpy(at, &value, sizeof value);
    return;
  }
}

static void change_program(int32_t *word, int64_t bytes) {
  enum { HEADER = 10, COUNTS = 8, TABLE = 8 };
  const int64_t words = bytes / 4, end = HEADER + (int64_t)word[TABLE],
                table = end > HEADER && end < words ? end : words;
  for (int64_t k = 1 + below(3); k > 0; k--) {
    int32_t *at = word + (one_in(6) ? below(COUNTS) : HEADER + below(table - HEADER));
    switch (below(11)) {
    case 8: change_size(word + HEADER, table - HEADER); break;
    case 9: change_attribute(word + HEADER, table - HEADER); break;
    case 0: *at = WORDS[below(sizeof WORDS / sizeof *WORDS)]; break;
    case 1: *at = (int32_t)((uint32_t)*at + (uint32_t)(one_in(2) ? 1 : -1)); break;
    case 2: *at = word[HEADER + below(table - HEADER)]; break;
    case 3: *at = (int32_t)below(24); break;
    case 4: ((uint8_t *)word)[below(bytes)] ^= (uint8_t)(1 << below(8)); break;
    case 5: change_number(word + HEADER, table - HEADER); break;
    case 6: *at = (int32_t)next(); break;
    default: {
      int32_t *other = word + HEADER + below(table - HEADER), kept = *at;
      *at = *other, *other = kept;
    }
    }
  }
}

// ---- changed runs

// Memory of exactly `bytes`, from somewhere in an allocation of its own, with what it had before.
static Buffer sized(Buffer b, int64_t bytes) {
  char *memory = malloc((size_t)(bytes ? bytes : 1));
  const int64_t kept = b.bytes < bytes ? b.bytes : bytes;
  if (!memory) stop("no memory", (long)bytes);
  if (b.data && kept > 0) memcpy(memory, b.data, (size_t)kept);
  if (bytes > kept && kept >= 0) memset(memory + kept, 0, (size_t)(bytes - kept));
  return (Buffer){memory, bytes, b.type, b.read_only};
}

static void change_buffer(Buffer *b) {
  const int64_t bytes = b->bytes;
  int64_t *whole = (int64_t *)b->data;
  int32_t *half = (int32_t *)b->data;
  void *old = (void *)b->data;
  switch (below(8)) {
  case 0: *b = (Buffer){0, 0, b->type, 0}; break;
  case 1: b->type = (int32_t)below(8); return;
  case 2: b->read_only = 1; return;
  case 3: *b = sized(*b, below(bytes + 1)); break;
  case 4: *b = sized(*b, bytes - 1 > 0 ? bytes - 1 : 0); break;
  case 5:
    if (bytes >= 8) whole[below(bytes / 8)] = one_in(2) ? (int64_t)next() : below(400) - 100;
    return;
  case 6:
    if (bytes >= 4)
      half[below(bytes / 4)] = one_in(2) ? (int32_t)next() : (int32_t)below(400) - 100;
    return;
  default: *b = sized(*b, bytes + 8 * below(9)); break;
  }
  free(old);
}

static void change_run(Given *g, Buffer *rows) {
  Buffer *const field[] = {&g->theta,  g->slot,    g->slot + 1, &g->order,     &g->numbers, &g->c,
                           &g->starts, &g->starts, &g->hyper,   &g->constants, &g->losses,  rows,
                           rows + 1,   &g->out,    &g->grad,    &g->order};
  for (int64_t k = 1 + below(3); k > 0; k--) switch (below(16)) {
    case 0: g->t = one_in(2) ? (int64_t)next() : below(5) - 2; break;
    case 1: g->step = (int64_t)next(); break;
    case 2: g->slots = (int32_t)below(MAX_SLOTS + 1); break;
    case 3: g->row_inputs = (int32_t)below(4); break;
    case 4: g->in_order[below(2)] ^= 1; break;
    case 5: g->predicted = one_in(2) ? (int64_t)next() : below(900) - 1; break;
    default: change_buffer(field[below(sizeof field / sizeof *field)]); break;
    }
}

// ---- one case

// A step outside of C touches all that it is shown.
static int32_t touch(void *sum, const Visit *v) {
  const Array *a = v->array;
  for (int32_t k = 0; k < v->count; k++) {
    const int64_t bytes = v->index >> k & 1 ? 4 : (int64_t)sizeof(real),
                  rows = a[k].stride ? v->rows : 1;
    for (int64_t n = 0; a[k].data && n < rows; n++) {
      unsigned char *row = (unsigned char *)a[k].data + n * a[k].stride * bytes;
      if (v->written >> k & 1)
        memset(row, 0, (size_t)(a[k].size * bytes));
      else
        for (int64_t i = 0; i < a[k].size * bytes; i++) *(unsigned *)sum += row[i];
    }
  }
  return 0;
}

// Make an array longer that was too short, as often as that helps: so that changed Programs run,
// too.
static int grow(Given *g, Buffer *rows, const Trouble *t) {
  Buffer *b = 0;
  switch (t->what) {
  case THETA_ARRAY: b = &g->theta; break;
  case SLOT_ARRAY: b = g->slot + t->at; break;
  case ROWS_ARRAY: b = rows + t->at; break;
  case C_ARRAY: b = &g->c; break;
  case OUT_ARRAY: b = &g->out; break;
  case CONSTANTS_ARRAY: b = &g->constants; break;
  default: return 0;
  }
  if (t->code != TOO_SHORT || !b->data || b->bytes > MOST_ARRAY) return 0;
  void *old = (void *)b->data;
  *b = sized(*b, 2 * b->bytes + 8);
  free(old);
  return 1;
}

static int run_plan(Plan *plan, Given *g, Buffer *rows, int predicts) {
  static unsigned sum;
  Run run = {0};
  Trouble t;
  int (*check)(const Plan *, const Given *, Run *, Trouble *) =
      predicts ? engine->check_predict : engine->check_run;
  if (engine->about(plan, MEMORY) > MOST_MEMORY) return 0;
  while (!check(plan, g, &run, &t))
    if (!grow(g, rows, &t)) return 0;
  run.outside = touch, run.caller = &sum;
  if (predicts)
    engine->predict(plan, &run, g->predicted);
  else
    engine->advance(plan, &run);
  return 1;
}

// Copies of all arrays, each in memory of its own.
static void copy_run(const Case *c, Given *g, Buffer *rows) {
  *g = c->given, g->rows = rows;
  g->theta = sized(g->theta, g->theta.bytes);
  for (int k = 0; k < MAX_SLOTS; k++)
    if (g->slot[k].data) g->slot[k] = sized(g->slot[k], g->slot[k].bytes);
  for (int k = 0; k < MAX_DATA; k++)
    rows[k] = c->rows[k].data ? sized(c->rows[k], c->rows[k].bytes) : c->rows[k];
  Buffer *const field[] = {&g->order, &g->c, &g->starts, &g->hyper};
  for (int k = 0; k < 4; k++)
    if (field[k]->data) *field[k] = sized(*field[k], field[k]->bytes);
  g->losses = sized(g->losses, g->losses.bytes);
  g->numbers.type = INT32_TYPE, g->constants.type = FLOAT64_TYPE, g->grad.type = REAL_TYPE;
  g->out = sized((Buffer){0, 0, one_in(9) ? INT32_TYPE : REAL_TYPE, 0}, 64);
}

static void free_run(Given *g, Buffer *rows) {
  Buffer *const field[] = {&g->theta, &g->order,     &g->numbers, &g->c,    &g->starts,
                           &g->hyper, &g->constants, &g->losses,  &g->grad, &g->out};
  for (unsigned k = 0; k < sizeof field / sizeof *field; k++) free((void *)field[k]->data);
  for (int k = 0; k < MAX_SLOTS; k++) free((void *)g->slot[k].data);
  for (int k = 0; k < MAX_DATA; k++) free((void *)rows[k].data);
}

enum { REFUSED, BOUND, RAN };
static int one_case(const Case *c) {
  const int hostile_program = !one_in(3), hostile_run = !hostile_program || one_in(4);
  Request r = c->request;
  Trouble t;
  int outcome = REFUSED;
  int64_t bytes = r.program_bytes;
  if (hostile_program && one_in(50)) bytes = below(bytes);
  int32_t *program = malloc((size_t)bytes + 1);
  memcpy(program, r.program, (size_t)bytes);
  if (hostile_program && bytes > 64) change_program(program, bytes);
  uint8_t *outside =
      calloc((size_t)(bytes > 12 && program[2] > 0 && program[2] < bytes ? program[2] : 1), 1);
  r.program = program, r.program_bytes = bytes;
  if (one_in(8) && bytes > 12 && program[2] > 0 && program[2] < bytes) {
    r.outside = outside, r.outside_count = program[2];
    outside[below(program[2])] = (uint8_t)below(4);
  }
  if (one_in(40)) r.threads = 2;
  if (one_in(20)) r.keep = 1;
  if (one_in(20)) r.rows = 1 + (int32_t)below(300);
  if (one_in(50)) r.hypers = (int32_t)below(6);
  if (one_in(50)) r.wanted = 0;
  Plan *plan = engine->bind(&r, &t);
  if (plan) {
    Given g;
    Buffer rows[MAX_DATA];
    copy_run(c, &g, rows);
    if (hostile_run) change_run(&g, rows);
    outcome = run_plan(plan, &g, rows, one_in(20) ? !c->predicts : c->predicts) ? RAN : BOUND;
    free_run(&g, rows);
    engine->release(plan);
  }
  free(program), free(outside);
  return outcome;
}

int main(int count, char **words) {
  static Case corpus[MOST_CASES];
  if (count != 4) stop("expected CORPUS CASES SEED", count);
  FILE *file = fopen(words[1], "rb");
  if (!file) stop("cannot open the corpus", 0);
  int64_t n = 0;
  while (n < MOST_CASES && read_case(file, corpus + n)) n++;
  fclose(file);
  const int64_t cases = atoll(words[2]), seed = atoll(words[3]);
  int64_t outcomes[3] = {0};
  for (int64_t i = 0; i < cases; i++) {
    // each case by its own number, so that one alone can be run again
    state = ((uint64_t)(seed + i) + 1) * 0x9E3779B97F4A7C15ull;
    for (int k = 0; k < 8; k++) next();
    if (getenv("FUZZ_SHOW")) fprintf(stderr, "case %lld\n", (long long)(seed + i));
    outcomes[one_case(corpus + below(n))]++;
  }
  printf("%s: %lld cases: %lld refused when bound, %lld refused when run, %lld ran\n", engine->name,
         (long long)cases, (long long)outcomes[REFUSED], (long long)outcomes[BOUND],
         (long long)outcomes[RAN]);
  return 0;
}
