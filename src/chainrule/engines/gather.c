// Rows of the data set, cast to the plan's dtype while they are gathered.
#include <string.h>
#include "plan.h"

#define CAST(type, target)                                               \
  {                                                                      \
    const type *x = (const type *)from + row * size;                     \
    for (int64_t d = 0; d < size; d++) ((target *)to)[d] = (target)x[d]; \
  }

static void copy_rows(const Data *data, const int32_t *order, int64_t begin, int64_t rows,
                      int64_t size, int64_t stride, int64_t bytes, char *to) {
  const char *from = data->data;
  for (int64_t i = 0; i < rows; i++, to += stride * bytes) {
    const int64_t row = order ? order[begin + i] : begin + i;
    switch (data->type) {
    case SAME: memcpy(to, from + row * size * bytes, size * bytes); break;
    case FROM_F32: CAST(float, real) break;
    case FROM_F64: CAST(double, real) break;
    case FROM_U8: CAST(uint8_t, real) break;
    case FROM_I32: CAST(int32_t, real) break;
    case FROM_I64: CAST(int64_t, int32_t) break;
    default: break;
    }
  }
}

// Set the address of row input k for a shard, and copy its rows if they cannot be used in place.
// Return 1 if they are used in place.
int FN(gather)(const Plan *plan, const Run *run, const RowInput *input, int32_t k,
               const Shard *shard, Array *array, int copy) {
  const int64_t row = input->stride * (input->index ? 4 : (int64_t)sizeof(real));
  char *arena = input->lasting ? plan->memory + input->offset + shard->at * row
                               : shard->memory + input->offset + shard->base * row;
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
      copy_rows(data, run->order, shard->begin, shard->rows, input->size, input->stride, bytes,
                arena);
    }
  }
  return array->data != (real *)arena;
}
