// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/freeport.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

namespace portlight::test {

using namespace Qt::StringLiterals;

using testing::freePort;

// The real portlightctl in a home of its own.
class CtlProgram
{
public:
    struct Outcome {
        int exitCode = -1;
        QByteArray out;
        QByteArray err;
        QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
    };

    CtlProgram()
    {
        QDir(m_home.path()).mkpath(u"run"_s);
        m_environment = QProcessEnvironment::systemEnvironment();
        m_environment.insert(u"HOME"_s, m_home.path());
        m_environment.insert(u"XDG_CONFIG_HOME"_s, m_home.filePath(u"config"_s));
        m_environment.insert(u"XDG_DATA_HOME"_s, m_home.filePath(u"data"_s));
        m_environment.insert(u"XDG_RUNTIME_DIR"_s, m_home.filePath(u"run"_s));
        // No keychain, no desktop, nobody's Java.
        for (const QString &name : {u"DBUS_SESSION_BUS_ADDRESS"_s, u"DISPLAY"_s, u"WAYLAND_DISPLAY"_s, u"JAVA_HOME"_s,
                                    u"XDG_CURRENT_DESKTOP"_s, u"DESKTOP_SESSION"_s})
            m_environment.remove(name);
    }
    QProcessEnvironment &environment() { return m_environment; }

    // Its own authority.
    QString authority() const { return path(u"data/portlight/ca"_s); }
    QString path(const QString &name) const { return m_home.filePath(name); }
    QString ownConfig() const { return path(u"config/portlight/portlight.conf"_s); }
    QString write(const QString &name, const QByteArray &text) const
    {
        const QString file = path(name);
        QDir().mkpath(QFileInfo(file).path());
        QFile target(file);
        if (!target.open(QIODevice::WriteOnly) || target.write(text) != text.size())
            qFatal("cannot write %s", qPrintable(file));
        return file;
    }
    static QByteArray read(const QString &file)
    {
        QFile source(file);
        return source.open(QIODevice::ReadOnly) ? source.readAll() : QByteArray();
    }

    std::unique_ptr<QProcess> start(const QStringList &arguments) const
    {
        auto process = std::make_unique<QProcess>();
        process->setProcessEnvironment(m_environment);
        process->setWorkingDirectory(m_home.path());
        process->start(QStringLiteral(PORTLIGHT_BINARY_DIR "/portlightctl"), arguments);
        return process;
    }

    Outcome run(const QStringList &arguments) const
    {
        const auto process = start(arguments);
        return wait(*process);
    }

    // Runs the test's events meanwhile, so that its servers answer.
    static Outcome wait(QProcess &process)
    {
        if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 30'000))
            return {-2, process.readAllStandardOutput(), process.readAllStandardError()};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAllStandardOutput(),
                process.readAllStandardError()};
    }

    static void signal(const QProcess &process, int number) { ::kill(pid_t(process.processId()), number); }

private:
    QTemporaryDir m_home;
    QProcessEnvironment m_environment;
};

// A backend that says its name, or waits with its answer until it is told to give it.
class Backend : public QObject
{
public:
    explicit Backend(const QByteArray &name, bool holdsAnswers = false)
        : m_name(name)
        , m_holdsAnswers(holdsAnswers)
    {
        if (!m_server.listen(QHostAddress::LocalHost))
            qFatal("no port for a backend");
        connect(&m_server, &QTcpServer::newConnection, this, [this] {
            QTcpSocket *socket = m_server.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
        });
    }

    quint16 port() const { return m_server.serverPort(); }
    QByteArray address() const { return "127.0.0.1:" + QByteArray::number(port()); }
    bool isAsked() const { return !m_asking.isEmpty(); }
    void release()
    {
        for (QTcpSocket *socket : std::as_const(m_asking))
            answer(socket);
        m_asking.clear();
    }

private:
    void read(QTcpSocket *socket)
    {
        m_received[socket] += socket->readAll();
        if (!m_received[socket].contains("\r\n\r\n"))
            return;
        m_received.remove(socket);
        if (m_holdsAnswers)
            m_asking.append(socket);
        else
            answer(socket);
    }
    void answer(QTcpSocket *socket)
    {
        socket->write("HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(m_name.size()) + "\r\n\r\n" + m_name);
    }

    QTcpServer m_server;
    QByteArray m_name;
    bool m_holdsAnswers;
    QHash<QTcpSocket *, QByteArray> m_received;
    QList<QTcpSocket *> m_asking;
};

// A client of the proxy, bytes in and out. One request, then the connection closes.
class Client
{
public:
    Client(quint16 port, const QByteArray &host, const QByteArray &target = "/")
    {
        m_socket.connectToHost(QHostAddress::LocalHost, port);
        m_socket.write("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    }
    // Everything until the connection closed; what came so far when that takes too long.
    QByteArray answer()
    {
        const bool closed =
            QTest::qWaitFor([this] { return m_socket.state() == QAbstractSocket::UnconnectedState; }, 20'000);
        return closed ? m_socket.readAll() : "(still open) " + m_socket.readAll();
    }
    // True when nobody accepts; false once somebody does.
    bool isRefused()
    {
        return !m_socket.waitForConnected(20'000) && m_socket.error() == QAbstractSocket::ConnectionRefusedError;
    }

private:
    QTcpSocket m_socket;
};

inline QByteArray fetch(quint16 port, const QByteArray &host, const QByteArray &target = "/")
{
    return Client(port, host, target).answer();
}

// A `serve` that runs once its pid file is there.
struct Serve {
    Serve(const CtlProgram &program, const QStringList &arguments)
        : ctl(program)
        , pidFile(ctl.path(u"portlight.pid"_s))
        , process(ctl.start(QStringList{u"serve"_s, u"--pid"_s, pidFile} + arguments))
    {}
    ~Serve()
    {
        process->terminate();
        process->waitForFinished();
    }
    bool runs()
    {
        return QTest::qWaitFor([this] { return QFile::exists(pidFile) || process->state() == QProcess::NotRunning; },
                               20'000)
               && process->state() == QProcess::Running;
    }
    // Everything it said on standard error so far.
    const QByteArray &err() { return m_err += process->readAllStandardError(); }
    // True once `target` gives `part`; asked again until then.
    static bool becomes(quint16 port, const QByteArray &host, const QByteArray &part)
    {
        return QTest::qWaitFor([&] { return fetch(port, host).contains(part); }, 20'000);
    }
    const CtlProgram &ctl;
    const QString pidFile;
    const std::unique_ptr<QProcess> process;

private:
    QByteArray m_err;
};

// nginx configuration with one server on one port of the loopback.
inline QByteArray simpleConfig(quint16 port, const QByteArray &backend)
{
    return "events {}\nhttp {\n    server {\n        listen 127.0.0.1:" + QByteArray::number(port)
           + ";\n        location / {\n            proxy_pass http://" + backend + ";\n        }\n    }\n}\n";
}

} // namespace portlight::test
