// This variant of the engine as one table, and its twins by name: for the extension module, which
// has no dtype.
#include <string.h>
#include "plan.h"

#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)

static const void *find_op(const char *name) {
  for (const Twin *t = FN(twins); t->name; t++)
    if (!strcmp(t->name, name)) return t;
  return 0;
}

static const void *find_rule(const char *name) {
  for (const NamedRule *r = FN(rules); r->name; r++)
    if (!strcmp(r->name, name)) return r;
  return 0;
}

static const void *find_clip(const char *name) {
  for (const NamedClip *c = FN(clips); c->name; c++)
    if (!strcmp(c->name, name)) return c;
  return 0;
}

static Entry find_entry(const char *name) {
  for (const NamedEntry *e = FN(entries); e->name; e++)
    if (!strcmp(e->name, name)) return e->run;
  return 0;
}

static void call(const void *twin, int backward, long rows, const void *arrays,
                 const double *attr) {
  const Twin *t = twin;
  (backward ? t->backward : t->forward)(rows, arrays, attr);
}

static long work(const void *twin, long rows, const void *arrays) {
  const Twin *t = twin;
  return t->work ? t->work(rows, arrays) : 0;
}

static void step(const void *rule, long n, long t, void *theta, const void *g, void *const *slots,
                 const double *hyper) {
  ((const NamedRule *)rule)->step(n, t, theta, g, (real *const *)slots, hyper);
}

extern const Engine CHAINRULE_JOIN(chainrule_engine, VARIANT);
const Engine CHAINRULE_JOIN(chainrule_engine, VARIANT) = {
    .name = TEXT(VARIANT),
    .bytes = sizeof(real),
    .op = find_op,
    .rule = find_rule,
    .clip = find_clip,
    .entry = find_entry,
    .call = call,
    .work = work,
    .step = step,
    .bind = FN(bind),
    .set_clips = FN(set_clips),
    .release = FN(release),
    .advance = FN(advance),
    .predict = FN(predict),
    .about = FN(about),
};
