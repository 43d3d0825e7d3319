// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/exchangetext.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QStringDecoder>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Exchange)
};

QList<QByteArray> headLines(const QByteArray &head)
{
    QList<QByteArray> lines;
    for (QByteArray line : head.split('\n')) {
        if (line.endsWith('\r'))
            line.chop(1);
        if (!line.isEmpty())
            lines.append(line);
    }
    return lines;
}

// A word for sh: single quotes, or $'…' where bytes are not readable.
QString shellWord(const QByteArray &bytes)
{
    if (isReadableText(bytes))
        return u"'%1'"_s.arg(QString::fromUtf8(bytes).replace(u'\'', u"'\\''"_s));
    QString word = u"$'"_s;
    for (const char c : bytes) {
        const auto byte = quint8(c);
        if (byte < 0x20 || byte >= 0x7F || c == '\'' || c == '\\')
            word += u"\\x%1"_s.arg(byte, 2, 16, QLatin1Char('0'));
        else
            word += QLatin1Char(c);
    }
    return word + u'\'';
}

// Fields that curl makes itself from the URL and the body.
bool madeByCurl(const QByteArray &name)
{
    const QByteArray lower = name.toLower();
    return lower == "host" || lower == "content-length" || lower == "transfer-encoding";
}

QString phaseName(int phase)
{
    switch (phase) {
    case 0: return Words::tr("Request head");
    case 1: return Words::tr("Request body");
    case 2: return Words::tr("Connect");
    case 3: return Words::tr("Send to backend");
    case 4: return Words::tr("Wait for answer");
    default: return Words::tr("Receive answer");
    }
}

} // namespace

QString shortType(const ExchangeSummary &exchange)
{
    if (exchange.upgraded)
        return u"ws"_s;
    if (exchange.eventStream)
        return u"sse"_s;
    QByteArray subtype = exchange.contentType.mid(exchange.contentType.indexOf('/') + 1).toLower();
    if (const qsizetype plus = subtype.indexOf('+'); plus > 0)
        subtype = subtype.left(plus);
    if (subtype.startsWith("x-"))
        subtype.remove(0, 2);
    if (subtype == "javascript" || subtype == "ecmascript")
        return u"js"_s;
    if (subtype == "plain")
        return u"text"_s;
    if (subtype == "octet-stream")
        return u"binary"_s;
    return QString::fromUtf8(subtype);
}

DecidedBadge decidedBadge(const ExchangeSummary &exchange)
{
    if (!exchange.failure.isEmpty() || exchange.state == ExchangeState::Failed)
        return {Words::tr("failed"), Tone::Error};
    if (exchange.retries > 0)
        return {Words::tr("retry %1").arg(exchange.retries), Tone::Warning};
    if (exchange.upgraded)
        return {Words::tr("upgraded"), Tone::Accent};
    if (exchange.eventStream)
        return {Words::tr("stream"), Tone::Accent};
    return {};
}

QString urlOf(const ExchangeSummary &exchange)
{
    const QString target = QString::fromUtf8(exchange.target);
    if (target.contains(u"://"_s))
        return target;
    return u"%1://%2%3"_s.arg(
        QString::fromUtf8(exchange.scheme.isEmpty() ? QByteArrayLiteral("http") : exchange.scheme),
        QString::fromUtf8(exchange.host), target);
}

QString stateText(const ExchangeSummary &exchange)
{
    switch (exchange.state) {
    case ExchangeState::Receiving: return Words::tr("receiving");
    case ExchangeState::Waiting: return Words::tr("waiting");
    case ExchangeState::Streaming: return Words::tr("streaming");
    case ExchangeState::Tunneling: return Words::tr("tunnel open");
    case ExchangeState::Done: return Words::tr("done");
    case ExchangeState::Failed: return Words::tr("failed");
    }
    return {};
}

QList<std::pair<QString, QString>> failureFacts(const ExchangeDetail &exchange)
{
    QList<std::pair<QString, QString>> facts;
    const bool several = exchange.failures.size() > 1;
    int number = 0;
    for (const FailureFacts &failure : exchange.failures) {
        ++number;
        QStringList words{QString::fromUtf8(failure.peer), failure.kind, failure.phase, failure.system};
        if (failure.bytesSeen > 0)
            words.append(Words::tr("%1 bytes received").arg(failure.bytesSeen));
        words.removeAll(QString());
        facts.append({several ? Words::tr("Failed try %1").arg(number) : Words::tr("Failure"), words.join(u" · "_s)});
    }
    if (exchange.failures.empty())
        return facts;
    const FailureFacts &last = exchange.failures.back();
    facts += last.obstacles;
    facts.append({Words::tr("What helps"), last.advice});
    facts.append({Words::tr("Directive"), QString::fromUtf8(last.directive)});
    return facts;
}

QList<std::pair<QString, QString>> tlsFacts(const ClientTls &tls)
{
    if (tls.protocol.isEmpty())
        return {};
    const QString session = tls.resumed ? Words::tr("resumed session") : Words::tr("full handshake");
    return {{Words::tr("TLS"), QString::fromUtf8(tls.protocol) + u" · "_s + session},
            {Words::tr("Cipher"), QString::fromUtf8(tls.cipher)},
            {Words::tr("Asked for (SNI)"), QString::fromUtf8(tls.serverName)},
            {Words::tr("ALPN"), QString::fromUtf8(tls.alpn)},
            {Words::tr("Client's certificate"), QString::fromUtf8(tls.subject)}};
}

QString curlCommand(const ExchangeDetail &exchange)
{
    const ExchangeSummary &summary = exchange.summary;
    const QByteArray &body = exchange.requestBody.bytes;
    QString command = u"curl"_s;
    const QByteArray implied = body.isEmpty() ? "GET" : "POST";
    if (summary.method == "HEAD")
        command += u" -I"_s;
    else if (summary.method != implied)
        command += u" -X %1"_s.arg(QString::fromUtf8(summary.method));
    command += u" "_s + shellWord(urlOf(summary).toUtf8());
    const QList<QByteArray> lines = headLines(exchange.requestHead);
    for (qsizetype i = 1; i < lines.size(); ++i) {
        if (!madeByCurl(lines[i].left(lines[i].indexOf(':'))))
            command += u" \\\n  -H "_s + shellWord(lines[i]);
    }
    if (!body.isEmpty())
        command += u" \\\n  --data-binary "_s + shellWord(body);
    if (exchange.requestBody.truncated())
        command += u"\n# "_s
                   + Words::tr("only %1 of %2 bytes of the body were kept")
                         .arg(body.size())
                         .arg(exchange.requestBody.totalBytes);
    return command;
}

QList<TimingPhase> timingPhases(const ExchangeTiming &timing)
{
    QList<TimingPhase> phases;
    qint64 at = 0;
    const auto add = [&phases, &at](int phase, qint64 from, qint64 until, Tone tone) {
        if (until < 0)
            return;
        from = from < 0 ? at : from;
        phases.append({phaseName(phase), from, std::max(from, until), tone});
        at = std::max(at, until);
    };
    add(0, 0, timing.requestHeadUs, Tone::Neutral);
    if (timing.requestBodyUs > timing.requestHeadUs)
        add(1, -1, timing.requestBodyUs, Tone::Neutral);
    // The backend may be asked while the body still comes: such spans overlap, each with its own start.
    if (timing.connectStartUs >= 0)
        add(2, timing.connectStartUs, timing.connectedUs, Tone::Warning);
    add(3, timing.connectedUs, timing.requestSentUs, Tone::Accent);
    add(4, timing.requestSentUs, timing.responseHeadUs, Tone::Good);
    add(5, timing.responseHeadUs, timing.finishedUs, Tone::Accent);
    return phases;
}

QByteArray headField(const QByteArray &head, const QByteArray &name)
{
    const QList<QByteArray> lines = headLines(head);
    for (qsizetype i = 1; i < lines.size(); ++i) {
        const qsizetype colon = lines[i].indexOf(':');
        if (colon > 0 && lines[i].left(colon).compare(name, Qt::CaseInsensitive) == 0)
            return lines[i].mid(colon + 1).trimmed();
    }
    return {};
}

QString hexDump(const QByteArray &bytes)
{
    const qsizetype shown = std::min(bytes.size(), HexDumpBytesMax);
    QString dump;
    for (qsizetype line = 0; line < shown; line += 16) {
        QString hex;
        QString text;
        for (qsizetype i = line; i < line + 16; ++i) {
            if (i % 8 == 0 && i > line)
                hex += u' ';
            if (i >= shown) {
                hex += u"   "_s;
                continue;
            }
            const auto byte = quint8(bytes[i]);
            hex += u"%1 "_s.arg(byte, 2, 16, QLatin1Char('0'));
            text += byte >= 0x20 && byte < 0x7F ? QLatin1Char(bytes[i]) : QLatin1Char('.');
        }
        dump += u"%1  %2 %3\n"_s.arg(line, 4, 16, QLatin1Char('0')).arg(hex, text);
    }
    return dump;
}

bool isReadableText(const QByteArray &bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString text = decoder(bytes);
    if (decoder.hasError())
        return false;
    return std::all_of(text.cbegin(), text.cend(), [](QChar c) {
        return c.isPrint() || c == u'\n' || c == u'\r' || c == u'\t' || c.isSurrogate() || c.unicode() > 0x9F;
    });
}

QString prettyJson(const QByteArray &bytes)
{
    QJsonParseError error;
    QJsonDocument::fromJson(bytes, &error);
    if (error.error != QJsonParseError::NoError)
        return {};
    // QJsonDocument would sort the keys and rewrite the numbers: indent the text as it came.
    QString pretty;
    int depth = 0;
    bool quoted = false;
    const auto newLine = [&pretty, &depth] { pretty += u'\n' + QString(depth * 2, u' '); };
    const QString text = QString::fromUtf8(bytes);
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (quoted) {
            pretty += c;
            if (c == u'\\' && i + 1 < text.size())
                pretty += text[++i];
            quoted = c != u'"';
        } else if (c == u'{' || c == u'[') {
            pretty += c;
            ++depth;
            newLine();
        } else if (c == u'}' || c == u']') {
            --depth;
            if (QStringView(pretty).trimmed().endsWith(c == u'}' ? u'{' : u'[')) {
                while (pretty.back().isSpace())
                    pretty.chop(1); // empty ones stay on one line
            } else {
                newLine();
            }
            pretty += c;
        } else if (c == u',') {
            pretty += c;
            newLine();
        } else if (!c.isSpace()) {
            pretty += c == u':' ? u": "_s : QString(c);
            quoted = c == u'"';
        }
    }
    return pretty;
}

} // namespace portlight
