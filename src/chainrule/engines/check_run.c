// check_run: check the arrays of one call against the plan. `advance` and `predict` trust the Run
// that it makes, and check nothing again.
#include "plan.h"

static int trouble(Trouble *t, int32_t code, int32_t what, int64_t at) {
  *t = (Trouble){code, what, at};
  return 0;
}

static const int64_t BYTES_OF[] = {1, 4, 8, 1, 2, 4, 8, 4}; // UNKNOWN, FLOAT32_TYPE, ...
enum { REAL_TYPE = REAL_BITS == 32 ? FLOAT32_TYPE : FLOAT64_TYPE };

// Return a b, for a and b >= 0; on overflow, a number that is larger than any array.
static int64_t times(int64_t a, int64_t b) {
  return b > 0 && a > INT64_MAX / b ? INT64_MAX : a * b;
}

enum { READ, WRITE, OPTIONAL };

// Check an array: it must have at least `count` numbers of this type. With OPTIONAL it may be
// missing.
static int check_array(const Buffer *b, int32_t type, int64_t count, int how, int32_t what,
                       int64_t at, Trouble *t) {
  if (!b->data) return how == OPTIONAL || trouble(t, MISSING, what, at);
  if (b->type != type) return trouble(t, WRONG_TYPE, what, at);
  if (count < 0 || b->bytes < times(count, BYTES_OF[type])) return trouble(t, TOO_SHORT, what, at);
  if ((uintptr_t)b->data % (uintptr_t)BYTES_OF[type]) return trouble(t, NOT_ALIGNED, what, at);
  if (how == WRITE && b->read_only) return trouble(t, READ_ONLY, what, at);
  return 1;
}

// ---- row inputs

// Return how rows of this type are converted for a row input; -1 if they cannot be.
static int32_t cast_of(int32_t type, int32_t index) {
  if (type == (index ? INT32_TYPE : REAL_TYPE)) return SAME;
  switch (type) {
  case FLOAT32_TYPE: return index ? -1 : FROM_F32;
  case FLOAT64_TYPE: return index ? -1 : FROM_F64;
  case UINT8_TYPE: return index ? -1 : FROM_U8;
  case INT32_TYPE: return FROM_I32;
  case INT64_TYPE: return index ? FROM_I64 : -1;
  default: return -1;
  }
}

// rows: how many rows an array must have; epoch: how many if it lies in order.
static int check_rows(const Plan *plan, const Given *g, int64_t rows, int64_t epoch, Run *run,
                      Trouble *t) {
  int32_t k = 0;
  if (g->row_inputs != plan->datas) return trouble(t, WRONG_COUNT, ROWS_ARRAY, plan->datas);
  for (const RowInput *in = plan->row_input; in < plan->row_input + plan->row_inputs; in++) {
    if (in->what != GATHER) continue;
    const Buffer *b = g->rows + k;
    const int lies = g->in_order[k];
    const int32_t cast = cast_of(b->type, in->index);
    if (b->data && (cast < 0 || (lies && cast != SAME)))
      return trouble(t, WRONG_TYPE, ROWS_ARRAY, k);
    if (!check_array(b, b->type, times(lies ? epoch : rows, in->size), READ, ROWS_ARRAY, k, t))
      return 0;
    run->data[k++] = (Data){b->data, lies ? IN_ORDER : cast};
  }
  return 1;
}

// ---- predict

int FN(check_predict)(const Plan *plan, const Given *g, Run *run, Trouble *t) {
  if (plan->loss >= 0) return trouble(t, WRONG_PLAN, NO_ARRAY, 0);
  const int32_t type = plan->output.index ? INT32_TYPE : REAL_TYPE;
  const int64_t rows = g->predicted;
  if (rows < 0) return trouble(t, WRONG_COUNT, OUT_ARRAY, rows);
  if (!check_array(&g->theta, REAL_TYPE, plan->theta, READ, THETA_ARRAY, 0, t) ||
      !check_array(&g->out, type, times(rows, plan->output.size), WRITE, OUT_ARRAY, 0, t) ||
      !check_array(&g->c, REAL_TYPE, rows, plan->weighs ? READ : OPTIONAL, C_ARRAY, 0, t) ||
      !check_array(&g->numbers, INT32_TYPE, rows, OPTIONAL, NUMBERS_ARRAY, 0, t) ||
      !check_rows(plan, g, rows, rows, run, t))
    return 0;
  run->numbers = g->numbers.data, run->step = g->step, run->seed = g->seed;
  run->theta = (void *)g->theta.data, run->out = (void *)g->out.data, run->c = g->c.data;
  return 1;
}

// ---- steps

// Check the batches of one epoch: rows lie one after another, and no batch is too large.
static int check_starts(const Plan *plan, const Given *g, int64_t batches, Trouble *t) {
  const int64_t *start = g->starts.data;
  if (start[0] < 0) return trouble(t, WRONG_STARTS, STARTS_ARRAY, 0);
  for (int64_t i = 0; i < batches; i++)
    if (start[i + 1] <= start[i] || start[i + 1] - start[i] > plan->rows)
      return trouble(t, WRONG_STARTS, STARTS_ARRAY, i);
  return 1;
}

// Return the largest row number + 1; -1 if a row number is negative.
static int64_t rows_of_order(const int32_t *order, int64_t begin, int64_t end) {
  int32_t low = 0, high = 0;
  for (int64_t i = begin; i < end; i++) {
    low = order[i] < low ? order[i] : low;
    high = order[i] > high ? order[i] : high;
  }
  return low < 0 ? -1 : (int64_t)high + 1;
}

// Check the arrays that the rule reads and writes. A call for the gradient alone has no update.
static int check_update(const Plan *plan, const Given *g, Run *run, Trouble *t) {
  if (!plan->rule || g->grad.data) return 1;
  int64_t slot = 0, born = 0;
  for (int32_t k = 0; k < plan->groups; k++) {
    slot += plan->group[k].length;
    born = plan->group[k].born > born ? plan->group[k].born : born;
  }
  if (g->slots != plan->slots) return trouble(t, WRONG_COUNT, SLOT_ARRAY, plan->slots);
  if (g->t <= born || g->t > INT64_MAX / 4) return trouble(t, WRONG_STEP, NO_ARRAY, g->t);
  if (!check_array(&g->theta, REAL_TYPE, plan->theta, WRITE, THETA_ARRAY, 0, t)) return 0;
  for (int32_t k = 0; k < plan->slots; k++) {
    if (!check_array(g->slot + k, REAL_TYPE, slot, WRITE, SLOT_ARRAY, k, t)) return 0;
    run->slot[k] = (void *)g->slot[k].data;
  }
  const int64_t once = (int64_t)plan->groups * plan->hypers, given = g->hyper.bytes / 8;
  if (!check_array(&g->hyper, FLOAT64_TYPE, once, READ, HYPER_ARRAY, 0, t)) return 0;
  if (given != once && given != times(once, run->steps))
    return trouble(t, WRONG_COUNT, HYPER_ARRAY, once);
  run->hyper = g->hyper.data, run->hyper_step = given > once ? once : 0;
  return 1;
}

// Check the arrays of the rows: order, numbers, weights, data set.
static int check_epochs(const Plan *plan, const Given *g, Run *run, Trouble *t) {
  const int64_t batches = g->starts.bytes / 8 - 1;
  if (batches < 1) return trouble(t, TOO_SHORT, STARTS_ARRAY, 0);
  if (!check_starts(plan, g, batches, t)) return 0;
  const int64_t epochs = (run->steps + batches - 1) / batches, first = run->starts[0],
                epoch = run->starts[batches], all = run->order ? times(epochs, epoch) : epoch;
  int64_t rows = epoch;
  run->batches = run->steps > batches ? batches : 0;
  if (!check_array(&g->order, INT32_TYPE, all, OPTIONAL, ORDER_ARRAY, 0, t) ||
      !check_array(&g->numbers, INT32_TYPE, all, OPTIONAL, NUMBERS_ARRAY, 0, t) ||
      !check_array(&g->c, REAL_TYPE, epoch, plan->weighs ? READ : OPTIONAL, C_ARRAY, 0, t))
    return 0;
  if (run->order && (rows = rows_of_order(run->order, first, all)) < 0)
    return trouble(t, WRONG_ROW, ORDER_ARRAY, 0);
  return check_rows(plan, g, rows, epoch, run, t);
}

int FN(check_run)(const Plan *plan, const Given *g, Run *run, Trouble *t) {
  if (plan->loss < 0) return trouble(t, WRONG_PLAN, NO_ARRAY, 0);
  if (!check_array(&g->theta, REAL_TYPE, plan->theta, READ, THETA_ARRAY, 0, t) ||
      !check_array(&g->starts, INT64_TYPE, 2, READ, STARTS_ARRAY, 0, t) ||
      !check_array(&g->losses, FLOAT64_TYPE, 1, WRITE, LOSSES_ARRAY, 0, t) ||
      !check_array(&g->constants, FLOAT64_TYPE, plan->constants, OPTIONAL, CONSTANTS_ARRAY, 0, t))
    return 0;
  run->steps = g->losses.bytes / 8;
  if (g->grad.data && !check_array(&g->grad, REAL_TYPE, plan->theta, WRITE, GRAD_ARRAY, 0, t))
    return 0;
  if (g->grad.data && (run->steps != 1 || !plan->trains))
    return trouble(t, WRONG_PLAN, GRAD_ARRAY, 0);
  // the key has 32 bits for each of seed and step; this limit keeps sums of steps from overflowing
  if (g->step < 0 || g->step > INT64_MAX / 4) return trouble(t, WRONG_STEP, NO_ARRAY, g->step);
  run->theta = (void *)g->theta.data, run->grad = (void *)g->grad.data;
  run->order = g->order.data, run->numbers = g->numbers.data, run->c = g->c.data;
  run->starts = g->starts.data, run->constants = g->constants.data;
  run->losses = (void *)g->losses.data;
  run->t = g->t, run->step = g->step, run->seed = g->seed;
  run->milliseconds = g->milliseconds, run->careful = g->careful;
  return check_update(plan, g, run, t) && check_epochs(plan, g, run, t);
}
