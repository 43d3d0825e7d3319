// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "traffic/frametext.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;

namespace portlight {

class CodeView;

// Of a longer payload the beginning is shown.
inline constexpr qsizetype FrameShownBytesMax = 64 * 1024;

// The payload of one frame's message: indented JSON, text or bytes, and what is to be said about it.
class FramePayloadView final : public QWidget
{
    Q_OBJECT
public:
    explicit FramePayloadView(QWidget *parent = nullptr);

    // `time`: as the list says it.
    void showFrame(const std::vector<FrameRecord> &frames, size_t index, const QString &time);
    void clear();

protected:
    void changeEvent(QEvent *event) override;

private:
    enum Format { Formatted, Text, Hex };

    void showPayload();
    void showFault();
    QString noteFor(const FrameRecord &record) const;

    QLabel *m_note;
    QLabel *m_fault;
    QComboBox *m_format;
    QPushButton *m_copy;
    CodeView *m_code;
    FrameMessage m_message;
    FrameRecord m_record; // without its bytes
    QString m_closeText;
    QString m_time;
};

} // namespace portlight
