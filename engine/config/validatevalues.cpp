// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/validationstate.h"
#include "config/values.h"

#include <limits>

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

template<typename T>
void checkParsed(State &state, const ConfigNode &node, const Result<T> &parsed)
{
    if (!parsed)
        invalidDirective(state, node, 0, parsed.error());
}

void checkFlag(State &state, const ConfigNode &node)
{
    if (parseFlag(node.argument(0)))
        return;
    state.error(ErrorCode::InvalidValue,
                u"invalid value \"%1\" in \"%2\" directive, it must be \"on\" or \"off\""_s.arg(text(node.argument(0)),
                                                                                                text(node.name)),
                positionOf(node, 0));
}

// Only directives that ngx_conf_set_off_slot reads know gigabytes.
bool knowsGiga(QByteArrayView name)
{
    return name == "client_max_body_size" || name == "directio_alignment" || name == "worker_rlimit_core"
           || name.endsWith("_cache_max_range_offset");
}

// One word of a list, or several that are switched on together (ngx_conf_set_enum_slot, ngx_conf_set_bitmask_slot).
void checkEnumeration(State &state, const ConfigNode &node, const DirectiveSpec &spec)
{
    if (!spec.values)
        return;
    const QList<QByteArray> allowed = QByteArray(spec.values).split(' ');
    QSet<QByteArray> seen;
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        const QByteArray word = node.arguments[i].value;
        const bool known = std::any_of(allowed.begin(), allowed.end(), [&](const QByteArray &name) {
            return word.compare(name, Qt::CaseInsensitive) == 0;
        });
        if (!known)
            return state.error(ErrorCode::InvalidValue, u"invalid value \"%1\""_s.arg(text(word)), positionOf(node, i),
                               u"\"%1\" takes one of: %2"_s.arg(text(node.name), text(allowed.join(", "))));
        if (seen.contains(word.toLower()))
            state.warning(ErrorCode::InvalidValue, u"duplicate value \"%1\""_s.arg(text(word)), positionOf(node, i));
        seen.insert(word.toLower());
    }
}

void checkByType(State &state, const ConfigNode &node, const DirectiveSpec &spec)
{
    const QByteArrayView value = node.argument(0);
    switch (spec.type) {
    case DirectiveType::Flag: return checkFlag(state, node);
    case DirectiveType::Number:
        return checkParsed(state, node, parseNumber(value, 0, std::numeric_limits<qint64>::max()));
    case DirectiveType::Size: return checkParsed(state, node, parseSize(value, knowsGiga(node.name)));
    case DirectiveType::Duration: return checkParsed(state, node, parseDuration(value));
    case DirectiveType::Enumeration: return checkEnumeration(state, node, spec);
    case DirectiveType::Template:
    case DirectiveType::Text:
    case DirectiveType::Block: return;
    }
}

Check ownCheck(QByteArrayView name)
{
    static const QHash<QByteArrayView, Check> checks = [] {
        QHash<QByteArrayView, Check> all;
        for (const auto subject :
             {coreChecks(), listenChecks(), contentChecks(), rewriteChecks(), mapChecks(), logChecks(), proxyChecks(),
              zoneChecks(), healthChecks(), resolverChecks(), tlsChecks()}) {
            for (const NamedCheck &named : subject)
                all.insert(QByteArrayView(named.name), named.check);
        }
        return all;
    }();
    return checks.value(name, nullptr);
}

} // namespace

void invalidDirective(State &state, const ConfigNode &node, size_t index, const Error &cause)
{
    const QString swallowed = missingSemicolonHint(node);
    state.error(ErrorCode::InvalidValue, u"\"%1\" directive %2"_s.arg(text(node.name), cause.message),
                positionOf(node, index), swallowed.isEmpty() ? cause.hint : swallowed);
}

void invalidDirective(State &state, const ConfigNode &node, size_t index, const QString &hint)
{
    invalidDirective(state, node, index, Error{ErrorCode::InvalidValue, u"invalid value"_s, {}, hint});
}

void invalidParameter(State &state, const ConfigNode &node, size_t index, const QString &hint)
{
    const QString swallowed = missingSemicolonHint(node);
    state.error(ErrorCode::InvalidValue, u"invalid parameter \"%1\""_s.arg(text(node.argument(index))),
                positionOf(node, index), swallowed.isEmpty() ? hint : swallowed);
}

void checkValues(State &state, const ConfigNode &node, const DirectiveSpec &spec, const Scope &scope)
{
    if (!node.arguments.empty())
        checkByType(state, node, spec);
    // Of what is not run the one warning by name is enough; its unknown variables are errors all the same.
    const bool silent = spec.support == DirectiveSupport::NotYet;
    state.silenced += silent ? 1 : 0;
    checkTemplates(state, node, spec);
    if (const Check check = ownCheck(node.name))
        check(state, node, scope);
    state.silenced -= silent ? 1 : 0;
}

} // namespace portlight::validation
