// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "capture/exchangerecord.h"

#include <QWidget>

class QLabel;
class QScrollArea;
class QStackedWidget;

namespace portlight {

class CodeView;

// One head and its body as kept: the head as on the wire, the body as indented JSON, text, a picture, or bytes.
class MessageView final : public QWidget
{
    Q_OBJECT
public:
    // `objectName` names the view; its parts get "Head", "Body" … behind it.
    MessageView(const QString &objectName, const QString &accessibleName, QWidget *parent = nullptr);

    void setMessage(const QByteArray &head, const CapturedBody &body, const QString &whenEmpty);

private:
    void showBody(const QByteArray &head, const CapturedBody &body);
    void showImage(const QByteArray &bytes);

    CodeView *m_head;
    CodeView *m_text;
    QLabel *m_image;
    QScrollArea *m_imageArea;
    QLabel *m_note;
    QStackedWidget *m_body;
    QByteArray m_shownHead;
    QByteArray m_shownBody;
};

// A picture of more pixels than this is shown as bytes: 64 KB of PNG may claim gigabytes.
inline constexpr qint64 ImagePixelsMax = 16'000'000;

} // namespace portlight
