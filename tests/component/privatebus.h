// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusConnection>
#include <QDBusConnectionInterface>
#include <QDBusMessage>
#include <QDBusVirtualObject>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

namespace portlight::test {

inline constexpr int BusPatienceMs = 20'000;

// A D-Bus session of its own, in a home of its own, where nothing is started but what a test starts.
class PrivateBus
{
public:
    PrivateBus()
    {
        QDir(m_home.path()).mkpath(QStringLiteral("run"));
        QFile config(m_home.filePath(QStringLiteral("bus.conf")));
        if (!config.open(QIODevice::WriteOnly))
            qFatal("cannot write the bus's configuration");
        config.write("<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n"
                     " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
                     "<busconfig><type>session</type><listen>unix:path="
                     + QFile::encodeName(m_home.filePath(QStringLiteral("run/bus")))
                     + "</listen><policy context=\"default\"><allow send_destination=\"*\"/><allow own=\"*\"/>"
                       "<allow eavesdrop=\"true\"/></policy></busconfig>\n");
        config.close();
        m_daemon.start(QStringLiteral("dbus-daemon"),
                       {QStringLiteral("--config-file=") + config.fileName(), QStringLiteral("--nofork"),
                        QStringLiteral("--print-address=1")});
        if (!m_daemon.waitForStarted() || !m_daemon.waitForReadyRead(BusPatienceMs))
            qFatal("dbus-daemon does not start: %s", qPrintable(m_daemon.errorString()));
        m_address = QString::fromLatin1(m_daemon.readLine()).trimmed();
    }
    ~PrivateBus()
    {
        m_keyring.kill(); // it may be stopped
        m_keyring.waitForFinished();
        m_daemon.terminate();
        m_daemon.waitForFinished();
    }
    Q_DISABLE_COPY_MOVE(PrivateBus)

    const QString &address() const { return m_address; }
    QString home() const { return m_home.path(); }
    // What a process of this session sees.
    void enter(QProcessEnvironment &environment) const
    {
        environment.insert(QStringLiteral("HOME"), m_home.path());
        environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), m_home.filePath(QStringLiteral("run")));
        environment.insert(QStringLiteral("XDG_DATA_HOME"), m_home.filePath(QStringLiteral("data")));
        environment.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"), m_address);
        environment.remove(QStringLiteral("DISPLAY"));
        environment.remove(QStringLiteral("WAYLAND_DISPLAY"));
    }

    // The real GNOME Keyring, with a login keyring whose password is `password`, locked or not.
    void startKeyring(bool unlocked = true)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        enter(environment);
        m_keyring.setProcessEnvironment(environment);
        QStringList arguments{QStringLiteral("--foreground"), QStringLiteral("--components=secrets")};
        if (unlocked)
            arguments.append(QStringLiteral("--unlock"));
        m_keyring.start(keyringProgram(), arguments);
        if (!m_keyring.waitForStarted())
            qFatal("gnome-keyring-daemon does not start: %s", qPrintable(m_keyring.errorString()));
        m_keyring.write("keyring password\n");
        m_keyring.closeWriteChannel();
        waitForSecrets();
    }
    void stopKeyring()
    {
        m_keyring.kill();
        m_keyring.waitForFinished();
    }
    // It answers nothing until it goes on.
    void haltKeyring() const { ::kill(pid_t(m_keyring.processId()), SIGSTOP); }
    void resumeKeyring() const { ::kill(pid_t(m_keyring.processId()), SIGCONT); }

    void waitForSecrets() const
    {
        const QString name = QStringLiteral("watcher-") + m_address;
        {
            QDBusConnection bus = QDBusConnection::connectToBus(m_address, name);
            const auto owned = [&bus] {
                return bus.interface()->isServiceRegistered(QStringLiteral("org.freedesktop.secrets")).value();
            };
            if (!QTest::qWaitFor(owned, BusPatienceMs))
                qFatal("no keyring came to the bus");
        }
        QDBusConnection::disconnectFromBus(name);
    }

private:
    // A copy: Debian's has a capability that many containers do not grant, and then does not start at all.
    QString keyringProgram() const
    {
        const QString copy = m_home.filePath(QStringLiteral("gnome-keyring-daemon"));
        const QString program = QStandardPaths::findExecutable(QStringLiteral("gnome-keyring-daemon"));
        if (!QFile::exists(copy) && !QFile::copy(program, copy))
            qFatal("gnome-keyring-daemon is not installed");
        return copy;
    }

    QTemporaryDir m_home;
    QProcess m_daemon;
    QProcess m_keyring;
    QString m_address;
};

// A keyring that answers every call with an error, or none of them.
class StubbornKeyring final : public QDBusVirtualObject
{
public:
    // An empty error: it never answers.
    StubbornKeyring(const PrivateBus &bus, QString error)
        : m_error(std::move(error))
        , m_name(QStringLiteral("stubborn-") + bus.address())
        , m_bus(QDBusConnection::connectToBus(bus.address(), m_name))
    {
        if (!m_bus.registerVirtualObject(QStringLiteral("/org/freedesktop/secrets"), this, QDBusConnection::SubPath)
            || !m_bus.registerService(QStringLiteral("org.freedesktop.secrets")))
            qFatal("the stubborn keyring cannot come to the bus");
    }
    ~StubbornKeyring() override { QDBusConnection::disconnectFromBus(m_name); }

    QString introspect(const QString &) const override { return {}; }
    bool handleMessage(const QDBusMessage &message, const QDBusConnection &connection) override
    {
        ++m_calls;
        if (!m_error.isEmpty())
            connection.send(message.createErrorReply(m_error, QStringLiteral("not for you")));
        return true;
    }
    int calls() const { return m_calls; }

private:
    const QString m_error;
    const QString m_name;
    QDBusConnection m_bus;
    int m_calls = 0;
};

} // namespace portlight::test
