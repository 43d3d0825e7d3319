// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/nginxserver.h"

#include "support/freeport.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTcpSocket>

#include <sys/socket.h>

namespace portlight::testing {

using namespace Qt::StringLiterals;

namespace {

constexpr int StartsMax = 5;
constexpr int PatienceMs = 10000;

QString findNginx()
{
    const QString found = QStandardPaths::findExecutable(u"nginx"_s);
    // A user's PATH leaves out the directories of the administrator's programs.
    return found.isEmpty() ? QStandardPaths::findExecutable(u"nginx"_s, {u"/usr/sbin"_s, u"/usr/local/sbin"_s}) : found;
}

// One that was killed leaves its socket files behind, and a second attempt would find them in use.
void removeSocketFiles(const QByteArray &text)
{
    static const QRegularExpression listen(u"listen\\s+unix:([^\\s;]+)"_s);
    auto matches = listen.globalMatch(QString::fromUtf8(text));
    while (matches.hasNext())
        QFile::remove(matches.next().captured(1));
}

} // namespace

NginxServer::NginxServer(const QByteArray &httpBlock, const QByteArray &mainBlock, const QString &prefix)
    : m_httpBlock(httpBlock)
    , m_mainBlock(mainBlock)
    , m_prefix(prefix.isEmpty() ? m_directory.path() : prefix)
{
    const QString program = findNginx();
    if (program.isEmpty()) {
        m_problem = u"nginx is not installed"_s;
        return;
    }
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    for (int attempt = 0; attempt < StartsMax; ++attempt) {
        if (tryToStart(program))
            return;
        stop();
        if (!m_problem.contains(u"Address already in use"_s))
            return;
    }
}

NginxServer::~NginxServer()
{
    stop();
}

void NginxServer::stop()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished();
}

quint16 NginxServer::port(const QByteArray &name) const
{
    const auto found = m_ports.find(name);
    return found == m_ports.end() ? quint16(0) : found->second;
}

QByteArray NginxServer::errorLog() const
{
    QFile file(m_directory.filePath(u"error.log"_s));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray NginxServer::withPorts(QByteArray text)
{
    static const QRegularExpression placeholder(u"@port(?:-(\\w+))?@"_s);
    text.replace("@dir@", m_directory.path().toUtf8());
    auto matches = placeholder.globalMatch(QString::fromUtf8(text));
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        const QByteArray name = match.captured(1).toUtf8();
        if (!m_ports.contains(name))
            m_ports[name] = freePort();
        text.replace(match.captured(0).toUtf8(), QByteArray::number(m_ports[name]));
    }
    return text;
}

bool NginxServer::tryToStart(const QString &program)
{
    m_ports.clear();
    QFile::remove(m_directory.filePath(u"error.log"_s));
    QFile::remove(m_directory.filePath(u"nginx.pid"_s));
    QByteArray text = "daemon off;\nmaster_process off;\npid @dir@/nginx.pid;\nerror_log @dir@/error.log info;\n";
    text += m_mainBlock + "\nevents { worker_connections 512; }\nhttp {\naccess_log off;\n";
    for (const char *kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        text += kind + "_temp_path @dir@/temp;\n"_ba;
    text += m_httpBlock + "\n}\n";
    QFile file(m_directory.filePath(u"nginx.conf"_s));
    text = withPorts(text);
    removeSocketFiles(text);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) < 0) {
        m_problem = file.errorString();
        return false;
    }
    file.close();
    m_process.start(program,
                    {u"-p"_s, m_prefix, u"-c"_s, file.fileName(), u"-e"_s, m_directory.filePath(u"error.log"_s)});
    return m_process.waitForStarted() && waitUntilListening();
}

// nginx writes its pid file once every address is bound; only then does a connection prove anything.
bool NginxServer::waitUntilListening()
{
    const QDeadlineTimer deadline(PatienceMs);
    const QString pidFile = m_directory.filePath(u"nginx.pid"_s);
    constexpr int pauseMs = 5;
    while (!deadline.hasExpired() && !m_process.waitForFinished(pauseMs)) {
        // While another process holds the address, nginx tries for seconds: give up at once.
        if (errorLog().contains("Address already in use"))
            break;
        if (QFile::exists(pidFile)) {
            m_problem.clear();
            return true;
        }
    }
    m_problem = QString::fromUtf8(m_process.readAll() + errorLog());
    return false;
}

QByteArray exchangeBytes(quint16 port, QByteArrayView bytes)
{
    QTcpSocket socket;
    socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
    if (!socket.waitForConnected(PatienceMs))
        return {};
    socket.write(bytes.data(), bytes.size());
    while (socket.bytesToWrite() > 0 && socket.waitForBytesWritten(PatienceMs)) {}
    ::shutdown(int(socket.socketDescriptor()), SHUT_WR);
    const QDeadlineTimer deadline(PatienceMs);
    while (socket.state() == QAbstractSocket::ConnectedState && !deadline.hasExpired())
        socket.waitForReadyRead(int(deadline.remainingTime()));
    return socket.readAll();
}

} // namespace portlight::testing
