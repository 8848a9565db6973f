// Twin of take_step.py.
#include "kernels/fits.h"
#include "kernels/loops.h"

// x is (rows, T, size); of a shared value the first axis plays the part of the rows.
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

int OP(take_step_fits)(const Array *a, int32_t count, const double *attr) { // s, x
  // the axis of steps follows that of rows, which only a shared value shows
  const int axis = a[1].stride == 0;
  if (a[1].ndim <= axis || a[0].ndim != a[1].ndim - 1) return 0;
  const int32_t steps = a[1].shape[axis];
  for (int d = 0; d < a[0].ndim; d++)
    if (a[0].shape[d] != a[1].shape[d < axis ? d : d + 1]) return 0;
  return all_whole(attr, count, -(double)steps, steps - 1);
}

void OP(take_step)(long rows, const Array *a, const double *attr) { // s, x
  const Sequence q = sequence(rows, a[1], a[0], attr[0]);
  for (long n = 0; n < q.rows; n++) {
    const real *x = row_of(q.x, n) + q.t * q.size;
    CONTRIBUTE(q.s, n, 0, q.size, i, x[i]); // s = x[:, t]
  }
}

void OP(take_step_backward)(long rows, const Array *a, const double *attr) { // ds, s, x, dx
  if (!a[3].data) return;
  const Sequence q = sequence(rows, a[3], a[0], attr[0]);
  for (long n = 0; n < q.rows; n++) {
    if (!q.x.add)
      for (long i = 0; i < q.steps * q.size; i++) row_of(q.x, n)[i] = 0;
    const real *ds = row_of(q.s, n);
    CONTRIBUTE(q.x, n, q.t * q.size, q.size, i, ds[i]); // dx = onehot(t) ds
  }
}
