// SPDX-License-Identifier: GPL-3.0-or-later
#include "traffic/framesproxy.h"

#include "traffic/framesmodel.h"
#include "traffic/frametext.h"

namespace portlight {

namespace {

bool isShown(FramesProxy::Show show, const FrameRecord &record)
{
    const bool isControl = record.isFrame && record.frame.isControl();
    switch (show) {
    case FramesProxy::Show::All: return true;
    case FramesProxy::Show::Messages: return !isControl;
    case FramesProxy::Show::Control: return isControl;
    case FramesProxy::Show::FromClient: return record.fromClient;
    case FramesProxy::Show::FromBackend: return !record.fromClient;
    }
    return true;
}

} // namespace

void FramesProxy::setShow(Show show)
{
    m_show = show;
    invalidateRowsFilter();
}

void FramesProxy::setText(const QString &text)
{
    m_text = text.trimmed();
    invalidateRowsFilter();
}

bool FramesProxy::filterAcceptsRow(int row, const QModelIndex &) const
{
    const auto *frames = qobject_cast<const FramesModel *>(sourceModel());
    const FrameRecord *record = frames ? frames->at(row) : nullptr;
    return record && isShown(m_show, *record) && (m_text.isEmpty() || hasText(*record));
}

bool FramesProxy::hasText(const FrameRecord &record) const
{
    return frameTypeText(record).contains(m_text, Qt::CaseInsensitive)
           || framePreview(record).contains(m_text, Qt::CaseInsensitive)
           || QString::fromUtf8(framePayload(record)).contains(m_text, Qt::CaseInsensitive);
}

} // namespace portlight
