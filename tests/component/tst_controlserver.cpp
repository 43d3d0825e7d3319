// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/controlclient.h"
#include "api/controlserver.h"

#include <QLocalSocket>
#include <QTemporaryDir>
#include <QTest>

#include <cerrno>
#include <dirent.h>
#include <memory>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace portlight;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    Fixture()
    {
        server.addCommand(u"echo"_s, [](const QJsonObject &request) {
            return QJsonObject{{u"said"_s, request.value(u"say"_s)}};
        });
        server.addCommand(u"fail"_s, [](const QJsonObject &) {
            return controlAnswer({ErrorCode::InvalidName, u"no such name"_s});
        });
    }
    // The client blocks, so it has a thread of its own while the server answers on this one.
    Result<QJsonObject> call(const QJsonObject &request)
    {
        std::unique_ptr<Result<QJsonObject>> answer;
        std::thread client([&] {
            auto got = std::make_unique<Result<QJsonObject>>(callControl(request, path));
            QMetaObject::invokeMethod(
                &server, [&answer, moved = got.release()] { answer.reset(moved); }, Qt::QueuedConnection);
        });
        const bool answered = QTest::qWaitFor([&] { return answer != nullptr; }, 20'000);
        client.join();
        return answered ? *answer : Result<QJsonObject>(Error{ErrorCode::None, u"no answer in time"_s});
    }
    QTemporaryDir folder;
    QString path = folder.filePath(u"portlight/control.sock"_s);
    ControlServer server{nullptr, 1ms};
};

QByteArray receiveLine(QLocalSocket &socket)
{
    const bool came = QTest::qWaitFor([&] { return socket.canReadLine(); }, 20'000);
    return came ? socket.readLine() : QByteArray();
}

sockaddr_un addressOf(const QString &path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    qstrncpy(address.sun_path, QFile::encodeName(path).constData(), sizeof address.sun_path);
    return address;
}

int connectRaw(const QString &path)
{
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = addressOf(path);
    if (::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        qFatal("cannot connect to the control socket");
    return fd;
}

rlim_t openDescriptors()
{
    rlim_t count = 0;
    DIR *folder = ::opendir("/proc/self/fd");
    while (const dirent *entry = ::readdir(folder))
        count = qMax<rlim_t>(count, rlim_t(QByteArray(entry->d_name).toInt()) + 1);
    ::closedir(folder);
    return count;
}

bool hasHungUp(int descriptor)
{
    pollfd watched{descriptor, 0, 0};
    return ::poll(&watched, 1, 0) > 0 && (watched.revents & POLLHUP);
}

} // namespace

class ControlServerTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aCommandIsAnswered()
    {
        Fixture f;
        QVERIFY(f.server.start(f.path).ok());
        const auto answer = f.call({{u"command"_s, u"echo"_s}, {u"say"_s, u"hello"_s}});
        QVERIFY2(answer.ok(), answer.ok() ? "" : qPrintable(answer.error().message));
        QCOMPARE(answer->value(u"said"_s).toString(), u"hello"_s);
        QVERIFY(answer->value(u"ok"_s).toBool());
    }

    void errorsComeBack()
    {
        Fixture f;
        QVERIFY(f.server.start(f.path).ok());
        QCOMPARE(f.call({{u"command"_s, u"fail"_s}}).error().code, ErrorCode::InvalidName);
        QCOMPARE(f.call({{u"command"_s, u"nonsense"_s}}).error().code, ErrorCode::NotFound);
        QCOMPARE(f.call({}).error().code, ErrorCode::NotFound);
    }

    void nobodyElseCanReachTheSocket()
    {
        Fixture f;
        QVERIFY(f.server.start(f.path).ok());
        struct stat info {
        };
        QCOMPARE(::stat(QFile::encodeName(f.path).constData(), &info), 0);
        QCOMPARE(int(info.st_mode & 0077), 0);
        QCOMPARE(int(info.st_mode & 0700), 0700);
    }

    void nothingRunning()
    {
        Fixture f;
        QCOMPARE(callControl({}, f.path).error().code, ErrorCode::NotRunning);
        QVERIFY(prepareControlFolder(f.path).ok());
        QCOMPARE(callControl({}, f.path).error().code, ErrorCode::NotRunning);
    }

    void aSecondServerIsRefusedWhileTheFirstLives()
    {
        auto f = std::make_unique<Fixture>();
        QVERIFY(f->server.start(f->path).ok());
        ControlServer second;
        const auto refused = second.start(f->path);
        QCOMPARE(refused.error().code, ErrorCode::AlreadyExists);
        QVERIFY(refused.error().message.contains(QString::number(::getpid())));
        QVERIFY(f->call({{u"command"_s, u"echo"_s}}).ok());
    }

    void aSocketThatWasLeftBehindIsReplaced()
    {
        Fixture f;
        QVERIFY(prepareControlFolder(f.path).ok());
        const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        const sockaddr_un address = addressOf(f.path);
        QCOMPARE(::bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        ::close(fd); // its name stays
        QVERIFY(f.server.start(f.path).ok());
        QVERIFY(f.call({{u"command"_s, u"echo"_s}}).ok());
    }

    void severalCommandsOnOneConnection()
    {
        Fixture f;
        QVERIFY(f.server.start(f.path).ok());
        QLocalSocket socket;
        socket.connectToServer(f.path);
        socket.write(R"({"command":"echo","say":1})"
                     "\n"
                     R"({"command":"echo","say":2})"
                     "\n");
        QVERIFY(receiveLine(socket).contains("\"said\":1"));
        QVERIFY(receiveLine(socket).contains("\"said\":2"));
    }

    void aLineThatNeverEndsIsRefusedAndClosed()
    {
        Fixture f;
        QVERIFY(f.server.start(f.path).ok());
        QLocalSocket socket;
        socket.connectToServer(f.path);
        socket.write(QByteArray(ControlRequestBytesMax + 1, 'x'));
        QVERIFY(receiveLine(socket).contains("\"ok\":false"));
        QTRY_COMPARE(socket.state(), QLocalSocket::UnconnectedState);
        QVERIFY(f.call({{u"command"_s, u"echo"_s}}).ok());
    }

    void aClientThatNeverReadsIsDropped()
    {
        Fixture f;
        constexpr qsizetype AnswerBytes = 1024 * 1024;
        constexpr int AnswersMax = int(ControlUnsentBytesMax / AnswerBytes);
        const QString large(AnswerBytes - controlLine({{u"large"_s, u""_s}, {u"ok"_s, true}}).size(), u'x');
        f.server.addCommand(u"large"_s, [&](const QJsonObject &) { return QJsonObject{{u"large"_s, large}}; });
        QVERIFY(f.server.start(f.path).ok());
        const QByteArray request = "{\"command\":\"large\"}\n";

        QLocalSocket patient;
        patient.connectToServer(f.path);
        patient.write(request.repeated(AnswersMax));
        for (int i = 0; i < AnswersMax; ++i)
            QCOMPARE(receiveLine(patient).size(), AnswerBytes);

        const int deaf = connectRaw(f.path);
        const QByteArray requests = request.repeated(AnswersMax + 8); // more than the kernel itself can hold
        QCOMPARE(::send(deaf, requests.constData(), size_t(requests.size()), MSG_NOSIGNAL), requests.size());
        QTRY_VERIFY(::send(deaf, " ", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EPIPE);
        ::close(deaf);
    }

    void oneConnectionTooManyIsClosed()
    {
        Fixture f;
        QVERIFY(f.server.start(f.path).ok());
        std::vector<std::unique_ptr<QLocalSocket>> sockets;
        for (int i = 0; i < ControlConnectionsMax; ++i) {
            sockets.push_back(std::make_unique<QLocalSocket>());
            sockets.back()->connectToServer(f.path);
            sockets.back()->write("{\"command\":\"echo\"}\n");
            QVERIFY(receiveLine(*sockets.back()).contains("\"ok\":true"));
        }
        QLocalSocket late;
        late.connectToServer(f.path);
        QTRY_COMPARE(late.state(), QLocalSocket::UnconnectedState);
        sockets.pop_back();
        QTRY_VERIFY(f.call({{u"command"_s, u"echo"_s}}).ok());
    }

    // QLocalServer closes itself when accept() fails once.
    void runningOutOfDescriptorsDoesNotEndIt()
    {
        Fixture f;
        QVERIFY(f.server.start(f.path).ok());
        const int client = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
        const sockaddr_un address = addressOf(f.path);

        rlimit before{};
        ::getrlimit(RLIMIT_NOFILE, &before);
        // Fill the gaps, so that the highest descriptor bounds them all.
        std::vector<int> fillers;
        const rlimit tight{openDescriptors(), before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &tight);
        for (int fd = ::dup(0); fd >= 0; fd = ::dup(0))
            fillers.push_back(fd);
        QCOMPARE(::connect(client, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        // Nobody can accept it: Qt's server stops listening then, and with it goes who waits. It may listen again at
        // once.
        const bool wasDropped = QTest::qWaitFor([client] { return hasHungUp(client); });
        ::setrlimit(RLIMIT_NOFILE, &before);
        for (const int fd : fillers)
            ::close(fd);
        ::close(client);
        QVERIFY(wasDropped);

        QTRY_VERIFY(f.server.isListening());
        QVERIFY(f.call({{u"command"_s, u"echo"_s}}).ok());
    }

    void aSocketThatWasRemovedComesBack()
    {
        Fixture f;
        QVERIFY(f.server.start(f.path).ok());
        QVERIFY(QFile::remove(f.path));
        QTRY_VERIFY(QFile::exists(f.path));
        QVERIFY(f.call({{u"command"_s, u"echo"_s}}).ok());
    }

    void theSocketIsGoneAfterwards()
    {
        auto f = std::make_unique<Fixture>();
        QVERIFY(f->server.start(f->path).ok());
        const QString path = f->path;
        f.reset();
        QVERIFY(!QFile::exists(path));
    }
};

QTEST_GUILESS_MAIN(ControlServerTest)
#include "tst_controlserver.moc"
