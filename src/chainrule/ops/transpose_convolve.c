// Twin of transpose_convolve.py: its forward is the backward of a convolution. The image is z here;
// its places are the pixels of x.
#include "convolve.h"
#include "convolve_sparse.h"

static Shape shape_here(const Array *z, const Array *x, const Array *W, const double *attr) {
  Shape s = shape_of(z, x, W, 1);
  if (attr) read_attributes(&s, x->ndim - 1, attr, 1);
  return s;
}

static void forward(long rows, const Array *z, const Array *x, const Array *W, const real *b,
                    const double *attr, real *work) {
  const Shape s = shape_here(z, x, W, attr);
  const Scratch scratch = scratch_of(&s, work);
  Spreading spreading = spreading_of(&s, W->data, FN(are_finite)(W->size, W->data), scratch);
  spreading.start = b;
  for (long n = 0; n < rows; n++)
    spread(&s, &spreading, x->data + n * x->stride, z->data + n * z->stride);
}

// dW += x' patches(dz) of one image: a matrix (own, each) for each cell; the channels of a cell are
// its columns.
static void weights(const Shape *s, const real *x, const real *dz, Scratch scratch, int add,
                    real *dW) {
  const View v = view_of(s, dz, scratch.image);
  const Level *places = v.places.level;
  const long each_band = s->high / v.bands * s->wide;
  if (is_depthwise(s) && !v.copied) {
    each_channel(s->C, &v.cells, &v.places, v.at, x, add ? dW : 0, s->C, dW);
    return;
  }
  const Walk numbers = {{{1, 0}, {1, 0}, {s->own, 1}}};
  const long line = places[2].count * s->F;
  const Walk pixels = {{{1, 0}, {places[1].count, line}, {places[2].count, s->F}}};
  for (long band = 0; band < v.bands; band++)
    for (long g = 0; g < s->groups; g++) {
      Cursor cell = {&v.cells, band_of(s, &v, dz, band, g, scratch.image), 0, 0};
      for (long k = 0; k < terms_of(s); k++) {
        const real *from;
        addresses(&cell, 1, &from);
        if (k % s->each) continue;
        real *to = dW + g * s->group + k / s->each * s->cell;
        const ConvolveProduct p = {.rows = &numbers,
                                   .terms = &pixels,
                                   .a = x + band * each_band * s->F + g * s->own,
                                   .b = from,
                                   .panel = PANEL,
                                   .columns = s->each,
                                   .b_step = {0, places[1].step, places[2].step},
                                   .onto = add || band,
                                   .c = to,
                                   .c_row = s->number};
        FN(convolve_product)(&p);
      }
    }
}

// Compute the gradients that both ops have; a: from dz to W.
static void backward(long rows, const Array *a, const Array *dx, const Array *dW,
                     const double *attr, real *work) {
  enum { DZ, Z, X, W };
  const Shape s = shape_here(a + DZ, a + X, a + W, attr);
  const Scratch scratch = scratch_of(&s, work);
  if (dx->data) pack_to_see(&s, a[W].data, scratch.packed);
  for (long n = 0; n < rows; n++) {
    const real *dz = a[DZ].data + n * a[DZ].stride, *x = a[X].data + n * a[X].stride;
    const Seeing seeing = {.x = dz, .W = a[W].data, .scratch = scratch, .add = dx->add};
    if (dx->data) see(&s, &seeing, dx->data + n * dx->stride); // dx = patches(dz) W'
    if (dW->data) weights(&s, x, dz, scratch, dW->add || n, dW->data);
  }
}

// Without rows nothing is summed.
static void clear_sum(long rows, const Array *sum) {
  if (rows == 0 && sum->data && !sum->add) clear_numbers(sum->size, sum->data);
}

TAKES(transpose_convolve, "(N,*x) (*W) -> (N,*z)", ANY_COUNT);

int OP(transpose_convolve_fits)(const Array *a, int32_t count, const double *attr) {
  enum { Z, X, W };
  return convolution_fits(a + Z, a + X, a + W, count, attr, 1);
}

void OP(transpose_convolve)(long rows, const Array *a, const double *attr) {
  enum { Z, X, W, WORK };
  forward(rows, a + Z, a + X, a + W, 0, attr, a[WORK].data); // z = fold(x W)
}

void OP(transpose_convolve_backward)(long rows, const Array *a, const double *attr) {
  enum { DZ, Z, X, W, DX, DW, WORK };
  backward(rows, a, a + DX, a + DW, attr, a[WORK].data);
  clear_sum(rows, a + DW);
}

long OP(transpose_convolve_work)(long rows, const Array *a) {
  enum { Z, X, W };
  const Shape s = shape_here(a + Z, a + X, a + W, 0);
  (void)rows;
  return work_size(&s);
}

TAKES(transpose_convolve_affine, "(N,*x) (*W) (C) -> (N,*z)", ANY_COUNT);

int OP(transpose_convolve_affine_fits)(const Array *a, int32_t count, const double *attr) {
  enum { Z, X, W, B };
  return convolution_fits(a + Z, a + X, a + W, count, attr, 1) &&
         a[B].size == a[Z].shape[a[Z].ndim - 1];
}

void OP(transpose_convolve_affine)(long rows, const Array *a, const double *attr) {
  enum { Z, X, W, B, WORK };
  forward(rows, a + Z, a + X, a + W, a[B].data, attr, a[WORK].data); // z = fold(x W) + b
}

void OP(transpose_convolve_affine_backward)(long rows, const Array *a, const double *attr) {
  enum { DZ, Z, X, W, B, DX, DW, DB, WORK };
  backward(rows, a, a + DX, a + DW, attr, a[WORK].data);
  clear_sum(rows, a + DW);
  const Array dz = a[DZ], db = a[DB];
  if (!db.data) return;
  if (!db.add) clear_numbers(db.size, db.data);
  for (long n = 0; n < rows; n++) // db = sum over n of dz
    sum_places(dz.size / db.size, db.size, dz.data + n * dz.stride, db.data);
}

long OP(transpose_convolve_affine_work)(long rows, const Array *a) {
  return OP(transpose_convolve_work)(rows, a);
}
