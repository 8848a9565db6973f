// Rows of the data set, cast to the plan's dtype while they are gathered.
#include "plan.h"
#include "kernels/gemm_vector.h"

// AHEAD: the row that is fetched from memory while a row is copied. LINES: how much of it; the
// processor itself fetches the rest of a longer row.
enum { AHEAD = 16, LINES = 4 };

// The rows begin ... begin + rows - 1 of an order, or of the data if there is none.
typedef struct {
  const char *data;
  const int32_t *order;
  int64_t begin, rows, bytes; // of a row in the data
} Source;

INLINE const char *row_at(const Source *from, int64_t i) {
  const int64_t row = from->order ? from->order[from->begin + i] : from->begin + i;
  return from->data + row * from->bytes;
}

// Rows in a random order wait for memory, so many of them are fetched at once.
INLINE void fetch(const Source *from, int64_t i) {
  if (!from->order || i >= from->rows) return;
  const char *row = row_at(from, i);
  const int64_t bytes = smaller_of(from->bytes, LINES * LINE);
  for (int64_t at = 0; at < bytes; at += LINE) __builtin_prefetch(row + at);
  __builtin_prefetch(row + bytes - 1);
}

typedef int32_t Word __attribute__((may_alias));
typedef char Chunk __attribute__((vector_size(BYTES), aligned(1), may_alias));

// Copy whole words. The last vector ends with the row. (Most rows are too short for memcpy.)
INLINE void copy_row(int64_t bytes, const char *from, char *to) {
  if (bytes < BYTES) {
    for (int64_t at = 0; at < bytes; at += 4) *(Word *)(to + at) = *(const Word *)(from + at);
    return;
  }
  for (int64_t at = 0; at + BYTES < bytes; at += BYTES)
    *(Chunk *)(to + at) = *(const Chunk *)(from + at);
  *(Chunk *)(to + bytes - BYTES) = *(const Chunk *)(from + bytes - BYTES);
}

#define EACH_ROW(...)                                        \
  for (int64_t i = 0; i < AHEAD; i++) fetch(from, i);        \
  for (int64_t i = 0; i < from->rows; i++, to += to_bytes) { \
    fetch(from, i + AHEAD);                                  \
    __VA_ARGS__;                                             \
  }                                                          \
  break

#define CAST(type, target)                                  \
  EACH_ROW({                                                \
    const type *restrict x = (const type *)row_at(from, i); \
    target *restrict y = (target *)to;                      \
    for (int64_t d = 0; d < size; d++) y[d] = (target)x[d]; \
  })

static void copy_rows(const Source *from, int32_t type, int64_t size, char *to, int64_t to_bytes) {
  switch (type) {
  case SAME: EACH_ROW(copy_row(from->bytes, row_at(from, i), to));
  case FROM_F32: CAST(float, real);
  case FROM_F64: CAST(double, real);
  case FROM_U8: CAST(uint8_t, real);
  case FROM_I32: CAST(int32_t, real);
  case FROM_I64: CAST(int64_t, int32_t);
  default: break;
  }
}

// Return the bytes of a number of the data, if the plan's numbers have `own`.
static int64_t bytes_of(int32_t type, int64_t own) {
  switch (type) {
  case FROM_U8: return 1;
  case FROM_F32:
  case FROM_I32: return 4;
  case FROM_F64:
  case FROM_I64: return 8;
  default: return own;
  }
}

// Set the address of row input k for a shard, and copy its rows if they cannot be used in place.
// Return 1 if they are used in place.
int FN(gather)(const Plan *plan, const Run *run, const RowInput *input, int32_t k,
               const Shard *shard, Array *array, int copy) {
  const int64_t row = input->stride * (input->index ? 4 : (int64_t)sizeof(real));
  char *arena = input->lasting ? plan->memory + input->offset + shard->at * row
                               : shard->memory + input->offset;
  array->stride = input->stride;
  array->data = (real *)arena;
  if (input->what == WEIGHT) {
    array->data = (real *)run->c + shard->weight;
  } else if (input->what == NUMBER) {
    if (run->numbers || run->order)
      array->data = (real *)((run->numbers ? run->numbers : run->order) + shard->begin);
    else
      for (int64_t i = 0; copy && i < shard->rows; i++)
        ((int32_t *)arena)[i] = (int32_t)(shard->begin + i);
  } else {
    int32_t d = 0; // the number of its array
    for (int32_t i = 0; i < k; i++) d += plan->row_input[i].what == GATHER;
    const Data *data = run->data + d;
    const int64_t bytes = input->index ? 4 : (int64_t)sizeof(real);
    const int64_t lies = data->type == IN_ORDER             ? shard->weight
                         : run->order || data->type != SAME ? -1
                                                            : shard->begin;
    if (lies >= 0) {
      array->stride = input->size;
      array->data = (real *)((char *)data->data + lies * input->size * bytes);
    } else if (copy) {
      const Source from = {data->data, run->order, shard->begin, shard->rows,
                           input->size * bytes_of(data->type, bytes)};
      copy_rows(&from, data->type, input->size, arena, input->stride * bytes);
    }
  }
  return array->data != (real *)arena;
}
