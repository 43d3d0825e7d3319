// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/localnames.h"

#include <QNetworkCookie>
#include <QNetworkCookieJar>
#include <QUrl>

#include <algorithm>
#include <tuple>

#include <arpa/inet.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// Reserved for such use, or promised never to be anybody's: RFC 2606, 6761, 6762, 8375, ICANN's .internal and the
// collision names .home and .corp, and what routers call their networks.
constexpr QByteArrayView NobodysNames[] = {"localhost", "test", "example",  "invalid", "internal", "local",
                                           "lan",       "home", "intranet", "private", "corp",     "localdomain"};

Error invalid(const QByteArray &name, const QString &why, const QString &hint = {})
{
    return {ErrorCode::InvalidName, u"\"%1\" %2"_s.arg(QString::fromUtf8(name.left(NameBytesMax)), why), {}, hint};
}

// The text of an address; nothing for anything else.
std::optional<QByteArray> addressText(QByteArray name)
{
    if (name.startsWith('[') && name.endsWith(']'))
        name = name.sliced(1).chopped(1);
    for (int family : {AF_INET, AF_INET6}) {
        unsigned char bytes[sizeof(in6_addr)];
        char text[INET6_ADDRSTRLEN];
        if (inet_pton(family, name.constData(), bytes) == 1 && inet_ntop(family, bytes, text, sizeof text))
            return QByteArray(text);
    }
    return {};
}

bool isLabelCharacter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') || character == '-'
           || character == '_';
}

bool isDigit(char character)
{
    return character >= '0' && character <= '9';
}

bool isLabel(const QByteArray &label)
{
    return !label.isEmpty() && label.size() <= LabelBytesMax && !label.startsWith('-') && !label.endsWith('-')
           && std::all_of(label.begin(), label.end(), isLabelCharacter);
}

bool isAscii(const QByteArray &text)
{
    return std::all_of(text.begin(), text.end(), [](char character) { return uchar(character) < 0x80; });
}

// Qt knows the public suffix list, and tells of it by refusing a cookie for everything below one.
class SuffixJar : public QNetworkCookieJar
{
public:
    bool isPublicSuffix(const QByteArray &name) const
    {
        QUrl below;
        below.setScheme(u"https"_s);
        below.setHost(u"x."_s + QString::fromLatin1(name));
        QNetworkCookie cookie("name", "value");
        cookie.setDomain(below.host().sliced(1)); // ".name", without A-labels, as a URL's host is read
        return !validateCookie(cookie, below);
    }
};

bool isNobodys(const QByteArray &label)
{
    return std::find(std::begin(NobodysNames), std::end(NobodysNames), label) != std::end(NobodysNames);
}

bool isEverybodys(const QByteArray &name)
{
    return name.contains('.') ? SuffixJar().isPublicSuffix(name) : !isNobodys(name);
}

bool isLoopback(const QByteArray &address)
{
    return address == "::1" || address.startsWith("127.");
}

QByteArray withoutStar(const QByteArray &name)
{
    return name.startsWith("*.") ? name.sliced(2) : name;
}

QString listed(const QByteArrayList &suffixes)
{
    return QString::fromLatin1(suffixes.join(", "));
}

// The suffix that somebody who wants this name should ask for: its domain, or the name itself.
QByteArray suffixToAskFor(const QByteArray &name)
{
    const QByteArray parent = name.sliced(name.indexOf('.') + 1);
    return parent.contains('.') && !isEverybodys(parent) ? parent : name;
}

template<typename Canonical>
Result<QByteArrayList> canonicalList(const QByteArrayList &names, Canonical canonical)
{
    QByteArrayList all;
    for (const QByteArray &name : names) {
        const Result<QByteArray> one = canonical(name);
        if (!one)
            return one.error();
        if (!all.contains(*one))
            all.append(*one);
    }
    // Addresses last, short names first: "shop.test" comes before "www.shop.test".
    std::sort(all.begin(), all.end(), [](const QByteArray &left, const QByteArray &right) {
        return std::tuple(isAddress(left), left.size(), left) < std::tuple(isAddress(right), right.size(), right);
    });
    return all;
}

} // namespace

Result<QByteArray> canonicalLocalName(const QByteArray &name)
{
    if (const auto address = addressText(name))
        return *address;
    QByteArray text = withoutStar(name);
    const bool wildcard = text.size() != name.size();
    if (text.endsWith('.'))
        text.chop(1);
    if (text.isEmpty())
        return invalid(name, u"is no name"_s);
    text = isAscii(text) ? text.toLower() : QUrl::toAce(QString::fromUtf8(text));
    const auto labels = text.split('.');
    if (text.contains('*'))
        return invalid(name, u"has a star in the midst: only a whole first label can be one, as in \"*.shop.test\""_s);
    if (text.size() + (wildcard ? 2 : 0) > NameBytesMax)
        return invalid(name, u"is too long for a name: at most %1 bytes"_s.arg(NameBytesMax));
    if (!std::all_of(labels.begin(), labels.end(), isLabel))
        return invalid(name,
                       u"is no host name: letters, digits and \"-\", at most %1 between two dots"_s.arg(LabelBytesMax));
    if (std::all_of(labels.last().begin(), labels.last().end(), isDigit)) // WHATWG URL, "ends in a number"
        return invalid(name, u"is no host name: browsers read what ends in a number as an address"_s);
    return wildcard ? "*." + text : text;
}

Result<QByteArrayList> canonicalLocalNames(const QByteArrayList &names)
{
    if (names.isEmpty())
        return Error{ErrorCode::InvalidName, u"a certificate needs a name: there is none"_s, {}, {}};
    auto all = canonicalList(names, canonicalLocalName);
    if (all && all->size() > NamesInCertificateMax)
        return Error{
            ErrorCode::InvalidName,
            u"%1 names are too many for one certificate: at most %2"_s.arg(all->size()).arg(NamesInCertificateMax),
            {},
            u"divide them, or use a wildcard such as \"*.shop.test\""_s};
    return all;
}

Result<QByteArray> canonicalSuffix(const QByteArray &suffix)
{
    const QByteArray plain = suffix.startsWith('.') ? suffix.sliced(1) : withoutStar(suffix);
    const Result<QByteArray> name = canonicalLocalName(plain);
    if (!name || name->startsWith('*'))
        return invalid(suffix, u"cannot be a suffix: it is no name"_s, u"write a domain such as dev.example.com"_s);
    if (isAddress(*name))
        return invalid(suffix, u"cannot be a suffix: it is an address"_s,
                       u"loopback addresses are allowed without being named, and no others can be"_s);
    if (isEverybodys(*name))
        return invalid(suffix,
                       u"cannot be a suffix: other people's names lie below it, and whoever got hold of this authority "
                       u"could pass for them"_s,
                       u"write a domain of your own, such as dev.example.com, or localhost, test, internal, lan"_s);
    return name;
}

Result<QByteArrayList> canonicalSuffixes(const QByteArrayList &suffixes)
{
    if (suffixes.isEmpty())
        return Error{ErrorCode::InvalidName,
                     u"an authority needs a suffix: without one it could sign every name there is"_s,
                     {},
                     u"write localhost, test, or a domain of your own"_s};
    auto all = canonicalList(suffixes, canonicalSuffix);
    if (all && all->size() > SuffixesMax)
        return Error{ErrorCode::InvalidName,
                     u"%1 suffixes are too many for one authority: at most %2"_s.arg(all->size()).arg(SuffixesMax),
                     {},
                     {}};
    return all;
}

bool isAddress(const QByteArray &canonicalName)
{
    return addressText(canonicalName).has_value();
}

bool isWithinSuffixes(const QByteArray &canonicalName, const QByteArrayList &suffixes)
{
    if (isAddress(canonicalName))
        return isLoopback(canonicalName);
    const QByteArray name = withoutStar(canonicalName);
    return std::any_of(suffixes.begin(), suffixes.end(),
                       [&name](const QByteArray &suffix) { return name == suffix || name.endsWith('.' + suffix); });
}

Result<void> checkWithinSuffixes(const QByteArray &canonicalName, const QByteArrayList &suffixes)
{
    if (isWithinSuffixes(canonicalName, suffixes))
        return {};
    const QString shown = QString::fromLatin1(canonicalName);
    if (isAddress(canonicalName))
        return Error{ErrorCode::NameNotAllowed,
                     u"\"%1\" cannot have a certificate of the local authority: of addresses it may sign those of the "
                     u"loopback (127.0.0.0/8 and ::1) alone"_s.arg(shown),
                     {},
                     u"use a name"_s};
    const QString outside =
        u"\"%1\" lies outside what the local authority may sign: %2, all names below, and loopback addresses"_s.arg(
            shown, listed(suffixes));
    const QByteArray name = withoutStar(canonicalName);
    if (isEverybodys(name))
        return Error{ErrorCode::NameNotAllowed,
                     outside,
                     {},
                     u"use a name below one of these, such as %1.%2"_s.arg(QString::fromLatin1(name.split('.').first()),
                                                                           QString::fromLatin1(suffixes.value(0)))};
    const QByteArrayList wanted = QByteArrayList(suffixes) << suffixToAskFor(name); // the new root forgets the others
    return Error{
        ErrorCode::NameNotAllowed,
        outside,
        {},
        u"these limits are signed into its root and browsers enforce them, so another suffix needs a new root: "
        u"portlightctl ca init --replace --suffix %1"_s.arg(QString::fromLatin1(wanted.join(" --suffix ")))};
}

std::optional<QString> wildcardRemark(const QByteArray &name)
{
    const Result<QByteArray> canonical = canonicalLocalName(name);
    if (!canonical || !canonical->startsWith("*.") || canonical->count('.') > 1)
        return {};
    return u"browsers do not accept \"%1\" from any certificate, for it stands right below a top-level name: list the "
           u"names one by one"_s.arg(QString::fromLatin1(*canonical));
}

} // namespace portlight
