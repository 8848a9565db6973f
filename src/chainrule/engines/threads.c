// The threads of a call. A call also takes the plan's lock, enters the default floating-point mode,
// and asks its caller now and then whether to stop.
#define _GNU_SOURCE // for the cores of system.h
#include <stdlib.h>
#include "plan.h"
#include "kernels/float_mode.h"
#include "kernels/system.h"

// ---- waiting

// How a thread waits. It looks SPINS times, some microseconds. At a barrier, where the others are
// at work, it goes on for PATIENCE ms, because to be woken takes half as long; meanwhile it gives
// its core to whoever wants it. Then it sleeps.
enum { SPINS = 200 };
static const double PATIENCE = 0.1;

// A word that threads wait for, and where they sleep.
typedef struct {
  OWN_LINE int32_t word;
  OWN_LINE int32_t sleepers;
  Lock lock;
  Bell bell;
} Signal;

static int make_signal(Signal *s) {
  s->word = s->sleepers = 0;
  return make_lock(&s->lock) || make_bell(&s->bell);
}

static void end_signal(Signal *s) {
  end_bell(&s->bell), end_lock(&s->lock);
}

static int is_still(Signal *s, int32_t word) {
  return __atomic_load_n(&s->word, __ATOMIC_SEQ_CST) == word;
}

// Look for PATIENCE ms; return 1 if the word is another one.
static int changes_soon(Signal *s, int32_t word, double begin) {
  do {
    for (int32_t k = 0; k < SPINS; k++, rest())
      if (!is_still(s, word)) return 1;
    give_way();
  } while (milliseconds_now() - begin < PATIENCE);
  return 0;
}

static void sleep_while(Signal *s, int32_t word) {
  take_lock(&s->lock);
  __atomic_add_fetch(&s->sleepers, 1, __ATOMIC_SEQ_CST);
  while (is_still(s, word)) sleep_at(&s->bell, &s->lock);
  __atomic_sub_fetch(&s->sleepers, 1, __ATOMIC_SEQ_CST);
  leave_lock(&s->lock);
}

// Wait until the word is another one.
static void wait_while(Signal *s, int32_t word) {
  for (int32_t k = 0; k < SPINS; k++, rest())
    if (!is_still(s, word)) return;
  sleep_while(s, word);
}

// The same for threads at work, which will soon be done. waited: NULL, or where to add the ms
// after the first looks.
static void wait_for_others(Signal *s, int32_t word, double *waited) {
  for (int32_t k = 0; k < SPINS; k++, rest())
    if (!is_still(s, word)) return;
  const double begin = milliseconds_now();
  if (!changes_soon(s, word, begin)) sleep_while(s, word);
  if (waited) *waited += milliseconds_now() - begin;
}

// A thread that wants to sleep counts itself and then looks at the word; this one writes the word
// and then looks at the count. So one of them sees the other.
static void announce(Signal *s, int32_t word) {
  __atomic_store_n(&s->word, word, __ATOMIC_SEQ_CST);
  if (!__atomic_load_n(&s->sleepers, __ATOMIC_SEQ_CST)) return;
  take_lock(&s->lock);
  ring(&s->bell);
  leave_lock(&s->lock);
}

// ---- the barrier

typedef struct Meeting {
  OWN_LINE int32_t arrived;
  Signal round;
  OWN_LINE Cores cores; // where the threads began
} Meeting;

void FN(barrier)(Team *team, const Context *context) {
  Meeting *m = team->meeting;
  if (team->threads == 1) return;
  const int32_t round = __atomic_load_n(&m->round.word, __ATOMIC_ACQUIRE);
  if (__atomic_add_fetch(&m->arrived, 1, __ATOMIC_ACQ_REL) == team->threads) {
    __atomic_store_n(&m->arrived, 0, __ATOMIC_RELAXED);
    announce(&m->round, (int32_t)((uint32_t)round + 1));
  } else {
    wait_for_others(&m->round, round, context->thread == 0 ? &team->waited : 0);
  }
}

// ---- whether to stop

// Look at the clock, and ask the caller if enough time has passed. The clock is read about every
// 0.1 ms: reading it costs as much as a small step.
int FN(look)(Watch *watch) {
  enum { EVERY = 30 }; // ms from one question to the next
  const double now = milliseconds_now(), pieces = (double)(watch->pieces - watch->seen_pieces);
  const int first = watch->asked == 0;
  const double per_ms = first ? 0 : pieces / (now - watch->seen + 1e-6);
  const int64_t most = 4 * (int64_t)pieces, ahead = (int64_t)(per_ms / 10);
  watch->next = watch->pieces + (ahead < 1 ? 1 : ahead < most ? ahead : most);
  watch->seen = now, watch->seen_pieces = watch->pieces;
  if (first) watch->asked = now;
  if (now - watch->asked < EVERY) return 0;
  const int stop = watch->ask(watch->caller);
  watch->asked = milliseconds_now();
  return stop;
}

// ---- after a fork

// If a thread was inside a call when the process forked, it does not exist in the child and can
// never release the lock. The plan gets a new lock, and its memory is reset.
static void adopt(Plan *plan, int32_t process) {
  enum { ADOPTING = -1 };
  int32_t seen = __atomic_load_n(&plan->process, __ATOMIC_ACQUIRE);
  while (seen != process) {
    if (seen == ADOPTING) {
      give_way();
      seen = __atomic_load_n(&plan->process, __ATOMIC_ACQUIRE);
    } else if (__atomic_compare_exchange_n(&plan->process, &seen, ADOPTING, 0, __ATOMIC_ACQ_REL,
                                           __ATOMIC_ACQUIRE)) {
      if (try_lock(plan->lock))
        leave_lock(plan->lock);
      else
        make_lock(plan->lock), FN(reset)(plan);
      __atomic_store_n(&plan->process, process, __ATOMIC_RELEASE);
      return;
    }
  }
}

// ---- the pool: threads that sleep between calls. A call takes as many as it needs, so calls of
// several plans at once have different threads. They end with the last plan.

enum { IDLE, WORKS, LEAVES };
typedef struct Worker {
  Signal job; // IDLE, WORKS or LEAVES
  Team *team;
  Context *context;
  Thread thread;
  struct Worker *next;
  void *block; // its memory
} Worker;

static struct {
  Lock lock;
  Worker *idle;
  int64_t plans;
  int32_t heeds_forks;
} pool = {.lock = FREE_LOCK};

static THREAD_RESULT worker(void *argument) {
  Worker *me = argument;
  for (;;) {
    wait_while(&me->job, IDLE);
    if (!is_still(&me->job, WORKS)) return 0;
    enter_default_float_mode();
    Affinity before;
    const int moved = find_core(&me->team->meeting->cores, &before);
    me->team->work(me->team, me->context);
    if (moved) leave_core(&before);
    announce(&me->job, IDLE);
  }
}

// A child of a fork has none of the threads.
static void before_fork(void) {
  take_lock(&pool.lock);
}
static void in_parent(void) {
  leave_lock(&pool.lock);
}
static void in_child(void) {
  make_lock(&pool.lock), pool.idle = 0;
}

static Worker *new_worker(void) {
  char *block = calloc(1, sizeof(Worker) + LINE);
  if (!block) return 0;
  Worker *w = (Worker *)(block + (LINE - (uintptr_t)block % LINE));
  w->block = block;
  if (!make_signal(&w->job) && !start_thread(&w->thread, worker, w)) return w;
  free(block);
  return 0;
}

// Take up to `wanted` workers; return how many there are.
static int32_t hire(Worker *hired[], int32_t wanted) {
  int32_t n = 0;
  take_lock(&pool.lock);
  if (!pool.heeds_forks) at_forks(before_fork, in_parent, in_child), pool.heeds_forks = 1;
  for (; n < wanted && pool.idle; n++) hired[n] = pool.idle, pool.idle = pool.idle->next;
  leave_lock(&pool.lock);
  while (n < wanted && (hired[n] = new_worker())) n++;
  return n;
}

static void dismiss(Worker *hired[], int32_t n) {
  take_lock(&pool.lock);
  for (int32_t k = n - 1; k >= 0; k--) hired[k]->next = pool.idle, pool.idle = hired[k];
  leave_lock(&pool.lock);
}

void FN(open_pool)(void) {
  take_lock(&pool.lock);
  pool.plans++;
  leave_lock(&pool.lock);
}

// The last plan sends the threads home.
void FN(close_pool)(void) {
  Worker *idle = 0;
  take_lock(&pool.lock);
  if (--pool.plans == 0) idle = pool.idle, pool.idle = 0;
  leave_lock(&pool.lock);
  while (idle) {
    Worker *w = idle;
    idle = w->next;
    announce(&w->job, LEAVES);
    join_thread(w->thread);
    end_signal(&w->job);
    free(w->block);
  }
}

// ---- the pace: a thread whose core has other work lets all others wait at each barrier. Then
// fewer threads are faster. No bit depends on their number. All plans learn it together.

// ENOUGH: ms after which a decision is made; TRIAL: ms of a call that tries all threads.
enum { ENOUGH = 2, TRIAL = 5, FIRST = 8, LONGEST = 64 }; // FIRST, LONGEST: calls

// threads: how many a call takes; 0: all. calls: those until all are tried again; patience: how
// many there were last time. spent, waited: ms of calls, and of the waits of thread 0 in them,
// since the last decision.
static struct {
  int32_t threads, calls, patience, known;
  double spent, waited;
} pace;

static int32_t paced(Run *run, int32_t threads) {
  take_lock(&pool.lock);
  const int fewer = pace.threads && threads > pace.threads;
  const int tries = fewer && pace.calls-- <= 0;
  if (tries) pace.threads = pace.known = 0, pace.spent = pace.waited = 0;
  if (fewer && !tries) threads = pace.threads;
  if (!pace.known && run->milliseconds > TRIAL) run->milliseconds = TRIAL;
  leave_lock(&pool.lock);
  return threads;
}

// Note how long a call took, and decide how many threads the next ones take: as many as worked at
// the same time, if these were little more than half of them.
static void note(int32_t threads, double spent, double waited) {
  take_lock(&pool.lock);
  pace.spent += spent, pace.waited += waited;
  if (pace.spent >= ENOUGH) {
    const double busy = threads * (1 - pace.waited / pace.spent);
    if (busy < 0.6 * threads) {
      pace.threads = busy < 1.7 ? 1 : (int32_t)(busy + 0.3);
      pace.patience = !pace.patience            ? FIRST
                      : pace.patience < LONGEST ? 2 * pace.patience
                                                : LONGEST;
      pace.calls = pace.patience;
    } else if (!pace.threads) {
      pace.patience = 0;
    }
    pace.known = 1, pace.spent = pace.waited = 0;
  }
  leave_lock(&pool.lock);
}

// ---- a team

static int32_t team_size(const Plan *plan, const Run *run, int32_t wanted) {
  int32_t threads = wanted < plan->threads ? wanted : plan->threads;
  if (run->threads > 0 && threads > run->threads) threads = run->threads;
  return threads < MAX_THREADS ? threads : MAX_THREADS;
}

// Run `work` on every thread of the team: this one, and some of the pool. If there are too few, the
// team works with fewer.
static void work_together(Team *team) {
  Worker *hired[MAX_THREADS];
  Meeting meeting = {0};
  const int32_t made = hire(hired, team->threads - 1);
  team->threads = made + 1, team->meeting = &meeting;
  take_own_core(&meeting.cores);
  if (made && make_signal(&meeting.round)) team->threads = 1;
  for (int32_t k = 0; k + 1 < team->threads; k++) {
    hired[k]->team = team, hired[k]->context = team->plan->context + k + 1;
    announce(&hired[k]->job, WORKS);
  }
  team->work(team, team->plan->context);
  for (int32_t k = 0; k + 1 < team->threads; k++)
    wait_for_others(&hired[k]->job, WORKS, &team->waited);
  if (made) end_signal(&meeting.round);
  dismiss(hired, made);
}

void FN(run_team)(Plan *plan, void (*work)(Team *, Context *), Run *run, int32_t threads,
                  int64_t rows) {
  Team team = {.plan = plan, .run = run, .rows = rows, .work = work, .going = 1};
  if (__atomic_load_n(&plan->process, __ATOMIC_ACQUIRE) != run->process) adopt(plan, run->process);
  take_lock(plan->lock); // one call of a plan at a time; another Python thread waits
  const uint64_t mode = enter_default_float_mode();
  plan->run = run;
  team.threads = team_size(plan, run, threads);
  if (team.threads > 1) team.threads = paced(run, team.threads);
  if (team.threads > 1) {
    const double begin = milliseconds_now();
    work_together(&team);
    note(team.threads, milliseconds_now() - begin, team.waited);
  } else {
    work(&team, plan->context);
  }
  run->steps = team.done;
  leave_default_float_mode(mode);
  leave_lock(plan->lock);
}
