// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/framepayloadview.h"

#include "theme/colors.h"
#include "theme/icons.h"
#include "theme/painting.h"
#include "traffic/exchangetext.h"
#include "widgets/codeview.h"
#include "widgets/elidedlabel.h"
#include "widgets/quantities.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QEvent>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

FramePayloadView::FramePayloadView(QWidget *parent)
    : QWidget(parent)
    , m_note(new ElidedLabel(this))
    , m_fault(new QLabel(this))
    , m_format(new QComboBox(this))
    , m_copy(new QPushButton(themedIcon(u"copy"_s), QString(), this))
    , m_code(new CodeView(this))
{
    setObjectName(u"framePayload"_s);
    m_note->setObjectName(u"framePayloadNote"_s);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_fault->setObjectName(u"framePayloadFault"_s);
    m_fault->setWordWrap(true);
    m_fault->hide();
    m_format->setObjectName(u"framePayloadFormat"_s);
    m_format->setAccessibleName(tr("How the payload is shown"));
    m_format->addItems({tr("Formatted"), tr("Text"), tr("Hex")});
    m_copy->setObjectName(u"framePayloadCopy"_s);
    m_copy->setFlat(true);
    m_copy->setToolTip(tr("Copy the payload as it is shown"));
    m_copy->setAccessibleName(m_copy->toolTip());
    m_code->setObjectName(u"framePayloadText"_s);
    m_code->setAccessibleName(tr("Payload of the frame"));
    auto *top = new QHBoxLayout;
    top->setSpacing(8);
    top->addWidget(m_note, 1);
    top->addWidget(m_format);
    top->addWidget(m_copy);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(16, 6, 12, 0);
    column->setSpacing(6);
    column->addLayout(top);
    column->addWidget(m_fault);
    column->addWidget(m_code, 1);
    connect(m_format, &QComboBox::currentIndexChanged, this, &FramePayloadView::showPayload);
    connect(m_copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_code->toPlainText()); });
    clear();
}

void FramePayloadView::clear()
{
    m_message = {};
    m_record = {};
    m_closeText.clear();
    m_time.clear();
    m_note->setText(tr("Choose a frame to see what is in it."));
    m_format->setEnabled(false);
    m_copy->setEnabled(false);
    m_fault->hide();
    m_code->setCode(QString(), Syntax::Plain);
}

void FramePayloadView::showFrame(const std::vector<FrameRecord> &frames, size_t index, const QString &time)
{
    const FrameRecord &record = frames[index];
    m_message = messageOf(frames, index);
    const bool isClose = record.isFrame && record.frame.is(WebSocketOpcode::Close);
    m_closeText = isClose ? closeText(record) : QString();
    m_record = record;
    m_record.bytes.clear();
    m_record.inflated.clear();
    m_time = time;
    m_format->setEnabled(true);
    m_copy->setEnabled(true);
    showFault();
    showPayload();
}

QString FramePayloadView::noteFor(const FrameRecord &record) const
{
    const QString what = record.isFrame ? frameTypeText(record) : tr("a piece of bytes");
    QStringList note{(record.fromClient ? u"↑ "_s : u"↓ "_s) + what};
    note.append(bytesText(qint64(std::min<quint64>(m_message.wireBytes, quint64(INT64_MAX)))));
    if (record.frame.compressed)
        note.append(tr("compressed, %1 inflated").arg(bytesText(m_message.payload.size())));
    if (m_message.frames > 1)
        note.append(tr("message of %1 frames").arg(m_message.frames));
    if (m_message.beginsEarlier)
        note.append(tr("its beginning is not kept"));
    if (m_message.endsLater)
        note.append(tr("more is to come"));
    if (!m_message.missing.isEmpty())
        note.append(m_message.missing);
    if (m_message.payload.size() > FrameShownBytesMax)
        note.append(tr("the first %1 shown").arg(bytesText(FrameShownBytesMax)));
    return note.join(u" · "_s);
}

void FramePayloadView::showPayload()
{
    if (!m_format->isEnabled())
        return;
    QString note = noteFor(m_record);
    const QByteArray shown = m_message.payload.left(FrameShownBytesMax);
    const int format = m_format->currentIndex();
    const bool wasCut = shown.size() < m_message.payload.size() || m_message.endsLater || !m_message.missing.isEmpty();
    if (format == Formatted && !m_closeText.isEmpty()) {
        m_code->setCode(m_closeText, Syntax::Plain);
    } else if (const QString json = format == Formatted ? prettyJson(shown) : QString(); !json.isEmpty()) {
        m_code->setCode(json, Syntax::Json);
        note += u" · "_s + tr("indented");
    } else if (format == Text || (format == Formatted && (shown.isEmpty() || isTextStart(shown, wasCut)))) {
        m_code->setCode(QString::fromUtf8(shown), Syntax::Plain);
    } else {
        m_code->setCode(hexDump(shown), Syntax::Plain);
        note += u" · "_s + tr("as bytes");
    }
    m_note->setText(note);
    m_note->setToolTip((m_record.fromClient ? tr("From the client, %1") : tr("From the backend, %1")).arg(m_time)
                       + u'\n' + note);
}

void FramePayloadView::showFault()
{
    const QString fault = faultText(m_record.frame.fault);
    setInk(m_fault, themeColors(palette()).error.ink);
    m_fault->setText(fault.isEmpty() ? fault : tr("%1 It was passed on as it is.").arg(fault));
    m_fault->setVisible(!fault.isEmpty());
}

void FramePayloadView::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_format && m_format->isEnabled())
        showFault();
}

} // namespace portlight
