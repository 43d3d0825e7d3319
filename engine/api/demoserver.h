// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/demoroutes.h"
#include "api/demowebsocket.h"
#include "http/parser.h"

#include <QTcpServer>
#include <QTimer>

#include <memory>

class QTcpSocket;

namespace portlight {

// Accepts for the demo origin, on the origin's thread.
class DemoServer final : public QTcpServer
{
    Q_OBJECT
public:
    explicit DemoServer(QObject *parent = nullptr);

private:
    void acceptPending();
    void connectionGone();
    int m_connections = 0;
};

// One client of the demo origin. Origin thread; owned by the server, deletes itself when the client is gone.
//
// ReadingHead ─→ ReadingBody ─→ Answering ─→ ReadingHead
//                                   ├─→ Echoing ─→ Closing
//                                   └─→ Closing
class DemoConnection final : public QObject
{
    Q_OBJECT
public:
    DemoConnection(QTcpSocket *socket, QObject *parent);

Q_SIGNALS:
    void closed();

private:
    enum class State : quint8 { ReadingHead, ReadingBody, Answering, Echoing, Closing };
    void onReadyRead();
    void advance();
    bool readHead();
    bool readBody();
    void refuse(int status);
    void answer();
    void sendHead(bool lengthKnown);
    void sendWhole();
    void sendTick();
    void sendPiece(const QByteArray &piece);
    void endOfAnswer();
    void finishPieces();
    void echo();
    void close();

    QTcpSocket *m_socket;
    State m_state = State::ReadingHead;
    QByteArray m_input;
    RequestParser m_parser;
    BodyDecoder m_body;
    DemoRequest m_request;
    bool m_keepAlive = true;
    bool m_chunked = false; // HTTP/1.1 clients get chunks, older ones a close
    DemoAnswer m_answer;
    int m_ticks = 0;
    QTimer m_timer;
    DemoWebSocket m_webSocket;
};

} // namespace portlight
