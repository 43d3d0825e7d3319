// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/varyingcertificates.h"

#include "proxy/compiledconfig.h"
#include "proxy/filepath.h"
#include "proxy/template.h"
#include "proxy/tlsvariables.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

struct TemplatePair {
    Template certificate;
    Template key;
};

Result<Template> compileName(const TlsFileSetting &setting, CompileScope &scope)
{
    const auto compiled = Template::compile(setting.path, scope.variables);
    if (!compiled) {
        Error error = compiled.error();
        error.where = setting.where;
        return error;
    }
    for (const VariableRef &part : compiled->parts()) {
        if (part.id != VariableId::Literal && part.id != VariableId::Tls)
            return Error{ErrorCode::NotSupportedYet,
                         u"the name of a certificate can have variables of TLS alone, such as $ssl_server_name: "
                         "\"%1\" is not run"_s.arg(QString::fromUtf8(setting.path)),
                         setting.where,
                         {}};
    }
    return *compiled;
}

// A client chooses some of the values: none of them may lead to another folder.
Result<QByteArray> nameFor(const Template &name, const ssl_st *connection, const QByteArray &prefix)
{
    WireBuffer text;
    for (const VariableRef &part : name.parts()) {
        if (part.id == VariableId::Literal) {
            text.append(part.text);
            continue;
        }
        const size_t before = text.size();
        appendTlsVariable(part.slot, connection, text);
        const QByteArrayView value = text.view().sliced(qsizetype(before));
        if (value.contains('/') || value.contains('\0'))
            return Error{
                ErrorCode::InvalidName, u"\"%1\" is no part of a file's name"_s.arg(QString::fromUtf8(value)), {}, {}};
    }
    const QByteArray complete = text.view().toByteArray();
    return complete.startsWith("data:") ? complete : fullPath(prefix, complete);
}

} // namespace

bool certificateVaries(const ServerTlsSettings &settings)
{
    for (size_t i = 0; i < settings.certificates.size(); ++i) {
        const bool keyVaries = i < settings.keys.size() && settings.keys[i].path.contains('$');
        if (settings.certificates[i].path.contains('$') || keyVaries)
            return true;
    }
    return false;
}

Result<std::shared_ptr<const TlsVaryingCertificates>> compileVaryingCertificates(const ServerTlsSettings &settings,
                                                                                 CompileScope &scope)
{
    std::vector<TemplatePair> pairs;
    const auto made = std::make_shared<TlsVaryingCertificates>();
    for (size_t i = 0; i < settings.certificates.size(); ++i) {
        const auto certificate = compileName(settings.certificates[i], scope);
        if (!certificate)
            return certificate.error();
        const auto key = compileName(settings.keys[i], scope);
        if (!key)
            return key.error();
        pairs.push_back({*certificate, *key});
        made->text += settings.certificates[i].path + '\n' + settings.keys[i].path + '\n';
    }
    made->passwords = settings.context.passwords;
    made->names = [pairs, prefix = scope.config.prefix](
                      const ssl_st *connection) -> Result<std::vector<TlsVaryingCertificates::Names>> {
        std::vector<TlsVaryingCertificates::Names> names;
        for (const TemplatePair &pair : pairs) {
            const auto certificate = nameFor(pair.certificate, connection, prefix);
            const auto key = nameFor(pair.key, connection, prefix);
            if (!certificate || !key)
                return certificate ? key.error() : certificate.error();
            names.push_back({*certificate, *key});
        }
        return names;
    };
    return std::shared_ptr<const TlsVaryingCertificates>(made);
}

} // namespace portlight
