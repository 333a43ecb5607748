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

// OSSL_PARAM keeps pointers to its names. A Swift string lends its bytes for one call only, so a parameter list built in
// Swift would dangle; built here, the names are constants.

// EVP_MAC_init(3) for HMAC-SHA-256.
static inline int waybill_hmac_sha256_init(EVP_MAC_CTX *context, const unsigned char *key, size_t count) {
    char digest[] = "SHA256";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_init(context, key, count, parameters);
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
static inline int waybill_p256_public_key(EVP_PKEY_CTX *context, unsigned char *point, size_t count, EVP_PKEY **key) {
    char group[] = "prime256v1";
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, count),
        OSSL_PARAM_construct_end(),
    };
    return EVP_PKEY_fromdata(context, key, EVP_PKEY_PUBLIC_KEY, parameters);
}

#endif
