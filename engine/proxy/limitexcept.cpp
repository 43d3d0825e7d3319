// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/limitexcept.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// ngx_methods_names
constexpr const char *KnownMethods[] = {"GET",  "HEAD",    "POST",     "PUT",       "DELETE", "MKCOL",  "COPY",
                                        "MOVE", "OPTIONS", "PROPFIND", "PROPPATCH", "LOCK",   "UNLOCK", "PATCH"};

} // namespace

Result<MethodSet> MethodSet::fromArguments(const ConfigNode &node)
{
    MethodSet set;
    for (const ConfigArgument &argument : node.arguments) {
        const QByteArray method = argument.value.toUpper();
        const auto known = std::find(std::begin(KnownMethods), std::end(KnownMethods), QByteArrayView(method));
        if (known == std::end(KnownMethods))
            return Error{ErrorCode::InvalidValue,
                         u"invalid method \"%1\""_s.arg(QString::fromUtf8(argument.value)),
                         {},
                         u"a method that nginx knows, such as GET or POST"_s};
        set.m_methods.push_back(method);
        if (method == "GET")
            set.m_methods.push_back("HEAD"_ba);
    }
    return set;
}

bool MethodSet::contains(QByteArrayView method) const
{
    return std::find(m_methods.begin(), m_methods.end(), method) != m_methods.end();
}

} // namespace portlight
