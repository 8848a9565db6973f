// Join what a normalization by batch statistics adds to dx: its own gradient, then that of the
// variance, then that of the mean. Three phases would write all rows of dx; now the last one does.
// The three terms keep their order, so no bit changes.
#include "draft.h"

static int mentions(const DraftCall *c, int32_t gradient_of) {
  for (int32_t k = 0; k < c->count; k++)
    if (c->argument[k].value == gradient_of && c->argument[k].gradient) return 1;
  return 0;
}

static int is_gradient(const DraftCall *c, Kernel backward, int32_t x) {
  return c->run == backward && c->step->input[0] == x;
}

void OP(variance_rows_backward)(long rows, const Array *a, const double *attr);
void OP(mean_rows_backward)(long rows, const Array *a, const double *attr);
enum { VARIANCE_DX = 5 }; // which argument of variance_rows_backward dx is

// Join one normalization. `end`: the end of all calls.
static void join(DraftCall *normalise, const DraftCall *end) {
  enum { DU, U, X, MU, V, GAMMA, BETA, DX, DMU, DV };
  const Argument *a = normalise->argument;
  const Twin *twin = normalise->step->twin;
  const int relu = normalise->run == twin->before_relu;
  DraftCall *variance = 0, *mean = 0;
  if (a[DX].value < 0 || a[DMU].value < 0 || a[DV].value < 0) return;
  // between the three nothing else may read dx or add to it
  for (DraftCall *c = normalise + 1; c < end && !mean; c++) {
    if (!mentions(c, a[X].value)) continue;
    if (!variance && is_gradient(c, OP(variance_rows_backward), a[X].value))
      variance = c;
    else if (variance && is_gradient(c, OP(mean_rows_backward), a[X].value))
      mean = c;
    else
      return;
  }
  if (!mean || variance->step->output != a[V].value || mean->step->output != a[MU].value) return;
  if (variance->step->input[1] != a[MU].value || variance->step->input[2] != mean->step->input[1])
    return;
  const int32_t order = mean->order, time = mean->time, N = mean->step->input[1];
  *mean = *normalise;
  mean->run = relu ? twin->all_dx_before_relu : twin->all_dx;
  mean->order = order, mean->time = time;
  mean->count = DX + 1; // dy, y, *inputs, dx, dv, dmu, N
  mean->argument[mean->count++] = (Argument){a[DV].value, 1, 0, 0, 0};
  mean->argument[mean->count++] = (Argument){a[DMU].value, 1, 0, 0, 0};
  mean->argument[mean->count++] = (Argument){N, 0, 0, 0, 0};
  normalise->argument[DX].value = variance->argument[VARIANCE_DX].value = -1;
}

// The calls are in their order.
void FN(join_dx)(Draft *d) {
  for (DraftCall *c = d->call, *end = c + d->calls; c < end; c++) {
    const Twin *twin = c->step->outside ? 0 : c->step->twin;
    if (twin && twin->all_dx && (c->run == twin->backward || c->run == twin->before_relu))
      join(c, end);
  }
}
