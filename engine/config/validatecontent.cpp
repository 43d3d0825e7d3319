// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/cidr.h"
#include "config/validationstate.h"
#include "config/values.h"

#include <limits>

using namespace Qt::StringLiterals;

namespace portlight::validation {

namespace {

// ngx_http_core_root: the variables that come from root itself.
void checkRoot(State &state, const ConfigNode &node, const Scope &scope)
{
    const bool named = scope.location && scope.location->kind == LocationMatch::Kind::Named;
    if (node.name == "alias" && named)
        return state.error(ErrorCode::InvalidValue,
                           u"the \"alias\" directive cannot be used inside the named location"_s, node.position,
                           u"a named location has no prefix to replace: write root"_s);
    for (const char *variable : {"document_root", "realpath_root"}) {
        const QByteArray name(variable);
        if (node.arguments.front().value.contains('$' + name)
            || node.arguments.front().value.contains("${" + name + '}'))
            return state.error(
                ErrorCode::InvalidValue,
                u"the $%1 variable cannot be used in the \"%2\" directive"_s.arg(text(name), text(node.name)),
                positionOf(node, 0));
    }
}

void checkIndex(State &state, const ConfigNode &node, const Scope &)
{
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        const QByteArrayView name = node.argument(i);
        if (name.isEmpty())
            return state.error(ErrorCode::InvalidValue, u"index \"\" in \"index\" directive is invalid"_s,
                               positionOf(node, i));
        if (name.startsWith('/') && i + 1 < node.arguments.size())
            state.warning(ErrorCode::InvalidValue, u"only the last index in \"index\" directive should be absolute"_s,
                          positionOf(node, i));
    }
}

void checkTryFiles(State &state, const ConfigNode &node, const Scope &)
{
    const size_t last = node.arguments.size() - 1;
    const QByteArrayView end = node.argument(last);
    if (end.startsWith('=') && !parseNumber(end.sliced(1), 0, 999))
        state.error(ErrorCode::InvalidValue, u"invalid code \"%1\""_s.arg(text(end)), positionOf(node, last),
                    u"write a status such as =404"_s);
}

void checkErrorStatus(State &state, const ConfigNode &node, size_t index)
{
    const QByteArrayView word = node.argument(index);
    const Result<qint64> status = parseNumber(word, 0, std::numeric_limits<qint64>::max());
    if (!status || *status == 499) // nothing can be sent to a client that has gone
        state.error(ErrorCode::InvalidValue, u"invalid value \"%1\""_s.arg(text(word)), positionOf(node, index));
    else if (*status < 300 || *status > 599)
        state.error(ErrorCode::InvalidValue, u"value \"%1\" must be between 300 and 599"_s.arg(text(word)),
                    positionOf(node, index));
}

// error_page STATUS… [=[STATUS]] URI, as ngx_http_core_error_page.
void checkErrorPage(State &state, const ConfigNode &node, const Scope &)
{
    size_t statuses = node.arguments.size() - 1;
    const size_t before = statuses - 1;
    if (const QByteArrayView word = node.argument(before); word.startsWith('=')) {
        const bool number = word.size() == 1 || parseNumber(word.sliced(1), 0, std::numeric_limits<qint64>::max()).ok();
        if (before == 0 || !number)
            return state.error(ErrorCode::InvalidValue, u"invalid value \"%1\""_s.arg(text(word)),
                               positionOf(node, before), u"write it as: error_page 404 =200 /empty.gif;"_s);
        statuses = before;
    }
    for (size_t i = 0; i < statuses; ++i)
        checkErrorStatus(state, node, i);
}

void checkAddHeader(State &state, const ConfigNode &node, const Scope &)
{
    if (node.arguments.size() == 3 && node.argument(2) != "always")
        invalidParameter(state, node, 2,
                         u"the value goes into quotes when it has spaces; the only parameter is \"always\""_s);
}

// ngx_http_parse_expires: a time that may be negative, or of the day, or one of three words.
void checkExpires(State &state, const ConfigNode &node, const Scope &)
{
    const bool modified = node.arguments.size() == 2;
    if (modified && node.argument(0) != "modified")
        return invalidDirective(state, node, 0);
    const size_t index = modified ? 1 : 0;
    QByteArrayView value = node.argument(index);
    if (value.contains('$') || (!modified && (value == "epoch" || value == "max" || value == "off")))
        return;
    const bool daily = value.startsWith('@');
    const auto problem = [&](const QString &words) {
        invalidDirective(state, node, index, Error{ErrorCode::InvalidValue, words, {}, {}});
    };
    if (daily && modified)
        return problem(u"daily time cannot be used with \"modified\" parameter"_s);
    if (daily || value.startsWith('+') || value.startsWith('-'))
        value = value.sliced(1);
    const Result<std::chrono::seconds> time = parseSeconds(value);
    if (!time)
        return invalidDirective(state, node, index, u"a time such as 1h or -1, @15h30m, epoch, max or off"_s);
    if (daily && *time > std::chrono::hours(24))
        problem(u"daily time value must be less than 24 hours"_s);
}

void checkDisableSymlinks(State &state, const ConfigNode &node, const Scope &)
{
    bool hasMode = false;
    bool hasFrom = false;
    bool follows = false;
    for (size_t i = 0; i < node.arguments.size(); ++i) {
        const QByteArrayView word = node.argument(i);
        if (word == "off" || word == "on" || word == "if_not_owner") {
            hasMode = true;
            follows = word == "off";
        } else if (word.startsWith("from=")) {
            hasFrom = true;
        } else {
            return invalidParameter(state, node, i, u"disable_symlinks off | on | if_not_owner [from=part]"_s);
        }
    }
    QString problem;
    if (!hasMode)
        problem = u"\"disable_symlinks\" must have \"off\", \"on\" or \"if_not_owner\" parameter"_s;
    else if (node.arguments.size() == 2 && !hasFrom)
        problem = u"duplicate parameters \"%1 %2\""_s.arg(text(node.argument(0)), text(node.argument(1)));
    else if (hasFrom && follows)
        problem = u"\"from=\" cannot be used with \"off\" parameter"_s;
    if (!problem.isEmpty())
        state.error(ErrorCode::InvalidValue, problem, positionOf(node, 0));
}

void checkAccess(State &state, const ConfigNode &node, const Scope &)
{
    const QByteArrayView who = node.argument(0);
    if (who == "all" || who == "unix:")
        return;
    const Result<Cidr> network = parseCidr(who);
    if (!network)
        invalidParameter(state, node, 0, u"an address, a network such as 10.0.0.0/8, unix: or all"_s);
    else if (network->hadLowBits)
        state.warning(ErrorCode::InvalidValue, u"low address bits of %1 are meaningless"_s.arg(text(who)),
                      positionOf(node, 0));
}

} // namespace

std::span<const NamedCheck> contentChecks()
{
    static constexpr NamedCheck checks[] = {
        {"root", checkRoot},
        {"alias", checkRoot},
        {"index", checkIndex},
        {"try_files", checkTryFiles},
        {"error_page", checkErrorPage},
        {"add_header", checkAddHeader},
        {"add_trailer", checkAddHeader},
        {"expires", checkExpires},
        {"allow", checkAccess},
        {"disable_symlinks", checkDisableSymlinks},
        {"deny", checkAccess},
    };
    return checks;
}

} // namespace portlight::validation
