// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/sealedkey.h"

#include "pki/tlsfiles.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using AlgorithmHandle = std::unique_ptr<X509_ALGOR, OpenSslDelete<X509_ALGOR_free>>;
using SealedHandle = std::unique_ptr<X509_SIG, OpenSslDelete<X509_SIG_free>>;
using PlainKeyHandle = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpenSslDelete<PKCS8_PRIV_KEY_INFO_free>>;
using Pbes2Handle = std::unique_ptr<PBE2PARAM, OpenSslDelete<PBE2PARAM_free>>;
using Pbkdf2Handle = std::unique_ptr<PBKDF2PARAM, OpenSslDelete<PBKDF2PARAM_free>>;
using ScryptHandle = std::unique_ptr<SCRYPT_PARAMS, OpenSslDelete<SCRYPT_PARAMS_free>>;
using NumberHandle = std::unique_ptr<BIGNUM, OpenSslDelete<BN_clear_free>>;
using DerivationHandle = std::unique_ptr<EVP_KDF, OpenSslDelete<EVP_KDF_free>>;
using DerivationContext = std::unique_ptr<EVP_KDF_CTX, OpenSslDelete<EVP_KDF_CTX_free>>;

constexpr int SaltBytes = 16;
constexpr int PassphraseBytes = 32;
constexpr int P256Bytes = 32;
// The passphrase has 256 bits of its own, which no number of rounds adds to.
constexpr int Pbkdf2Iterations = 10'000;
// OpenSSL derives with at most 32 MiB, which N = 2^15 with r = 8 passes by a little; five rounds of half of it are as
// hard as one of 128 MiB (OWASP's table of equal settings), and every program that uses OpenSSL can read them.
constexpr quint64 ScryptCost = quint64(1) << 14;
constexpr quint64 ScryptBlock = 8;
constexpr quint64 ScryptParallel = 5;

Error damaged(const QString &what)
{
    ERR_clear_error();
    return {ErrorCode::InvalidCertificate, what, {}, {}};
}

// The sequence that an algorithm has for parameters; null when there is none.
template<typename Handle>
Handle unpack(const ASN1_TYPE *type, const ASN1_ITEM *item)
{
    return Handle(static_cast<typename Handle::pointer>(
        type && type->type == V_ASN1_SEQUENCE ? ASN1_TYPE_unpack_sequence(item, type) : nullptr));
}

bool isAtMost(const ASN1_INTEGER *number, qint64 max)
{
    int64_t value = 0;
    return number && ASN1_INTEGER_get_int64(&value, number) == 1 && value >= 1 && value <= max;
}

bool isOrdinaryDerivation(const X509_ALGOR *derivation)
{
    if (OBJ_obj2nid(derivation->algorithm) == NID_id_scrypt) {
        const auto scrypt = unpack<ScryptHandle>(derivation->parameter, ASN1_ITEM_rptr(SCRYPT_PARAMS));
        return scrypt && isAtMost(scrypt->parallelizationParameter, ScryptParallelMax);
    }
    if (OBJ_obj2nid(derivation->algorithm) != NID_id_pbkdf2)
        return false;
    const auto pbkdf2 = unpack<Pbkdf2Handle>(derivation->parameter, ASN1_ITEM_rptr(PBKDF2PARAM));
    return pbkdf2 && isAtMost(pbkdf2->iter, Pbkdf2IterationsMax);
}

Result<SealedHandle> readSealed(const QByteArray &pem)
{
    const BioHandle memory(BIO_new_mem_buf(pem.constData(), int(pem.size())));
    SealedHandle sealed(PEM_read_bio_PKCS8(memory.get(), nullptr, giveNoPassword, nullptr));
    if (!sealed)
        return damaged(u"it holds no encrypted key in PKCS#8, or a damaged one"_s);
    const X509_ALGOR *algorithm = nullptr;
    X509_SIG_get0(sealed.get(), &algorithm, nullptr);
    if (OBJ_obj2nid(algorithm->algorithm) != NID_pbes2)
        return damaged(u"its key is not encrypted by PBES2"_s);
    const auto pbes2 = unpack<Pbes2Handle>(algorithm->parameter, ASN1_ITEM_rptr(PBE2PARAM));
    if (!pbes2 || !isOrdinaryDerivation(pbes2->keyfunc))
        return damaged(u"how its key is encrypted is damaged, or not Portlight's way"_s);
    return sealed;
}

} // namespace

Result<KeyHandle> makeKey()
{
    KeyHandle key(EVP_EC_gen("P-256"));
    if (!key)
        return openSslError(u"a key cannot be made"_s);
    return key;
}

Result<QByteArray> sealKey(const EVP_PKEY *key, QByteArrayView passphrase, KeyDerivation derivation)
{
    const PlainKeyHandle plain(EVP_PKEY2PKCS8(key));
    AlgorithmHandle algorithm(
        derivation == KeyDerivation::Scrypt
            ? PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nullptr, SaltBytes, nullptr, ScryptCost, ScryptBlock,
                                    ScryptParallel)
            : PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), Pbkdf2Iterations, nullptr, SaltBytes, nullptr, NID_hmacWithSHA256));
    if (!plain || !algorithm)
        return openSslError(u"a key cannot be encrypted"_s);
    const SealedHandle sealed(PKCS8_set0_pbe(passphrase.data(), int(passphrase.size()), plain.get(), algorithm.get()));
    if (!sealed)
        return openSslError(u"a key cannot be encrypted"_s);
    algorithm.release(); // `sealed` owns it now
    const BioHandle memory(BIO_new(BIO_s_mem()));
    if (PEM_write_bio_PKCS8(memory.get(), sealed.get()) != 1)
        return openSslError(u"a key cannot be written"_s);
    char *data = nullptr;
    const long length = BIO_get_mem_data(memory.get(), &data);
    return QByteArray(data, qsizetype(length));
}

Result<void> checkSealedKey(const QByteArray &pem)
{
    const auto sealed = readSealed(pem);
    return sealed ? Result<void>() : sealed.error();
}

Result<KeyHandle> openSealedKey(const QByteArray &pem, QByteArrayView passphrase)
{
    const auto sealed = readSealed(pem);
    if (!sealed)
        return sealed.error();
    const PlainKeyHandle plain(PKCS8_decrypt(sealed->get(), passphrase.data(), int(passphrase.size())));
    KeyHandle key(plain ? EVP_PKCS82PKEY(plain.get()) : nullptr);
    ERR_clear_error();
    if (!key)
        return Error{ErrorCode::WrongPassphrase, u"the passphrase does not open it"_s, {}, {}};
    return key;
}

Result<QByteArray> makePassphrase()
{
    SecretBytes random(PassphraseBytes);
    if (RAND_bytes(random.bytes(), PassphraseBytes) != 1)
        return openSslError(u"no random bytes are to be had"_s);
    return QByteArray::fromRawData(random.view().data(), random.size())
        .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

Result<SecretBytes> passphraseOf(const EVP_PKEY *key, QByteArrayView purpose)
{
    BIGNUM *number = nullptr;
    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number);
    const NumberHandle secret(number);
    SecretBytes scalar(P256Bytes);
    const DerivationHandle hkdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const DerivationContext context(hkdf ? EVP_KDF_CTX_new(hkdf.get()) : nullptr);
    if (!secret || !context || BN_bn2binpad(secret.get(), scalar.bytes(), P256Bytes) != P256Bytes)
        return openSslError(u"no passphrase can be made of a key"_s);
    QByteArray info = purpose.toByteArray();
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char *>("SHA256"), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, scalar.data(), size_t(scalar.size())),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), size_t(info.size())),
        OSSL_PARAM_construct_end(),
    };
    SecretBytes raw(PassphraseBytes);
    if (EVP_KDF_derive(context.get(), raw.bytes(), size_t(raw.size()), parameters) != 1)
        return openSslError(u"no passphrase can be made of a key"_s);
    SecretBytes text(2 * PassphraseBytes);
    constexpr char Digits[] = "0123456789abcdef";
    for (int i = 0; i < PassphraseBytes; ++i) {
        text.data()[2 * i] = Digits[raw.bytes()[i] >> 4];
        text.data()[2 * i + 1] = Digits[raw.bytes()[i] & 15];
    }
    return text;
}

} // namespace portlight
