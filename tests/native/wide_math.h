// The functions of kernels/vector_math.h in float64, a block at a time, whatever `real` is. float32
// is measured against them where libm, one number after another, would take an hour; math_test
// measures them against libm.
#ifndef CHAINRULE_WIDE_MATH_H
#define CHAINRULE_WIDE_MATH_H
enum { BLOCK = 4096 };
#define FOR_EACH_FUNCTION(USE) \
  USE(exponential)             \
  USE(exponential_minus_1)     \
  USE(logarithm)               \
  USE(hyperbolic_tangent)      \
  USE(logistic)                \
  USE(softplus)                \
  USE(softplus_of_negative)    \
  USE(normal_cdf)              \
  USE(normal_density)
#define DECLARE_WIDE(name) void wide_##name(const double *x, double *y);
FOR_EACH_FUNCTION(DECLARE_WIDE)
#endif
