// SPDX-License-Identifier: GPL-3.0-or-later
#include "backends/backendspage.h"
#include "ui/backends.h"
#include "ui/modeltext.h"
#include "widgets/cellpainting.h"
#include "widgets/cells.h"
#include "widgets/flattable.h"
#include "widgets/noticebar.h"

#include <QAction>
#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QStackedWidget>
#include <QtTest>

using namespace portlight;
using namespace portlight::test;
using namespace Qt::StringLiterals;

class TestBackendsPage : public QObject
{
    Q_OBJECT

    std::unique_ptr<BackendsPage> m_page;
    QStringList m_asked;
    EngineStatus m_status;

    template<typename T>
    T *find(const char *name) const
    {
        T *found = m_page->findChild<T *>(QString::fromLatin1(name));
        Q_ASSERT_X(found, "find", name);
        return found;
    }
    FlatTable *table() const { return find<FlatTable>("backendsTable"); }
    QStringList rows() const { return modelText(*table()->model()); }
    QString selectedName() const { return find<QLabel>("backendName")->text(); }
    bool isShown(const char *name) const { return find<QWidget>(name)->isVisible(); }
    QString fact(const QString &name) const
    {
        const QList<QLabel *> labels = find<QWidget>("backendFacts")->findChildren<QLabel *>();
        for (qsizetype i = 0; i + 1 < labels.size(); ++i) {
            if (labels[i]->text() == name)
                return labels[i + 1]->text();
        }
        return u"(no such fact)"_s;
    }
    void select(int row) { table()->selectRow(row); }
    void show(const QList<UpstreamSnapshot> &groups)
    {
        m_status.upstreams = groups;
        m_page->setStatus(m_status);
    }
    QList<UpstreamSnapshot> twoGroups() const
    {
        UpstreamSnapshot api = groupNamed("api", {peerNamed("127.0.0.1:3001", 1204), peerNamed("127.0.0.1:3002")});
        api.method = "least_conn";
        api.where = {u"/etc/portlight.conf"_s, 12, 5};
        return {api, groupNamed("web", {peerNamed("127.0.0.1:4001")}), directGroup("127.0.0.1:5000")};
    }

private Q_SLOTS:
    void init()
    {
        m_asked.clear();
        m_status = {};
        m_status.takenAtMs = QDateTime({2026, 5, 4}, {12, 0, 0}).toMSecsSinceEpoch();
        BackendActions actions;
        actions.setState = [this](const QByteArray &group, const QByteArray &peer, PeerOrder order) {
            const QStringList words{u"up"_s, u"draining"_s, u"down"_s};
            m_asked.append(u"%1 %2 %3"_s.arg(QString::fromUtf8(group), QString::fromUtf8(peer), words.at(int(order))));
        };
        actions.setWeight = [this](const QByteArray &group, const QByteArray &peer, int weight) {
            m_asked.append(u"%1 %2 weight %3"_s.arg(QString::fromUtf8(group), QString::fromUtf8(peer)).arg(weight));
        };
        actions.openPosition = [this](const TextPosition &where) { m_asked.append(where.toString()); };
        m_page = std::make_unique<BackendsPage>(actions);
        m_page->resize(1200, 700);
        m_page->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_page.get()));
        m_page->activateWindow();
    }
    void cleanup() { m_page.reset(); }

    void withoutBackendsThePageSaysWhatToDo()
    {
        QVERIFY(isShown("backendsAddDomain"));
        QSignalSpy asked(m_page.get(), &BackendsPage::addDomainRequested);
        find<QPushButton>("backendsAddDomain")->click();
        QCOMPARE(asked.count(), 1);
        show(twoGroups());
        QVERIFY(!isShown("backendsAddDomain"));
        show({});
        QVERIFY(isShown("backendsAddDomain"));
    }

    void groupsAreSectionsAndSingleAddressesShareOne()
    {
        m_page->setBackends({{u"api"_s, u"127.0.0.1:3001"_s, {}, {u"shop.localhost"_s}, {}},
                             {{}, u"127.0.0.1:5000"_s, {}, {u"docs.localhost"_s}, {}}});
        show(twoGroups());
        QCOMPARE(rows(), (QStringList{u"api"_s, u"127.0.0.1:3001 | Up | 1 | 0 | 1,204 | 0 | 1.2 ms | 14 ms | 61 ms"_s,
                                      u"127.0.0.1:3002 | Up | 1 | 0 | 0 | 0"_s, u"web"_s,
                                      u"127.0.0.1:4001 | Up | 1 | 0 | 0 | 0"_s, u"Single addresses"_s,
                                      u"127.0.0.1:5000 | Up | 1 | 0 | 0 | 0"_s}));
        const QAbstractItemModel *model = table()->model();
        QCOMPARE(model->index(0, 0).data(CellNoteRole).toString(), u"least_conn  ·  used by shop.localhost"_s);
        QCOMPARE(model->index(0, 0).data(CellEndRole).toString(), u"all 2 up"_s);
        QCOMPARE(model->index(6, 1).data(CellNoteRole).toString(), u"docs.localhost"_s);
        QCOMPARE(table()->columnSpan(0, 0), model->columnCount());
        QCOMPARE(table()->columnSpan(1, 0), 1);
        QCOMPARE(table()->rowHeight(3), FlatTable::HeadingHeight);
        QCOMPARE(table()->rowHeight(4), FlatTable::RowHeight);
    }

    void everyStateHasItsWordAndTone_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<QString>("word");
        QTest::addColumn<int>("tone");
        QTest::newRow("up") << int(PeerState::Up) << u"Up"_s << int(Tone::Good);
        QTest::newRow("draining") << int(PeerState::Draining) << u"Draining"_s << int(Tone::Warning);
        QTest::newRow("down") << int(PeerState::Down) << u"Down"_s << int(Tone::Neutral);
        QTest::newRow("unavailable") << int(PeerState::Unavailable) << u"Unavailable"_s << int(Tone::Error);
        QTest::newRow("unhealthy") << int(PeerState::Unhealthy) << u"Unhealthy"_s << int(Tone::Error);
        QTest::newRow("checking") << int(PeerState::Checking) << u"Checking"_s << int(Tone::Accent);
    }
    void everyStateHasItsWordAndTone()
    {
        QFETCH(const int, state);
        QFETCH(const QString, word);
        QFETCH(const int, tone);
        PeerSnapshot peer = peerNamed("127.0.0.1:1");
        peer.state = PeerState(state);
        show({groupNamed("g", {peer, peerNamed("127.0.0.1:2")})});
        const QModelIndex cell = table()->model()->index(1, 2);
        QCOMPARE(cell.data().toString(), word);
        QCOMPARE(int(cell.data(CellToneRole).value<Tone>()), tone);
        QVERIFY(!cell.data(Qt::ToolTipRole).toString().isEmpty());
        QCOMPARE(table()->model()->index(0, 0).data(CellEndRole).toString(),
                 state == int(PeerState::Up) ? u"all 2 up"_s : u"1 of 2 up"_s);
    }

    void theSelectionStaysWithItsPeer()
    {
        show(twoGroups());
        QCOMPARE(selectedName(), u"127.0.0.1:3001"_s);
        select(4);
        QCOMPARE(selectedName(), u"127.0.0.1:4001"_s);
        auto groups = twoGroups();
        groups[0].peers.append(peerNamed("127.0.0.1:3003"));
        groups[1].peers[0].requests = 7;
        show(groups);
        QCOMPARE(selectedName(), u"127.0.0.1:4001"_s);
        QVERIFY(fact(u"Requests"_s).startsWith(u"7"_s));
        QCOMPARE(table()->columnSpan(4, 0), table()->model()->columnCount()); // the heading went down a row
        QCOMPARE(table()->columnSpan(3, 0), 1);
        QCOMPARE(table()->rowHeight(3), FlatTable::RowHeight);
        groups.removeAt(1);
        show(groups);
        QCOMPARE(selectedName(), u"127.0.0.1:5000"_s);
    }

    void newNumbersMoveNothing()
    {
        QList<PeerSnapshot> many;
        for (int i = 0; i < 100; ++i)
            many.append(peerNamed("10.0.0." + QByteArray::number(i) + ":80"));
        show({groupNamed("many", many)});
        table()->verticalScrollBar()->setValue(500);
        const int before = table()->verticalScrollBar()->value();
        QVERIFY(before > 0);
        for (PeerSnapshot &peer : many)
            peer.requests += 1'000'000;
        QSignalSpy reset(table()->model(), &QAbstractItemModel::modelReset);
        QSignalSpy inserted(table()->model(), &QAbstractItemModel::rowsInserted);
        show({groupNamed("many", many)});
        QCOMPARE(table()->verticalScrollBar()->value(), before);
        QCOMPARE(reset.count() + inserted.count(), 0);
    }

    void theKeyboardPassesHeadingsBy()
    {
        show(twoGroups());
        table()->setFocus();
        select(2);
        QTest::keyClick(table(), Qt::Key_Down);
        QCOMPARE(table()->currentRow(), 4);
        QTest::keyClick(table(), Qt::Key_Up);
        QCOMPARE(table()->currentRow(), 2);
        QTest::keyClick(table(), Qt::Key_Up);
        QTest::keyClick(table(), Qt::Key_Up);
        QCOMPARE(table()->currentRow(), 1);
        QCOMPARE(selectedName(), u"127.0.0.1:3001"_s);
    }

    void buttonsAskForTheSelectedPeer()
    {
        show(twoGroups());
        select(2);
        find<QPushButton>("backendDrain")->click();
        find<QPushButton>("backendDisable")->click();
        QVERIFY(!find<QPushButton>("backendEnable")->isEnabled());
        find<QPushButton>("backendPosition")->click();
        QCOMPARE(m_asked, (QStringList{u"api 127.0.0.1:3002 draining"_s, u"api 127.0.0.1:3002 down"_s,
                                       u"/etc/portlight.conf:12:5"_s}));
        auto groups = twoGroups();
        groups[0].peers[1].state = PeerState::Down;
        show(groups);
        QVERIFY(!find<QPushButton>("backendDrain")->isEnabled());
        QVERIFY(!find<QPushButton>("backendDisable")->isEnabled());
        find<QPushButton>("backendEnable")->click();
        QCOMPARE(m_asked.last(), u"api 127.0.0.1:3002 up"_s);
    }

    void keysDoTheSame()
    {
        show(twoGroups());
        table()->setFocus();
        QVERIFY(QTest::qWaitFor([this] { return table()->hasFocus(); }));
        QTest::keyClick(table(), Qt::Key_D, Qt::ControlModifier);
        QTest::keyClick(table(), Qt::Key_Space);
        auto groups = twoGroups();
        groups[0].peers[0].state = PeerState::Draining;
        show(groups);
        QCOMPARE(m_page->backendActions().at(1)->text(), u"Enable Backend"_s);
        QTest::keyClick(table(), Qt::Key_Space);
        QTest::keyClick(table(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(m_asked, (QStringList{u"api 127.0.0.1:3001 draining"_s, u"api 127.0.0.1:3001 down"_s,
                                       u"api 127.0.0.1:3001 up"_s}));
        QCOMPARE(QApplication::clipboard()->text(), u"127.0.0.1:3001"_s);
    }

    void aWeightIsEditedInItsPlace()
    {
        show(twoGroups());
        find<QPushButton>("backendWeight")->click();
        auto *edit = find<QLineEdit>("cellEditor");
        edit->setText(u"7"_s);
        show(twoGroups()); // a second passes meanwhile
        QCOMPARE(edit->text(), u"7"_s);
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_COMPARE(m_asked, QStringList{u"api 127.0.0.1:3001 weight 7"_s});
        QVERIFY(!isShown("backendsNotice"));
    }

    void aWeightThatIsNoneIsRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("taken");
        QTest::newRow("nothing") << u""_s << false;
        QTest::newRow("words") << u"much"_s << false;
        QTest::newRow("zero") << u"0"_s << false;
        QTest::newRow("one below zero") << u"-1"_s << false;
        QTest::newRow("the most") << QString::number(PeerWeightMax) << true;
        QTest::newRow("one past it") << QString::number(PeerWeightMax + 1) << false;
    }
    void aWeightThatIsNoneIsRefused()
    {
        QFETCH(const QString, text);
        QFETCH(const bool, taken);
        show(twoGroups());
        find<QPushButton>("backendWeight")->click();
        auto *edit = find<QLineEdit>("cellEditor");
        edit->setText(text);
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_COMPARE(isShown("backendsNotice"), !taken);
        QTRY_COMPARE(m_asked.size(), taken ? 1 : 0);
    }

    void aPageThatGoesWhileAWeightIsEditedAsksForNothing()
    {
        show(twoGroups());
        find<QPushButton>("backendWeight")->click();
        find<QLineEdit>("cellEditor")->setText(u"7"_s);
        m_page.reset();
        QVERIFY(m_asked.isEmpty());
    }

    void whatTheEngineRefusedIsTold()
    {
        show(twoGroups());
        m_page->showProblem({ErrorCode::NotFound, u"there is no group \"api\""_s, {}, u"there is: web"_s});
        QCOMPARE(find<NoticeBar>("backendsNotice")->text(), u"there is no group \"api\" — there is: web"_s);
        find<QPushButton>("backendDrain")->click();
        QVERIFY(!isShown("backendsNotice"));
    }

    void theSearchFindsGroupsAddressesStatesAndDomains_data()
    {
        QTest::addColumn<QString>("search");
        QTest::addColumn<QStringList>("found");
        QTest::newRow("group") << u"AP"_s << QStringList{u"api"_s, u"127.0.0.1:3001"_s, u"127.0.0.1:3002"_s};
        QTest::newRow("port") << u":4"_s << QStringList{u"web"_s, u"127.0.0.1:4001"_s};
        QTest::newRow("state") << u"down"_s << QStringList{u"api"_s, u"127.0.0.1:3002"_s};
        QTest::newRow("domain") << u"docs"_s << QStringList{u"Single addresses"_s, u"127.0.0.1:5000"_s};
        QTest::newRow("nothing") << u"zebra"_s << QStringList{};
    }
    void theSearchFindsGroupsAddressesStatesAndDomains()
    {
        QFETCH(const QString, search);
        QFETCH(const QStringList, found);
        m_page->setBackends({{{}, u"127.0.0.1:5000"_s, {}, {u"docs.localhost"_s}, {}}});
        auto groups = twoGroups();
        groups[0].peers[1].state = PeerState::Down;
        show(groups);
        find<QLineEdit>("backendsSearch")->setText(search);
        QStringList names;
        for (const QString &row : rows())
            names.append(row.section(u" | "_s, 0, 0));
        QCOMPARE(names, found);
        QCOMPARE(isShown("backendsClearSearch"), found.isEmpty());
        QCOMPARE(isShown("backendPanel"), !found.isEmpty());
        if (found.isEmpty()) {
            find<QPushButton>("backendsClearSearch")->click();
            QCOMPARE(rows().size(), 7);
        }
    }

    void checksAreTicksWithTheirTimes()
    {
        auto groups = twoGroups();
        show(groups);
        QVERIFY(table()->isColumnHidden(10)); // nobody is checked
        const qint64 at = m_status.takenAtMs;
        groups[0].peers[0].checks = {{at - 10'000, 1200, 200, true, {}}, {at - 5'000, 0, 500, false, "status 500"}};
        show(groups);
        QVERIFY(!table()->isColumnHidden(10));
        const QModelIndex cell = table()->model()->index(1, 10);
        QCOMPARE(cell.data(CellSeriesRole).value<QList<double>>(), (QList<double>{1, 0}));
        QCOMPARE(cell.data(CellTipsRole).toStringList(),
                 (QStringList{u"11:59:50  passed in 1.2 ms, status 200"_s, u"11:59:55  status 500"_s}));
        QCOMPARE(cell.data(Qt::AccessibleTextRole).toString(), u"1 of the last 2 checks passed"_s);
        QCOMPARE(fact(u"Health checks"_s), u"1 of 2 passed, last 11:59:55  status 500"_s);
        QCOMPARE(table()->model()->index(2, 10).data(Qt::AccessibleTextRole).toString(), u"no health checks"_s);
    }

    void aTickIsFoundWhereItIsDrawn()
    {
        const QRect rect(100, 0, 50, 28); // ten ticks
        QCOMPARE(tickAt(rect, 20, rect.right()), 19);
        QCOMPARE(tickAt(rect, 20, rect.right() - 5), 18);
        QCOMPARE(tickAt(rect, 20, rect.left() + 2), 10);
        QCOMPARE(tickAt(rect, 2, rect.left() + 2), -1);
        QCOMPARE(tickAt(rect, 20, rect.right() + 1), -1);
        QCOMPARE(tickAt(rect, 20, rect.left() - 10), -1);
    }

    void aNameThatWasLookedUpStandsBesideItsAddress()
    {
        auto groups = twoGroups();
        groups[0].peers[0].server = "api.internal:80";
        groups[0].peers[0].backup = true;
        show(groups);
        QCOMPARE(table()->model()->index(1, 1).data(CellNoteRole).toString(), u"api.internal:80, backup"_s);
        find<QLineEdit>("backendsSearch")->setText(u"internal"_s);
        QCOMPARE(rows().size(), 2);
    }

    void theLastErrorSaysWhen()
    {
        auto groups = twoGroups();
        PeerSnapshot &peer = groups[0].peers[0];
        peer.failures.connect = 2;
        peer.failures.timeout = 1;
        peer.lastError = "connect() failed (111: Connection refused)";
        peer.lastErrorMs = m_status.takenAtMs - 60'000;
        show(groups);
        QCOMPARE(table()->model()->index(1, 11).data().toString(),
                 u"11:59:00  connect() failed (111: Connection refused)"_s);
        QCOMPARE(fact(u"Failed"_s), u"3  not connected 2  timed out 1"_s);
        groups[0].peers[0].lastErrorMs -= 24 * 3'600'000;
        show(groups);
        QVERIFY(table()->model()->index(1, 11).data().toString().startsWith(u"3 May 11:59:00  "_s));
    }

    void whatIsTooMuchIsSaid()
    {
        m_status.peersLeftOut = 3000;
        show(twoGroups());
        QCOMPARE(rows().last(), u"3,000 more"_s);
    }

    void everythingHasANameForThoseWhoCannotSeeIt()
    {
        show(twoGroups());
        for (const QPushButton *button : m_page->findChildren<QPushButton *>())
            QVERIFY2(!button->isVisible() || !button->accessibleName().isEmpty(), qPrintable(button->objectName()));
        QVERIFY(!table()->accessibleName().isEmpty());
        QVERIFY(!find<QLineEdit>("backendsSearch")->accessibleName().isEmpty());
        QVERIFY(table()->model()->index(0, 0).data(Qt::AccessibleTextRole).toString().contains(u"all 2 up"_s));
        QCOMPARE(table()->model()->index(1, 0).data(Qt::AccessibleTextRole).toString(), u"Up"_s);
    }
};

QTEST_MAIN(TestBackendsPage)
#include "tst_backendspage.moc"
