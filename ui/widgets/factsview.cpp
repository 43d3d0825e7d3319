// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/factsview.h"

#include "theme/fonts.h"

#include <QGridLayout>
#include <QLabel>

namespace portlight {

FactsView::FactsView(QWidget *parent)
    : QScrollArea(parent)
{
    setFrameShape(NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setBackgroundRole(QPalette::Base);
}

void FactsView::setFacts(const QList<Fact> &facts)
{
    if (facts == m_facts)
        return;
    m_facts = facts;
    auto *inside = new QWidget;
    inside->setBackgroundRole(QPalette::Base);
    auto *grid = new QGridLayout(inside);
    grid->setContentsMargins(24, 12, 24, 12);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(8);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    QList<Fact> shown;
    std::copy_if(facts.cbegin(), facts.cend(), std::back_inserter(shown),
                 [](const Fact &fact) { return !fact.second.isEmpty(); });
    const int rows = int(shown.size() + 1) / 2;
    for (int i = 0; i < shown.size(); ++i) {
        auto *name = new QLabel(shown[i].first, inside);
        name->setForegroundRole(QPalette::PlaceholderText);
        auto *value = new QLabel(shown[i].second, inside);
        value->setFont(wireFont());
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value->setTextFormat(Qt::PlainText);
        value->setWordWrap(true);
        value->setMinimumWidth(80);
        const int column = i < rows ? 0 : 2;
        grid->addWidget(name, i % rows, column, Qt::AlignTop);
        grid->addWidget(value, i % rows, column + 1, Qt::AlignTop);
    }
    grid->setRowStretch(rows, 1);
    setWidget(inside);
}

} // namespace portlight
