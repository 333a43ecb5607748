#ifndef WAYBILL_COPENSSL_SHIM_H
#define WAYBILL_COPENSSL_SHIM_H

// libcrypto, as Vault uses it, and functions for what Swift cannot call directly: macros and variadic functions.

// For SHA256_CTX alone; see WAYBILL_HMAC_KEY.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <sys/prctl.h>

// prctl(2) is variadic. A process that is not dumpable writes no core and cannot be traced by its own user.
static inline int waybill_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// OPENSSL_secure_malloc and OPENSSL_secure_clear_free are macros that pass the caller's file and line.
static inline void *waybill_secure_malloc(size_t count) { return OPENSSL_secure_malloc(count); }
static inline void waybill_secure_free(void *pointer, size_t count) { OPENSSL_secure_clear_free(pointer, count); }

// OSSL_PARAM keeps pointers to its names. A Swift string lends its bytes for one call only, so a parameter list built in
// Swift would dangle; built here, the names are constants.

// HMAC-SHA-256 (RFC 2104) under one key and for many short messages: the two blocks that depend on the key alone are
// hashed once, so a message of up to 55 bytes takes two steps of SHA-256 and nothing else. Every profile's address is
// tagged, and EVP_MAC spends half its time on starting over.
//
// SHA256_Init(3) and its like are deprecated since OpenSSL 3.0 in favour of EVP, which has no way to go on from a state
// that is kept in memory of ours without allocating; they are in every OpenSSL 3.
typedef struct {
    SHA256_CTX inner;
    SHA256_CTX outer;
} WAYBILL_HMAC_KEY;

// Prepares a key of at most one block, 64 bytes. 1 on success, 0 on failure.
static inline int waybill_hmac_prepare(WAYBILL_HMAC_KEY *prepared, const unsigned char *key, size_t count) {
    unsigned char block[SHA256_CBLOCK];
    if (count > sizeof block) return 0;
    for (size_t i = 0; i < sizeof block; i++) block[i] = (i < count ? key[i] : 0) ^ 0x36;
    int ok = SHA256_Init(&prepared->inner) == 1 && SHA256_Update(&prepared->inner, block, sizeof block) == 1;
    for (size_t i = 0; i < sizeof block; i++) block[i] ^= 0x36 ^ 0x5C;
    ok = ok && SHA256_Init(&prepared->outer) == 1 && SHA256_Update(&prepared->outer, block, sizeof block) == 1;
    OPENSSL_cleanse(block, sizeof block);
    return ok;
}

// Writes the 32-byte tag of a message. 1 on success, 0 on failure.
static inline int waybill_hmac_tag(
    const WAYBILL_HMAC_KEY *prepared, const unsigned char *message, size_t count, unsigned char *tag) {
    SHA256_CTX state = prepared->inner;
    int ok = SHA256_Update(&state, message, count) == 1 && SHA256_Final(tag, &state) == 1;
    state = prepared->outer;
    // A state that has ended holds its digest, so nothing of the key stays on the stack.
    return ok && SHA256_Update(&state, tag, SHA256_DIGEST_LENGTH) == 1 && SHA256_Final(tag, &state) == 1;
}

// EVP_KDF_derive(3) for HKDF with SHA-256, which extracts and expands. OSSL_PARAM has no const; nothing is written to
// the inputs.
static inline int waybill_hkdf_sha256(
    EVP_KDF_CTX *context, const unsigned char *key, size_t key_count, const unsigned char *salt, size_t salt_count,
    const unsigned char *info, size_t info_count, unsigned char *out, size_t count) {
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, key_count),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_count),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_count),
        OSSL_PARAM_construct_end(),
    };
    return EVP_KDF_derive(context, out, count, parameters);
}

// EVP_PKEY_fromdata(3) for an uncompressed P-256 point.
static inline int waybill_ec_public_key(
    EVP_PKEY_CTX *context, const char *group, unsigned char *point, size_t count, EVP_PKEY **key) {
    OSSL_PARAM parameters[] = {
        // OpenSSL only reads it: the parameter is not const because the same type also takes answers.
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, count),
        OSSL_PARAM_construct_end(),
    };
    return EVP_PKEY_fromdata(context, key, EVP_PKEY_PUBLIC_KEY, parameters);
}

#endif
