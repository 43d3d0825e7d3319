// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/demoserver.h"

#include "api/demoorigin.h"

#include <QTcpSocket>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// Read from a client ahead of what has been dealt with.
constexpr qint64 ReadBufferBytes = 64 * 1024;
// Echoed frames that wait for a client that does not read them; past it, nothing more is read from that client.
constexpr qint64 UnsentBytesMax = 1024 * 1024;
constexpr std::chrono::milliseconds AcceptRetryDelay{500};

} // namespace

DemoServer::DemoServer(QObject *parent)
    : QTcpServer(parent)
{
    connect(this, &QTcpServer::newConnection, this, &DemoServer::acceptPending);
    // QTcpServer stops accepting at the first error, such as no descriptor being left.
    connect(this, &QTcpServer::acceptError, this, [this] {
        QTimer::singleShot(AcceptRetryDelay, this, [this] {
            if (m_connections < DemoConnectionsMax)
                resumeAccepting();
        });
    });
}

void DemoServer::acceptPending()
{
    while (m_connections < DemoConnectionsMax) {
        QTcpSocket *socket = nextPendingConnection();
        if (!socket)
            return;
        ++m_connections;
        auto *connection = new DemoConnection(socket, this);
        connect(connection, &DemoConnection::closed, this, &DemoServer::connectionGone);
    }
    pauseAccepting();
}

void DemoServer::connectionGone()
{
    if (m_connections-- < DemoConnectionsMax)
        return;
    resumeAccepting();
    acceptPending();
}

DemoConnection::DemoConnection(QTcpSocket *socket, QObject *parent)
    : QObject(parent)
    , m_socket(socket)
    , m_timer(this)
{
    m_socket->setParent(this);
    m_socket->setReadBufferSize(ReadBufferBytes);
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    connect(m_socket, &QTcpSocket::readyRead, this, &DemoConnection::onReadyRead);
    connect(m_socket, &QTcpSocket::bytesWritten, this, [this] {
        if (m_state == State::Echoing)
            onReadyRead();
    });
    connect(m_socket, &QTcpSocket::disconnected, this, [this] {
        m_timer.stop();
        Q_EMIT closed();
        deleteLater();
    });
    connect(&m_timer, &QTimer::timeout, this, &DemoConnection::sendTick);
}

// While an answer is under way, what the client sends stays in the socket: pipelined requests wait, and the kernel
// slows the client down.
void DemoConnection::onReadyRead()
{
    if (m_state == State::Answering || m_state == State::Closing)
        return;
    if (m_state == State::Echoing && m_socket->bytesToWrite() > UnsentBytesMax)
        return;
    m_input += m_socket->readAll();
    advance();
}

void DemoConnection::advance()
{
    while (true) {
        switch (m_state) {
        case State::ReadingHead:
            if (!readHead())
                return;
            break;
        case State::ReadingBody:
            if (!readBody())
                return;
            answer();
            break;
        case State::Echoing: echo(); return;
        case State::Answering:
        case State::Closing: return;
        }
    }
}

// True when the head is whole and the state has moved on.
bool DemoConnection::readHead()
{
    const ParseStatus status = m_parser.parse(m_input.constData(), m_input.size());
    if (status == ParseStatus::NeedMore)
        return false;
    if (status == ParseStatus::Failed) {
        refuse(m_parser.error().status);
        return false;
    }
    const char *base = m_input.constData();
    const RequestHead &head = m_parser.head();
    m_request = {};
    m_request.requestLine = head.requestLine.in(base).toByteArray();
    m_request.method = head.method.in(base).toByteArray();
    m_request.path = head.path.in(base).toByteArray();
    m_request.query = head.query.in(base).toByteArray();
    for (const HeaderField &field : head.fields)
        m_request.fields.append({field.name.in(base).toByteArray(), field.value.in(base).toByteArray()});
    m_chunked = head.version >= HttpVersion{1, 1};
    m_keepAlive = head.keepAlive;
    if (head.expectContinue)
        m_socket->write("HTTP/1.1 100 Continue\r\n\r\n");
    m_body.start(head.body);
    m_input.remove(0, m_parser.consumed());
    m_parser.reset();
    m_state = State::ReadingBody;
    return true;
}

// True when the body has ended; its bytes are counted, none is kept.
bool DemoConnection::readBody()
{
    while (true) {
        const BodyDecoder::Piece piece = m_body.next(m_input.constData(), m_input.size());
        m_input.remove(0, piece.consumed);
        m_request.bodyBytes = m_body.payloadBytes();
        switch (piece.kind) {
        case BodyDecoder::Piece::Kind::NeedMore: return false;
        case BodyDecoder::Piece::Kind::Data: break;
        case BodyDecoder::Piece::Kind::End: return true;
        case BodyDecoder::Piece::Kind::Failed: refuse(400); return false;
        }
    }
}

void DemoConnection::refuse(int status)
{
    m_answer = {};
    m_answer.status = status;
    m_answer.body = "The demo does not understand this request.\n"_ba;
    m_request.method = "GET"_ba;
    m_keepAlive = false;
    sendWhole();
}

void DemoConnection::answer()
{
    m_state = State::Answering;
    m_ticks = 0;
    m_answer = answerDemoRequest(m_request, QDateTime::currentDateTimeUtc());
    switch (m_answer.kind) {
    case DemoAnswer::Kind::Whole:
        if (m_answer.delay.count() == 0) {
            sendWhole();
        } else {
            m_timer.setSingleShot(true);
            m_timer.start(m_answer.delay);
        }
        return;
    case DemoAnswer::Kind::Pieces:
    case DemoAnswer::Kind::Events:
        sendHead(false);
        m_timer.setSingleShot(false);
        m_timer.start(m_answer.delay);
        sendTick();
        return;
    case DemoAnswer::Kind::WebSocket:
        sendHead(false);
        m_state = State::Echoing;
        return;
    case DemoAnswer::Kind::Break:
        m_socket->write(demoBrokenHead());
        close();
        return;
    }
}

void DemoConnection::sendHead(bool lengthKnown)
{
    QByteArray head = "HTTP/1.1 " + QByteArray::number(m_answer.status) + ' '
                      + reasonPhrase(m_answer.status).toByteArray() + "\r\nServer: portlight-demo\r\n";
    for (const DemoField &field : m_answer.fields)
        head += field.first + ": " + field.second + "\r\n";
    if (m_answer.kind != DemoAnswer::Kind::WebSocket) {
        if (lengthKnown)
            head += "Content-Length: " + QByteArray::number(m_answer.body.size()) + "\r\n";
        else if (m_chunked)
            head += "Transfer-Encoding: chunked\r\n";
        else
            m_keepAlive = false;
        head += m_keepAlive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
    }
    m_socket->write(head + "\r\n");
}

void DemoConnection::sendWhole()
{
    sendHead(true);
    if (m_request.method != "HEAD")
        m_socket->write(m_answer.body);
    endOfAnswer();
}

void DemoConnection::sendTick()
{
    switch (m_answer.kind) {
    case DemoAnswer::Kind::Whole: return sendWhole();
    case DemoAnswer::Kind::Events:
        if (m_request.method == "HEAD")
            return finishPieces();
        // One that does not read gets no more until it does.
        if (m_socket->bytesToWrite() < UnsentBytesMax)
            sendPiece(demoEvent(m_ticks++, QDateTime::currentDateTimeUtc()));
        return;
    case DemoAnswer::Kind::Pieces:
        if (m_request.method == "HEAD")
            return finishPieces();
        sendPiece(demoPiece(m_ticks, m_answer.pieces));
        if (++m_ticks == m_answer.pieces)
            finishPieces();
        return;
    case DemoAnswer::Kind::WebSocket:
    case DemoAnswer::Kind::Break: break;
    }
    Q_UNREACHABLE();
}

void DemoConnection::sendPiece(const QByteArray &piece)
{
    if (m_chunked)
        m_socket->write(QByteArray::number(piece.size(), 16) + "\r\n" + piece + "\r\n");
    else
        m_socket->write(piece);
}

void DemoConnection::finishPieces()
{
    m_timer.stop();
    if (m_chunked && m_request.method != "HEAD")
        m_socket->write("0\r\n\r\n");
    endOfAnswer();
}

void DemoConnection::endOfAnswer()
{
    if (!m_keepAlive)
        return close();
    m_state = State::ReadingHead;
    // What came meanwhile was left where it is, and no signal tells of it again.
    QMetaObject::invokeMethod(this, &DemoConnection::onReadyRead, Qt::QueuedConnection);
}

void DemoConnection::echo()
{
    m_socket->write(m_webSocket.receive(std::exchange(m_input, {})));
    if (m_webSocket.isOver())
        close();
}

void DemoConnection::close()
{
    m_state = State::Closing;
    m_timer.stop();
    m_socket->disconnectFromHost();
}

} // namespace portlight

#include "moc_demoserver.cpp"
