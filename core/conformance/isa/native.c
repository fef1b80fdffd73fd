/*
 * Runs short machine-code programs on this computer's own CPU and reports the state they leave: the oracle for instruction semantics.
 *
 * Reads cases from stdin until it ends and answers each on stdout, in order. A case is a `struct state` followed by
 * CODE_BYTES of code and WINDOW_BYTES of data, which straddle the middle of DATA_BYTES of zeroes; the answer is a
 * `struct state`, the window, and a hash of all data. The code ends by raising a signal (the generator appends INT3);
 * the signal and its address are part of the answer.
 * The layout is mirrored in native.ts.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum { CODE_BYTES = 128, DATA_BYTES = 8192, WINDOW_BYTES = 1024 };
#define CODE_ADDRESS 0x10000000ul
#define DATA_ADDRESS 0x20000000ul
#define PAGE 4096ul

struct state {
  uint64_t gpr[16];      /* encoding order */
  uint64_t rip, rflags;
  uint64_t signal;       /* vector-like: the signal number that ended the program */
  uint64_t error, trapno, address;  /* as the kernel reports the exception */
  uint8_t fx[512] __attribute__((aligned(16)));
};

struct state current;
uint64_t host_rsp, target = CODE_ADDRESS;

/* Where a program's registers are in the signal frame, in encoding order. */
static const int REGISTER[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                 REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

void enter(void);
void resume(void);
__asm__(
    ".text\n.globl enter\nenter:\n"
    "  push %rbx\n  push %rbp\n  push %r12\n  push %r13\n  push %r14\n  push %r15\n"
    "  mov %rsp, host_rsp(%rip)\n"
    "  fxrstor64 current+176(%rip)\n"
    "  pushq current+136(%rip)\n  popfq\n"
    "  mov current+0(%rip), %rax\n  mov current+8(%rip), %rcx\n  mov current+16(%rip), %rdx\n  mov current+24(%rip), %rbx\n"
    "  mov current+32(%rip), %rsp\n  mov current+40(%rip), %rbp\n  mov current+48(%rip), %rsi\n  mov current+56(%rip), %rdi\n"
    "  mov current+64(%rip), %r8\n  mov current+72(%rip), %r9\n  mov current+80(%rip), %r10\n  mov current+88(%rip), %r11\n"
    "  mov current+96(%rip), %r12\n  mov current+104(%rip), %r13\n  mov current+112(%rip), %r14\n  mov current+120(%rip), %r15\n"
    "  jmp *target(%rip)\n"
    ".globl resume\nresume:\n"
    "  mov host_rsp(%rip), %rsp\n  cld\n  fninit\n"
    "  pop %r15\n  pop %r14\n  pop %r13\n  pop %r12\n  pop %rbp\n  pop %rbx\n  ret\n");

static void on_signal(int number, siginfo_t *info, void *frame) {
  ucontext_t *context = frame;
  greg_t *registers = context->uc_mcontext.gregs;
  for (int i = 0; i < 16; i++) current.gpr[i] = registers[REGISTER[i]];
  current.rip = registers[REG_RIP];
  current.rflags = registers[REG_EFL];
  current.signal = number;
  current.error = registers[REG_ERR];
  current.trapno = registers[REG_TRAPNO];
  current.address = number == SIGSEGV ? (uint64_t)info->si_addr : 0;
  memcpy(current.fx, context->uc_mcontext.fpregs, 512);
  memset(current.fx + 464, 0, 48); /* software-reserved: the kernel's own notes */
  registers[REG_RIP] = (greg_t)resume;
  registers[REG_RSP] = host_rsp;
  registers[REG_EFL] = 0x202;
  /* The exception state of the program must not fire again on return. */
  context->uc_mcontext.fpregs->cwd = 0x37f;
  context->uc_mcontext.fpregs->swd = 0;
  context->uc_mcontext.fpregs->mxcsr = 0x1f80;
}

/* FNV-1a over 32-bit words. */
static uint64_t hash(const uint8_t *bytes, size_t length) {
  const uint32_t *words = (const uint32_t *)bytes;
  uint32_t value = 0x811c9dc5u;
  for (size_t i = 0; i < length / 4; i++) value = (value ^ words[i]) * 0x01000193u;
  return value;
}

static int read_all(void *into, size_t length) {
  uint8_t *at = into;
  while (length > 0) {
    size_t got = fread(at, 1, length, stdin);
    if (got == 0) return 0;
    at += got;
    length -= got;
  }
  return 1;
}

int main(void) {
  static uint8_t signal_stack[65536];
  stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof signal_stack};
  sigaltstack(&stack, 0);
  struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  const int signals[] = {SIGTRAP, SIGSEGV, SIGILL, SIGFPE, SIGBUS};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) sigaction(signals[i], &action, 0);

  uint8_t *code = mmap((void *)CODE_ADDRESS, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  uint8_t *data = mmap((void *)DATA_ADDRESS, DATA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (code == MAP_FAILED || data == MAP_FAILED) {
    fputs("the fixed addresses of the test programs are taken\n", stderr);
    return 1;
  }
  uint8_t *window = data + (DATA_BYTES - WINDOW_BYTES) / 2;
  while (read_all(&current, sizeof current)) {
    memset(code, 0xcc, PAGE);
    memset(data, 0, DATA_BYTES);
    if (!read_all(code, CODE_BYTES) || !read_all(window, WINDOW_BYTES)) return 1;
    enter();
    uint64_t sum = hash(data, DATA_BYTES);
    fwrite(&current, sizeof current, 1, stdout);
    fwrite(window, WINDOW_BYTES, 1, stdout);
    fwrite(&sum, sizeof sum, 1, stdout);
  }
  return 0;
}
