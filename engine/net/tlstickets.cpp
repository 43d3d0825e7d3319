// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlstickets.h"

#include "base/loglevel.h"

#include <openssl/core_names.h>
#include <openssl/rand.h>

#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstring>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr qint64 ShortKeyBytes = 48;
constexpr qint64 LongKeyBytes = 80;
constexpr qsizetype NameBytes = 16;

// The keys hang on the SSL_CTX, which outlives what it was made from.
void freeKeys(void *, void *keys, CRYPTO_EX_DATA *, int, long, void *)
{
    delete static_cast<TlsTicketKeys *>(keys);
}

int keysIndex()
{
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, freeKeys);
    return index;
}

const EVP_CIPHER *cipherOf(const TlsTicketKey &key)
{
    return key.cipherKey.size() == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
}

const unsigned char *bytesOf(const QByteArray &bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.constData());
}

bool beginMac(EVP_MAC_CTX *mac, const TlsTicketKey &key)
{
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                     OSSL_PARAM_construct_end()};
    return EVP_MAC_init(mac, bytesOf(key.macKey), size_t(key.macKey.size()), parameters) == 1;
}

int encrypt(const TlsTicketKey &key, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
    const EVP_CIPHER *const algorithm = cipherOf(key);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(algorithm)) != 1
        || EVP_EncryptInit_ex(cipher, algorithm, nullptr, bytesOf(key.cipherKey), iv) != 1 || !beginMac(mac, key))
        return -1;
    std::memcpy(name, key.name.constData(), size_t(NameBytes));
    return 1;
}

// 0: a key that is not ours, a full handshake follows; 2: the client shall have a new ticket.
int decrypt(const SSL *connection, const TlsTicketKeys &keys, const unsigned char *name, const unsigned char *iv,
            EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
    const auto key = std::find_if(keys.begin(), keys.end(), [name](const TlsTicketKey &one) {
        return std::memcmp(name, one.name.constData(), size_t(NameBytes)) == 0;
    });
    if (key == keys.end())
        return 0;
    if (!beginMac(mac, *key) || EVP_DecryptInit_ex(cipher, cipherOf(*key), nullptr, bytesOf(key->cipherKey), iv) != 1)
        return -1;
    return SSL_version(connection) == TLS1_3_VERSION || key != keys.begin() ? 2 : 1;
}

int useTicketKey(SSL *connection, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
                 int encrypts)
{
    const auto *const keys =
        static_cast<const TlsTicketKeys *>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), keysIndex()));
    if (!keys || keys->empty())
        return -1;
    return encrypts ? encrypt(keys->front(), name, iv, cipher, mac) : decrypt(connection, *keys, name, iv, cipher, mac);
}

Error fileError(const char *function, const TlsFileSetting &file, int error)
{
    return {ErrorCode::FileNotReadable,
            u"%1 \"%2\" failed (%3)"_s.arg(QLatin1String(function), QString::fromUtf8(file.path),
                                           QString::fromUtf8(describeErrno(error))),
            file.where,
            {}};
}

} // namespace

Result<TlsTicketKey> loadTlsTicketKey(const TlsFileSetting &file)
{
    errno = 0;
    QFile source(QString::fromUtf8(file.path));
    if (!source.open(QIODevice::ReadOnly)) {
        const int error = errno; // none of a folder, which Qt refuses by itself
        return fileError("open()", file, error ? error : QFileInfo(source).isDir() ? EISDIR : ENOENT);
    }
    const QByteArray bytes = source.read(LongKeyBytes + 1);
    if (bytes.size() != ShortKeyBytes && bytes.size() != LongKeyBytes)
        return Error{ErrorCode::InvalidValue, u"\"%1\" must be 48 or 80 bytes"_s.arg(QString::fromUtf8(file.path)),
                     file.where, u"openssl rand 80 > %1 makes one"_s.arg(QString::fromUtf8(file.path))};
    if (bytes.size() == ShortKeyBytes)
        return TlsTicketKey{bytes.first(NameBytes), bytes.sliced(16, 16), bytes.sliced(32, 16)};
    return TlsTicketKey{bytes.first(NameBytes), bytes.sliced(48, 32), bytes.sliced(16, 32)};
}

void applyTlsTicketKeys(SSL_CTX *context, const TlsTicketKeys &keys)
{
    delete static_cast<TlsTicketKeys *>(SSL_CTX_get_ex_data(context, keysIndex()));
    SSL_CTX_set_ex_data(context, keysIndex(), keys.empty() ? nullptr : new TlsTicketKeys(keys));
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, keys.empty() ? nullptr : useTicketKey);
}

} // namespace portlight
