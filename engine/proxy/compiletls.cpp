// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/compiletls.h"

#include "proxy/compiledconfig.h"
#include "proxy/filepath.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr QByteArrayView InlinePrefix = "data:";

QByteArray sourceOf(const Template &value, const QByteArray &prefix)
{
    const QByteArray text = value.literalText().toByteArray();
    return text.startsWith(InlinePrefix) ? text : fullPath(prefix, text);
}

void noteFiles(const TlsClientSettings &settings, CompileScope &scope)
{
    for (const TlsFileSetting &file : {settings.certificate, settings.certificateKey})
        scope.noteTlsFile(file.path);
    if (settings.verify) { // else they are not read
        scope.noteTlsFile(settings.trustedCertificate.path);
        scope.noteTlsFile(settings.revocations.path);
    }
}

} // namespace

std::shared_ptr<const TlsClientContext> TlsContextCompiler::contextOf(const UpstreamTlsSettings &settings,
                                                                      const TextPosition &where, CompileScope &scope)
{
    const auto known = m_contexts.constFind(&*settings.context);
    if (known != m_contexts.constEnd())
        return *known;
    const auto loaded = load(settings, scope);
    if (!loaded)
        scope.report(loaded.error(), loaded.error().where.isKnown() ? loaded.error().where : where);
    else
        noteFiles(loaded->get()->settings(), scope);
    return *m_contexts.insert(&*settings.context, loaded ? *loaded : nullptr);
}

Result<std::shared_ptr<const TlsClientContext>> TlsContextCompiler::load(const UpstreamTlsSettings &settings,
                                                                         const CompileScope &scope) const
{
    TlsClientSettings context = *settings.context;
    if (!settings.certificate.isEmptyLiteral() && !settings.hasCertificateKey)
        return Error{ErrorCode::MissingDirective,
                     u"no \"proxy_ssl_certificate_key\" is defined for certificate \"%1\""_s.arg(
                         QString::fromUtf8(settings.certificateText)),
                     settings.certificateAt,
                     {}};
    if (!settings.certificate.isEmptyLiteral() && !settings.certificateVaries()) {
        context.certificate = {sourceOf(settings.certificate, scope.config.prefix), settings.certificateAt};
        context.certificateKey = {sourceOf(settings.certificateKey, scope.config.prefix), settings.certificateKeyAt};
    }
    if (context.verify && context.trustedCertificate.path.isEmpty())
        return Error{ErrorCode::MissingDirective, u"no proxy_ssl_trusted_certificate for proxy_ssl_verify"_s,
                     context.verifyAt, u"name the file of the authority that signed the backend's certificate"_s};
    return TlsClientContext::create(context);
}

} // namespace portlight
