// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/trafficfilter.h"

#include <QCoreApplication>

#include <optional>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(TrafficFilter)
};

using Predicate = std::function<bool(const ExchangeSummary &)>;

// One word as typed, taken apart: "-domain:\"a b\"".
struct Token {
    QString written;
    bool negated = false;
    QString key; // empty: free text
    QString value;
};

QStringList splitOutsideQuotes(const QString &text)
{
    QStringList words;
    QString word;
    bool quoted = false;
    for (const QChar c : text) {
        if (c == u'"')
            quoted = !quoted;
        if (c.isSpace() && !quoted) {
            if (!word.isEmpty())
                words.append(word);
            word.clear();
        } else {
            word.append(c);
        }
    }
    if (!word.isEmpty())
        words.append(word);
    return words;
}

Token tokenOf(const QString &written)
{
    Token token;
    token.written = written;
    QString rest = written;
    if (rest.size() > 1 && rest.startsWith(u'-')) {
        token.negated = true;
        rest.remove(0, 1);
    }
    const qsizetype colon = rest.indexOf(u':');
    const QString key = rest.left(std::max<qsizetype>(colon, 0)).toLower();
    if (colon > 0 && TrafficFilter::keys().contains(key)) {
        token.key = key;
        rest.remove(0, colon + 1);
    }
    token.value = rest.remove(u'"');
    return token;
}

bool contains(const QByteArray &text, const QString &wanted)
{
    return QString::fromUtf8(text).contains(wanted, Qt::CaseInsensitive);
}

// '*' stands for any run of characters; without one the value may be anywhere in the name.
bool matchesName(const QByteArray &name, const QString &pattern)
{
    if (!pattern.contains(u'*'))
        return contains(name, pattern);
    const QString text = QString::fromUtf8(name).toLower();
    const QStringList parts = pattern.toLower().split(u'*');
    if (!text.startsWith(parts.first()) || !text.endsWith(parts.last()))
        return false;
    qsizetype at = parts.first().size();
    for (qsizetype i = 1; i + 1 < parts.size(); ++i) {
        at = text.indexOf(parts[i], at);
        if (at < 0)
            return false;
        at += parts[i].size();
    }
    return text.size() - at >= parts.last().size();
}

std::optional<Predicate> statusPredicate(const QString &value)
{
    static const QStringList operators{u">="_s, u"<="_s, u">"_s, u"<"_s};
    for (const QString &op : operators) {
        if (!value.startsWith(op))
            continue;
        bool ok = false;
        const int bound = value.mid(op.size()).toInt(&ok);
        if (!ok)
            return std::nullopt;
        const bool orEqual = op.size() == 2;
        const bool above = op.startsWith(u'>');
        return [=](const ExchangeSummary &e) {
            return e.status > 0
                   && (above ? e.status > bound || (orEqual && e.status == bound)
                             : e.status < bound || (orEqual && e.status == bound));
        };
    }
    if (value.size() == 3 && value.endsWith(u"xx"_s, Qt::CaseInsensitive) && value[0].isDigit())
        return [hundreds = value[0].digitValue()](const ExchangeSummary &e) { return e.status / 100 == hundreds; };
    bool okFirst = false;
    bool okLast = false;
    const int first = value.section(u'-', 0, 0).toInt(&okFirst);
    const int last = value.section(u'-', -1).toInt(&okLast);
    if (!okFirst || !okLast)
        return std::nullopt;
    return [first, last](const ExchangeSummary &e) { return e.status >= first && e.status <= last; };
}

std::optional<Predicate> isPredicate(const QString &value)
{
    const QString what = value.toLower();
    if (what == u"running"_s)
        return [](const ExchangeSummary &e) { return e.isRunning(); };
    if (what == u"failed"_s)
        return [](const ExchangeSummary &e) {
            return e.state == ExchangeState::Failed || !e.failure.isEmpty() || e.status >= 500;
        };
    if (what == u"upgraded"_s || what == u"websocket"_s)
        return [](const ExchangeSummary &e) { return e.upgraded; };
    if (what == u"stream"_s)
        return [](const ExchangeSummary &e) { return e.eventStream; };
    if (what == u"retried"_s)
        return [](const ExchangeSummary &e) { return e.retries > 0; };
    return std::nullopt;
}

// "4k", "1.5m", "200": a number with a unit out of `units`, the first without one.
std::optional<double> quantity(const QString &value, const QList<std::pair<QString, double>> &units)
{
    QString number = value.toLower();
    double factor = 1;
    for (const auto &[unit, size] : units) {
        if (!number.endsWith(unit))
            continue;
        number.chop(unit.size());
        factor = size;
        break;
    }
    bool ok = false;
    const double result = number.toDouble(&ok);
    return ok && result >= 0 ? std::optional(result * factor) : std::nullopt;
}

std::optional<Predicate> largerThan(const QString &value)
{
    const auto bytes = quantity(value, {{u"kb"_s, 1e3}, {u"mb"_s, 1e6}, {u"k"_s, 1e3}, {u"m"_s, 1e6}, {u"b"_s, 1}});
    if (!bytes)
        return std::nullopt;
    return [bound = qint64(*bytes)](const ExchangeSummary &e) { return e.responseBytes > bound; };
}

std::optional<Predicate> slowerThan(const QString &value)
{
    const auto milliseconds = quantity(value, {{u"ms"_s, 1}, {u"s"_s, 1e3}});
    if (!milliseconds)
        return std::nullopt;
    return [bound = qint64(*milliseconds * 1e3)](const ExchangeSummary &e) { return e.durationUs > bound; };
}

std::optional<Predicate> predicateOf(const QString &key, const QString &value)
{
    if (key == u"status"_s)
        return statusPredicate(value);
    if (key == u"is"_s)
        return isPredicate(value);
    if (key == u"larger-than"_s)
        return largerThan(value);
    if (key == u"slower-than"_s)
        return slowerThan(value);
    if (key == u"method"_s)
        return [value](const ExchangeSummary &e) {
            return QString::fromUtf8(e.method).compare(value, Qt::CaseInsensitive) == 0;
        };
    if (key == u"domain"_s)
        return [value](const ExchangeSummary &e) { return matchesName(e.domain.isEmpty() ? e.host : e.domain, value); };
    if (key == u"path"_s)
        return [value](const ExchangeSummary &e) { return contains(e.target, value); };
    if (key == u"type"_s)
        return [value](const ExchangeSummary &e) { return contains(e.contentType, value); };
    return [value](const ExchangeSummary &e) { return contains(e.peer, value); };
}

Predicate freeText(const QString &word)
{
    return [word](const ExchangeSummary &e) {
        return contains(e.target, word) || contains(e.host, word) || contains(e.domain, word)
               || contains(e.method, word) || contains(e.peer, word) || contains(e.contentType, word)
               || QString::number(e.status) == word || e.failure.contains(word, Qt::CaseInsensitive);
    };
}

} // namespace

QStringList TrafficFilter::keys()
{
    return {u"method"_s, u"status"_s, u"domain"_s,      u"path"_s,       u"type"_s,
            u"peer"_s,   u"is"_s,     u"larger-than"_s, u"slower-than"_s};
}

TrafficFilter TrafficFilter::parse(const QString &text)
{
    TrafficFilter filter;
    for (const QString &written : splitOutsideQuotes(text)) {
        const Token token = tokenOf(written);
        if (token.value.isEmpty())
            continue; // still being typed
        if (token.key.isEmpty()) {
            filter.m_terms.push_back({token.negated, freeText(token.value)});
            continue;
        }
        std::vector<Predicate> any;
        for (const QString &value : token.value.split(u',', Qt::SkipEmptyParts)) {
            if (std::optional<Predicate> predicate = predicateOf(token.key, value))
                any.push_back(std::move(*predicate));
            else
                filter.m_problems.append(Words::tr("“%1” is not a value for %2").arg(value, token.key));
        }
        if (!any.empty())
            filter.m_terms.push_back({token.negated, [any](const ExchangeSummary &e) {
                                          return std::any_of(any.begin(), any.end(),
                                                             [&e](const Predicate &each) { return each(e); });
                                      }});
    }
    return filter;
}

bool TrafficFilter::accepts(const ExchangeSummary &exchange) const
{
    return std::all_of(m_terms.begin(), m_terms.end(),
                       [&exchange](const Term &term) { return term.matches(exchange) != term.negated; });
}

QString TrafficFilter::withTerm(const QString &text, const QString &key, const QString &value)
{
    QStringList kept;
    for (const QString &written : splitOutsideQuotes(text)) {
        const Token token = tokenOf(written);
        if (token.key != key || token.negated)
            kept.append(written);
    }
    if (!value.isEmpty())
        kept.append(u"%1:%2"_s.arg(key, value));
    return kept.join(u' ');
}

QString TrafficFilter::valueOf(const QString &text, const QString &key)
{
    QString found;
    for (const QString &written : splitOutsideQuotes(text)) {
        const Token token = tokenOf(written);
        if (token.key != key || token.negated)
            continue;
        if (!found.isEmpty())
            return {};
        found = token.value;
    }
    return found;
}

} // namespace portlight
