// What the engine needs from the operating system: threads, a lock, a bell and a clock. POSIX,
// Windows, or WebAssembly, which has one thread.
//
// A thread sleeps at a bell until another thread rings it. Both have the lock meanwhile; it is free
// while the thread sleeps. A bell may ring without a reason.
#ifndef CHAINRULE_SYSTEM_H
#define CHAINRULE_SYSTEM_H
#include <stddef.h>
#include <stdint.h>

// Bytes of a thread's stack. Threads may run a user's op in Python; some platforms give them less
// than a megabyte.
enum { STACK_BYTES = 8 << 20 };

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOGDI // plan.h has some of these names too
#define NOUSER
#include <windows.h>
#include <process.h>

typedef HANDLE Thread;
typedef SRWLOCK Lock;
typedef CONDITION_VARIABLE Bell;
#define FREE_LOCK SRWLOCK_INIT
#define THREAD_RESULT unsigned __stdcall // of the function that a thread runs; it returns 0

// Return 0, or another number if no thread can be made.
static inline int start_thread(Thread *thread, unsigned(__stdcall *work)(void *), void *argument) {
  enum { RESERVED = 0x10000 }; // the size is that of the reserved memory, not of the committed
  *thread = (HANDLE)_beginthreadex(0, STACK_BYTES, work, argument, RESERVED, 0);
  return *thread == 0;
}
static inline void join_thread(Thread thread) {
  WaitForSingleObject(thread, 0xFFFFFFFF), CloseHandle(thread);
}
static inline void give_way(void) {
  SwitchToThread();
}
static inline int make_lock(Lock *lock) {
  return InitializeSRWLock(lock), 0;
}
static inline void take_lock(Lock *lock) {
  AcquireSRWLockExclusive(lock);
}
// Return 1 if the lock was free and is taken now.
static inline int try_lock(Lock *lock) {
  return TryAcquireSRWLockExclusive(lock) != 0;
}
static inline void leave_lock(Lock *lock) {
  ReleaseSRWLockExclusive(lock);
}
static inline void end_lock(Lock *lock) {
  (void)lock;
}
static inline int make_bell(Bell *bell) {
  return InitializeConditionVariable(bell), 0;
}
static inline void sleep_at(Bell *bell, Lock *lock) {
  SleepConditionVariableSRW(bell, lock, INFINITE, 0);
}
static inline void ring(Bell *bell) {
  WakeAllConditionVariable(bell);
}
static inline void end_bell(Bell *bell) {
  (void)bell;
}
// A process of Windows has no fork.
static inline void at_forks(void (*before)(void), void (*parent)(void), void (*child)(void)) {
  (void)before, (void)parent, (void)child;
}
static inline double milliseconds_now(void) {
  LARGE_INTEGER ticks, second;
  QueryPerformanceCounter(&ticks), QueryPerformanceFrequency(&second);
  return ticks.QuadPart * 1e3 / second.QuadPart;
}
#elif defined(__wasm__)
#include <time.h>

typedef int Thread, Lock, Bell;
#define FREE_LOCK 0
#define THREAD_RESULT void *

static inline int start_thread(Thread *thread, void *(*work)(void *), void *argument) {
  (void)thread, (void)work, (void)argument;
  return -1;
}
static inline void join_thread(Thread thread) {
  (void)thread;
}
static inline void give_way(void) {}
static inline int make_lock(Lock *lock) {
  return *lock = 0;
}
static inline void take_lock(Lock *lock) {
  *lock = 1;
}
static inline int try_lock(Lock *lock) {
  return *lock ? 0 : (*lock = 1);
}
static inline void leave_lock(Lock *lock) {
  *lock = 0;
}
static inline void end_lock(Lock *lock) {
  (void)lock;
}
static inline int make_bell(Bell *bell) {
  return *bell = 0;
}
static inline void sleep_at(Bell *bell, Lock *lock) {
  (void)bell, (void)lock;
}
static inline void ring(Bell *bell) {
  (void)bell;
}
static inline void end_bell(Bell *bell) {
  (void)bell;
}
static inline void at_forks(void (*before)(void), void (*parent)(void), void (*child)(void)) {
  (void)before, (void)parent, (void)child;
}
static inline double milliseconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}
#else
#include <pthread.h>
#ifdef __linux__
#include <sys/mman.h>
#endif
#include <sched.h>
#include <time.h>

typedef pthread_t Thread;
typedef pthread_mutex_t Lock;
typedef pthread_cond_t Bell;
#define FREE_LOCK PTHREAD_MUTEX_INITIALIZER
#define THREAD_RESULT void *

// Return 0, or another number if no thread can be made.
static inline int start_thread(Thread *thread, void *(*work)(void *), void *argument) {
  pthread_attr_t attributes;
  size_t bytes = 0;
  if (pthread_attr_init(&attributes)) return -1;
  int error = pthread_attr_getstacksize(&attributes, &bytes);
  if (!error && bytes < STACK_BYTES) error = pthread_attr_setstacksize(&attributes, STACK_BYTES);
  if (!error) error = pthread_create(thread, &attributes, work, argument);
  pthread_attr_destroy(&attributes);
  return error;
}
static inline void join_thread(Thread thread) {
  pthread_join(thread, 0);
}
static inline void give_way(void) {
  sched_yield();
}
static inline int make_lock(Lock *lock) {
  return pthread_mutex_init(lock, 0);
}
static inline void take_lock(Lock *lock) {
  pthread_mutex_lock(lock);
}
// Return 1 if the lock was free and is taken now.
static inline int try_lock(Lock *lock) {
  return pthread_mutex_trylock(lock) == 0;
}
static inline void leave_lock(Lock *lock) {
  pthread_mutex_unlock(lock);
}
static inline void end_lock(Lock *lock) {
  pthread_mutex_destroy(lock);
}
static inline int make_bell(Bell *bell) {
  return pthread_cond_init(bell, 0);
}
static inline void sleep_at(Bell *bell, Lock *lock) {
  pthread_cond_wait(bell, lock);
}
static inline void ring(Bell *bell) {
  pthread_cond_broadcast(bell);
}
static inline void end_bell(Bell *bell) {
  pthread_cond_destroy(bell);
}
// What to call before a fork, and after it in the parent and in the child.
static inline void at_forks(void (*before)(void), void (*parent)(void), void (*child)(void)) {
  pthread_atfork(before, parent, child);
}
static inline double milliseconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}
#endif

// ---- cores: where the operating system tells them, one bit for each

enum { CORES = 1024, CORE_BITS = 64 };
typedef struct {
  uint64_t bits[CORES / CORE_BITS];
} Cores;

// The cores on which a thread may run.
typedef struct {
#if defined(__linux__) && defined(_GNU_SOURCE)
  cpu_set_t all;
#else
  int none;
#endif
} Affinity;

// Take a core; return 1 if another thread has taken it before.
static inline int take_core(Cores *taken, int core) {
  const uint64_t bit = (uint64_t)1 << core % CORE_BITS;
  return (__atomic_fetch_or(taken->bits + core / CORE_BITS, bit, __ATOMIC_RELAXED) & bit) != 0;
}

// Take the core of this thread.
static inline void take_own_core(Cores *taken) {
#if defined(__linux__) && defined(_GNU_SOURCE)
  const int core = sched_getcpu();
  if (core >= 0 && core < CORES) take_core(taken, core);
#else
  (void)taken;
#endif
}

// Take the core of this thread. If another thread has taken it, stay away from all taken ones until
// `leave_core`: some systems leave two threads on one core for seconds, beside an idle core. Return
// 1 if `leave_core` must follow.
static inline int find_core(Cores *taken, Affinity *before) {
#if defined(__linux__) && defined(_GNU_SOURCE)
  const int core = sched_getcpu();
  cpu_set_t others;
  if (core < 0 || core >= CORES || !take_core(taken, core)) return 0;
  if (sched_getaffinity(0, sizeof others, &others)) return 0;
  before->all = others;
  for (int k = 0; k < CORES && k < CPU_SETSIZE; k++)
    if (__atomic_load_n(taken->bits + k / CORE_BITS, __ATOMIC_RELAXED) >> k % CORE_BITS & 1)
      CPU_CLR(k, &others);
  if (!CPU_COUNT(&others) || sched_setaffinity(0, sizeof others, &others)) return 0;
  const int other = sched_getcpu();
  if (other >= 0 && other < CORES) take_core(taken, other);
  return 1;
#else
  (void)taken, (void)before;
  return 0;
#endif
}

// Let this thread run on all cores again that it had.
static inline void leave_core(const Affinity *before) {
#if defined(__linux__) && defined(_GNU_SOURCE)
  sched_setaffinity(0, sizeof before->all, &before->all);
#else
  (void)before;
#endif
}

// Let a loop that waits for another core take less of this one.
static inline void rest(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

// Ask for large pages: a plan of some hundred megabytes then has some hundred page faults, not some
// ten thousand. Small memory is left alone.
static inline void prefer_large_pages(void *memory, size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  enum { LARGE_PAGE = 2 << 20 };
  const uintptr_t begin = ((uintptr_t)memory + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE,
                  end = ((uintptr_t)memory + bytes) / LARGE_PAGE * LARGE_PAGE;
  if (end > begin && end - begin >= 8 * (uintptr_t)LARGE_PAGE)
    madvise((void *)begin, end - begin, MADV_HUGEPAGE);
#else
  (void)memory, (void)bytes;
#endif
}
#endif
