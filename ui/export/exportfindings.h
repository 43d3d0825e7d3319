// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/verifier.h"
#include "base/diagnostic.h"

#include <QWidget>

class QLabel;
class QStackedWidget;
class QTabBar;

namespace portlight {

class FlatTable;
class RowsModel;

// Below the preview: what nginx does otherwise, and how its answers compare with ours.
class ExportFindings final : public QWidget
{
    Q_OBJECT
public:
    explicit ExportFindings(QWidget *parent = nullptr);

    void setLosses(const Diagnostics &losses);
    // A comparison begins: the list is empty and shown.
    void beginComparison();
    void addOutcome(const VerifyOutcome &outcome);
    void endComparison(const VerifySummary &summary);

private:
    enum Tab { LossesTab, ParityTab };
    QWidget *makeList(const QString &objectName, const QString &name, RowsModel *model, FlatTable **table,
                      QLabel **sentence);
    void showTab(int tab);
    void showRows();

    QTabBar *m_tabs;
    QStackedWidget *m_pages;
    RowsModel *m_losses;
    RowsModel *m_parity;
    FlatTable *m_lossTable = nullptr;
    FlatTable *m_parityTable = nullptr;
    QLabel *m_lossSentence = nullptr;
    QLabel *m_paritySentence = nullptr;
    QList<VerifyOutcome> m_outcomes;
};

} // namespace portlight
