// How states settle. Included once for each type of weights and fields (WEIGHT, FIELD); NAME(...)
// is the name of a function for that type.
//
// A unit holds its value if s_i h_i >= s_i theta_i. So a visit is one comparison with `cut`, the
// lower limit of s_i h_i. Multiplication by 1 or -1 does not round.

// h_i = sum_j w_ij s_j for 1 or TOGETHER states.
INLINE void NAME(fields)(const int states, const HopfieldRun *r, const int16_t *const *s,
                         FIELD *const *h);

// Return the lower limit of s_i h_i for a unit with this s_i theta_i.
static FIELD NAME(cut)(double cut);

// One state, and for each unit its field and the lower limit of s_i h_i.
typedef struct {
  int16_t *s;
  FIELD *h, *cut;
} NAME(State);

INLINE int NAME(moves)(const NAME(State) * state, long i) {
  return state->s[i] * state->h[i] < state->cut[i];
}

// Flip unit j: h_i += 2 w_ij s_j for all fields. w[i] is w_ij.
static void NAME(flip)(const HopfieldRun *r, long j, const NAME(State) * state) {
  const long N = r->units;
  const WEIGHT *restrict w = (const WEIGHT *)r->send + j * N;
  const int sign = -state->s[j];
  FIELD *restrict h = state->h;
  if (sign > 0)
    for (long i = 0; i < N; i++) h[i] += 2 * (FIELD)w[i];
  else
    for (long i = 0; i < N; i++) h[i] -= 2 * (FIELD)w[i];
  state->s[j] = (int16_t)sign, state->cut[j] = NAME(cut)(sign * r->cut[j]);
}

// Return 1 if no unit would flip.
static int NAME(all_hold)(long N, const NAME(State) * state) {
  int moves = 0;
  for (long i = 0; i < N; i++) moves |= NAME(moves)(state, i);
  return !moves;
}

// Visit each unit once, in the given order, and set s_i = sign(h_i - theta_i). If this is 0, s_i
// keeps its value. Return the number of flips.
static long NAME(sweep)(const HopfieldRun *r, const int32_t *order, const NAME(State) * state,
                        int32_t *flips) {
  const long N = r->units;
  long flipped = 0;
  if (NAME(all_hold)(N, state)) return 0;
  for (long k = 0; k < N; k++) {
    const long i = order[k];
    if (!NAME(moves)(state, i)) continue;
    NAME(flip)(r, i, state);
    if (flips) flips[flipped] = (int32_t)i;
    flipped++;
  }
  return flipped;
}

// Sweep until no unit flips, but at most r->sweeps times.
static void NAME(settle)(const HopfieldRun *r, long p, const NAME(State) * state) {
  long flipped = 0;
  int32_t swept = 0;
  for (long i = 0; i < r->units; i++) state->cut[i] = NAME(cut)(state->s[i] * r->cut[i]);
  for (long k = 0; k < r->sweeps && !swept; k++) {
    const int32_t *order = r->order + k % r->orders * r->units;
    const long moved = NAME(sweep)(r, order, state, r->flips ? r->flips + flipped : 0);
    if (!moved) swept = (int32_t)(k + 1);
    flipped += moved;
  }
  r->flipped[p] = flipped, r->swept[p] = swept;
}

// Settle all states, TOGETHER at a time; in the last group the last state fills the missing places.
// Return 0 if there is no memory.
static int NAME(recall)(const HopfieldRun *r) {
  const long N = r->units;
  FIELD *memory = malloc((size_t)N * (TOGETHER + 1) * sizeof(FIELD));
  if (!memory) return 0;
  for (long p = 0; p < r->states; p += TOGETHER) {
    const long here = smaller_of(TOGETHER, r->states - p);
    const int16_t *s[TOGETHER];
    FIELD *h[TOGETHER];
    for (long q = 0; q < TOGETHER; q++)
      s[q] = r->s + (p + smaller_of(q, here - 1)) * N, h[q] = memory + q * N;
    if (here > 1)
      NAME(fields)(TOGETHER, r, s, h);
    else
      NAME(fields)(1, r, s, h);
    for (long q = 0; q < here; q++) {
      const NAME(State) state = {r->s + (p + q) * N, h[q], memory + TOGETHER * N};
      NAME(settle)(r, p + q, &state);
    }
  }
  free(memory);
  return 1;
}
