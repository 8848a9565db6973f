// Many steps of contrastive divergence in one call, for an RBM with binary units. No dtype in the
// types: the module sees this too.
#ifndef CHAINRULE_RBM_H
#define CHAINRULE_RBM_H
#include <stdint.h>

typedef struct {
  // D, H, M, k. chains == 0: they start at the rows themselves (CD)
  int32_t visible, hidden, chains, rounds;
  int64_t steps;
  const int64_t *starts; // step i takes the rows starts[i] .. starts[i + 1] - 1 of x and plus
  const void *x;         // rows (n, D)
  const double *plus;    // the weight of each row in the estimate
  const double *minus;   // of each step: the weight of each chain
  const double *u;       // uniforms in the order in which they are used
  const void *W, *b, *c; // (H, D), (D,), (H,)
  void *dW, *db, *dc;    // the estimate is added here; W, b, c themselves: a step of descent
  void *h;               // (M, H): the persistent chains, moved
  double *errors;        // out: Σ |plus| |v - r|^2 of each step; NULL: not asked for
} RbmRun;

// Many steps of training in one call: gather the rows of a batch, draw its uniforms by their key,
// estimate, update.
typedef struct {
  int32_t visible, hidden, chains, rounds; // as above
  int64_t steps, rows;                     // rows: the most of one step
  const int64_t *starts; // step i takes the places starts[i] .. starts[i + 1] - 1 of order and c
  const void *x, *c;     // the data set (n, D), cast; what each row counts
  const int32_t *order;  // row numbers; NULL: the place itself
  int64_t data_period, c_period; // places after which x (without an order), and c, begin again
  void *theta, *slot[4];         // [W | b | c], moved by the rule
  void *h;                       // (M, H): the persistent chains, moved
  const void *rule;              // of the optimiser
  const double *hyper;           // its numbers, `hyper_step` further for each step
  // t: updates of these slots + 1; step: updates in all. Of the first step
  int64_t hyper_step, t, step;
  uint32_t seed, path;
  double limit; // a parameter beyond it ends the run, as one that is not finite does
  int32_t milliseconds, careful; // 0: no budget; look at every gradient
  double *losses;                // out: the reconstruction error of each step
  int64_t done;                  // out: steps
  int32_t finite;                // out: whether all numbers are
} RbmTraining;

#endif
