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

static int rule_takes(const char *name, int32_t *slots, int32_t *numbers) {
  const NamedRule *rule = find_rule(name);
  if (rule) *slots = rule->takes->slots, *numbers = rule->takes->numbers;
  return rule != 0;
}

static Entry find_entry(const char *name) {
  for (const NamedEntry *e = FN(entries); e->name; e++)
    if (!strcmp(e->name, name)) return e->run;
  return 0;
}

extern const Engine CHAINRULE_JOIN(chainrule_engine, VARIANT);
const Engine CHAINRULE_JOIN(chainrule_engine, VARIANT) = {
    .name = TEXT(VARIANT),
    .bytes = sizeof(real),
    .op = find_op,
    .rule = find_rule,
    .clip = find_clip,
    .rule_takes = rule_takes,
    .entry = find_entry,
    .check_program = FN(check_program),
    .bind = FN(bind),
    .set_clips = FN(set_clips),
    .set_matrices = FN(set_matrices),
    .exchanged = FN(exchanged),
    .set_processes = FN(set_processes),
    .own_rows = FN(own_rows),
    .release = FN(release),
    .check_run = FN(check_run),
    .check_predict = FN(check_predict),
    .advance = FN(advance),
    .predict = FN(predict),
    .about = FN(about),
    .time_calls = FN(time_calls),
    .time_spent = FN(time_spent),
};
