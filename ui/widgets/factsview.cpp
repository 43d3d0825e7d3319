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
    QList<Fact> shown;
    std::copy_if(facts.cbegin(), facts.cend(), std::back_inserter(shown),
                 [](const Fact &fact) { return !fact.second.isEmpty(); });
    const auto sameName = [](const Fact &a, const Fact &b) { return a.first == b.first; };
    if (!widget() || !std::equal(shown.cbegin(), shown.cend(), m_facts.cbegin(), m_facts.cend(), sameName))
        build(shown);
    for (qsizetype i = 0; i < shown.size(); ++i) {
        if (m_values[i]->text() != shown[i].second)
            m_values[i]->setText(shown[i].second);
    }
    m_facts = shown;
}

void FactsView::build(const QList<Fact> &facts)
{
    m_values.clear();
    auto *inside = new QWidget;
    inside->setBackgroundRole(QPalette::Base);
    auto *grid = new QGridLayout(inside);
    grid->setContentsMargins(24, 12, 24, 12);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(8);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    const int rows = int(facts.size() + 1) / 2;
    for (int i = 0; i < facts.size(); ++i) {
        auto *name = new QLabel(facts[i].first, inside);
        name->setForegroundRole(QPalette::PlaceholderText);
        auto *value = new QLabel(inside);
        value->setFont(wireFont());
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value->setTextFormat(Qt::PlainText);
        value->setWordWrap(true);
        value->setMinimumWidth(80);
        const int column = i < rows ? 0 : 2;
        grid->addWidget(name, i % rows, column, Qt::AlignTop);
        grid->addWidget(value, i % rows, column + 1, Qt::AlignTop);
        m_values.append(value);
    }
    grid->setRowStretch(rows, 1);
    setWidget(inside);
}

} // namespace portlight
