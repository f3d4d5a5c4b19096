# Warnings, hardening and sanitizers, the same for every target: link `plimsoll_flags`.
add_library(plimsoll_flags INTERFACE)
target_compile_options(plimsoll_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes
  -Wold-style-definition -Wcast-qual -Wcast-align -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wnull-dereference
  -Wdouble-promotion -Wimplicit-fallthrough -Wswitch-enum
  -fno-common -fno-delete-null-pointer-checks -fvisibility=hidden)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(plimsoll_flags INTERFACE
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Walloca -Wformat-signedness -Wjump-misses-init
    -Wbidi-chars=any -ftrivial-auto-var-init=zero)
else()
  target_compile_options(plimsoll_flags INTERFACE
    -Wconditional-uninitialized -Wcomma -Wassign-enum -Wunreachable-code-aggressive
    -Wno-gnu-statement-expression -Wno-variadic-macros -Wno-gnu-zero-variadic-macro-arguments)
endif()
if(PLIMSOLL_SANITIZE)
  target_compile_options(plimsoll_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(plimsoll_flags INTERFACE -fsanitize=address,undefined)
else()
  # Under the sanitizers signed arithmetic does not wrap: what is defined they do not report.
  target_compile_options(plimsoll_flags INTERFACE -fno-strict-overflow $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>
    -fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
  target_link_options(plimsoll_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)
endif()
if(PLIMSOLL_RELEASE)
  target_compile_definitions(plimsoll_flags INTERFACE PLIMSOLL_RELEASE)
endif()
target_compile_definitions(plimsoll_flags INTERFACE _GNU_SOURCE PLIMSOLL_VERSION="${PROJECT_VERSION}")
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
