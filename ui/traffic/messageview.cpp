// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/messageview.h"

#include "traffic/exchangetext.h"
#include "widgets/codeview.h"
#include "widgets/quantities.h"

#include <QBuffer>
#include <QImageReader>
#include <QLabel>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// Null when the bytes are no picture, not a whole one, or too large to unpack.
QImage imageOf(const QByteArray &bytes)
{
    QBuffer buffer;
    buffer.setData(bytes);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer);
    const QSize size = reader.size();
    if (!size.isValid() || qint64(size.width()) * size.height() > ImagePixelsMax)
        return {};
    return reader.read();
}

} // namespace

MessageView::MessageView(const QString &objectName, const QString &accessibleName, QWidget *parent)
    : QWidget(parent)
    , m_head(new CodeView(this))
    , m_text(new CodeView(this))
    , m_image(new QLabel)
    , m_imageArea(new QScrollArea(this))
    , m_note(new QLabel(this))
    , m_body(new QStackedWidget(this))
{
    setObjectName(objectName);
    m_head->setObjectName(objectName + u"Head"_s);
    m_head->setAccessibleName(tr("%1, head").arg(accessibleName));
    m_text->setObjectName(objectName + u"Body"_s);
    m_text->setAccessibleName(tr("%1, body").arg(accessibleName));
    m_note->setObjectName(objectName + u"Note"_s);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_imageArea->setObjectName(objectName + u"Image"_s);
    m_imageArea->setAccessibleName(tr("%1, picture").arg(accessibleName));
    m_imageArea->setFrameShape(QFrame::NoFrame);
    m_imageArea->setWidget(m_image);
    m_imageArea->viewport()->setBackgroundRole(QPalette::Base);
    m_body->addWidget(m_text);
    m_body->addWidget(m_imageArea);
    auto *bodySide = new QWidget(this);
    auto *bodyColumn = new QVBoxLayout(bodySide);
    bodyColumn->setContentsMargins(16, 8, 0, 0);
    bodyColumn->setSpacing(6);
    bodyColumn->addWidget(m_note);
    bodyColumn->addWidget(m_body, 1);
    auto *headSide = new QWidget(this);
    auto *headColumn = new QVBoxLayout(headSide);
    headColumn->setContentsMargins(24, 8, 0, 0);
    headColumn->addWidget(m_head);
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setObjectName(objectName + u"Splitter"_s);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(headSide);
    splitter->addWidget(bodySide);
    splitter->setSizes({500, 500});
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(splitter);
}

void MessageView::setMessage(const QByteArray &head, const CapturedBody &body, const QString &whenEmpty)
{
    const QString headText = head.isEmpty() ? whenEmpty : QString::fromUtf8(head).remove(u'\r').trimmed();
    m_head->setCode(headText, head.isEmpty() ? Syntax::Plain : Syntax::HttpHead);
    // A running exchange is fetched again and again; what did not change is not drawn again.
    if (m_shownHead == head && m_shownBody == body.bytes && !head.isEmpty())
        return;
    m_shownHead = head;
    m_shownBody = body.bytes;
    showBody(head, body);
}

void MessageView::showBody(const QByteArray &head, const CapturedBody &body)
{
    const QString type = QString::fromUtf8(headField(head, "content-type")).section(u';', 0, 0);
    const QByteArray coding = headField(head, "content-encoding");
    QStringList note;
    m_body->setCurrentWidget(m_text);
    if (body.bytes.isEmpty()) {
        m_text->setCode(QString(), Syntax::Plain);
        m_note->setText(body.totalBytes > 0 ? tr("%1, not kept").arg(bytesText(body.totalBytes)) : tr("No body"));
        return;
    }
    if (!type.isEmpty())
        note.append(type);
    note.append(bytesText(body.totalBytes));
    if (body.truncated())
        note.append(tr("the first %1 kept").arg(bytesText(body.bytes.size())));
    if (const QString json = prettyJson(body.bytes); !json.isEmpty() && coding.isEmpty()) {
        m_text->setCode(json, Syntax::Json);
        note.append(tr("indented"));
    } else if (type.startsWith(u"image/"_s) && coding.isEmpty() && !imageOf(body.bytes).isNull()) {
        showImage(body.bytes);
    } else if (isReadableText(body.bytes)) {
        m_text->setCode(QString::fromUtf8(body.bytes), Syntax::Plain);
    } else {
        m_text->setCode(hexDump(body.bytes), Syntax::Plain);
        note.append(coding.isEmpty() ? tr("as bytes") : tr("as bytes, %1").arg(QString::fromUtf8(coding)));
        if (body.bytes.size() > HexDumpBytesMax)
            note.append(tr("the first %1 shown").arg(bytesText(HexDumpBytesMax)));
    }
    m_note->setText(note.join(u" · "_s));
}

void MessageView::showImage(const QByteArray &bytes)
{
    const QImage image = imageOf(bytes);
    m_image->setPixmap(QPixmap::fromImage(image));
    m_image->adjustSize();
    m_image->setAccessibleName(tr("Picture, %1 × %2 pixels").arg(image.width()).arg(image.height()));
    m_body->setCurrentWidget(m_imageArea);
}

} // namespace portlight
