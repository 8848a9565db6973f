// Twin of take_step.py.
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
