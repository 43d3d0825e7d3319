// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/domainname.h"
#include "config/domains.h"
#include "config/inetaddress.h"
#include "config/values.h"

#include <QRegularExpression>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

const QString Example = u"write it as: shop 3000"_s;

Error invalidTarget(const QString &message, const QString &hint)
{
    return {ErrorCode::InvalidTarget, message, {}, hint};
}

bool isDigits(const QString &word)
{
    return !word.isEmpty() && std::all_of(word.begin(), word.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
}

// A word that can be nothing but a target: a port, a URL, an address, a socket.
bool isClearlyTarget(const QString &word)
{
    const QString bare = word.startsWith(u':') ? word.mid(1) : word;
    if (isDigits(bare) || word.contains(u"://"_s) || word.startsWith(u"unix:"_s) || word.startsWith(u'/'))
        return true;
    const QString host = word.section(u':', 0, 0);
    return word.startsWith(u'[') || isInet4(host.toUtf8());
}

bool hasPort(const QString &word)
{
    const qsizetype colon = word.lastIndexOf(u':');
    return colon > 0 && isDigits(word.mid(colon + 1));
}

// What is typed, as the URL that proxy_pass would take.
QString completeTarget(const QString &word)
{
    if (isDigits(word))
        return u"http://127.0.0.1:"_s + word;
    if (word.startsWith(u':'))
        return u"http://127.0.0.1"_s + word;
    if (word.startsWith(u'/'))
        return u"http://unix:"_s + word;
    if (word.contains(u"://"_s))
        return word;
    return u"http://"_s + word;
}

// Which word is the name and which the target; "shop 3000" and "3000 shop" say the same.
std::pair<QString, QString> nameAndTarget(const QStringList &words)
{
    const QString &first = words[0];
    const QString &second = words[1];
    if (isClearlyTarget(second))
        return {first, second};
    if (isClearlyTarget(first) || (hasPort(first) && !hasPort(second)))
        return {second, first};
    return {first, second};
}

Error wrongWordCount(const QStringList &words)
{
    if (words.isEmpty())
        return {ErrorCode::InvalidName, u"a name and a target are missing"_s, {}, Example};
    if (words.size() > 2)
        return invalidTarget(u"one name and one target belong in the line, here are %1 words"_s.arg(words.size()),
                             Example);
    if (isClearlyTarget(words[0]))
        return {ErrorCode::InvalidName,
                u"a name for %1 is missing"_s.arg(words[0]),
                {},
                u"write it as: shop %1"_s.arg(words[0])};
    return invalidTarget(u"say where %1 leads to"_s.arg(words[0]), u"write it as: %1 3000"_s.arg(words[0]));
}

} // namespace

Result<QString> completeDomainName(const QString &typed)
{
    const auto invalid = [&](const QString &why) {
        return Error{ErrorCode::InvalidName, u"\"%1\" is no name of a domain: %2"_s.arg(typed, why), {}, Example};
    };
    QString name = typed.toLower();
    if (name.endsWith(u'.'))
        name.chop(1);
    const bool plain = std::all_of(name.begin(), name.end(), [](QChar c) { return c.unicode() < 128; });
    if (!plain)
        name = QString::fromLatin1(QUrl::toAce(name));
    if (name.isEmpty())
        return invalid(u"it has letters that no name can have"_s);
    if (!name.contains(u'.') && name != u"localhost"_s)
        name += u".localhost"_s;
    if (name.size() > DomainNameBytesMax)
        return invalid(u"it has more than %1 letters"_s.arg(DomainNameBytesMax));
    for (const QString &label : name.split(u'.')) {
        if (label.isEmpty() || label.size() > DomainLabelBytesMax)
            return invalid(u"each part between dots has 1 to %1 letters"_s.arg(DomainLabelBytesMax));
        const bool letters = std::all_of(label.begin(), label.end(), [](QChar c) {
            return (c >= u'a' && c <= u'z') || (c >= u'0' && c <= u'9') || c == u'-' || c == u'_';
        });
        if (!letters || label.startsWith(u'-') || label.endsWith(u'-'))
            return invalid(u"letters, digits and \"-\" inside make a name"_s);
    }
    return name;
}

Result<QString> completeDomainTarget(const QString &typed)
{
    const QString target = completeTarget(typed);
    const QString examples = u"a target is a port, host:port, a URL or unix:/path"_s;
    const bool clean = std::none_of(target.begin(), target.end(), [](QChar c) {
        return c.isSpace() || c.category() == QChar::Other_Control || c == u'$' || c == u'"' || c == u'\'' || c == u'\\'
               || c == u';' || c == u'{' || c == u'}';
    });
    if (!clean)
        return invalidTarget(u"\"%1\" has signs that no target can have"_s.arg(typed), examples);
    const Result<ProxyTarget> parsed = parseProxyTarget(target.toUtf8());
    if (!parsed)
        return invalidTarget(u"\"%1\" is no target: %2"_s.arg(typed, parsed.error().message),
                             parsed.error().hint.isEmpty() ? examples : parsed.error().hint);
    const PeerAddress &peer = parsed->peer;
    const bool bareWord = peer.unixPath.isEmpty() && !peer.hasPort && !peer.host.contains('.')
                          && !peer.host.contains(':') && !typed.contains(u"://"_s);
    if (bareWord)
        return invalidTarget(u"the port of \"%1\" is missing"_s.arg(typed), u"write it as %1:3000"_s.arg(typed));
    return target;
}

QString DomainDraft::url() const
{
    const bool secure = https == true;
    const quint16 port = secure ? tlsPort : listenPort;
    const QString address = (secure ? u"https://"_s : u"http://"_s) + name;
    return port == (secure ? 443 : 80) ? address : address + u":%1"_s.arg(port);
}

Result<DomainDraft> parseDomainLine(const QString &line, quint16 listenPort)
{
    static const QRegularExpression gaps(u"(?:\\s|->|=>|→)+"_s);
    const QStringList words = line.split(gaps, Qt::SkipEmptyParts);
    if (words.size() != 2)
        return wrongWordCount(words);
    auto [name, targetWord] = nameAndTarget(words);
    DomainDraft draft;
    draft.listenPort = listenPort;
    if (hasPort(name) && !isClearlyTarget(name)) { // "shop:9000 3000"
        const Result<quint16> port = parsePort(name.section(u':', 1).toUtf8());
        if (!port)
            return Error{ErrorCode::InvalidName, u"\"%1\": a port is 1 to 65535"_s.arg(name), {}, Example};
        draft.listenPort = *port;
        name = name.section(u':', 0, 0);
    }
    const Result<QString> fullName = completeDomainName(name);
    if (!fullName)
        return fullName.error();
    const Result<QString> target = completeDomainTarget(targetWord);
    if (!target)
        return target.error();
    draft.name = *fullName;
    draft.target = *target;
    return draft;
}

} // namespace portlight
