#ifndef WAYBILL_COPENSSL_SHIM_H
#define WAYBILL_COPENSSL_SHIM_H

// libcrypto, as Vault uses it, and functions for what Swift cannot call directly: macros and variadic functions.

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <sys/prctl.h>

// prctl(2) is variadic. A process that is not dumpable writes no core and cannot be traced by its own user.
static inline int waybill_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// OPENSSL_secure_malloc and OPENSSL_secure_clear_free are macros that pass the caller's file and line.
static inline void *waybill_secure_malloc(size_t count) { return OPENSSL_secure_malloc(count); }
static inline void waybill_secure_free(void *pointer, size_t count) { OPENSSL_secure_clear_free(pointer, count); }

// A macro made of other macros, which Swift does not import.
static inline int waybill_public_key_selection(void) { return EVP_PKEY_PUBLIC_KEY; }

#endif
