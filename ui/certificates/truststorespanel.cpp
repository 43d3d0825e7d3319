// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/truststorespanel.h"

#include "certificates/certificatetext.h"
#include "theme/fonts.h"
#include "theme/icons.h"
#include "theme/style.h"
#include "widgets/elidedlabel.h"
#include "widgets/flattable.h"
#include "widgets/namedbutton.h"
#include "widgets/rowsmodel.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QPushButton>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

using State = TrustStoreStatus::State;

enum Column { IconColumn, TitleColumn, StateColumn, FoundColumn, PlaceColumn, SwitchColumn };

// The root is in it, whether it counts or not.
bool isInside(const TrustStoreStatus &store)
{
    return store.state == State::Trusted || store.state == State::Partly;
}

bool canBeChanged(const TrustStoreStatus &store)
{
    return store.state != State::Unavailable && store.state != State::ToolMissing;
}

CellRow rowOf(const TrustStoreStatus &store)
{
    const StateWords words = wordsOf(store.state);
    CellRow row(SwitchColumn + 1);
    row[IconColumn] = {words.word, CellKind::Icon, words.tone, words.icon};
    row[TitleColumn] = {store.name, CellKind::Strong};
    row[StateColumn] = {words.word, CellKind::Badge, words.tone};
    row[FoundColumn] = {store.detail, CellKind::Dim};
    row[PlaceColumn] = {store.place, CellKind::WireDim};
    if (canBeChanged(store))
        row[SwitchColumn] = {isInside(store) ? TrustStoresPanel::tr("on") : TrustStoresPanel::tr("off"),
                             CellKind::Switch,
                             Tone::Neutral,
                             {},
                             isInside(store)};
    return row;
}

} // namespace

TrustStoresPanel::TrustStoresPanel(QWidget *parent)
    : ListPanel(u"trustStores"_s, u"trustSummary"_s, parent)
    , m_refresh(addButton(u"trustRefresh"_s, tr("Check again")))
    , m_removeAll(addButton(u"trustRemoveAll"_s, tr("Remove from all")))
    , m_trustAll(addButton(u"trustAll"_s, tr("Trust in all stores")))
{
    buildTable();
    addDetail(makeDetail());
    connectSignals();
    setStores({}, false, false);
}

void TrustStoresPanel::buildTable()
{
    addTable(u"trustTable"_s, tr("Trust stores"),
             {QString(), tr("Store"), tr("State"), tr("Found"), tr("Place"), QString()},
             {{40}, {180, 2}, {112}, {180, 3}, {180, 2, 860}, {64}});
    m_toggleAction = table()->addRowAction(u"actionToggleTrust"_s, u"check"_s, tr("Trust in This Store"),
                                           {Qt::Key_Space}, [this] { toggle(table()->currentRow()); });
    m_copyAction = table()->addRowAction(u"actionCopyTrustCommand"_s, u"copy"_s, tr("Copy Command of This Store"),
                                         QKeySequence::Copy, [this] { copyCommand(); });
}

QWidget *TrustStoresPanel::makeDetail()
{
    m_detail = new QWidget(this);
    m_found = new QLabel(m_detail);
    m_found->setObjectName(u"trustFound"_s);
    m_remedy = new QLabel(m_detail);
    m_remedy->setObjectName(u"trustRemedy"_s);
    for (QLabel *label : {m_found, m_remedy}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_commandRow = new QWidget(m_detail);
    m_command = new ElidedLabel(m_commandRow);
    m_command->setObjectName(u"trustCommand"_s);
    m_command->setFont(wireFont());
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *copy = new QPushButton(themedIcon(u"copy"_s), QString(), m_commandRow);
    copy->setObjectName(u"trustCopyCommand"_s);
    copy->setFlat(true);
    copy->setToolTip(tr("Copy the command"));
    copy->setAccessibleName(tr("Copy the command"));
    connect(copy, &QPushButton::clicked, this, &TrustStoresPanel::copyCommand);
    auto *commandLine = new QHBoxLayout(m_commandRow);
    commandLine->setContentsMargins(0, 0, 0, 0);
    commandLine->setSpacing(4);
    commandLine->addWidget(m_command, 1);
    commandLine->addWidget(copy);
    m_toggle = namedButton(u"trustToggle"_s, tr("Trust"), m_detail);
    auto *texts = new QVBoxLayout;
    texts->setSpacing(4);
    texts->addWidget(m_found);
    texts->addWidget(m_remedy);
    texts->addWidget(m_commandRow);
    auto *row = new QHBoxLayout(m_detail);
    row->setContentsMargins(24, 12, 24, 12);
    row->setSpacing(16);
    row->addLayout(texts, 1);
    row->addWidget(m_toggle, 0, Qt::AlignTop);
    return m_detail;
}

void TrustStoresPanel::connectSignals()
{
    connect(table(), &FlatTable::switchClicked, this, [this](const QModelIndex &index) { toggle(index.row()); });
    connect(m_toggle, &QPushButton::clicked, this, [this] { toggle(table()->currentRow()); });
    connect(m_trustAll, &QPushButton::clicked, this, [this] { Q_EMIT trustRequested({}); });
    connect(m_removeAll, &QPushButton::clicked, this, [this] { Q_EMIT untrustRequested({}); });
    connect(m_refresh, &QPushButton::clicked, this, &TrustStoresPanel::refreshRequested);
}

void TrustStoresPanel::setStores(const QList<TrustStoreStatus> &stores, bool known, bool busy)
{
    m_stores = stores;
    QList<CellRow> rows;
    for (const TrustStoreStatus &store : stores)
        rows += rowOf(store);
    setSummary(known ? trustSummary(stores) : tr("Looking into the trust stores of this desk…"));
    const bool anyThere = std::any_of(stores.cbegin(), stores.cend(), canBeChanged);
    m_trustAll->setProperty(PrimaryProperty, known && !isTrustedEverywhere(stores));
    m_trustAll->setEnabled(known && !busy && !isTrustedEverywhere(stores));
    m_trustAll->update();
    m_removeAll->setEnabled(known && !busy && anyThere); // roots of former authorities may be in them
    m_refresh->setEnabled(!busy);
    setRows(rows);
}

const TrustStoreStatus *TrustStoresPanel::selected() const
{
    const qsizetype row = selectedOf(m_stores.size());
    return row < 0 ? nullptr : &m_stores[row];
}

void TrustStoresPanel::showSelected()
{
    const TrustStoreStatus *store = selected();
    m_detail->setVisible(store != nullptr);
    m_toggleAction->setEnabled(store && canBeChanged(*store));
    m_copyAction->setEnabled(store && !store->privilegedCommand.isEmpty());
    if (!store)
        return;
    const QString action = isInside(*store) ? tr("Remove") : tr("Trust");
    m_toggleAction->setText(isInside(*store) ? tr("Remove from This Store") : tr("Trust in This Store"));
    m_toggle->setText(action);
    m_toggle->setAccessibleName(u"%1 %2"_s.arg(action, store->name));
    m_toggle->setVisible(canBeChanged(*store));
    m_found->setText(
        u"%1: %2"_s.arg(store->name, store->detail.isEmpty() ? wordsOf(store->state).word : store->detail));
    m_remedy->setText(store->remedy);
    m_remedy->setVisible(!store->remedy.isEmpty());
    m_command->setText(commandText(store->privilegedCommand));
    m_commandRow->setVisible(!store->privilegedCommand.isEmpty());
}

void TrustStoresPanel::toggle(int row)
{
    if (row < 0 || row >= m_stores.size() || !canBeChanged(m_stores[row]))
        return;
    const TrustStoreStatus store = m_stores[row];
    if (isInside(store))
        Q_EMIT untrustRequested({store.id});
    else
        Q_EMIT trustRequested({store.id});
}

void TrustStoresPanel::copyCommand()
{
    if (const TrustStoreStatus *store = selected(); store && !store->privilegedCommand.isEmpty())
        QApplication::clipboard()->setText(commandText(store->privilegedCommand));
}

} // namespace portlight
