// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/locationmatch.h"

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

using Kind = LocationMatch::Kind;

LocationMatch fromOneWord(QByteArrayView word)
{
    if (word.startsWith('='))
        return {Kind::Exact, word.sliced(1).toByteArray()};
    if (word.startsWith("^~"))
        return {Kind::PrefixBeforeRegex, word.sliced(2).toByteArray()};
    if (word.startsWith("~*"))
        return {Kind::RegexIgnoringCase, word.sliced(2).toByteArray()};
    if (word.startsWith('~'))
        return {Kind::Regex, word.sliced(1).toByteArray()};
    if (word.startsWith('@'))
        return {Kind::Named, word.toByteArray()};
    return {Kind::Prefix, word.toByteArray()};
}

} // namespace

Result<LocationMatch> parseLocation(const ConfigNode &node)
{
    if (node.arguments.empty() || node.arguments.size() > 2)
        return Error{ErrorCode::WrongArgumentCount,
                     u"invalid number of arguments in \"location\" directive"_s,
                     node.position,
                     {}};
    const QByteArrayView first = node.argument(0);
    if (node.arguments.size() == 1)
        return fromOneWord(first);
    const QByteArray path = node.arguments[1].value;
    if (first == "=")
        return LocationMatch{Kind::Exact, path};
    if (first == "^~")
        return LocationMatch{Kind::PrefixBeforeRegex, path};
    if (first == "~")
        return LocationMatch{Kind::Regex, path};
    if (first == "~*")
        return LocationMatch{Kind::RegexIgnoringCase, path};
    return Error{ErrorCode::InvalidValue, u"invalid location modifier \"%1\""_s.arg(QString::fromUtf8(first)),
                 node.position, u"the modifiers are =, ^~, ~ and ~*"_s};
}

} // namespace portlight
