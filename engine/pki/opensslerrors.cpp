// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/opensslerrors.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <QRegularExpression>

#include <algorithm>
#include <iterator>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr size_t ErrorTextMax = 256; // ERR_error_string_n(3)

QByteArray errorText(unsigned long error)
{
    char text[ErrorTextMax];
    ERR_error_string_n(error, text, sizeof text);
    return text;
}

constexpr int OwnReason = SSL_R_CERT_CB_ERROR; // OpenSSL raises it too, without data

bool isPeersAlert(int reason)
{
    return reason >= SSL_AD_REASON_OFFSET && reason <= SSL_AD_REASON_OFFSET + 255;
}

// What a peer can bring about, by itself or with the wrong protocol; anything else points at our own settings.
constexpr int OrdinaryReasons[] = {
    SSL_R_NO_SUITABLE_KEY_SHARE,
    SSL_R_BAD_KEY_SHARE,
    SSL_R_BAD_EXTENSION,
    SSL_R_BAD_DIGEST_LENGTH,
    SSL_R_MISSING_SIGALGS_EXTENSION,
    SSL_R_BAD_PACKET_LENGTH,
    SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM,
    SSL_R_BAD_KEY_UPDATE,
    SSL_R_BLOCK_CIPHER_PAD_IS_WRONG,
    SSL_R_CCS_RECEIVED_EARLY,
    SSL_R_DATA_BETWEEN_CCS_AND_FINISHED,
    SSL_R_DATA_LENGTH_TOO_LONG,
    SSL_R_DIGEST_CHECK_FAILED,
    SSL_R_ENCRYPTED_LENGTH_TOO_LONG,
    SSL_R_ERROR_IN_RECEIVED_CIPHER_LIST,
    SSL_R_EXCESSIVE_MESSAGE_SIZE,
    SSL_R_GOT_A_FIN_BEFORE_A_CCS,
    SSL_R_HTTPS_PROXY_REQUEST,
    SSL_R_HTTP_REQUEST,
    SSL_R_LENGTH_MISMATCH,
    SSL_R_LENGTH_TOO_SHORT,
    SSL_R_NO_RENEGOTIATION,
    SSL_R_NO_CIPHERS_SPECIFIED,
    SSL_R_BAD_CIPHER,
    SSL_R_NO_COMPRESSION_SPECIFIED,
    SSL_R_NO_SHARED_CIPHER,
    SSL_R_PACKET_LENGTH_TOO_LONG,
    SSL_R_INVALID_ALERT,
    SSL_R_RECORD_LENGTH_MISMATCH,
    SSL_R_TOO_MANY_WARN_ALERTS,
    SSL_R_CLIENTHELLO_TLSEXT,
    SSL_R_PARSE_TLSEXT,
    SSL_R_CALLBACK_FAILED,
    SSL_R_NO_APPLICATION_PROTOCOL,
    SSL_R_UNEXPECTED_MESSAGE,
    SSL_R_UNEXPECTED_RECORD,
    SSL_R_UNKNOWN_ALERT_TYPE,
    SSL_R_UNKNOWN_PROTOCOL,
    SSL_R_UNSUPPORTED_PROTOCOL,
    SSL_R_WRONG_VERSION_NUMBER,
    SSL_R_BAD_LENGTH,
    SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC,
    SSL_R_APPLICATION_DATA_AFTER_CLOSE_NOTIFY,
    SSL_R_BAD_LEGACY_VERSION,
    SSL_R_MIXED_HANDSHAKE_AND_NON_HANDSHAKE_DATA,
    SSL_R_RECORD_TOO_SMALL,
    SSL_R_SSL3_SESSION_ID_TOO_LONG,
    SSL_R_BAD_ECPOINT,
    SSL_R_RENEGOTIATE_EXT_TOO_LONG,
    SSL_R_RENEGOTIATION_ENCODING_ERR,
    SSL_R_RENEGOTIATION_MISMATCH,
    SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED,
    SSL_R_SCSV_RECEIVED_WHEN_RENEGOTIATING,
    SSL_R_INAPPROPRIATE_FALLBACK,
    SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS,
    SSL_R_CERT_CB_ERROR,
    SSL_R_VERSION_TOO_LOW,
    SSL_R_BAD_RECORD_TYPE,
    SSL_R_BAD_CHANGE_CIPHER_SPEC,
};

bool isOrdinary(int reason)
{
    return isPeersAlert(reason)
           || std::find(std::begin(OrdinaryReasons), std::end(OrdinaryReasons), reason) != std::end(OrdinaryReasons);
}

void addError(TlsErrorWords &words, unsigned long error)
{
    const int reason = ERR_GET_REASON(error);
    words.text += ' ' + errorText(error);
    words.reason = ERR_reason_error_string(error);
    words.ordinary = isOrdinary(reason);
    if (!isPeersAlert(reason))
        return;
    words.alert = reason - SSL_AD_REASON_OFFSET;
    words.text += ":SSL alert number " + QByteArray::number(words.alert); // its data, which Qt drops
}

TlsErrorWords inBrackets(TlsErrorWords words)
{
    if (!words.text.isEmpty())
        words.text = "(SSL:" + words.text + ')';
    return words;
}

} // namespace

QByteArray takeOpenSslErrors()
{
    QByteArray text;
    for (;;) {
        const char *data = nullptr;
        int flags = 0;
        const unsigned long error = ERR_peek_error_data(&data, &flags);
        if (error == 0)
            break;
        text += ' ' + errorText(error);
        if (data && *data && (flags & ERR_TXT_STRING))
            text += ':' + QByteArray(data);
        ERR_get_error();
    }
    return text.isEmpty() ? text : "(SSL:" + text + ')';
}

TlsErrorWords tlsErrorWords(const QString &socketWords)
{
    static const QRegularExpression code(u"error:([0-9A-Fa-f]{8}):"_s);
    TlsErrorWords words;
    auto found = code.globalMatch(socketWords);
    while (found.hasNext())
        addError(words, static_cast<unsigned long>(found.next().capturedView(1).toULong(nullptr, 16)));
    return inBrackets(std::move(words));
}

TlsErrorWords takeTlsErrorWords()
{
    TlsErrorWords words;
    const char *data = nullptr;
    int flags = 0;
    while (const unsigned long error = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags)) {
        const bool isOwn = ERR_GET_REASON(error) == OwnReason && data && *data && (flags & ERR_TXT_STRING);
        if (isOwn)
            words.own = data;
        else
            addError(words, error);
    }
    return inBrackets(std::move(words));
}

void raiseOwnTlsError(const QString &words)
{
    ERR_raise_data(ERR_LIB_SSL, OwnReason, "%s", words.toUtf8().constData());
}

QByteArray verifyErrorWords(long error)
{
    return X509_verify_cert_error_string(error);
}

} // namespace portlight
