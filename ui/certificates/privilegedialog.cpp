// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/privilegedialog.h"

#include "certificates/certificatetext.h"
#include "theme/icons.h"
#include "widgets/codeview.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QPushButton>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int CommandHeight = 96;
constexpr int CommandMargin = 8;

} // namespace

PrivilegeDialog::PrivilegeDialog(const TrustStoreStatus &store, QWidget *parent)
    : FormDialog(u"privilege"_s, tr("%1 needs an administrator").arg(store.name),
                 tr("This store belongs to the system. Portlight asks for your password and runs exactly this; or copy "
                    "it, and run it yourself."),
                 tr("Run as administrator"), parent)
{
    auto *command = new CodeView(this);
    command->setObjectName(u"privilegeCommand"_s);
    command->setAccessibleName(tr("The command"));
    command->setGround(QPalette::Window);
    command->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    command->setFixedHeight(CommandHeight);
    command->document()->setDocumentMargin(CommandMargin);
    command->setCode(commandText(store.privilegedCommand), Syntax::Plain);
    auto *copy = new QPushButton(themedIcon(u"copy"_s), tr("Copy"), this);
    copy->setObjectName(u"privilegeCopy"_s);
    copy->setAccessibleName(tr("Copy the command"));
    copy->setAutoDefault(false);
    connect(copy, &QPushButton::clicked, this,
            [text = command->toPlainText()] { QApplication::clipboard()->setText(text); });
    content()->addWidget(command);
    content()->addWidget(copy, 0, Qt::AlignLeft);
}

} // namespace portlight
