// Put a normalization with running statistics into the product before it:
//   gamma (x W + b - mu) / sqrt(v + eps) + beta = x W' + b',   W' = W s,   b' = (b - mu) s + beta,
//   s = gamma / sqrt(v + eps).
// Only a plan without gradients does so. It depends on the Program alone, so each row keeps its
// bits. theta may change between calls, so each call computes s, W' and b' once, before its rows.
// If one of these numbers is not finite, the product and the normalization run as they are written.
#include <stdlib.h>
#include <string.h>
#include "draft.h"
#include "kernels/vector_math.h"

// ---- what runs once

static void scale_of(long rows, const Array *a, const double *attr) {
  enum { S, V, GAMMA };
  const real *v = a[V].data, *gamma = a[GAMMA].data;
  (void)rows;
  for (long c = 0; c < a[S].size; c++) a[S].data[c] = gamma[c] / SQRT(v[c] + (real)attr[0]);
}

static void scaled_weights(long rows, const Array *a, const double *attr) {
  enum { SCALED, W, S };
  const long C = a[S].size;
  const real *W_ = a[W].data, *s = a[S].data;
  real *to = a[SCALED].data;
  (void)rows, (void)attr;
  for (long k = 0; k < a[W].size; k += C)
    for (long c = 0; c < C; c++) to[k + c] = W_[k + c] * s[c]; // W' = W s
}

static int all_finite(Array a) {
  real sum = 0;
  for (long i = 0; i < a.size; i++) sum += a.data[i] * 0;
  return sum == 0;
}

// b' = (b - mu) s + beta; b'[0] is NaN if some number is not finite.
static void shifted(const Array *a, const real *b) {
  enum { SHIFTED, SCALED, MU, S, BETA };
  const real *mu = a[MU].data, *s = a[S].data, *beta = a[BETA].data;
  real *to = a[SHIFTED].data;
  for (long c = 0; c < a[SHIFTED].size; c++) to[c] = FMA((b ? b[c] : 0) - mu[c], s[c], beta[c]);
  if (!all_finite(a[SCALED]) || !all_finite(a[SHIFTED])) to[0] = NOT_A_NUMBER;
}

static void first_bias(long rows, const Array *a, const double *attr) {
  (void)rows, (void)attr;
  shifted(a, 0);
}

static void shifted_bias(long rows, const Array *a, const double *attr) {
  enum { SHIFTED, SCALED, MU, S, BETA, B };
  (void)rows, (void)attr;
  shifted(a, a[B].data);
}

// ---- the product, for each of the four ops

enum { U, X, SCALED, SHIFTED, W, MU, S, BETA, B };

void OP(max_pool)(long rows, const Array *a, const double *attr);

// Row by row: the product as it is written, the normalization, relu, and max_pool if there is a
// result `h`.
static void as_written(Kernel product, int has_bias, int relu, long rows, const Array *a,
                       const Array *h, const double *attr, const double *pool) {
  const long C = a[MU].size;
  const real *mu = a[MU].data, *s = a[S].data, *beta = a[BETA].data;
  const Array *work = a + B + has_bias + (h != 0);
  for (long n = 0; n < rows; n++) {
    Array z = a[U], x = a[X], rest = *work;
    z.data = rest.data, rest.data += z.size;
    x.data += n * x.stride;
    const Array with_bias[] = {z, x, a[W], a[B], rest}, without[] = {z, x, a[W], rest};
    product(1, has_bias ? with_bias : without, attr);
    for (long p = 0; p < z.size; p += C)
      for (long c = 0; c < C; c++) {
        const real u = FMA(z.data[p + c] - mu[c], s[c], beta[c]);
        z.data[p + c] = relu ? positive_part(u) : u;
      }
    Array to = h ? *h : a[U];
    to.data += n * to.stride;
    const Array maxima[] = {to, z, rest};
    if (h)
      OP(max_pool)(1, maxima, pool);
    else
      memcpy(to.data, z.data, z.size * sizeof(real));
  }
}

static int is_usable(const Array *a) {
  return a[SHIFTED].data[0] == a[SHIFTED].data[0];
}

// name: the op; biased: the op with a bias.
#define PRODUCT(name, biased, has_bias)                                                \
  void OP(name)(long, const Array *, const double *);                                  \
  void OP(biased)(long, const Array *, const double *);                                \
  void OP(biased##_then_relu)(long, const Array *, const double *);                    \
  long OP(biased##_work)(long, const Array *);                                         \
  static void name##_scaled(long rows, const Array *a, const double *attr) {           \
    const Array product[] = {a[U], a[X], a[SCALED], a[SHIFTED], a[B + has_bias]};      \
    if (is_usable(a))                                                                  \
      OP(biased)(rows, product, attr);                                                 \
    else                                                                               \
      as_written(OP(name), has_bias, 0, rows, a, 0, attr, 0);                          \
  }                                                                                    \
  static void name##_scaled_then_relu(long rows, const Array *a, const double *attr) { \
    const Array product[] = {a[U], a[X], a[SCALED], a[SHIFTED], a[B + has_bias]};      \
    if (is_usable(a))                                                                  \
      OP(biased##_then_relu)(rows, product, attr);                                     \
    else                                                                               \
      as_written(OP(name), has_bias, 1, rows, a, 0, attr, 0);                          \
  }                                                                                    \
  static long name##_scaled_work(long rows, const Array *a) {                          \
    return OP(biased##_work)(rows, a) + 2 * (long)a[U].size + LANES;                   \
  }

enum { ATTRIBUTES = 8 }; // of a convolution of images, before those of max_pool

#define PRODUCT_OF_IMAGES(name, biased, has_bias)                                               \
  void OP(biased##_then_relu_max_pool)(long, const Array *, const double *);                    \
  static void name##_scaled_then_relu_max_pool(long rows, const Array *a, const double *attr) { \
    const Array *h = a + B + has_bias;                                                          \
    const Array product[] = {a[U], a[X], a[SCALED], a[SHIFTED], h[0], h[1]};                    \
    if (is_usable(a))                                                                           \
      OP(biased##_then_relu_max_pool)(rows, product, attr);                                     \
    else                                                                                        \
      as_written(OP(name), has_bias, 1, rows, a, h, attr, attr + ATTRIBUTES);                   \
  }

PRODUCT(linear, affine, 0)
PRODUCT(affine, affine, 1)
PRODUCT(convolve, convolve_affine, 0)
PRODUCT(convolve_affine, convolve_affine, 1)
PRODUCT_OF_IMAGES(convolve, convolve_affine, 0)
PRODUCT_OF_IMAGES(convolve_affine, convolve_affine, 1)

#define TWIN(op) \
  .name = #op, .forward = op##_scaled, .then_relu = op##_scaled_then_relu, .work = op##_scaled_work
static const Twin products[] = {
    {TWIN(linear)},
    {TWIN(affine)},
    {TWIN(convolve), .then_relu_max_pool = convolve_scaled_then_relu_max_pool},
    {TWIN(convolve_affine), .then_relu_max_pool = convolve_affine_scaled_then_relu_max_pool},
};
static const Twin once[] = {{.name = "scale", .forward = scale_of},
                            {.name = "weights", .forward = scaled_weights},
                            {.name = "bias", .forward = first_bias},
                            {.name = "bias", .forward = shifted_bias}};

// ---- the Program

static const Twin *product_of(const Step *s) {
  for (int k = 0; k < 4 && s->ours && !s->outside && s->kind == ROW; k++)
    if (FN(named)(products[k].name, s->name, s->name_length)) return products + k;
  return 0;
}

static int in_theta(const Program *p, int32_t value) {
  return p->value[value].role == PARAMETER || p->value[value].role == STATE;
}

// Each call computes W'. That pays if W is small, or if a row reads each of its numbers often.
static int pays(int64_t weights, int64_t outputs) {
  enum { SMALL = 16 << 10, TIMES = 4 };
  return weights <= SMALL || weights <= TIMES * outputs;
}

// Return the product whose result `normalise` alone reads, if the two may become one.
static Step *product_before(const Program *p, const int32_t *maker, const int32_t *reads,
                            const Step *normalise) {
  const int32_t x = normalise->input[0];
  if (!normalise->ours || normalise->outside || normalise->kind != ROW ||
      !FN(named)("normalise", normalise->name, normalise->name_length))
    return 0;
  if (!maker[x] || reads[x] != 1 || x == p->output) return 0;
  Step *product = p->step + maker[x] - 1;
  if (!product_of(product) || product->inputs > 3) return 0;
  for (int32_t k = 1; k < product->inputs; k++)
    if (!in_theta(p, product->input[k])) return 0;
  for (int32_t k = 1; k < normalise->inputs; k++)
    if (!in_theta(p, normalise->input[k])) return 0;
  return pays(p->value[product->input[1]].size, p->value[x].size) ? product : 0;
}

static int32_t new_value(Program *p, const Value *like) {
  p->value[p->values] =
      (Value){.shared = 1, .role = COMPUTED, .ndim = like->ndim, .size = like->size};
  memcpy(p->value[p->values].shape, like->shape, sizeof like->shape);
  return p->values++;
}

static int32_t run_once(Program *p, Step *to, const Twin *twin, const Step *normalise,
                        const Value *like, int32_t inputs, const int32_t *input) {
  *to = (Step){.kind = ONCE,
               .ours = 1,
               .output = new_value(p, like),
               .inputs = inputs,
               .attr = normalise->attr,
               .name = "",
               .twin = twin,
               .number = normalise->number};
  memcpy(to->input, input, inputs * sizeof *input);
  return to->output;
}

// The numbers of the product follow eps, so that those of a max_pool can follow them.
static void put_eps_first(Step *product, Step *normalise) {
  double *first = (double *)product->attr;
  const double eps = normalise->attr[0];
  if (normalise->attr != first + product->attrs) return;
  memmove(first + 1, first, product->attrs * sizeof *first);
  first[0] = eps;
  normalise->attr = first, product->attr = first + 1;
}

// Make one step of the two, and write the three steps that run once.
static void join(Program *p, Step *product, Step *normalise, Step *before) {
  const Step old = *product;
  const int32_t *of = normalise->input;
  enum { NORMALISED, MEAN, VARIANCE, GAMMA, SHIFT };
  put_eps_first(product, normalise);
  const Value *weights = p->value + old.input[1], *channels = p->value + of[MEAN];
  const int32_t bias = old.inputs == 3 ? old.input[2] : -1;
  const int32_t s =
      run_once(p, before, once, normalise, channels, 2, (int32_t[]){of[VARIANCE], of[GAMMA]});
  const int32_t scaled =
      run_once(p, before + 1, once + 1, normalise, weights, 2, (int32_t[]){old.input[1], s});
  const int32_t moved =
      run_once(p, before + 2, once + 2 + (bias >= 0), normalise, channels, 4 + (bias >= 0),
               (int32_t[]){scaled, of[MEAN], s, of[SHIFT], bias});
  before->attrs = 1;
  product->twin = product_of(&old);
  product->output = normalise->output;
  product->inputs = 7 + (bias >= 0);
  memcpy(product->input,
         (int32_t[]){old.input[0], scaled, moved, old.input[1], of[MEAN], s, of[SHIFT], bias},
         sizeof product->input);
  normalise->twin = 0; // removed
}

// Return FINE or NO_MEMORY.
int FN(into_weights)(Program *p) {
  const int32_t V = p->values, steps = p->steps;
  int32_t *maker = calloc(2 * (size_t)V, sizeof(int32_t)), *reads = maker + V, n = 0;
  Step *all = calloc(4 * (size_t)steps + 1, sizeof(Step));
  Value *value = calloc(V + 3 * (size_t)steps + 1, sizeof(Value));
  if (!maker || !all || !value) {
    free(maker), free(all), free(value);
    return NO_MEMORY;
  }
  memcpy(value, p->value, V * sizeof(Value));
  free(p->value), p->value = value;
  for (int32_t i = 0; i < steps; i++) {
    maker[p->step[i].output] = i + 1;
    for (int32_t k = 0; k < p->step[i].inputs; k++) reads[p->step[i].input[k]]++;
  }
  for (Step *s = p->step; s < p->step + steps; s++) {
    Step *product = product_before(p, maker, reads, s);
    if (product) join(p, product, s, all + n), n += 3;
  }
  for (const Step *s = p->step; s < p->step + steps; s++)
    if (s->twin || s->outside) all[n++] = *s;
  free(maker), free(p->step);
  p->step = all, p->steps = n;
  return FINE;
}
