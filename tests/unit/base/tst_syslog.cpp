// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/errorlog.h"
#include "base/syslog.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

// Waits for datagrams on a loopback port of the kernel's choice, or on a unix path.
class Receiver
{
public:
    Receiver()
    {
        m_socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_in local{};
        local.sin_family = AF_INET;
        local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bindTo(&local, sizeof local);
    }
    explicit Receiver(const QByteArray &path)
    {
        m_socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_un local{};
        local.sun_family = AF_UNIX;
        qstrncpy(local.sun_path, path.constData(), sizeof local.sun_path);
        bindTo(&local, sizeof local);
    }
    ~Receiver() { close(); }
    void close()
    {
        if (m_socket >= 0)
            ::close(std::exchange(m_socket, -1));
    }
    const QByteArray &address() const { return m_address; }
    QByteArray receive() const
    {
        const timeval patience{20, 0};
        ::setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        char text[4096];
        const ssize_t size = ::recv(m_socket, text, sizeof text, 0);
        return size < 0 ? "nothing came"_ba : QByteArray(text, size);
    }

private:
    void bindTo(void *local, socklen_t size)
    {
        auto *raw = static_cast<sockaddr *>(local);
        if (m_socket < 0 || ::bind(m_socket, raw, size) != 0 || ::getsockname(m_socket, raw, &size) != 0)
            qFatal("no socket to receive on");
        m_address = QByteArray(static_cast<const char *>(local), qsizetype(size));
    }
    int m_socket = -1;
    QByteArray m_address;
};

} // namespace

class SyslogTest : public QObject
{
    Q_OBJECT
    LogClock m_clock;

    static QString problem(QByteArrayView text)
    {
        const auto options = parseSyslog(text);
        return options ? u"taken"_s : options.error().message;
    }

private Q_SLOTS:
    void initTestCase()
    {
        qputenv("TZ", "UTC");
        ::tzset();
        m_clock.setTime(1'000'000'000); // 2001-09-09 01:46:40
    }
    void parametersAreTakenAndDefaultsAreNginxs()
    {
        const auto plain = parseSyslog("syslog:server=10.0.0.1:1514");
        QVERIFY(plain.ok());
        QVERIFY(*plain == (SyslogOptions{"10.0.0.1:1514", 23, 6, "nginx", false}));
        const auto all = parseSyslog("syslog:server=unix:/dev/log,facility=local0,severity=warn,tag=Shop_1,nohostname");
        QVERIFY(all.ok());
        QVERIFY(*all == (SyslogOptions{"unix:/dev/log", 16, 4, "Shop_1", true}));
    }
    void whatNginxRefusesIsRefusedInItsWords()
    {
        QCOMPARE(problem("syslog:server=a,server=b"), u"duplicate syslog \"server\""_s);
        QCOMPARE(problem("syslog:server="), u"no host in syslog server \"\""_s);
        QCOMPARE(problem("syslog:facility=kern"), u"no syslog server specified"_s);
        QCOMPARE(problem("syslog:facility=kern,facility=kern"), u"duplicate syslog \"facility\""_s);
        QCOMPARE(problem("syslog:facility=disk"), u"unknown syslog facility \"disk\""_s);
        QCOMPARE(problem("syslog:severity=err"), u"unknown syslog severity \"err\""_s);
        QCOMPARE(problem("syslog:severity=info,severity=info"), u"duplicate syslog \"severity\""_s);
        QCOMPARE(problem("syslog:tag=a,tag=b"), u"duplicate syslog \"tag\""_s);
        QCOMPARE(problem("syslog:tag=a-b"), u"syslog \"tag\" only allows alphanumeric characters and underscore"_s);
        QCOMPARE(problem("syslog:server=a,port=1"), u"unknown syslog parameter \"port=1\""_s);
    }
    void theLongestTagIsTakenAndOneLongerIsNot()
    {
        QCOMPARE(problem("syslog:server=a,tag=" + QByteArray(32, 't')), u"taken"_s);
        QCOMPARE(problem("syslog:server=a,tag=" + QByteArray(33, 't')), u"syslog tag length exceeds 32"_s);
    }
    void aLineIsADatagramInNginxsForm()
    {
        const Receiver receiver;
        SyslogPeer peer({"127.0.0.1", 23, 6, "nginx", false}, receiver.address(), "desk");
        QVERIFY(!peer.send("GET / 200", m_clock));
        QCOMPARE(receiver.receive(), "<190>Sep  9 01:46:40 desk nginx: GET / 200"_ba);
        QVERIFY(!peer.send("bad", m_clock, 3));
        QCOMPARE(receiver.receive(), "<187>Sep  9 01:46:40 desk nginx: bad"_ba);
    }
    void theHostNameIsLeftOutWhenAsked()
    {
        QTemporaryDir dir;
        const Receiver receiver(QFile::encodeName(dir.filePath(u"log"_s)));
        SyslogPeer peer({"unix:log", 0, 0, "tag", true}, receiver.address(), "desk");
        QVERIFY(!peer.send("x", m_clock));
        QCOMPARE(receiver.receive(), "<0>Sep  9 01:46:40 tag: x"_ba);
    }
    void aServerThatIsAwayIsToldOfOnceAMinute()
    {
        QTemporaryDir dir;
        const QByteArray path = QFile::encodeName(dir.filePath(u"log"_s));
        Receiver receiver(path);
        SyslogPeer peer({"unix:" + path, 0, 0, "tag", true}, receiver.address(), "desk");
        QVERIFY(!peer.send("one", m_clock));
        receiver.close();
        const auto failed = peer.send("two", m_clock);
        QVERIFY(failed.has_value());
        QCOMPARE(failed->text, "send() failed (111: Connection refused) while logging to syslog, server: unix:" + path);
        QVERIFY(!peer.send("three", m_clock));
        m_clock.setTime(1'000'000'060);
        QVERIFY(peer.send("four", m_clock).has_value());
        QVERIFY(QFile::remove(QFile::decodeName(path)));
        const Receiver again(path);
        QVERIFY(!peer.send("five", m_clock));
        QVERIFY(again.receive().endsWith("tag: five"));
        m_clock.setTime(1'000'000'000);
    }
    void anErrorLogGoesToEachPlaceThatWantsTheLevel()
    {
        QTemporaryDir dir;
        const auto file = [&](const char *name) {
            auto opened = LogFile::open(QFile::encodeName(dir.filePath(QString::fromLatin1(name))));
            return std::shared_ptr<LogFile>(std::move(*opened));
        };
        const auto lines = [&](const char *name) {
            QFile read(dir.filePath(QString::fromLatin1(name)));
            if (!read.open(QIODevice::ReadOnly))
                return -1;
            return int(read.readAll().count('\n'));
        };
        const Receiver receiver;
        const auto peer =
            std::make_shared<SyslogPeer>(SyslogOptions{"s", 23, 6, "t", true}, receiver.address(), "desk");
        ErrorLog log;
        log.setOutputs(
            {{LogLevel::Error, file("errors"), {}}, {LogLevel::Info, file("infos"), {}}, {LogLevel::Crit, {}, peer}});
        QVERIFY(log.wants(LogLevel::Info));
        QVERIFY(!log.wants(LogLevel::Debug));
        log.write(LogLevel::Info, "quiet");
        log.write(LogLevel::Error, "loud");
        log.write(LogLevel::Emerg, "end", 7);
        QCOMPARE(lines("errors"), 2);
        QCOMPARE(lines("infos"), 3);
        const QByteArray datagram = receiver.receive();
        QVERIFY2(datagram.startsWith("<184>") && datagram.endsWith(": *7 end"), datagram.constData());
    }
    void anErrorLineEndsAtNginxsLength()
    {
        QTemporaryDir dir;
        const QString path = dir.filePath(u"error.log"_s);
        ErrorLog log;
        QVERIFY(log.open(path, LogLevel::Error).ok());
        log.write(LogLevel::Error, QByteArray(5000, 'x'));
        log.write(LogLevel::Error, "two\nlines");
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readLine().size(), ErrorLog::LineBytesMax);
        QVERIFY(file.readLine().endsWith("[error] " + QByteArray::number(::getpid()) + '#'
                                         + QByteArray::number(::getpid()) + ": two lines\n"));
    }
    void timesAreLocalAndEnglish()
    {
        LogClock clock;
        clock.setTime(1'000'000'000);
        QCOMPARE(clock.errorLogTime(), "2001/09/09 01:46:40"_ba);
        QCOMPARE(clock.localTime(), "09/Sep/2001:01:46:40 +0000"_ba);
        QCOMPARE(clock.iso8601Time(), "2001-09-09T01:46:40+00:00"_ba);
        qputenv("TZ", "ABC+03:30"); // west of Greenwich
        ::tzset();
        clock.setTime(1'000'000'001);
        QCOMPARE(clock.errorLogTime(), "2001/09/08 22:16:41"_ba);
        QCOMPARE(clock.localTime(), "08/Sep/2001:22:16:41 -0330"_ba);
        QCOMPARE(clock.iso8601Time(), "2001-09-08T22:16:41-03:30"_ba);
        qputenv("TZ", "UTC");
        ::tzset();
    }
};

QTEST_APPLESS_MAIN(SyslogTest)
#include "tst_syslog.moc"
