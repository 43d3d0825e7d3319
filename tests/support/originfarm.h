// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace portlight::testing {

// Backends on 127.0.0.1 that can be stopped and started on the same ports. Each answers a request with a plain 200 and
// keeps HTTP/1.1 connections; requests for "/hold…" wait until they are released. One thread of its own for all of
// them; every function here may be called from the test's thread.
class OriginFarm
{
public:
    // One for each letter of `labels`: "a", "b", …
    explicit OriginFarm(const QByteArray &labels);
    ~OriginFarm();
    Q_DISABLE_COPY_MOVE(OriginFarm)

    quint16 port(char label) const { return m_ports.at(label); }
    // "127.0.0.1:4001"
    QByteArray address(char label) const { return "127.0.0.1:" + QByteArray::number(port(label)); }
    // Replaces "@a@" and its like by addresses.
    QByteArray withAddresses(QByteArray text) const;
    // From now on connections are refused; those that are open are closed.
    void stop(char label);
    void start(char label);
    // Waits until so many requests are held; false when that takes longer than anything but a fault would.
    bool waitForHeld(int count);
    void releaseHeld();

private:
    struct Connection {
        char label = 0;
        QByteArray input;
        bool held = false;
    };

    void run();
    void execute(std::function<void()> command);
    void accept(int listener, char label);
    void receive(int descriptor);
    void answer(int descriptor, Connection &connection);
    void closeConnection(int descriptor);

    std::map<char, quint16> m_ports;
    std::map<char, int> m_reserved; // bound, never listening: nobody else gets the port meanwhile
    int m_wakeRead = -1;
    int m_wakeWrite = -1;

    std::map<int, char> m_listeners; // of the thread, like the next
    std::map<int, Connection> m_connections;

    std::mutex m_mutex; // guards what follows
    std::condition_variable m_changed;
    std::deque<std::function<void()>> m_commands;
    int m_held = 0;
    bool m_ending = false;

    std::thread m_thread;
};

} // namespace portlight::testing
