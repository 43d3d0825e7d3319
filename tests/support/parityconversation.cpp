// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/parityconversation.h"

#include "support/enginefixture.h"

#include <QDateTime>
#include <QFile>
#include <QLocale>
#include <QRegularExpression>

namespace portlight::testing {

using namespace Qt::StringLiterals;

namespace {

QByteArray contentFrom(const QString &path, qint64 start)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) && file.seek(start) ? file.readAll() : QByteArray();
}

QByteArray placeholder(const QByteArray &name)
{
    return name.isEmpty() ? "@port@"_ba : "@port-" + name + '@';
}

// The fields that tell today's time, or a time counted from it; dates of other days stay.
QByteArray withoutToday(const QByteArray &bytes)
{
    static const QRegularExpression field(
        u"\n(Date|Expires): ([A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d) GMT"_s);
    constexpr qint64 nearSeconds = 36 * 3600;
    QString text = QString::fromLatin1(bytes);
    for (qsizetype at = 0;;) {
        const QRegularExpressionMatch match = field.match(text, at);
        if (!match.hasMatch())
            return text.toLatin1();
        QDateTime told = QLocale::c().toDateTime(match.captured(2), u"ddd, dd MMM yyyy hh:mm:ss"_s);
        told.setTimeSpec(Qt::UTC);
        if (qAbs(told.secsTo(QDateTime::currentDateTimeUtc())) < nearSeconds)
            text.replace(match.capturedStart(2), match.capturedLength(2) + 4, u"@date@"_s);
        at = match.capturedStart(2);
    }
}

// The boundaries of multipart/byteranges, which are numbers that a server counts on.
QByteArray withoutBoundaries(const QByteArray &bytes)
{
    static const QRegularExpression boundary(u"(boundary=|\n--)(\\d{20})"_s);
    return QString::fromLatin1(bytes).replace(boundary, u"\\1@boundary@"_s).toLatin1();
}

// The time, process and connection in front of an error log's lines.
QByteArray withoutLogHeads(const QByteArray &bytes)
{
    static const QRegularExpression head(
        u"^\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d (\\[[a-z]+\\]) \\d+#\\d+: (\\*?)\\d*"_s,
        QRegularExpression::MultilineOption);
    return QString::fromLatin1(bytes).replace(head, u"@now@ \\1 @process@: \\2"_s).toLatin1();
}

} // namespace

ParityConversation::ParityConversation(const ParityCase &parityCase, RecordingOrigin &origin,
                                       const ParityServer &server)
    : m_case(parityCase)
    , m_origin(origin)
    , m_server(server)
{}

QByteArray ParityConversation::resolved(QByteArray bytes) const
{
    for (const auto &[name, port] : m_server.ports)
        bytes.replace(placeholder(name), QByteArray::number(port));
    bytes.replace("@files@", m_server.files);
    bytes.replace("@dir@", m_server.directory);
    return bytes.replace("@origin@", QByteArray::number(m_origin.port('a')));
}

QByteArray ParityConversation::withPlaceholders(const QByteArray &bytes) const
{
    QByteArray out = withoutToday(bytes);
    for (const auto &[name, port] : m_server.ports)
        out.replace(QByteArray::number(port), placeholder(name));
    for (const char label : QByteArrayView("abc"))
        out.replace(QByteArray::number(m_origin.port(label)), "@origin-"_ba + label + '@');
    out.replace(QByteArray::number(m_origin.refusedPort()), "@refused@");
    out.replace(QByteArray::number(m_origin.fullPort()), "@full@");
    out.replace(m_server.directory, "@dir@");
    out = withoutBoundaries(out);
    return out.replace(m_server.files, "@files@");
}

void ParityConversation::connectTo(const QByteArray &where)
{
    if (where.startsWith("unix:"))
        m_client = std::make_unique<ParityClient>(m_server.directory + '/' + where.mid(5));
    else if (where.startsWith("[::1]:"))
        m_client = std::make_unique<ParityClient>(m_server.ports.at(where.mid(6)), true);
    else
        m_client = std::make_unique<ParityClient>(m_server.ports.at(where));
}

ParityClient &ParityConversation::client()
{
    if (!m_client)
        connectTo({});
    return *m_client;
}

void ParityConversation::take(const ParityStep &step)
{
    switch (step.kind) {
    case ParityStep::Kind::Send: client().send(resolved(step.bytes)); break;
    case ParityStep::Kind::Read: m_text += printable(client().readResponse(step.bytes)); break;
    case ParityStep::Kind::Await: m_text += printable(client().readExactly(step.bytes.size())); break;
    case ParityStep::Kind::ReadToEnd: m_text += printable(client().readToEnd()); break;
    case ParityStep::Kind::ShutWrite: client().shutWrite(); break;
    case ParityStep::Kind::Close:
        client().close();
        m_abandoned = true;
        break;
    case ParityStep::Kind::NewConnection:
        endConnection();
        connectTo(step.bytes);
        break;
    case ParityStep::Kind::OriginRequests: m_timedOut |= !m_origin.waitForRequests(step.count); break;
    case ParityStep::Kind::OriginClosed: m_timedOut |= !m_origin.waitForClosed(step.count); break;
    case ParityStep::Kind::Log: noteLog(step); break;
    }
}

// A refused request is logged when its connection is over, which lingers until the client closes.
void ParityConversation::noteLog(const ParityStep &step)
{
    endConnection();
    const QString path = QString::fromUtf8(m_server.directory + '/' + step.bytes);
    const qint64 start = m_logStarts.contains(step.bytes) ? m_logStarts.at(step.bytes) : 0;
    m_timedOut |= !waitUntil([&] { return contentFrom(path, start).count('\n') >= step.count; });
    m_text += "-- log " + step.bytes + (QFile::exists(path) ? ":\n" : ": no such file\n")
              + printable(withoutLogHeads(contentFrom(path, start)));
}

// The question whether a connection is open is a request of its own, which a log would show at no certain time.
void ParityConversation::endConnection()
{
    if (!m_client)
        return;
    if (!std::exchange(m_abandoned, false) && m_case.logs().isEmpty())
        m_text += m_client->isOpen() ? "-- client: the connection is open\n" : "-- client: the connection is closed\n";
    m_timedOut |= m_client->timedOut();
    m_client.reset();
}

QByteArray ParityConversation::run()
{
    QList<OriginReply> replies = m_case.replies;
    for (OriginReply &reply : replies)
        reply.bytes = resolved(reply.bytes);
    m_origin.begin(replies);
    for (const ParityStep &step : m_case.steps) {
        if (step.kind == ParityStep::Kind::Log)
            m_logStarts[step.bytes] = QFile(QString::fromUtf8(m_server.directory + '/' + step.bytes)).size();
    }
    for (const ParityStep &step : m_case.steps)
        take(step);
    endConnection();
    return withPlaceholders(m_text + m_origin.transcript());
}

LineDifference compareLines(const QByteArrayList &left, const QByteArrayList &right)
{
    const size_t columns = size_t(right.size()) + 1;
    std::vector<int> common((size_t(left.size()) + 1) * columns);
    const auto at = [&](qsizetype i, qsizetype j) -> int & { return common[size_t(i) * columns + size_t(j)]; };
    for (qsizetype i = left.size() - 1; i >= 0; --i) {
        for (qsizetype j = right.size() - 1; j >= 0; --j)
            at(i, j) = left[i] == right[j] ? at(i + 1, j + 1) + 1 : qMax(at(i + 1, j), at(i, j + 1));
    }
    LineDifference difference;
    qsizetype i = 0;
    qsizetype j = 0;
    while (i < left.size() || j < right.size()) {
        if (i < left.size() && j < right.size() && left[i] == right[j]) {
            ++i;
            ++j;
        } else if (j == right.size() || (i < left.size() && at(i + 1, j) >= at(i, j + 1))) {
            difference.onlyLeft += left[i++];
        } else {
            difference.onlyRight += right[j++];
        }
    }
    return difference;
}

} // namespace portlight::testing
