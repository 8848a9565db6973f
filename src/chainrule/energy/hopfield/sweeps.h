// How one state settles. Included once for each type of weights and fields (WEIGHT, FIELD);
// NAME(...) is the name of a function for that type.

// h_i = sum_j w_ij s_j
static void NAME(fields)(const HopfieldRun *r, const int16_t *s, FIELD *restrict h);

// Updates all fields after unit j flips to s: h_i += 2 w_ij s. w[i] is w_ij.
static void NAME(update_fields)(const long N, const WEIGHT *restrict w, const int s,
                                FIELD *restrict h) {
  if (s > 0)
    for (long i = 0; i < N; i++) h[i] += 2 * (FIELD)w[i];
  else
    for (long i = 0; i < N; i++) h[i] -= 2 * (FIELD)w[i];
}

// Visits each unit once, in the given order, and sets s_i = sign(h_i - theta_i). If this is 0, s_i
// keeps its value. Returns the number of flips.
static long NAME(sweep)(const HopfieldRun *r, const int32_t *order, int16_t *s, FIELD *h,
                        int32_t *flips) {
  const long N = r->units;
  const WEIGHT *send = r->send;
  long flipped = 0;
  for (long k = 0; k < N; k++) {
    const long i = order[k];
    const int wanted = ((double)h[i] > r->cut[i]) - ((double)h[i] < r->cut[i]);
    if (wanted + s[i]) continue; // the unit has the wanted value, or its field is at the cut
    s[i] = (int16_t)wanted;
    NAME(update_fields)(N, send + i * N, wanted, h);
    if (flips) flips[flipped] = (int32_t)i;
    flipped++;
  }
  return flipped;
}

// Sweeps until no unit flips, but at most r->sweeps times.
static void NAME(settle)(const HopfieldRun *r, long p, FIELD *h) {
  int16_t *s = r->s + p * r->units;
  long flipped = 0;
  int32_t swept = 0;
  NAME(fields)(r, s, h);
  for (long k = 0; k < r->sweeps && !swept; k++) {
    const int32_t *order = r->order + k % r->orders * r->units;
    const long moved = NAME(sweep)(r, order, s, h, r->flips ? r->flips + flipped : 0);
    if (!moved) swept = (int32_t)(k + 1);
    flipped += moved;
  }
  r->flipped[p] = flipped, r->swept[p] = swept;
}
