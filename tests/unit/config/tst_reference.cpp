// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/directivetable.h"
#include "config/reference.h"

#include <QFile>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

class TestReference : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Made anew with: portlightctl reference > docs/DIRECTIVES.md
    void theCommittedPageIsUpToDate()
    {
        QFile page(QStringLiteral(PORTLIGHT_SOURCE_DIR "/docs/DIRECTIVES.md"));
        QVERIFY(page.open(QIODevice::ReadOnly));
        QVERIFY2(page.readAll() == directiveReference(), "run: portlightctl reference > docs/DIRECTIVES.md");
    }

    void everyDirectiveHasItsLine()
    {
        const QByteArray page = directiveReference();
        for (const DirectiveSpec &spec : allDirectives())
            QVERIFY2(page.contains("| `" + QByteArray(spec.name) + "` |"), spec.name);
    }

    void aLineTellsWhatIsKnown()
    {
        const QByteArray page = directiveReference();
        QVERIFY(page.contains("| `add_header` | http, server, location, if in location |  | runs |  |  |\n"));
        QVERIFY(
            page.contains("| `keepalive_requests` | http, server, location, upstream | `100`, `1000` from 1.19.10 | "
                          "runs |  | 0.8.0 |\n"));
        QVERIFY(page.contains("| `include` | any |  | runs |  |  |\n"));
    }
};

QTEST_APPLESS_MAIN(TestReference)
#include "tst_reference.moc"
