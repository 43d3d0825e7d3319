// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlsserverhandshake.h"

#include <cstring>
#include <ctime>

namespace portlight {

namespace {

constexpr unsigned char HttpProtocols[] = "\x08http/1.1\x08http/1.0\x08http/0.9";

// Marks a connection whose session was looked at. Qt reserves one index and uses the two behind it as well: ours keeps
// its distance.
int timedIndex()
{
    static const int index = [] {
        SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
        SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
        return SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    }();
    return index;
}

// OpenSSL gives a session of TLS 1.3 a new beginning each time it is resumed, so that it would never end, nor would the
// client's certificate in it be looked at again: what has passed is taken off its time.
void boundSession(const SSL_CTX *context, SSL_SESSION *session)
{
    const long now = long(std::time(nullptr));
    const long passed = now - SSL_SESSION_get_time(session);
    const long timeout = std::min(SSL_SESSION_get_timeout(session), SSL_CTX_get_timeout(context));
    if (passed >= timeout) {
        SSL_SESSION_set1_id_context(session, reinterpret_cast<const unsigned char *>(""), 0); // fits no server
        return;
    }
    SSL_SESSION_set_time(session, now);
    SSL_SESSION_set_timeout(session, timeout - passed);
}

void followHandshake(const SSL *connection, int where, int)
{
    if ((where & SSL_CB_ACCEPT_LOOP) != SSL_CB_ACCEPT_LOOP || SSL_version(connection) != TLS1_3_VERSION)
        return;
    SSL_SESSION *const session = SSL_get0_session(connection);
    if (!session || SSL_get_ex_data(connection, timedIndex()))
        return;
    SSL *const changed = const_cast<SSL *>(connection);
    SSL_set_ex_data(changed, timedIndex(), session);
    boundSession(SSL_get_SSL_CTX(connection), session);
}

enum class HelloName : quint8 { Fine, Malformed, Unusable };

// RFC 6066 §3: a list of one name, as OpenSSL takes it.
HelloName checkName(const unsigned char *extension, size_t size)
{
    const auto number = [extension](size_t at) { return size_t(extension[at] << 8 | extension[at + 1]); };
    if (size < 5 || number(0) + 2 != size || extension[2] != TLSEXT_NAMETYPE_host_name || number(3) + 5 != size)
        return HelloName::Malformed;
    if (size - 5 > TLSEXT_MAXLEN_host_name || std::memchr(extension + 5, '\0', size - 5))
        return HelloName::Unusable;
    return HelloName::Fine;
}

// The first thing that happens to a connection: it loses what QSslSocket may have given it.
int takeHello(SSL *connection, int *alert, void *rejects)
{
    SSL_set_info_callback(connection, followHandshake);
    SSL_set_psk_server_callback(connection, nullptr); // else suites with shared keys seem to be served
    const unsigned char *name = nullptr;
    size_t size = 0;
    if (SSL_client_hello_get0_ext(connection, TLSEXT_TYPE_server_name, &name, &size) == 1) {
        const HelloName found = checkName(name, size);
        *alert = found == HelloName::Malformed ? SSL_AD_DECODE_ERROR : SSL_AD_UNRECOGNIZED_NAME;
        if (found != HelloName::Fine)
            return SSL_CLIENT_HELLO_ERROR;
    }
    if (!rejects)
        return SSL_CLIENT_HELLO_SUCCESS;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_CLIENT_HELLO_ERROR;
}

// Tells OpenSSL to acknowledge the name and to keep it with the session.
int takeName(SSL *, int *, void *)
{
    return SSL_TLSEXT_ERR_OK;
}

int chooseProtocol(SSL *, const unsigned char **chosen, unsigned char *chosenSize, const unsigned char *offered,
                   unsigned int offeredSize, void *)
{
    const int found = SSL_select_next_proto(const_cast<unsigned char **>(chosen), chosenSize, HttpProtocols,
                                            sizeof(HttpProtocols) - 1, offered, offeredSize);
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

} // namespace

void applyTlsServerHandshake(SSL_CTX *context, bool rejects)
{
    timedIndex();
    SSL_CTX_set_client_hello_cb(context, takeHello, rejects ? context : nullptr);
    SSL_CTX_set_tlsext_servername_callback(context, takeName);
    SSL_CTX_set_alpn_select_cb(context, chooseProtocol, nullptr);
    SSL_CTX_set_info_callback(context, followHandshake);
}

} // namespace portlight
