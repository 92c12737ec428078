// Each kernel is written once and instantiated for every instruction set (kernels.c); the compiler
// vectorises for the set at hand.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BODY static inline __attribute__((always_inline))
