// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/tlscontextsettings.h"

#include "pki/tlsfiles.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr TlsProtocolRow Protocols[] = {
    {TlsProtocol::Ssl2, 0, nullptr},
    {TlsProtocol::Ssl3, SSL_OP_NO_SSLv3, "SSLv3"},
    {TlsProtocol::Tls1, SSL_OP_NO_TLSv1, "TLSv1"},
    {TlsProtocol::Tls11, SSL_OP_NO_TLSv1_1, "TLSv1.1"},
    {TlsProtocol::Tls12, SSL_OP_NO_TLSv1_2, "TLSv1.2"},
    {TlsProtocol::Tls13, SSL_OP_NO_TLSv1_3, "TLSv1.3"},
};

} // namespace

std::span<const TlsProtocolRow> tlsProtocolRows()
{
    return Protocols;
}

void applyTlsProtocols(SSL_CTX *context, quint8 protocols)
{
    SSL_CTX_set_min_proto_version(context, 0);
    SSL_CTX_set_max_proto_version(context, 0);
    for (const TlsProtocolRow &row : Protocols) {
        if (protocols & quint8(row.protocol))
            SSL_CTX_clear_options(context, row.option);
        else
            SSL_CTX_set_options(context, row.option);
    }
}

Result<void> applyTlsCommands(SSL_CTX *context, const std::vector<TlsClientSettings::Command> &commands,
                              const QByteArray &prefix)
{
    if (commands.empty())
        return {};
    const TlsCommandsHandle handle(SSL_CONF_CTX_new());
    SSL_CONF_CTX_set_flags(handle.get(), SSL_CONF_FLAG_FILE | SSL_CONF_FLAG_SERVER | SSL_CONF_FLAG_CLIENT
                                             | SSL_CONF_FLAG_CERTIFICATE | SSL_CONF_FLAG_SHOW_ERRORS);
    SSL_CONF_CTX_set_ssl_ctx(handle.get(), context);
    for (const TlsClientSettings::Command &command : commands) {
        const int type = SSL_CONF_cmd_value_type(handle.get(), command.name.constData());
        QByteArray value = command.value;
        if ((type == SSL_CONF_TYPE_FILE || type == SSL_CONF_TYPE_DIR) && !value.startsWith('/'))
            value.prepend(prefix);
        if (SSL_CONF_cmd(handle.get(), command.name.constData(), value.constData()) <= 0)
            return placedAt(openSslError(u"SSL_CONF_cmd(\"%1\", \"%2\") failed"_s.arg(QString::fromUtf8(command.name),
                                                                                      QString::fromUtf8(value))),
                            command.where);
    }
    if (SSL_CONF_CTX_finish(handle.get()) != 1)
        return placedAt(openSslError(u"SSL_CONF_finish() failed"_s), commands.back().where);
    return {};
}

int goOnVerifying(int, X509_STORE_CTX *)
{
    return 1;
}

Error placedAt(Error error, const TextPosition &where)
{
    error.where = where;
    return error;
}

Error failedTlsCall(const char *function, const QByteArray &argument, const TextPosition &where)
{
    return placedAt(openSslError(u"%1(\"%2\") failed"_s.arg(QLatin1String(function), QString::fromUtf8(argument))),
                    where);
}

} // namespace portlight
