// Many steps of contrastive divergence in one call, for an RBM with binary units. No type here
// depends on the dtype: the extension module includes this too.
#ifndef CHAINRULE_RBM_H
#define CHAINRULE_RBM_H
#include <stdint.h>
#include "engines/engine.h"

// The other processes that make the same steps. Each computes its share of the rows and chains of a
// step, and then its share of the columns of the sums over them, so no sum is formed in another
// order. exchange(caller, ALL_SUMS, ...) gives the numbers of each process to all.
typedef struct {
  Together arrays;
  Exchange exchange;
  void *caller;
} RbmTogether;

typedef struct {
  int32_t visible, hidden; // D, H
  int32_t chains, rounds;  // M, k; chains == 0: the chains start at the rows (CD)
  int64_t steps;
  const int64_t *starts; // step i takes the rows starts[i] .. starts[i + 1] - 1 of x and plus
  const void *x;         // rows (n, D)
  const double *plus;    // the weight of each row in the estimate
  const double *minus;   // for each step the weight of its chains
  const double *u;       // uniforms in the order in which they are used
  const void *W, *b, *c; // (H, D), (D,), (H,)
  void *dW, *db, *dc;    // the estimate is added here; W, b, c themselves for a step of descent
  void *h;               // (M, H): the persistent chains, moved
  double *errors;        // out: the sum of |plus| |v - r|^2 of each step; or NULL
  const RbmTogether *together; // NULL: this process makes the steps alone
} RbmRun;

// Many steps of training in one call: each gathers the rows of a batch, draws its uniforms by their
// key, estimates and updates.
typedef struct {
  int32_t visible, hidden, chains, rounds; // as above
  int64_t steps, rows;                     // rows: the most of one step
  const int64_t *starts; // step i takes the places starts[i] .. starts[i + 1] - 1 of order and c
  const void *x, *c;     // the data set (n, D), cast; the weight of each row
  const int32_t *order;  // row numbers; NULL: the place itself
  int64_t data_period, c_period; // places after which x (without an order), and c, begin again
  void *theta, *slot[4];         // [W | b | c], moved by the rule
  void *h;                       // (M, H): the persistent chains, moved
  const void *rule;              // of the optimizer
  const double *hyper;           // its numbers, `hyper_step` further for each step
  int64_t hyper_step;
  int64_t t, step; // of the first step: updates of these slots + 1; updates in all
  uint32_t seed, path;
  double limit;                // a parameter beyond it ends the run, as one that is not finite does
  int32_t milliseconds;        // the time after which no step begins; 0: no limit
  int32_t careful;             // 1: look at every gradient
  double *losses;              // out: the reconstruction error of each step
  int64_t done;                // out: steps
  int32_t finite;              // out: 1 if all numbers are finite
  const RbmTogether *together; // as above
} RbmTraining;

// Return how many numbers a process sends at most, and receives at most, for steps of so many rows.
static inline int64_t rbm_exchanged(int64_t rows, int64_t chains, int64_t visible, int64_t hidden) {
  const int64_t M = chains ? chains : rows;
  const int64_t means = rows * (hidden + 1) + M * (visible + hidden),
                sums = visible * hidden + visible + hidden;
  return means > sums ? means : sums;
}

#endif
