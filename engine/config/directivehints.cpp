// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/directivehints.h"

#include <QStringList>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr qsizetype ComparedNameBytesMax = 64; // longer than any directive: no need to measure

// Edit distance with swaps of neighbours (optimal string alignment), so that "serevr" is one slip away from "server".
int distance(QByteArrayView a, QByteArrayView b)
{
    Q_ASSERT(b.size() <= ComparedNameBytesMax);
    const size_t width = static_cast<size_t>(b.size()) + 1;
    std::array<int, ComparedNameBytesMax + 1> before = {};
    std::array<int, ComparedNameBytesMax + 1> last = {};
    std::array<int, ComparedNameBytesMax + 1> row = {};
    for (size_t j = 0; j < width; ++j)
        last[j] = static_cast<int>(j);
    for (qsizetype i = 1; i <= a.size(); ++i) {
        row[0] = static_cast<int>(i);
        for (size_t j = 1; j < width; ++j) {
            const auto column = static_cast<qsizetype>(j);
            const int change = a[i - 1] == b[column - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[column - 2] && a[i - 2] == b[column - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[width - 1];
}

const DirectiveSpec *nearest(QByteArrayView name, ConfigContext context)
{
    const int allowed = name.size() <= 4 ? 1 : name.size() <= 8 ? 2 : 3;
    const DirectiveSpec *best = nullptr;
    int bestScore = 2 * allowed + 2;
    for (const DirectiveSpec &spec : allDirectives()) {
        const QByteArrayView candidate(spec.name);
        if (std::abs(candidate.size() - name.size()) > allowed)
            continue;
        const int edits = distance(name, candidate);
        const int score = 2 * edits + (spec.contexts.testFlag(context) ? 0 : 1);
        if (edits <= allowed && score < bestScore) {
            best = &spec;
            bestScore = score;
        }
    }
    return best;
}

QString joined(const QStringList &words)
{
    if (words.size() < 2)
        return words.join(QString());
    return words.mid(0, words.size() - 1).join(u", "_s) + u" or "_s + words.last();
}

QStringList contextNames(ConfigContexts contexts)
{
    const std::pair<ConfigContext, QString> names[] = {
        {ConfigContext::Main, u"the top level"_s},
        {ConfigContext::Events, u"\"events\""_s},
        {ConfigContext::Http, u"\"http\""_s},
        {ConfigContext::Server, u"\"server\""_s},
        {ConfigContext::Location, u"\"location\""_s},
        {ConfigContext::Upstream, u"\"upstream\""_s},
        {ConfigContext::ServerIf, u"\"if\" in \"server\""_s},
        {ConfigContext::LocationIf, u"\"if\" in \"location\""_s},
        {ConfigContext::LimitExcept, u"\"limit_except\""_s},
        {ConfigContext::Overlay, u"an overlay (local.conf)"_s},
    };
    QStringList list;
    for (const auto &[context, name] : names) {
        if (contexts.testFlag(context))
            list += name;
    }
    return list;
}

} // namespace

QString unknownDirectiveHint(QByteArrayView name, ConfigContext context)
{
    if (name.startsWith("\xEF\xBB\xBF"))
        return u"the file begins with a byte order mark; save it as UTF-8 without one"_s;
    if (name.contains("\xC2\xA0"))
        return u"a no-break space, as web pages have them, is a letter to nginx: write a plain space"_s;
    if (name == "..." || name == "\xE2\x80\xA6")
        return u"the dots stand for what a text left out: write it, or delete them"_s;
    if (name.isEmpty() || name.size() > ComparedNameBytesMax)
        return {};
    const DirectiveSpec *const spec = nearest(name, context);
    return spec ? u"did you mean \"%1\"?"_s.arg(QString::fromLatin1(spec->name)) : QString();
}

QString wrongContextHint(const DirectiveSpec &spec, ConfigContext found)
{
    const QString name = QString::fromLatin1(spec.name);
    if (found == ConfigContext::Main && spec.contexts.testFlag(ConfigContext::Http))
        return u"this is a part of a configuration: wrap it in http { … }, or complete it with --fragment"_s;
    if (found == ConfigContext::Main && spec.contexts.testFlag(ConfigContext::Server))
        return u"this is a part of a configuration: wrap it in http { server { … } }, or complete it with --fragment"_s;
    const QStringList places = contextNames(spec.contexts);
    return places.isEmpty() ? QString() : u"\"%1\" belongs in %2"_s.arg(name, joined(places));
}

QString argumentCountHint(const DirectiveSpec &spec, int found)
{
    QString wanted = QString::number(spec.argumentsMin);
    if (spec.argumentsMax < 0)
        wanted = u"at least %1"_s.arg(spec.argumentsMin);
    else if (spec.argumentsMax > spec.argumentsMin)
        wanted = u"%1 to %2"_s.arg(spec.argumentsMin).arg(spec.argumentsMax);
    return u"it takes %1, here are %2"_s.arg(wanted).arg(found);
}

} // namespace portlight
