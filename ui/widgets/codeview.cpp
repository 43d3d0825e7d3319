// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/codeview.h"

#include "theme/fonts.h"

#include <QEvent>
#include <QScrollBar>

namespace portlight {

CodeView::CodeView(QWidget *parent)
    : QPlainTextEdit(parent)
    , m_highlighter(new SyntaxHighlighter(document()))
{
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setFrameShape(NoFrame);
    setLineWrapMode(NoWrap);
    setTabChangesFocus(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setFont(wireFont());
    document()->setDocumentMargin(0);
    m_highlighter->setColors(themeColors(palette()));
}

void CodeView::setCode(const QString &text, Syntax syntax)
{
    if (toPlainText() != text) {
        const int at = verticalScrollBar()->value();
        setPlainText(text);
        verticalScrollBar()->setValue(at);
    }
    m_highlighter->setSyntax(syntax);
}

void CodeView::setGround(QPalette::ColorRole role)
{
    viewport()->setBackgroundRole(role);
}

void CodeView::changeEvent(QEvent *event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        m_highlighter->setColors(themeColors(palette()));
}

} // namespace portlight
