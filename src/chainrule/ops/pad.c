// Twin of pad.py.
#include "kernels/fits.h"
#include "kernels/loops.h"

// Where the image lies in the padded one: line r begins at first + r * pitch and has `line`
// numbers.
typedef struct {
  long lines, line, first, pitch;
} Inside;

// attr: top, bottom, left, right
static Inside inside_of(Array image, Array padded, const double *attr) {
  const long C = image.shape[2], pitch = padded.shape[1] * C;
  const long top = (long)attr[0], left = (long)attr[2];
  return (Inside){image.shape[0], image.shape[1] * C, top * pitch + left * C, pitch};
}

static void zeros(real *h, long from, long to) {
  for (long i = from; i < to; i++) h[i] = 0;
}

TAKES(pad, "(N,H,W,C) -> (N,P,Q,C)", 4);

int OP(pad_fits)(const Array *a, int32_t count, const double *attr) {
  enum { H, X };
  if (!all_whole(attr, count, 0, MOST_PIXELS)) return 0;
  for (int d = 0; d < 2; d++) // attr: top, bottom, left, right
    if (a[H].shape[d] != a[X].shape[d] + (int64_t)attr[2 * d] + (int64_t)attr[2 * d + 1]) return 0;
  return 1;
}

void OP(pad)(long rows, const Array *a, const double *attr) {
  enum { H, X };
  const Inside s = inside_of(a[X], a[H], attr);
  for (long n = 0; n < rows; n++) { // h = pad(x, padding)
    const real *x = row_of(a[X], n);
    real *h = row_of(a[H], n);
    long done = 0;
    for (long r = 0; r < s.lines; r++) {
      const long start = s.first + r * s.pitch;
      zeros(h, done, start);
      for (long i = 0; i < s.line; i++) h[start + i] = x[r * s.line + i];
      done = start + s.line;
    }
    zeros(h, done, a[H].size);
  }
}

void OP(pad_backward)(long rows, const Array *a, const double *attr) {
  enum { DH, H, X, DX };
  const Inside s = inside_of(a[X], a[DH], attr);
  if (!a[DX].data) return;
  for (long n = 0; n < rows; n++)
    for (long r = 0; r < s.lines; r++) {
      const real *dh = row_of(a[DH], n) + s.first + r * s.pitch;
      CONTRIBUTE(a[DX], n, r * s.line, s.line, i, dh[i]); // dx = dh[x]
    }
}
