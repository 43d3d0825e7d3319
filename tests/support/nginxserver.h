// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>

#include <map>

namespace portlight::testing {

// The real nginx, running on a configuration of its own in a temporary directory until this object dies. One process,
// in the foreground, whoever the user is.
//
//     NginxServer nginx{"server { listen 127.0.0.1:@port@; location / { return 200 ok; } }"};
//     QVERIFY2(nginx.isRunning(), qPrintable(nginx.problem()));
//     … nginx.port() …
class NginxServer
{
public:
    // `httpBlock` is what stands inside http { }; `mainBlock` what stands outside, next to events. "@port@" and any
    // "@port-NAME@" in them become free ports, the same one for the same name; "@dir@" becomes directory(). When
    // another process takes a port meanwhile, it is tried again with others.
    // Relative paths start at `prefix`, or at directory().
    explicit NginxServer(const QByteArray &httpBlock, const QByteArray &mainBlock = {}, const QString &prefix = {});
    ~NginxServer();
    Q_DISABLE_COPY_MOVE(NginxServer)

    bool isRunning() const { return m_process.state() == QProcess::Running; }
    // Why it does not run: no nginx installed, or what nginx said.
    QString problem() const { return m_problem; }
    // Of "@port@", or of "@port-NAME@".
    quint16 port(const QByteArray &name = {}) const;
    qint64 processId() const { return m_process.processId(); }
    QString directory() const { return m_directory.path(); }
    QByteArray errorLog() const;
    void stop();

private:
    bool tryToStart(const QString &program);
    bool waitUntilListening();
    QByteArray withPorts(QByteArray text);

    QByteArray m_httpBlock;
    QByteArray m_mainBlock;
    QTemporaryDir m_directory;
    QString m_prefix; // behind the directory, whose path it may take
    QProcess m_process;
    QString m_problem;
    std::map<QByteArray, quint16> m_ports;
};

// Sends the bytes to 127.0.0.1:`port`, ends the sending side, and returns everything that comes back until the peer
// closes; what came so far when that takes over ten seconds.
QByteArray exchangeBytes(quint16 port, QByteArrayView bytes);

} // namespace portlight::testing
