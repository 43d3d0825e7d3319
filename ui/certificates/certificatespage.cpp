// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/certificatespage.h"

#include "widgets/emptystate.h"
#include "widgets/pageheader.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

CertificatesPage::CertificatesPage(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"certificatesPage"_s);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto *empty = new EmptyState(u"certificates"_s, tr("No certificates yet"),
                                 tr("This version serves plain HTTP and makes no certificates. Browsers treat "
                                    "http://name.localhost as a secure origin all the same, so service workers and "
                                    "the clipboard work."),
                                 this);
    connect(empty->addButton(u"certificatesShowDomains"_s, tr("Show domains")), &QPushButton::clicked, this,
            &CertificatesPage::domainsPageRequested);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(new PageHeader(tr("Certificates"), this));
    column->addWidget(empty, 1);
}

} // namespace portlight
