// Twin of take_step.py.
#include "kernels/fits.h"
#include "kernels/loops.h"

// Step t of x (rows, T, size). The first axis of a shared value plays the part of the rows.
typedef struct {
  long rows, steps, size, t;
  Array x, s;
} Sequence;

static Sequence sequence(long rows, Array x, Array s, double t) {
  if (x.stride == 0) {
    rows = x.shape[0];
    x.stride = x.size / rows, s.stride = s.size / rows;
    return (Sequence){rows, x.shape[1], s.stride, (long)t + (t < 0 ? x.shape[1] : 0), x, s};
  }
  return (Sequence){rows, x.shape[0], s.size, (long)t + (t < 0 ? x.shape[0] : 0), x, s};
}

TAKES(take_step, "(n,*x) -> (n,*s)", 1);

int OP(take_step_fits)(const Array *a, int32_t count, const double *attr) {
  enum { S, X };
  // the axis of steps follows that of rows, which only a shared value shows
  const int axis = a[X].stride == 0;
  if (a[X].ndim <= axis || a[S].ndim != a[X].ndim - 1) return 0;
  const int32_t steps = a[X].shape[axis];
  for (int d = 0; d < a[S].ndim; d++)
    if (a[S].shape[d] != a[X].shape[d < axis ? d : d + 1]) return 0;
  return all_whole(attr, count, -(double)steps, steps - 1);
}

void OP(take_step)(long rows, const Array *a, const double *attr) {
  enum { S, X };
  const Sequence q = sequence(rows, a[X], a[S], attr[0]);
  for (long n = 0; n < q.rows; n++) {
    const real *x = row_of(q.x, n) + q.t * q.size;
    CONTRIBUTE(q.s, n, 0, q.size, i, x[i]); // s = x[:, t]
  }
}

void OP(take_step_backward)(long rows, const Array *a, const double *attr) {
  enum { DS, S, X, DX };
  if (!a[DX].data) return;
  const Sequence q = sequence(rows, a[DX], a[DS], attr[0]);
  for (long n = 0; n < q.rows; n++) {
    if (!q.x.add)
      for (long i = 0; i < q.steps * q.size; i++) row_of(q.x, n)[i] = 0;
    const real *ds = row_of(q.s, n);
    CONTRIBUTE(q.x, n, q.t * q.size, q.size, i, ds[i]); // dx = onehot(t) ds
  }
}
